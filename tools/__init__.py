"""The commands of the Makefile: one module each, run as `python -m tools.<name>`."""

# Any Python can read this file, however old, so that it can say what it says.
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
KNOWN_TO_WORK = ("python3.11", "python3.12", "python3.13", "python3.14")


def use_a_newer_python():
    """Start again under a newer Python where this machine has one; else say what to install."""
    is_new_enough = "import sys; sys.exit(sys.version_info < {0})".format(OLDEST)
    which = getattr(shutil, "which", lambda name: None)
    for name in KNOWN_TO_WORK:
        found = which(name)
        if found and subprocess.call([found, "-c", is_new_enough], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, "-m", "tools.environment"] + sys.argv[1:])
    sys.exit(
        "Python {0}.{1} or later is needed, and {2} is {3}.{4}: install a newer one "
        "(https://www.python.org/downloads/), or name it: make PYTHON=/path/to/python3".format(
            OLDEST[0], OLDEST[1], sys.executable, sys.version_info[0], sys.version_info[1]
        )
    )


if sys.version_info < OLDEST:
    use_a_newer_python()
