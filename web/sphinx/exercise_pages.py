"""Completes the pages of exercises: a link to the notebook, and under each exercise its solution.

`SOLUTIONS=off` leaves solutions out of the book. The notebook that students get holds none: a
solution stands once, in `exercises/solutions`, where the tests run it, and joins the page while the
page is read.
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


def offered(path: Path) -> dict:
    """A Markdown cell that offers the notebook itself."""
    text = f"{{download}}`Download the notebook <{path.name}>`, and fill it in where you work.\n"
    return {"cell_type": "markdown", "id": "download", "metadata": {}, "source": text}


def complete_exercises(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add the link, and solutions after the check cells, to a notebook that is being read."""
    path = Path(app.env.doc2path(docname))
    if path.parent.name != "exercises" or path.suffix != ".ipynb":
        return
    notebook = json.loads(source[0])
    title, *cells = notebook["cells"]
    if os.environ.get("SOLUTIONS", "").lower() != "off":
        beside = Path(app.srcdir, "exercises", "solutions", f"{path.stem}.py")
        app.env.note_dependency(str(beside))
        cells = with_solutions(cells, solutions_of(beside.read_text(encoding="utf-8")), beside.name)
    notebook["cells"] = [title, offered(path), *cells]
    source[0] = json.dumps(notebook)


def with_solutions(cells: list[dict], solutions: dict, file: str) -> list[dict]:
    """The cells of a notebook, and after each check cell the solution of its exercise."""
    completed = []
    for cell in cells:
        completed.append(cell)
        marked = cell["metadata"].get("nbgrader", {})
        if marked.get("grade"):
            name = marked["grade_id"].removeprefix("check-")
            if name not in solutions:
                raise ExtensionError(f"{file} has no `# %% {name}`")
            completed.append(folded(name, *solutions[name]))
    return completed
