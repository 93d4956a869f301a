"""The command line: ``actloss grade SUBMISSIONS --out RESULTS``."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from actloss.grading import (
    changes,
    cluster,
    gradescope,
    review,
    roster,
    rubric,
    sandbox,
    similar,
    tiers,
    variants,
)
from actloss.grading.cohort import grade_class
from actloss.grading.final_marks import in_words, lateness_in_words
from actloss.grading.settings import source, stated
from actloss.grading.submission import GradingError

SHOWN = 20  # students named at the end


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; its exit status: 0, 1 (could not), 2 (usage), 3 (not all graded), 130."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given = _parser().parse_args(words)
    try:
        return given.run(given)
    except (GradingError, sandbox.NoSandboxError, OSError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="actloss", description="Tools of the course.")
    commands = parser.add_subparsers(dest="command", required=True)
    grade = commands.add_parser(
        "grade",
        help="grade a class",
        description="Grade a folder of notebooks: student.ipynb, or a folder for each student.",
    )
    grade.add_argument("submissions", nargs="?", type=Path, help="the folder of submissions")
    grade.add_argument("--out", type=Path, help="the folder of results; made if needed")
    grade.add_argument("--seed", type=_seed, help="draws the inputs of the tests")
    grade.add_argument("--chapter", default="", help="of the exercises, such as softmax")
    grade.add_argument("--workers", type=int, default=0, help="processes (one a core)")
    grade.add_argument(
        "--seconds",
        type=_seconds,
        default=sandbox.Limits.cells,
        help="for the cells of one exercise (%(default)g); calling its function gets a third",
    )
    grade.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the class, with id, name, email and section: say who is absent, and write files for "
        "Canvas, Moodle, Blackboard and nbgrader",
    )
    grade.add_argument(
        "--settings",
        type=Path,
        metavar="TOML",
        help="what holds for the class: due dates, lateness, attempts, extensions",
    )
    grade.add_argument(
        "--overrides",
        type=Path,
        metavar="CSV",
        help="points by hand, and comments: student, exercise, points, reason, by",
    )
    grade.add_argument(
        "--names", action="store_true", help="name students on class.html, the page on the class"
    )
    grade.add_argument(
        "--compare",
        type=Path,
        metavar="RESULTS",
        help="an earlier folder of results: say whose points changed since, and why; without it "
        "the run before in the same folder is meant",
    )
    grade.add_argument(
        "--dask",
        default="",
        metavar="ADDRESS",
        help="grade on a Dask cluster; of its scheduler, such as tcp://10.0.0.1:8786",
    )
    grade.add_argument(
        "--gradescope",
        type=Path,
        metavar="ZIP",
        help="grade nothing: write an autograder for Gradescope, for the exercises of --chapter",
    )
    grade.add_argument(
        "--allow-course-functions",
        action="store_true",
        help="let a function of the course be an answer where one is, as softmax for a softmax",
    )
    grade.add_argument(
        "--rubric",
        type=Path,
        action="append",
        default=[],
        metavar="TOML",
        help="of the answers that you mark yourself, with actloss review; kept with the results",
    )
    grade.add_argument(
        "--variants",
        type=_seed,
        metavar="SEED",
        help="each student of the --roster has numbers of their own, from actloss variants",
    )
    grade.add_argument("--quiet", action="store_true", help="no progress bar")
    grade.add_argument(
        "--trust-submissions",
        action="store_true",
        help="grade without isolation: submissions may do whatever you may",
    )
    grade.add_argument("--doctor", action="store_true", help="say which isolation this machine has")
    grade.set_defaults(run=_run_grade)
    similar.add_to(commands)
    review.add_to(commands)
    rubric.add_to(commands)
    variants.add_to(commands)
    return _Checked(parser, grade)


class _Checked:
    def __init__(self, parser, grade):
        self.parser, self.grade = parser, grade

    def parse_args(self, words):
        given = self.parser.parse_args(words)
        grades = given.command == "grade" and not given.doctor and given.gradescope is None
        if grades and (given.submissions is None or given.out is None):
            self.grade.error("a folder of submissions and --out RESULTS are needed")
        if grades and given.variants is not None and given.roster is None:
            self.grade.error("--variants needs --roster CSV, which says whose numbers are whose")
        return given


def _seed(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 on, not {text!r}")
    return int(text)


def _seconds(text):
    with contextlib.suppress(ValueError):
        if 0.1 <= float(text) <= 86400:
            return float(text)
    raise argparse.ArgumentTypeError(f"a limit is from 0.1 to 86400 seconds, not {text!r}")


def _run_grade(given):
    if given.doctor:
        print(tiers.doctor())
        return 0
    return _grade(given) if given.gradescope is None else _make_zip(given)


def _grade(given):
    if given.compare:
        _check_comparison(given.compare, given.out)
    students = roster.read_roster(given.roster) if given.roster else None
    with cluster.connected(given.dask) if given.dask else contextlib.nullcontext() as client:
        tier = _tier(given, client)
        print(f"isolation: tier {tier}, {sandbox.TIERS[tier]}", flush=True)
        summary = grade_class(
            given.submissions,
            given.out,
            tier=tier,
            seed=given.seed,
            chapter=given.chapter,
            workers=given.workers,
            limits=sandbox.Limits(cells=given.seconds, calls=given.seconds / 3),
            course_functions=given.allow_course_functions,
            quiet=given.quiet,
            client=client,
            rubrics=given.rubric,
            students=students or (),
            variants_seed=given.variants,
            settings=given.settings,
            overrides=given.overrides,
            compare=given.compare,
            names=given.names,
        )
    print(
        f"{summary.graded} graded, {summary.skipped} were done before, "
        f"{len(summary.unjudged)} could not be graded; seed {summary.seed}: {given.out}/grades.csv"
    )
    print(f"the class on one page: {given.out}/class.html")
    if summary.unasked:
        print(
            f"answers that a teacher marks are in {summary.unasked} of the notebooks, and do not "
            "count: give --rubric TOML, which actloss rubric NOTEBOOK drafts"
        )
    if summary.waiting:
        print(
            f"answers that wait for a teacher: {summary.waiting}. Mark them with: actloss review "
            f"{given.submissions} --out {given.out}"
        )
    _tell_of_marks(summary.book)
    if summary.changes is not None:
        _tell_changes(summary.changes, given.compare or "the run before", given.out)
    if students is not None:
        _export(roster.match(students, summary.book, dict(summary.unjudged)), given.out)
    if summary.several:
        names = ", ".join(summary.several[:SHOWN]) + (", …" if summary.several[SHOWN:] else "")
        print(f"several notebooks for one chapter, of which the best counts: {names}")
    _tell(summary.mixed, "hold exercises of other chapters, too, which were not graded")
    _tell(summary.unreadable, "could not be read")
    _tell(summary.unjudged, "could not be graded; give the command again, or look into it")
    return 3 if summary.unjudged else 0


def _make_zip(given):
    seed = secrets.randbits(32) if given.seed is None else given.seed
    gradescope.make_zip(
        given.gradescope,
        chapter=given.chapter,
        seed=seed,
        seconds=given.seconds,
        trust=given.trust_submissions,
    )
    print(f"{given.gradescope}: the autograder for {given.chapter}, with seed {seed}")
    return 0


def _tier(given, client):
    if given.trust_submissions:
        return "none"
    return cluster.agreed_tier(client) if client else tiers.best_tier()


def _check_comparison(before, out):
    if not (before / "run.json").is_file():
        raise GradingError(f"there are no results to compare with in {str(before)!r}")
    if before.resolve() == out.resolve():
        raise GradingError("grade into another folder than the one to compare with: --out NEW")


def _tell_of_marks(book):
    """What was done to the points that were computed, and by which rules."""
    policy, marks = book.policy, book.best().values()
    if policy.settings.path:
        print(f"settings: {policy.settings.path}")
        for sentence in stated(policy.settings):
            print(f"  {sentence}")
        times = policy.times
        _tell(
            [(name, "") for name in times.by_file_time],
            f"without a time in {source(policy.settings)}; that of the file counts, which copying "
            "may have changed",
        )
        _tell(
            [(line, "") for line in times.unmet], f"without a hand-in, in {source(policy.settings)}"
        )
        strangers = sorted(
            {one.student for one in policy.settings.extensions if not policy.whose(one.student)}
        )
        _tell([(name, "") for name in strangers], "with an extension and no hand-in")
        late = [mark for mark in marks if mark.counts.late and mark.counts.late.days]
        _tell([(m.student, lateness_in_words(m.counts)) for m in late], "late")
    if policy.overrides.path:
        changed = [(mark.student, one) for mark in marks for one in mark.changed]
        print(f"points by hand: {len(changed)}, from {policy.overrides.path}")
        for student, one in changed[:SHOWN]:
            print(f"  {student}, {one.line.exercise}: {in_words(one)}")
        if len(changed) > SHOWN:
            print(f"  … and {len(changed) - SHOWN} more")
        met = {one.line for _, one in changed}
        lost = [
            line for lines in policy.overrides.by_student.values() for line in lines
            if line.points is not None and line not in met
        ]  # fmt: skip
        _tell(
            [(f"line {line.line}", f"{line.exercise} of {line.chapter}") for line in lost],
            "for a chapter that the student did not hand in, which count nowhere",
        )


def _tell_changes(rows, before, out):
    where = f" ({out}/changes.html)" if rows else ""
    print(f"since {before}: {changes.summary(rows)}{where}")
    for row in rows[:SHOWN]:
        print(
            f"  {row['student']}, {row['exercise']}: {row['before']} → {row['after']}: {row['why']}"
        )
    if len(rows) > SHOWN:
        print(f"  … and {len(rows) - SHOWN} more")


def _export(found, out):
    paths = roster.write(found, out)
    print(f"for learning platforms: {', '.join(str(path) for path in paths)}")
    _tell([(one.id, one.name) for one in found.absent], "of the roster handed in nothing")
    _tell([(name, "") for name in found.unknown], "handed in and are not on the roster")


def _tell(pairs, what):
    if pairs:
        print(f"{len(pairs)} {what}:")
    for student, problem in pairs[:SHOWN]:
        print(f"  {student}: {problem}" if problem else f"  {student}")
    if len(pairs) > SHOWN:
        print(f"  … and {len(pairs) - SHOWN} more")
