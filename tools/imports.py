"""Who imports whom among our modules, read from their syntax and not by importing them."""

import ast
from functools import cache
from pathlib import Path

from tools.stamps import ROOT, files_under

# Where modules lie, and what their names begin with; Sphinx knows those of the book without.
ROOMS = [("src", ""), ("tests", "tests."), ("tools", "tools."), ("benchmarks", "benchmarks.")]
ROOMS += [("web/sphinx", "web.sphinx."), ("web/sphinx", "")]


@cache
def modules():
    """The file of every module of ours, by its name."""
    found = {}
    for folder, prefix in ROOMS:
        for path in files_under(ROOT / folder):
            if path.suffix == ".py":
                parts = path.relative_to(ROOT / folder).with_suffix("").parts
                name = prefix + ".".join(parts)
                found[name.removesuffix(".__init__")] = path
    return found


@cache
def imports_of(path):
    """The names that a file imports, each whole: `actloss.losses.huber_loss`."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):  # lint says so
        return frozenset()
    return imported_names(tree, package_of(path))


def imported_names(tree, package=""):
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - max(node.level - 1, 0)]
            start = ".".join([*(parts if node.level else ()), *filter(None, [node.module])])
            found.update(f"{start}.{alias.name}" for alias in node.names)
    return frozenset(found)


def package_of(path):
    names = [name for name, file in modules().items() if file == path]
    if not names:
        return ""
    return names[0] if path.stem == "__init__" else names[0].rpartition(".")[0]


def files_behind(name):
    """The files that an imported name leads to: its module, and where that has the name from."""
    module, rest = name, []
    while module and module not in modules():
        module, _, last = module.rpartition(".")
        rest.insert(0, last)
    if not module:
        return set()
    path = modules()[module]
    if not rest or path.stem != "__init__":
        return {path}
    sources = [other.rpartition(".") for other in imports_of(path)]
    passed_on = {".".join((source, last)) for source, _, last in sources if last == rest[0]}
    passed_on |= {
        f"{source}.{rest[0]}"
        for source, _, last in sources
        if last == "*" and source in modules() and rest[0] in names_in(modules()[source])
    }
    behind = [files_behind(other) for other in passed_on if other != name]
    return {path}.union(*behind)


@cache
def names_in(path):
    """The functions and classes that a module defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.ClassDef
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


@cache
def direct_imports(path):
    """The files that a file imports from, those that a package passes on included."""
    return frozenset().union(*map(files_behind, imports_of(path))) - {path}


def reached_from(path):
    """All files that a file imports, directly or not."""
    found, todo = set(), [path]
    while todo:
        for other in direct_imports(todo.pop()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return found


def names_at(path, lines):
    """The functions and classes of a module that these lines belong to; None if some is outside."""
    try:
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    except SyntaxError:
        return None
    found = set()
    for line in lines:
        names = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and first_line(node) <= line <= node.end_lineno
        ]
        if not names:
            return None
        found.update(names)
    return found


def first_line(node):
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
