"""Joins JavaScript files and translated functions into the one module that anywidget takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from actloss.catalogue import Activation
from actloss.javascript import to_javascript

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)  # in lines of its own


def read(name: str) -> str:
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def join_module(name: str, **generated: str) -> str:
    """The JavaScript file `name` with everything it imports from beside it put in front of it.

    A notebook hands a widget's code to the page as one text, so an import has nothing to point at.
    Files that are generated (`functions.js`, say) are passed as ``functions=text``. Comments stay
    behind: each notebook would store them, once a figure.
    """
    met: set[str] = set()
    parts: list[str] = []

    def include(file: str) -> None:
        """Append a file behind all that it imports, whose constants it may use at once."""
        met.add(file)
        text = generated.get(file.removesuffix(".js")) or read(file)
        for imported in IMPORT.findall(text):
            if imported not in met:
                include(imported)
        own = IMPORT.sub("", text)
        parts.append(own if file == name else re.sub(r"^export (?!default)", "", own, flags=re.M))

    include(name)
    return COMMENT.sub("", "\n".join(parts))


def functions_module(
    activations: Iterable[Activation], height_of: Callable[[Activation], tuple[float, float]]
) -> str:
    """`functions.js`: the activations and their slopes, translated, with what a figure must know.

    `height_of` gives the lowest and highest value that the figure shows.
    """
    activations = list(activations)
    pairs = [function for entry in activations for function in (entry.function, entry.gradient)]
    records = []
    for entry in activations:
        low, high = height_of(entry)
        facts = {
            "title": entry.title,
            "parameters": {
                name: [ends.minimum, ends.maximum, entry.defaults[name], ends.step]
                for name, ends in entry.parameters.items()
            },
            "kinks": list(entry.at("kinks")),
            "low": low,
            "high": high,
        }
        records.append(
            f"  {entry.name}: {{ ...{json.dumps(facts, ensure_ascii=False)}, "
            f"value: {entry.function.__name__}, slope: {entry.gradient.__name__} }},\n"
        )
    return to_javascript(pairs) + "export const FUNCTIONS = {\n" + "".join(records) + "};\n"
