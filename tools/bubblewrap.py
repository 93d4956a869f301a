"""Finds bubblewrap, in which the tests of the grader confine submissions, and installs it."""

import shutil

from tools import debian
from tools.progress import Problem, Stage, say
from tools.stamps import ROOT

LOG = ROOT / "_build" / "bubblewrap.log"


def find():
    return shutil.which("bwrap")


def find_or_install():
    if path := find():
        say("bubblewrap", path)
        return
    with Stage("bubblewrap") as stage:
        stage.detail = "installing"
        debian.install(LOG, "bubblewrap", enough=find)
        if not find():
            raise Problem(
                "there is no bubblewrap, and it could not be installed "
                f"(what was tried: {LOG}). Install it (Debian: apt-get install bubblewrap). "
                "Without it: make test WITHOUT_SANDBOX=1, not in CI"
            )
        stage.result = f"installed, {find()},"
