"""Asks whether a pinned package has a known vulnerability: `make audit`.

The answer changes from day to day and comes from PyPI and npm, so no test asks; a scheduled
workflow does.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from tools.environment import add, python_of
from tools.node import run_npm
from tools.progress import Problem, run_command, say
from tools.stamps import ROOT

LOCKS = [ROOT / folder / "package-lock.json" for folder in ("web/src", "tests", "benchmarks")]
# Every pin is looked up as it stands: nothing is installed, and nothing may be passed over.
PIP_AUDIT = ["-m", "pip_audit", "--strict", "--no-deps", "--disable-pip", "--progress-spinner=off"]


def main():
    add("audit")
    failed = [name for name, ask in (("PyPI", ask_pypi), ("npm", ask_npm)) if not ask()]
    if failed:
        raise Problem(
            f"{' and '.join(failed)}: see above; raise the pin of a package that has a "
            "vulnerability, and run `make test`"
        )


def ask_pypi():
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "requirements.txt")
        pins = pinned(sorted(ROOT.glob("requirements*.txt")))
        listed.write_text("\n".join(pins), encoding="utf-8")
        say("PyPI", f"{len(pins)} packages")
        command = [python_of(ROOT / ".venv-audit"), *PIP_AUDIT, "--requirement", listed]
        return subprocess.run(command, env=os.environ | {"PYTHONWARNINGS": ""}).returncode == 0


def pinned(files):
    """Each pin once, without what stands behind it on its line."""
    lines = "\n".join(file.read_text(encoding="utf-8") for file in files).splitlines()
    requirements = {line.split("#")[0].split(";")[0].strip() for line in lines}
    # What is known of torch is known of all its builds, `+cpu` among them.
    return sorted({pin.split("+")[0] for pin in requirements if "==" in pin})


def ask_npm():
    content = True
    for lock in LOCKS:
        say("npm", lock.relative_to(ROOT).as_posix())
        done = run_npm("audit", "--package-lock-only", folder=lock.parent)
        print(done.stdout.strip())
        content = content and done.returncode == 0
    return content


if __name__ == "__main__":
    run_command(main)
