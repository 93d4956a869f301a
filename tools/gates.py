"""What nbval lets through and this book does not; each gate returns a line for every fault.

nbval passes a notebook whose outputs were stripped, and looks at no PNG and at no widget. So:

- every code cell was run, in order, and hides nothing from the comparison (`run_in_order`);
- its figures carry a text (`figures_described`);
- it stores the outputs, figures and widgets that its code produces (`outputs_as_fresh`).
"""

import math
import re
from itertools import zip_longest

from tools.notebooks import (
    WIDGET_STATE,
    alternative_text,
    code_cells,
    figures,
)
from tools.pictures import png_difference, svg_difference

TEXTS = ("text/plain", "text/html", "text/latex", "text/markdown")
RELATIVE_TOLERANCE = 1e-9  # of numbers in a widget's state

HIDES_FROM_COMPARISON = re.compile(
    r"\b(NBVAL_IGNORE_OUTPUT|NBVAL_SKIP|PYTEST_VALIDATE_IGNORE_OUTPUT|nbval[-_]ignore[-_]output"
    r"|nbval[-_]skip|skip-execution)\b"
)


def run_in_order(notebook):
    faults = []
    for number, cell in enumerate(code_cells(notebook), start=1):
        if not cell.source.strip():
            faults.append(f"code cell {number} is empty: delete it")
        elif cell.execution_count is None:
            faults.append(f"code cell {number} was not run")
        elif cell.execution_count != number:
            faults.append(f"code cell {number} was run as number {cell.execution_count}")
        tags = cell.metadata.get("tags", [])
        if hidden := HIDES_FROM_COMPARISON.search("\n".join([cell.source, *tags])):
            faults.append(f"code cell {number} hides its output from the tests: {hidden[0]}")
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags:
                faults.append(
                    f"code cell {number} stores an error, {output.ename}, "
                    "and has no tag raises-exception"
                )
    return faults


def figures_described(notebook):
    faults = []
    for number, cell in enumerate(code_cells(notebook), start=1):
        drawn = figures(cell)
        if len(drawn) > 1:
            faults.append(f"code cell {number} draws {len(drawn)} figures: one a cell")
        elif drawn:
            text = alternative_text(drawn[0])
            stored = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
            if not text:
                faults.append(f"code cell {number} draws a figure that has no alternative text")
            elif text != stored:
                faults.append(f"code cell {number} does not carry its figure's text to the page")
    return faults


def outputs_as_fresh(stored, fresh):
    """Compare a stored notebook with a fresh run of it; both normalised."""
    faults = []
    pairs = zip(code_cells(stored), code_cells(fresh), strict=True)
    for number, (old, new) in enumerate(pairs, start=1):
        if kinds(old) != kinds(new):
            faults.append(
                f"code cell {number} stores {', '.join(kinds(old)) or 'no output'}; "
                f"its code gives {', '.join(kinds(new)) or 'no output'}"
            )
            continue
        if difference := text_difference(texts(old), texts(new)):
            faults.append(f"code cell {number} prints something else: {difference}")
        for old_data, new_data in zip(bundles(old), bundles(new), strict=True):
            if difference := figure_difference(old_data, new_data):
                faults.append(
                    f"code cell {number} stores another figure than it draws: {difference}"
                )
    if difference := state_difference(widget_models(stored), widget_models(fresh)):
        faults.append(f"the stored widgets are not those that the code makes: {difference}")
    return faults


def kinds(cell):
    """What a cell gives: MIME types in order; streams once, as they may come in pieces."""
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name not in found:
                found.append(output.name)
        elif output.output_type == "error":
            found.append(f"error {output.ename}")
        else:
            found.extend(sorted(output.data))
    return found


def texts(cell):
    """Everything of a cell's outputs that is read, in lines; the pieces of a stream as one."""
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append(output.text)
        elif output.output_type == "error":
            found.append(f"{output.ename}: {output.evalue}\n")
        else:
            found.extend(f"{output.data[kind]}\n" for kind in TEXTS if kind in output.data)
    return "".join(found).splitlines()


def text_difference(old, new):
    """The first line that differs, as stored and as made now."""
    for stored, made in zip_longest(old, new, fillvalue=""):
        if stored != made:
            return f"stored `{stored.strip()}`, now `{made.strip()}`"
    return ""


def bundles(cell):
    return [output.data for output in cell.outputs if "data" in output]


def figure_difference(old, new):
    """What an eye sees differ in the figures of two outputs."""
    for kind, difference in (("image/png", png_difference), ("image/svg+xml", svg_difference)):
        if kind in old and (found := difference(old[kind], new[kind])):
            return found
    return ""


def widget_models(notebook):
    return notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})


def state_difference(old, new, path="widgets"):
    """Where two widget states differ first; numbers may differ by rounding."""
    if isinstance(old, dict) and isinstance(new, dict):
        if old.keys() != new.keys():
            return f"{path} has {sorted(old.keys() ^ new.keys())} on one side only"
        inside = ((old[key], new[key], f"{path}.{key}") for key in old)
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return f"{path} has {len(old)} items stored and {len(new)} made"
        inside = ((a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(old, new, strict=True)))
    else:
        return "" if same_value(old, new) else f"{path} is {shown(old)}, made {shown(new)}"
    return next((found for items in inside if (found := state_difference(*items))), "")


def same_value(old, new):
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=RELATIVE_TOLERANCE) or (old != old and new != new)
    return type(old) is type(new) and old == new


def shown(value):
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
