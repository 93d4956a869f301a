"""Grades a folder of submissions on all cores, and goes on where it was stopped.

A submission is done when its ``results.json`` is in place, which is written last and at once. A run
that is repeated skips what is done with the same file, seed, tier and tests; the same seed gives
the same bytes.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import multiprocessing
import multiprocessing.util
import os
import secrets
import signal
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from actloss.exercises import of_chapter
from actloss.grading import class_report, cluster, feedback, rubric, variants
from actloss.grading.grade import chapters_of
from actloss.grading.hand_marks import ByHand, read_marks
from actloss.grading.mark_book import MarkBook
from actloss.grading.notebooks import UnreadableError, find, read
from actloss.grading.roster import Student
from actloss.grading.sandbox import Limits
from actloss.grading.sandboxes import Sandboxes
from actloss.grading.settle import note, read_policy, settle
from actloss.grading.submission import (
    GradingError,
    Run,
    grade_one,
    isolation,
    not_graded,
    replace_file,
    result_of,
    row_before,
)

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

LOOKED_AT = 100  # notebooks that tell which chapters a class handed in
IN_FLIGHT = 4  # submissions handed out to each worker: enough to keep it busy, few to do again


@dataclass(frozen=True)
class Summary:
    """What a run did. What could not be judged is neither graded nor skipped."""

    seed: int
    graded: int
    skipped: int
    unreadable: list[tuple[str, str]]  # student, problem
    unjudged: list[tuple[str, str]]
    several: list[str] = field(default_factory=list)  # who handed in more than one for a chapter
    mixed: list[tuple[str, str]] = field(default_factory=list)  # student, chapters not graded
    book: MarkBook = field(default_factory=MarkBook)
    waiting: int = 0  # answers that a teacher has not marked yet
    unasked: int = 0  # notebooks with such answers, where no rubric says what they are worth
    changes: list[dict] | None = None  # since the run before in this folder, or the one to compare


def grade_class(
    submissions: Path,
    out: Path,
    *,
    tier: str,
    seed: int | None = None,
    chapter: str = "",
    workers: int = 0,
    limits: Limits | None = None,
    course_functions: bool = False,
    quiet: bool = False,
    client: Any = None,
    rubrics: Sequence[Path] = (),
    students: Sequence[Student] = (),
    variants_seed: int | None = None,
    settings: Path | None = None,
    overrides: Path | None = None,
    compare: Path | None = None,
    names: bool = False,
) -> Summary:
    """Grade every submission below a folder; results go below `out`.

    Parameters
    ----------
    submissions : Path
        A notebook for each student, or a folder for each.
    out : Path
        Made if it is not there. A stopped run goes on if it is given the same folder.
    tier : str
        Of the sandbox: see ``tiers``.
    seed : int, optional
        Draws the inputs of the tests. Without one, that of the run before in this folder is taken,
        and a new one in a new folder.
    chapter : str
        Of the exercises; found out for each notebook if it is not given.
    workers : int
        Processes; as many as there are cores if 0.
    limits : Limits, optional
        Of time and memory, for each exercise.
    course_functions : bool
        Whether a function of the course is an answer to an exercise that asks for it.
    quiet : bool
        Whether to leave out the progress bar and the lines on single students.
    client : distributed.Client, optional
        Of a Dask cluster, which then does the work. See ``cluster``.
    rubrics : sequence of Path
        Of answers that a teacher marks; those of earlier runs in this folder hold, too.
    students : sequence of Student
        The roster, which says, too, whose numbers a hand-in was given.
    variants_seed : int, optional
        What drew the numbers of each student, if they have numbers of their own.
    settings, overrides : Path, optional
        What a teacher laid down, and points by hand; see the modules of these names. Without one,
        that of the run before in this folder is taken.
    compare : Path, optional
        Results to say changes from, rather than the run before in this folder.
    names : bool
        Whether the page on the class names students.

    Raises
    ------
    GradingError
        If the folder is not there, is empty, what the teacher laid down has no meaning, or the
        results cannot be written.
    """
    if chapter and not of_chapter(chapter):
        raise GradingError(f"no chapter {chapter!r} has exercises")
    try:
        found = find(submissions)
    except OSError as error:
        raise GradingError(str(error)) from None
    if not found:
        raise GradingError(f"there are no submissions in {str(submissions)!r}")
    if out.resolve().is_relative_to(submissions.resolve()):
        raise GradingError(f"{str(out)!r} lies within the submissions: choose another folder")
    policy = read_policy(
        found,
        submissions,
        out,
        students=students,
        settings=settings,
        overrides=overrides,
        chapter=chapter,
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _alone_in(out):
            seed = _seed_of(out) if seed is None else seed
            expected = () if chapter else _chapters_of_class(found)
            questions = rubric.keep(rubrics, out)
            by_hand = ByHand(tuple(questions), read_marks(out)) if questions else None
            variants.note(out, variants_seed)
            numbers = None
            if variants_seed is not None:
                numbers = variants.of_class(found, students or (), variants_seed)
            run = Run(
                str(out), seed, tier, chapter, limits or Limits(), course_functions, expected,
                by_hand, numbers,
            )  # fmt: skip
            replace_file(out / "run.json", note(policy, seed, tier))
            workers = workers or os.cpu_count() or 1
            return _grade_all(found, run, workers, quiet, client, policy, compare, names)
    except OSError as error:
        raise GradingError(
            f"the results cannot be written: {error}. Nothing that is done is lost: mend the "
            "cause and give the same command again"
        ) from None


def _chapters_of_class(found):
    """Those that many of the class have most exercises of; the others are single students' choice.

    Where the class is large, of some of its notebooks.
    """
    counts: Counter = Counter()
    for submission in found[:: 1 + len(found) // LOOKED_AT]:
        if submission.path is not None and not submission.problem:
            with contextlib.suppress(UnreadableError):
                counts[chapters_of(read(submission.path))[0]] += 1
    return tuple(sorted(name for name, count in counts.items() if count >= counts.total() / 5))


@contextlib.contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Two runs in one folder would mix their seeds: the second is refused."""
    if fcntl is None:  # on Windows, where only trusted submissions are graded
        yield
        return
    folder = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise GradingError(
            f"another run writes into {str(out)!r}: wait for its end, or choose another folder"
        ) from None
    try:
        yield
    finally:
        os.close(folder)


def _seed_of(out):
    """That of the run before; a new one if there was none, or if its note cannot be read."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        seed = json.loads((out / "run.json").read_text(encoding="utf-8"))["seed"]
        if type(seed) is int and seed >= 0:
            return seed
        raise GradingError(
            f"{str(out / 'run.json')!r} holds the seed {seed!r}, and a seed is a whole number from "
            "0 on: mend or remove that file, or give --seed"
        )
    return secrets.randbits(32)


def _grade_all(found, run, workers, quiet, client, policy, compare, names):
    unreadable, unjudged, mixed = [], [], []
    book = MarkBook(policy)
    unjudged_places = set()
    graded = skipped = waiting = unasked = 0
    if client is None:
        outcomes = _outcomes(found, run, min(workers, len(found)))
    else:
        outcomes = cluster.outcomes(found, run, client)
    bar = tqdm(
        total=len(found),
        unit=" submissions",
        disable=quiet,
        mininterval=0.2 if sys.stderr.isatty() else 15,
        file=sys.stderr,
    )
    try:
        with bar:
            for submission, outcome in outcomes:
                bar.update()
                if outcome["row"]:
                    book.enter(submission.place, outcome["row"])
                if outcome["others"]:
                    mixed.append((submission.student, ", ".join(outcome["others"])))
                graded += not (outcome["skipped"] or outcome["unjudged"])
                skipped += outcome["skipped"]
                waiting += outcome["waiting"]
                unasked += outcome["unasked"]
                if outcome["unjudged"]:
                    unjudged.append((submission.student, outcome["unjudged"]))
                    unjudged_places.add(submission.place)
                elif outcome["problem"]:
                    unreadable.append((submission.student, outcome["problem"]))
                    if not quiet:
                        bar.write(f"! {submission.student}: {outcome['problem']}", file=sys.stderr)
    finally:
        # Whatever stopped the run: a table of what is done, now or in a run before.
        for submission in found:
            if submission.place not in book.entries and (row := row_before(submission, run)):
                book.enter(submission.place, row)
        replace_file(Path(run.out) / "grades.csv", book.as_csv())
    how = feedback.how({"seed": run.seed, "tier": run.tier, "isolation": isolation(run.tier)})
    tally = class_report.tally_of(book, Path(run.out), unjudged_places)
    tally.unjudged = sorted(unjudged)
    result_at = functools.partial(result_of, Path(run.out))
    page = class_report.as_html(tally, how, names=names, result_at=result_at)
    replace_file(Path(run.out) / "class.html", page)
    return Summary(
        run.seed, graded, skipped, sorted(unreadable), sorted(unjudged), book.several(),
        sorted(mixed), book, waiting, unasked, settle(book, Path(run.out), compare=compare),
    )  # fmt: skip


# Processes


def _outcomes(found, run, workers):
    """(submission, outcome) as they come. A worker that is killed costs no other submission."""
    waiting = deque(found)
    alone = deque()  # were under way when a worker was killed
    while waiting or alone:
        at_once = 1 if alone else workers
        source = alone if alone else waiting
        with _pool(run, at_once) as pool:
            under_way = {}
            try:
                while source or under_way:
                    while source and len(under_way) < (1 if at_once == 1 else IN_FLIGHT * workers):
                        submission = source.popleft()
                        under_way[pool.submit(_in_worker, submission)] = submission
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in done:
                        outcome = future.result()
                        yield under_way.pop(future), outcome
            except BrokenProcessPool:
                if source is alone:
                    for submission in under_way.values():
                        yield submission, not_graded("the grader's own process was killed")
                else:
                    alone.extend(under_way.values())


@contextlib.contextmanager
def _pool(run, workers):
    pool = ProcessPoolExecutor(
        workers,
        # Not a fork: this process may have threads, and a fork of those may hang.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(run, os.getpid()),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


_here: dict[str, Any] = {}


def _begin(run, parent):
    """In a worker: a sandbox that stays for all its submissions."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != parent:  # gone already
            os._exit(1)
    _here["run"] = run
    _here["sandboxes"] = sandboxes = Sandboxes(run.tier, run.limits)
    multiprocessing.util.Finalize(None, sandboxes.__exit__, exitpriority=10)


def _in_worker(submission):
    return grade_one(submission, _here["run"], _here["sandboxes"])
