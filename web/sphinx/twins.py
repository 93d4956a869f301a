"""As PyTorch: the twin of a function, beside its source, in the reference and in chapters.

The catalogue names each twin as an expression in the function's own argument names. A chapter
shows a function with ``source(relu)``; below such a cell stand the twins of what it shows.
"""

import ast
import textwrap
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

WIDEST = 84  # letters of a line
CATALOGUE = Path("src", "actloss", "catalogue")


def twins() -> dict[str, str]:
    """The twin of each function that has one, by the function's name."""
    from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES

    tables = (ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES)
    entries = (entry for table in tables for entry in table.values())
    return {entry.name: in_lines(entry.pytorch) for entry in entries if entry.pytorch}


def in_lines(expression: str) -> str:
    """One line, or where it is too long an expression in brackets over several."""
    if len(expression) <= WIDEST:
        return expression
    indent = " " * 4
    lines = textwrap.fill(
        expression,
        WIDEST,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"(\n{lines}\n)"


def show_twins(app: Sphinx, doctree: nodes.document) -> None:
    """Put the twins of the functions whose source a cell shows below it."""
    for cell in list(doctree.findall(nodes.container)):
        if cell.get("nb_element") != "cell_code":
            continue
        names = functions_shown(next(cell.findall(nodes.literal_block)).astext())
        if names:
            note_catalogue(app)
            known = twins()
            blocks = [twin(name, known[name]) for name in names if name in known]
            place = cell.parent.index(cell) + 1
            cell.parent[place:place] = blocks


def note_catalogue(app: Sphinx) -> None:
    for path in sorted(Path(app.srcdir, CATALOGUE).glob("*.py")):
        app.env.note_dependency(str(path))


def functions_shown(code: str) -> list[str]:
    """The names that the last statement of a cell hands to ``source``."""
    try:
        statements = ast.parse(code).body
    except SyntaxError:  # a line of IPython's own, such as %pip
        return []
    call = getattr(statements[-1], "value", None) if statements else None
    if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "source":
        return []
    return [argument.id for argument in call.args if isinstance(argument, ast.Name)]


def twin(name: str, expression: str) -> nodes.container:
    said = nodes.paragraph("", "", nodes.literal(name, name), nodes.Text(" as PyTorch"))
    block = nodes.literal_block(expression, expression, language="python")
    return nodes.container("", said, block, classes=["twin"])


def in_reference(name: str, expression: str) -> list[str]:
    """The lines that stand below ``.. autofunction::`` for the twin."""
    code = textwrap.indent(expression, " " * 9).splitlines()
    start = ["", "   .. container:: twin", "", f"      ``{name}`` as PyTorch", ""]
    return [*start, "      .. code-block:: python", "", *code, ""]
