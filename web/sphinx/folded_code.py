"""Folded code says on its handle what it does: imports, a drawing, the test of a claim, a study."""

import ast

from docutils import nodes
from sphinx.application import Sphinx

IMPORTS = "imports"
TEST = "test of the claim"
DRAWING = "code of the figure"
STUDY = "code of this experiment"


def name_folded_code(app: Sphinx, doctree: nodes.document) -> None:
    for cell in doctree.findall(nodes.container):
        if cell.get("hide_mode") == "input":
            kind = kind_of(cell)
            cell["prompt_show"], cell["prompt_hide"] = f"Show the {kind}", f"Hide the {kind}"


def kind_of(cell: nodes.container) -> str:
    code = next(cell.findall(nodes.literal_block)).astext()
    if calls_settle(code):
        return TEST
    if any(is_picture(node) for node in cell.findall()) or "axes." in code:
        return DRAWING
    return IMPORTS if mostly_imports(code) else STUDY


def is_picture(node: nodes.Node) -> bool:
    return isinstance(node, nodes.image) or (
        isinstance(node, nodes.raw) and "widget-slot" in node.astext()
    )


def statements(code: str) -> list[ast.stmt]:
    """None of a cell with a line of IPython's own, such as ``%pip``."""
    try:
        return ast.parse(code).body
    except SyntaxError:
        return []


def calls_settle(code: str) -> bool:
    return any(
        isinstance(part, ast.Call) and getattr(part.func, "id", None) == "settle"
        for statement in statements(code)
        for part in ast.walk(statement)
    )


def mostly_imports(code: str) -> bool:
    found = [isinstance(one, ast.Import | ast.ImportFrom) for one in statements(code)]
    return 2 * sum(found) > len(found)
