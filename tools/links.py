"""Asks every address that the course links to whether it is still there: `make links`.

It needs the network, and other people's servers, so no test runs it; a scheduled workflow does.
"""

import json
import subprocess
import sys

from tools.book import BUILD, JUPYTER_BOOK, readable
from tools.node import ENVIRONMENT
from tools.progress import Problem, Stage, run_command, say
from tools.stamps import ROOT

FOLDER = BUILD / "links"
FOUND = FOLDER / "_build" / "html" / "output.json"  # where Jupyter Book has Sphinx write it
LOG = BUILD / "links.log"

# A server that lets browsers in only, or few calls a minute, says nothing about the page.
REFUSED = ("401 ", "403 ", "406 ", "418 ", "429 ", "999 ")
MOVED = (301, 308)  # for good


def main():
    with Stage("links") as stage:
        stage.detail = lambda: f"{len(read_found())} looked at"
        found = check_links()
        stage.result = f"{len(found)} looked at"
    report(found)


def check_links():
    """What Sphinx finds out about each address: its uri, status, code, info and place."""
    FOUND.unlink(missing_ok=True)
    BUILD.mkdir(exist_ok=True)
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(ROOT), "--builder", "linkcheck"]
    with LOG.open("w", encoding="utf-8") as log:
        # It fails when a link is broken, and we say which.
        subprocess.run(
            [*command, "--path-output", str(FOLDER)],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    if not (found := read_found()):
        raise Problem(f"no link was looked at; what Sphinx said: {LOG}")
    return found


def read_found():
    """The addresses looked at so far; those within a page are not asked for."""
    if not FOUND.is_file():
        return []
    lines = FOUND.read_text(encoding="utf-8").splitlines()
    return [link for line in lines if (link := json.loads(line))["status"] != "unchecked"]


def report(found):
    """Say what has moved for good; raise a Problem with what is gone."""
    for link in found:
        if link["status"] == "redirected" and link["code"] in MOVED:
            say("moved", f"{described(link)}, it is {link['info']} now", mark="!")
    broken = [link for link in found if link["status"] in ("broken", "timeout")]
    gone = [link for link in broken if not link["info"].startswith(REFUSED)]
    if refused := len(broken) - len(gone):
        say("refused", f"{refused}: their servers answer browsers only", mark="!")
    if gone:
        raise Problem("\n✗ ".join(f"{described(link)}: {link['info'][:200]}" for link in gone))


def described(link):
    """`chapters/a.ipynb, cell 3, line 2: https://…`."""
    file = link["filename"].removesuffix(".rst")  # which Sphinx adds to what is no page
    return readable(f"{file}:{link['lineno']}: WARNING: {link['uri']}")


if __name__ == "__main__":
    run_command(main)
