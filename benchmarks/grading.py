"""Grading a class: submissions a second on two workers, beside nbgrader; memory in a long run.

usage: python -m benchmarks.grading [--json FILE] [--submissions 400] [--long 10000]

A submission is the notebook on softmax: five exercises, three of them functions, each of which is
tried on some thirty inputs. In the class called "solved" every answer is right, in "sample" it is
`examples/class` over and over, without what hangs by design, and in "torch" one of the answers
imports PyTorch. Each class is graded three times, from nothing; the best run counts, start of the
workers included. nbgrader grades a smaller class of the same notebooks, half of it in each of two
processes with a data base of its own.

`--long` grades that many submissions more, and notes the memory of all processes that judge, after
a tenth of them and at the end.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from time import perf_counter

import psutil

from actloss.exercises import of_chapter
from actloss.grading.cohort import grade_class
from actloss.grading.tiers import best_tier
from benchmarks.record import write_record
from exercises.submissions import EXERCISES, hand_in, solved
from tools import environment
from tools.stamps import ROOT

CHAPTER = "softmax"
WORKERS = 2
ROUNDS = 3
FOR_NBGRADER = 16  # it needs over a second for each
HANGS = "Wanda"
TORCH = """import torch

def stable_softmax(z):
    return torch.softmax(torch.from_numpy(z), dim=-1).numpy()"""
NBGRADER_CONFIGURATION = "c = get_config()\nc.ClearSolutions.enabled = False\n"


def main():
    options = parse()
    tier = best_tier()
    others = round(os.getloadavg()[0], 1)  # before anything of ours runs
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        folder = Path(folder)
        rows = [ours(folder / kind, kind, options.submissions, tier) for kind in CLASSES]
        rows.append(nbgrader(folder / "nbgrader"))
        for row in rows[:-1]:
            row["times_nbgrader"] = round(row["per_second"] / rows[-1]["per_second"], 1)
        memory = memory_of(folder / "long", options.long) if options.long else None
    for row in [*rows, *([memory] if memory else [])]:
        print(*(f"{name} {value}" for name, value in row.items()), sep=" · ")
    if options.json:
        write_record(options.json, rows=rows, memory=memory, chapter=CHAPTER,
                     exercises=len(of_chapter(CHAPTER)), load_before=others)  # fmt: skip


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--submissions", type=int, default=400)
    parser.add_argument("--long", type=int, default=0)
    parser.add_argument("--scratch", type=Path, help="a folder for the classes and their results")
    return parser.parse_args()


# Classes


def solved_class(folder, count):
    text = json.dumps(solved(CHAPTER))
    for student in range(count):
        hand_in(folder, f"student{student:05}", text)


def sample(folder, count):
    """The class of examples/class, as often as it takes."""
    handed_in = sorted((ROOT / "examples" / "class").iterdir())
    others = [path for path in handed_in if not path.name.startswith(HANGS)]
    folder.mkdir(parents=True)
    for student in range(count):
        path = others[student % len(others)]
        shutil.copyfile(path, folder / f"{student:05} {path.name}")


def with_torch(folder, count):
    text = json.dumps(solved(CHAPTER, stable_softmax=TORCH))
    for student in range(count):
        hand_in(folder, f"student{student:05}", text)


CLASSES = {"solved": solved_class, "sample": sample, "torch": with_torch}


# Graders


def ours(folder, kind, count, tier):
    CLASSES[kind](folder / "class", count)
    seconds = []
    for number in range(ROUNDS):
        start = perf_counter()
        summary = grade_class(
            folder / "class",
            folder / f"out{number}",
            tier=tier,
            seed=1,
            workers=WORKERS,
            quiet=True,
        )
        seconds.append(perf_counter() - start)
        assert summary.graded == count, "every submission is graded"
    return {
        "candidate": "actloss", "class": kind, "tier": tier, "workers": WORKERS,
        "submissions": count, "per_second": round(count / min(seconds), 1),
    }  # fmt: skip


def nbgrader(folder):
    """Two processes of `nbgrader autograde`, each with half of a class that is all right."""
    environment.add("nbgrader")
    program = environment.python_of(ROOT / ".venv-nbgrader").with_name("nbgrader")
    halves = [folder / str(number) for number in range(WORKERS)]
    for half in halves:
        (half / "source/week").mkdir(parents=True)
        (half / "nbgrader_config.py").write_text(NBGRADER_CONFIGURATION, encoding="utf-8")
        shutil.copy(EXERCISES / f"{CHAPTER}.ipynb", half / "source/week")
        run_there([program, "generate_assignment", "week"], half).wait()
        for student in range(FOR_NBGRADER // WORKERS):
            hand_in(half / f"submitted/student{student}/week", CHAPTER, solved(CHAPTER))
    start = perf_counter()
    running = [run_there([program, "autograde", "week"], half) for half in halves]
    for process, half in zip(running, halves, strict=True):
        assert process.wait() == 0, (half / "log").read_text()
    seconds = perf_counter() - start
    graded = len(list(folder.rglob(f"autograded/*/week/{CHAPTER}.ipynb")))
    assert graded == FOR_NBGRADER, "every submission is graded"
    return {
        "candidate": "nbgrader", "class": "solved", "workers": WORKERS, "submissions": graded,
        "per_second": round(graded / seconds, 3),
    }  # fmt: skip


def run_there(command, folder):
    share = Path(sys.prefix) / "share" / "jupyter"
    with (folder / "log").open("a") as log:
        path = f"{command[0].parent}{os.pathsep}{os.environ['PATH']}"  # it calls alembic
        variables = os.environ | {"JUPYTER_PATH": str(share), "PATH": path}
        return subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)


# Memory


def memory_of(folder, count):
    """Megabytes of the grader's processes, the sandboxes among them, early and at the end."""
    solved_class(folder / "class", count)
    command = [sys.executable, "-m", "actloss", "grade", folder / "class", "--out", folder / "out"]
    start = perf_counter()
    running = psutil.Popen([*command, "--workers", str(WORKERS), "--quiet"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    early, last = None, None
    done = folder / "out" / "submissions"
    while running.poll() is None:
        graded = len(os.listdir(done)) if done.is_dir() else 0
        if count // 10 < graded < count - 100:  # at the very end a picture is drawn
            last = megabytes(running) or last
            early = early or last
        time.sleep(0.5)
    assert running.returncode == 0, "the long run ends well"
    return {
        "submissions": count, "seconds": round(perf_counter() - start, 1),
        "megabytes_after_a_tenth": early, "megabytes_at_the_end": last,
    }  # fmt: skip


def megabytes(process):
    """Of the process and of each that it started for good, largest first."""
    sizes = []
    for item in [process, *process.children(recursive=True)]:
        try:
            if time.time() - item.create_time() > 5:  # no life of a submission lasts as long
                sizes.append(round(item.memory_info().rss / 1e6, 1))
        except psutil.NoSuchProcess:
            continue
    return sorted(sizes, reverse=True)


if __name__ == "__main__":
    main()
