"""The wrong answers as cells of a notebook: what a student who makes that mistake writes."""

import ast
import importlib

from tools.stamps import ROOT


def wrong_sources(chapter: str) -> dict[str, list[str]]:
    """For each exercise of a chapter the source of every wrong answer, most telling first."""
    module = importlib.import_module(f"tests.exercises.answers.{chapter.replace('-', '_')}")
    path = ROOT / "tests" / "exercises" / "answers" / f"{chapter.replace('-', '_')}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "WRONG"
    )
    return {
        key.value: [_cell(key.value, pair.elts[0], tree, module) for pair in pairs.elts]
        for key, pairs in zip(table.keys, table.values, strict=True)
    }


def _cell(name, node, tree, module):
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "compiled":
        text = eval(ast.unparse(node.args[0]), vars(module))
        return text.strip().replace("def answer(", f"def {name}(")
    if isinstance(node, ast.Lambda):
        body = f"def {name}({ast.unparse(node.args)}):\n    return {ast.unparse(node.body)}"
    else:
        body = f"{name} = {ast.unparse(node)}"
    return "\n\n".join([*_what_it_needs(node, tree), body])


def _what_it_needs(node, tree):
    """Imports and helpers of the module; NumPy is imported by the notebook itself."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {"np"}
    for item in tree.body:
        if isinstance(item, ast.FunctionDef) and item.name in names:
            yield ast.unparse(item)
        elif isinstance(item, ast.ImportFrom):
            used = [alias for alias in item.names if (alias.asname or alias.name) in names]
            if used:
                yield ast.unparse(ast.ImportFrom(item.module, used, 0))
