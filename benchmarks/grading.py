"""Grading a class: submissions a second on two workers.

usage: python -m benchmarks.grading [--json FILE] [--submissions 300] [--chapter softmax]

Each submission is a notebook of exercises, solved: that on softmax has five, three of them
functions, each tried on some thirty inputs, and each exercise has a sandboxed process of its own.
The class is graded twice, each time from nothing; the better run counts. "Steady" leaves out the
start of the workers. Processor time, of all processes together, depends less on what else the
machine does; it can be counted in tier B only, as bubblewrap hides the time of its children, and
costs about as much there.
"""

import argparse
import json
import resource
import tempfile
from pathlib import Path
from time import perf_counter

from actloss.exercises import of_chapter
from actloss.grading.cohort import grade_class
from actloss.grading.sandbox import best_tier, obstacle
from benchmarks.record import write_record
from tests.submissions import hand_in, solved

WORKERS = 2
ROUNDS = 2
WARM_UP = 20  # submissions that only start the workers


def main():
    options = parse()
    tier = best_tier()
    with tempfile.TemporaryDirectory() as folder:
        tiers = [tier] if tier == "B" or obstacle("B") else [tier, "B"]
        rows = [
            measure(Path(folder) / name, options.submissions, name, options.chapter)
            for name in tiers
        ]
    for row in rows:
        for name, value in row.items():
            print(f"{name:<32} {value}")
    if options.json:
        write_record(options.json, rows=rows)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--submissions", type=int, default=300)
    parser.add_argument("--chapter", default="softmax")
    return parser.parse_args()


def measure(folder, count, tier, chapter):
    text = json.dumps(solved(chapter))
    for place, size in (("few", WARM_UP), ("all", count)):
        for student in range(size):
            hand_in(folder / place, f"student{student:05}", text)
    runs = []
    for number in range(ROUNDS):
        start_seconds, start_used, _ = timed(folder / "few", number, tier)
        seconds, used, summary = timed(folder / "all", number, tier)
        assert summary.graded == count, "every submission is graded"
        runs.append((seconds, seconds - start_seconds, used - start_used))
    more = count - WARM_UP
    whole, steady, used = (max(min(column), 1e-9) for column in zip(*runs, strict=True))
    row = {
        "chapter": chapter,
        "exercises": len(of_chapter(chapter)),
        "tier": tier,
        "workers": WORKERS,
        "submissions": count,
        "per_second": round(count / whole, 1),
        "per_second_steady": round(more / steady, 1),
    }
    if tier == "B":
        row["processor_milliseconds_each"] = round(1000 * used / more, 1)
        row["per_second_of_two_processors"] = round(WORKERS * more / used, 1)
    return row


def timed(folder, number, tier):
    """Seconds on the wall, and of processors in all processes that the run started."""
    before, start = used_by_children(), perf_counter()
    summary = grade_class(
        folder,
        folder.with_name(f"{folder.name}-{number}"),
        tier=tier,
        seed=1,
        workers=WORKERS,
        quiet=True,
    )
    return perf_counter() - start, used_by_children() - before, summary


def used_by_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
