"""Tables for the page, made from the catalogue."""

import ast
import re
from collections.abc import Iterable

from IPython.display import Markdown

from actloss.catalogue import ACTIVATIONS, LOSSES, PAIRS, Activation, Loss

LONGEST = 14  # characters of a name that fit a narrow column in one line
# What may stand in the braces of a fraction: braces in it, two deep.
INNER = r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"
FRACTION = re.compile(rf"\\frac(\{{{INNER}\}}\{{{INNER}\}})")
MATHS_WORDS = {float("inf"): r"\infty", float("-inf"): r"-\infty"}


def activation_table(entries: Iterable[Activation] | None = None) -> Markdown:
    """Name, formula, range and PyTorch twin of activations, all of the catalogue by default."""
    entries = ACTIVATIONS.values() if entries is None else entries
    rows = [(_name(e), _formula(e), _interval(e.at("range")), _twin(e)) for e in entries]
    return _table(("name", "formula", "range", "PyTorch"), rows)


def loss_table(entries: Iterable[Loss] | None = None) -> Markdown:
    """Name, formula and PyTorch twin of losses, all of the catalogue by default."""
    entries = LOSSES.values() if entries is None else entries
    rows = [(_name(e), _formula(e), _twin(e)) for e in entries]
    return _table(("name", "formula", "PyTorch"), rows)


def pair_table() -> Markdown:
    """What is predicted, its output unit, and the losses that belong to it, from the catalogue."""
    rows = []
    for pair in PAIRS:
        entries = [LOSSES[name] for name in pair.losses]
        names = "<br>or ".join(map(_name, entries))
        twins = "<br>".join(dict.fromkeys(map(_twin, entries)))
        rows.append((pair.predicted, pair.unit, names, pair.takes, twins))
    return _table(("what is predicted", "output unit", "loss", "it takes", "PyTorch"), rows)


def _name(entry):
    return f"**{entry.title}** {_code(entry.name)}"


def _formula(entry):
    """In one line, and small: what follows from it, and what 0 log 0 is, the reference says."""
    formula = " ".join(entry.formula.split()).partition(r"\quad\Rightarrow\quad")[0]
    formula = formula.partition(r", \qquad 0 \log 0")[0]
    formula = FRACTION.sub(_readable, formula)
    # A bar would end the cell of the table.
    return "$" + formula.replace(r"\|", r"\Vert ").replace("|", r"\vert ") + "$"


def _readable(fraction):
    """A fraction in its full size if it holds an exponent or an index, which else would be tiny."""
    return rf"\dfrac{fraction[1]}" if re.search(r"[\^_]", fraction[1]) else fraction[0]


def _interval(ends):
    low, high = (MATHS_WORDS.get(end, f"{end:.4g}") for end in ends)
    opening = "(" if "infty" in low else "["
    closing = ")" if "infty" in high else "]"
    return f"${opening}{low}, {high}{closing}$"


def _code(name):
    """`name` as code; a long one may break after an underscore."""
    if len(name) <= LONGEST:
        return f"`{name}`"
    return f"<code>{name.replace('_', '_<wbr>')}</code>"


def _twin(entry):
    """PyTorch's function, where the twin is one call and not an expression.

    Of the arguments only those are shown that choose between two formulas.
    """
    tree = ast.parse(entry.pytorch or "None", mode="eval").body
    if not isinstance(tree, ast.Call) or not all(map(_is_plain, tree.args)):
        return "–"
    function = tree.func.func if isinstance(tree.func, ast.Call) else tree.func
    name = ast.unparse(function)
    if not name.startswith("torch.") or "(" in name:
        return "–"
    name = name.replace("torch.nn.functional", "F")
    choices = [
        f'{keyword.arg}="{keyword.value.value}"'
        for keyword in tree.keywords
        if isinstance(getattr(keyword.value, "value", None), str) and keyword.arg != "reduction"
    ]
    return f"`{name}(…, {', '.join(choices)})`" if choices else _code(name)


def _is_plain(argument):
    """A name, or a method of one."""
    while isinstance(argument, ast.Call | ast.Attribute):
        argument = argument.func if isinstance(argument, ast.Call) else argument.value
    return isinstance(argument, ast.Name) and argument.id != "torch"


def _table(head, rows):
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return Markdown("\n".join(lines))
