"""Finds the browsers beside Chromium that some tests drive, and in CI installs them.

Firefox and WebKitGTK's browser are what readers have, from Debian's packages, and with them what
drives them. They take 180 MB to fetch, so a reader's machine is left as it is: what is not there is
left out, and said. In CI that is a failure.
"""

import glob
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tools import debian
from tools.progress import Problem, say
from tools.stamps import ROOT

LOG = ROOT / "_build" / "other-browsers.log"
MINIBROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"


def find_firefox():
    return shutil.which("firefox-esr") or shutil.which("firefox")


def find_webkit():
    """WebKitGTK's own browser, where its driver and a screen without a glass are installed."""
    there = all(map(shutil.which, ("WebKitWebDriver", "Xvfb")))
    return next(iter(sorted(glob.glob(MINIBROWSERS))), None) if there else None


BROWSERS = {
    "Firefox": (find_firefox, ["firefox-esr"]),
    "WebKitGTK": (find_webkit, ["webkit2gtk-driver", "xvfb"]),
}


def missing():
    """The names of those that are not there, each with Debian's packages that it takes."""
    return {name: packages for name, (find, packages) in BROWSERS.items() if not find()}


@contextmanager
def found_or_installed_beside():
    """See to them while the caller does something else, and say what came of it."""
    if not os.environ.get("CI") or not sys.platform.startswith("linux") or not missing():
        yield
        say_which()
        return
    with ThreadPoolExecutor(1) as pool:
        installing = pool.submit(install)
        yield
        installing.result()
    say_which()
    if absent := missing():
        raise Problem(
            f"there is no {' and no '.join(absent)}, and it could not be installed "
            f"(what was tried: {LOG}). Install it ({how_to_install(absent)})"
        )


def install():
    packages = [package for needed in missing().values() for package in needed]
    debian.install(LOG, *packages, enough=lambda: not missing())


def say_which():
    absent = missing()
    if there := [find() for find, _ in BROWSERS.values() if find()]:
        say("browsers", ", ".join(there))
    if absent:
        words = f"{' and '.join(absent)} not there: their tests are left out"
        say("browsers", f"{words} ({how_to_install(absent)})", mark="!")


def how_to_install(absent):
    packages = [package for needed in absent.values() for package in needed]
    return f"Debian: apt-get install {' '.join(packages)}"
