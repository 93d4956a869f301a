"""The autograder for Gradescope: a zip, and what runs there.

Gradescope unpacks the zip into /autograder/source, runs ``setup.sh`` once, and for each submission
``run_autograder``, which finds the files in /autograder/submission and leaves its judgement in
/autograder/results/results.json.
"""

from __future__ import annotations

import json
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

from actloss.exercises import of_chapter
from actloss.grading import sandbox, tiers
from actloss.grading.notebooks import in_folder
from actloss.grading.sandboxes import Sandboxes
from actloss.grading.submission import GradingError, Run, judge, prepare, replace_file

AUTOGRADER = Path("/autograder")
NOTEBOOKS = 30  # of one submission that are graded; of more the results say so
# What the grader needs, and what the exercises may be solved with.
PACKAGES = ("numpy", "scipy", "matplotlib", "tqdm", "scikit-learn", "ipython")
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of the time that a zip knows: the same bytes in every run

SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when it builds the machine that grades.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y bubblewrap
# The course needs Python 3.11 or later; Ubuntu 22.04 has that beside its own.
apt-get install -y python3.11 python3.11-venv || apt-get install -y python3 python3-venv
"$(command -v python3.11 || command -v python3)" -m venv /autograder/venv
/autograder/venv/bin/python -m pip install --no-cache-dir -r /autograder/source/requirements.txt
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission.
set -euo pipefail
export PYTHONPATH=/autograder/source
exec /autograder/venv/bin/python -m actloss.grading.gradescope
"""


# Here


def make_zip(path: Path, *, chapter: str, seed: int, seconds: float, trust: bool) -> None:
    """Write the autograder for the exercises of a chapter; the same settings, the same bytes.

    Raises
    ------
    GradingError
        If the chapter has no exercises.
    """
    if not of_chapter(chapter):
        raise GradingError(
            f"for Gradescope a chapter with exercises is needed, such as --chapter softmax, "
            f"not {chapter!r}"
        )
    settings = {"chapter": chapter, "seed": seed, "seconds": seconds, "trust": trust}
    files = {
        "setup.sh": SETUP,
        "run_autograder": RUN,
        "settings.json": json.dumps(settings, indent=1) + "\n",
        "requirements.txt": "".join(f"{name}=={version(name)}\n" for name in PACKAGES),
    }
    modules = [path for kind in ("py", "toml") for path in sandbox.PACKAGE.rglob(f"*.{kind}")]
    for module in sorted(modules):
        place = Path("actloss") / module.relative_to(sandbox.PACKAGE)
        files[place.as_posix()] = module.read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            runs = name in ("setup.sh", "run_autograder")
            entry.create_system, entry.external_attr = 3, (0o755 if runs else 0o644) << 16
            archive.writestr(entry, text)


# There


def main(autograder: Path = AUTOGRADER) -> int:
    """Judge what lies in the folder of the submission.

    Where this machine can isolate nothing, no results are left: then Gradescope says that the
    autograder failed, and nobody has zero points for that.
    """
    settings = json.loads((autograder / "source" / "settings.json").read_text(encoding="utf-8"))
    seconds = settings["seconds"]
    limits = sandbox.Limits(cells=seconds, calls=seconds / 3)
    try:
        tier = "none" if settings["trust"] else tiers.best_tier()
        run = Run("", settings["seed"], tier, settings["chapter"], limits)
        result = best_of(autograder / "submission", run)
    except (GradingError, sandbox.NoSandboxError) as error:
        print(f"this submission was not graded: {error}", file=sys.stderr)
        return 1
    folder = autograder / "results"
    folder.mkdir(exist_ok=True)
    replace_file(folder / "results.json", json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(result["output"])
    return 0


def best_of(folder: Path, run: Run) -> dict:
    """The results of the notebook with most points: a student may hand in several."""
    results = []
    with Sandboxes(run.tier, run.limits) as sandboxes:
        handed_in = in_folder(folder.name, folder)
        for found in handed_in[:NOTEBOOKS]:
            account, files = judge(prepare(found, run), run, sandboxes)
            if account["unjudged"]:
                raise GradingError(account["unjudged"])
            results.append(json.loads(files["results.json"]))
    best = max(results, key=lambda result: result["score"])
    if len(handed_in) > NOTEBOOKS:
        best["output"] += (
            f". Of {len(handed_in)} notebooks the first {NOTEBOOKS} were graded, by name: hand in "
            "the others alone"
        )
    del best["max_score"]  # Gradescope adds up those of the tests
    return best


if __name__ == "__main__":
    sys.exit(main())
