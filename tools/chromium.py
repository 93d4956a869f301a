"""Finds a Chromium for the browser tests, and installs one where that can be done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools import debian
from tools.progress import Problem, Stage, say
from tools.stamps import ROOT

LOG = ROOT / "_build" / "chromium.log"

# The first is the same browser without windows, and opens a page in half the time.
COMMANDS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "msedge",
)
DEBIANS = ("chromium-headless-shell", "chromium")  # older releases have the second one only
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)

# Root has no sandbox; and no browser here may ask anything of another host by itself.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find():
    """The path of a Chromium that starts, or None. The variable CHROMIUM names one by hand."""
    by_hand = os.environ.get("CHROMIUM")
    if by_hand:
        if starts(by_hand):
            return by_hand
        raise Problem(f"CHROMIUM={by_hand} does not start: name a Chromium, or unset CHROMIUM")
    candidates = [*filter(None, map(shutil.which, COMMANDS)), *ELSEWHERE]
    return next(filter(starts, candidates), None) or find_playwrights_own()


def find_playwrights_own():
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if starts(path) else None


def starts(path):
    """Whether it is a browser and not, say, a stand-in that asks to install one."""
    if not Path(path).is_file():
        return False
    if os.name == "nt":
        return True  # Windows' browsers open a window when asked for their version
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_or_install():
    if path := find():
        say("chromium", path)
        return path
    with Stage("chromium") as stage:
        stage.detail = "installing"
        for install in (install_debians, install_playwrights):
            install()
            if path := find():
                stage.result = f"installed, {path},"
                return path
        raise Problem(
            "there is no Chromium, and none could be installed "
            f"(what was tried: {LOG}). Install one (Debian: apt-get install chromium; elsewhere: "
            f"{sys.executable} -m playwright install chromium) or name yours: "
            "make test CHROMIUM=/path. Without it: make test WITHOUT_BROWSER=1, not in CI"
        )


def install_debians():
    debian.install(LOG, *DEBIANS, enough=find)


def install_playwrights():
    debian.run(LOG, sys.executable, "-m", "playwright", "install", "chromium")
