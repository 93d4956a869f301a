"""Makes examples/class, thirty submissions to try the grader on: python -m tests.sample_class

Nobody in it is real. The answers are our solutions and the wrong answers that the tests know, drawn
so that some students get everything right and some mistakes are common. A few submissions are
broken in ways that happen: an empty file, a damaged one, a picture, an endless loop.
"""

import json
import random
import shutil
import sys
from pathlib import Path

from exercises.submissions import notebook, solutions_of
from tests.exercises.answers.sources import wrong_sources
from tools.progress import run_command, say
from tools.stamps import ROOT

FOLDER = ROOT / "examples" / "class"
CHAPTER = "softmax"
SEED = 9

STUDENTS = (
    "Ada", "Amara Okafor", "Björn", "Chloé", "Dara O'Neill", "Elif", "Fatou", "Giulia", "Hamza",
    "Inés", "João", "Kwame", "Lê Thị Mai", "Mateusz", "Noor", "Olga", "Priya", "Quentin", "Rosa",
    "Søren", "Tarek", "Uma", "Víctor", "李雷",
)  # fmt: skip
# What a student sets out with: how likely each answer is to be there, and to be right.
DILIGENCE, SKILL = (0.8, 1.0), (0.3, 1.0)

LOOP = """def log_sum_exp(z):
    while True:
        pass"""
SYNTAX_ERROR = """def stable_softmax(z)
    return np.exp(z) / np.sum(np.exp(z))"""
CHEAT = """np.allclose = lambda *anything, **named: True

def stable_softmax(z):
    return z"""


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    write(folder)
    say("examples", f"{len(list(folder.iterdir()))} submissions in {folder}")


def write(folder: Path):
    """Put the class into `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in submissions().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def submissions() -> dict[str, bytes]:
    """Content by path; the same in every run."""
    right, wrong = solutions_of(CHAPTER), wrong_sources(CHAPTER)
    chance = random.Random(SEED)
    made = {f"{name}.ipynb": _filled_in(_answers(right, wrong, chance)) for name in STUDENTS}
    whole = _filled_in(right)
    return (
        made
        | {
            "=SUM(A1).ipynb": whole,  # a name that a spreadsheet would work out
            "Wanda/homework/softmax (final) (2).ipynb": _filled_in(right | {"log_sum_exp": LOOP}),
            "Xenia.ipynb": _filled_in(right | {"stable_softmax": SYNTAX_ERROR}),
            "Yusuf.ipynb": _filled_in(right | {"stable_softmax": CHEAT}),
            "Zoé.ipynb": whole[: len(whole) // 2],  # cut off
            "empty.ipynb": b"",
            "photo of my notes.jpg": b"No picture, and no notebook either.\n",
        }
    )


def _answers(right, wrong, chance):
    diligence, skill = chance.uniform(*DILIGENCE), chance.uniform(*SKILL)
    answers = {}
    for name, solution in right.items():
        if chance.random() < diligence:
            # The first mistakes of each list are the common ones.
            mistake = wrong[name][int(len(wrong[name]) * chance.random() ** 3)]
            answers[name] = solution if chance.random() < skill else mistake
    return answers


def _filled_in(answers):
    text = json.dumps(notebook(CHAPTER, answers), ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


if __name__ == "__main__":
    run_command(main)
