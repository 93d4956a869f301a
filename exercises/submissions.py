"""Makes submissions to grade: the notebooks of the exercises, filled in as students would."""

import json

from tools.stamps import ROOT
from web.sphinx import solutions as solution_files

EXERCISES = ROOT / "chapters" / "exercises"
SOLUTIONS = ROOT / "exercises" / "solutions"


def solutions_of(chapter):
    """The code of each solution, by exercise."""
    text = (SOLUTIONS / f"{chapter}.py").read_text(encoding="utf-8")
    imports = [
        line for line in text.splitlines() if line.startswith(("import ", "from "))
    ]
    others = [
        line for line in imports if line != "import numpy as np"
    ]  # the notebook has that
    solutions = solution_files.solutions_of(text)
    return {
        name: "\n".join([*others, code]) for name, (_, code) in solutions.items()
    }


def notebook(chapter, answers):
    """The notebook of a chapter as a student hands it in; `answers` are sources by exercise."""
    content = json.loads(
        (EXERCISES / f"{chapter}.ipynb").read_text(encoding="utf-8")
    )
    for cell in content["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    return content


def solved(chapter, **others):
    """A notebook with every exercise solved, but for `others`."""
    return notebook(chapter, solutions_of(chapter) | others)


def hand_in(folder, name, content):
    """Write a submission; the path of its file."""
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path
