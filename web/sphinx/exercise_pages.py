"""Completes the pages of exercises: a link to the notebook, and under each exercise its solution.

Where Python runs in the page, its text speaks of the page, and no longer of the notebook.

`SOLUTIONS=off` leaves solutions out of the book. The notebook that students get holds none: a
solution stands once, in `exercises/solutions`, where the tests run it, and joins the page while the
page is read.
"""

import json
import re
from pathlib import Path

import solutions
from exercise_bars import end_of
from run_buttons import python_is_there
from solutions import solutions_of
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# What an introduction says of the notebook, and what follows the time that it takes.
NEEDS_A_NOTEBOOK = re.compile(
    r",? and (?:a Python cell to type in; open )?this page as a notebook(?: \(`make lab`[^)]*\))?"
)
HOW_TO = re.compile(r"(\*\*Time:\*\*[^\n]*)\n.*", re.DOTALL)
IN_THE_PAGE = """Write where the dots are, and press *Check* below. The check tries your answer on \
random inputs. If something is not right, it shows the smallest input it found on which it is not, \
and often a hint. Nothing is lost by trying: check as often as you like. The stars say how much \
thought to bring."""
SOLUTIONS_OPEN = "Our solution opens once you have solved an exercise, or when you ask for it."
# What a task says of cells, and what it means in a page.
OF_CELLS = {"Run the two cells as they are": "Check it as it stands"}


def folded(name: str, explanation: str, code: str) -> dict:
    """A Markdown cell that opens at a click."""
    text = f":::{{dropdown}} Solution of `{name}`\n{explanation}\n\n```python\n{code}\n```\n:::\n"
    return {"cell_type": "markdown", "id": f"solution-{name}", "metadata": {}, "source": text}


def offered(path: Path) -> dict:
    """A Markdown cell that offers the notebook itself."""
    words = "Or {link}, and fill it in" if python_is_there() else "{link}, and fill it in"
    name = "download the notebook" if python_is_there() else "Download the notebook"
    text = words.format(link=f"{{download}}`{name} <{path.name}>`") + " where you work.\n"
    return {"cell_type": "markdown", "id": "download", "metadata": {}, "source": text}


def complete_exercises(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add the link, and solutions after the check cells, to a notebook that is being read."""
    path = Path(app.env.doc2path(docname))
    if path.parent.name != "exercises" or path.suffix != ".ipynb":
        return
    notebook = json.loads(source[0])
    title, *cells = notebook["cells"]
    if python_is_there():
        title, cells = of_the_page(title, cells)
    if solutions.are_shown():
        beside = Path(app.srcdir, "exercises", "solutions", f"{path.stem}.py")
        app.env.note_dependency(str(beside))
        cells = with_solutions(cells, solutions_of(beside.read_text(encoding="utf-8")), beside.name)
    notebook["cells"] = [title, offered(path), *cells]
    source[0] = json.dumps(notebook)


def of_the_page(title: dict, cells: list[dict]) -> tuple[dict, list[dict]]:
    """The introduction and the cells after it, as they speak to whoever works in the page."""
    how = f"{IN_THE_PAGE} {SOLUTIONS_OPEN}" if solutions.are_shown() else IN_THE_PAGE
    text = NEEDS_A_NOTEBOOK.sub("", "".join(title["source"]))
    title = title | {"source": HOW_TO.sub(lambda found: f"{found[1]}\n\n{how}\n", text)}
    end = end_of([cell["metadata"]["nbgrader"] for cell in cells])
    return title, [in_words_of_the_page(cell, end) for cell in cells if not adds_up(cell)]


def adds_up(cell: dict) -> bool:
    """Whether it is the cell that adds the points up, which a page does by itself."""
    return cell["cell_type"] == "code" and "".join(cell["source"]).startswith("score(")


def in_words_of_the_page(cell: dict, end: str) -> dict:
    if cell["cell_type"] != "markdown":
        return cell
    text = "".join(cell["source"])
    for of_cells, of_page in OF_CELLS.items():
        text = text.replace(of_cells, of_page)
    if text.strip() == "## Your score":
        text = f"{text.rstrip()}\n\n{end}\n"
    return cell | {"source": text}


def with_solutions(cells: list[dict], found: dict, file: str) -> list[dict]:
    """The cells of a notebook, and after each check cell the solution of its exercise."""
    completed = []
    for cell in cells:
        completed.append(cell)
        marked = cell["metadata"].get("nbgrader", {})
        if marked.get("grade"):
            name = marked["grade_id"].removeprefix("check-")
            if name not in found:
                raise ExtensionError(f"{file} has no `# %% {name}`")
            completed.append(folded(name, *found[name]))
    return completed
