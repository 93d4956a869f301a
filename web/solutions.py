"""Puts the solution under each exercise, folded; `SOLUTIONS=off` leaves them out of the book.

The notebook that students get holds none. A solution stands once, in `exercises/solutions`, where
the tests run it; it joins the page while the page is read.
"""

import json
import os
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

SECTION = re.compile(r"^# %% (\w+)\n((?:#.*\n)*)", re.MULTILINE)


def solutions_of(text: str) -> dict[str, tuple[str, str]]:
    """The explanation and the code under each line `# %% name`."""
    starts = list(SECTION.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {
        start[1]: (
            re.sub(r"^# ?", "", start[2], flags=re.MULTILINE).strip(),
            text[start.end() : end].strip(),
        )
        for start, end in zip(starts, ends, strict=True)
    }


def folded(name: str, explanation: str, code: str) -> dict:
    """A Markdown cell that opens at a click."""
    text = f":::{{dropdown}} Solution of `{name}`\n{explanation}\n\n```python\n{code}\n```\n:::\n"
    return {"cell_type": "markdown", "id": f"solution-{name}", "metadata": {}, "source": text}


def fold_in_solutions(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add to the notebook, as it is read, a solution after each check cell."""
    path = Path(app.env.doc2path(docname))
    if path.parent.name != "exercises" or path.suffix != ".ipynb":
        return
    if os.environ.get("SOLUTIONS", "").lower() == "off":
        return
    beside = Path(app.srcdir, "exercises", "solutions", f"{path.stem}.py")
    app.env.note_dependency(str(beside))
    solutions = solutions_of(beside.read_text(encoding="utf-8"))
    notebook = json.loads(source[0])
    cells = []
    for cell in notebook["cells"]:
        cells.append(cell)
        marked = cell["metadata"].get("nbgrader", {})
        if marked.get("grade"):
            name = marked["grade_id"].removeprefix("check-")
            if name not in solutions:
                raise ExtensionError(f"{beside.name} has no `# %% {name}`, for {docname}")
            cells.append(folded(name, *solutions[name]))
    notebook["cells"] = cells
    source[0] = json.dumps(notebook)
