"""Puts the built book on the branch that GitHub Pages serves: `make publish`.

The branch holds one commit, and each publication takes the place of the one before: what is on the
site can be built again from the sources, and a history of built pages would only grow. Colab reads
the notebooks from there (web/sphinx/downloads.py).
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tools.book import BUILD, INDEX
from tools.progress import Problem, Stage, run_command
from tools.stamps import ROOT

SITE = BUILD / "html"
BRANCH = "gh-pages"
PAGES_HOST = ".github.io"  # any other address of the site has to be told to GitHub Pages
NAME = ("-c", "user.name=make publish", "-c", "user.email=noreply@example.org")


def main():
    remote = sys.argv[1] if len(sys.argv) > 1 else "origin"
    if not INDEX.is_file():
        raise Problem("the book is not built: run `make publish`, which builds it")
    with Stage("publish") as stage:
        stage.detail = f"to {BRANCH} of {remote}"
        publish(remote, os.environ.get("SITE_URL", ""))
        stage.result = f"{BRANCH} of {remote}"


def publish(remote, address):
    """Make one commit of the site and push it; nothing in the clone changes, not even its index."""
    with tempfile.TemporaryDirectory() as folder:
        beside = {"GIT_INDEX_FILE": str(Path(folder, "index")), "GIT_WORK_TREE": str(SITE)}
        write_notes_to_host(address)
        git("add", "--all", "--force", ".", **beside)
        tree = git("write-tree", **beside)
    source = git("rev-parse", "--short", "HEAD")
    commit = git(*NAME, "commit-tree", tree, "-m", f"The book, built from {source}")
    git("push", "--quiet", "--force", remote, f"{commit}:refs/heads/{BRANCH}")


def write_notes_to_host(address):
    """Let folders that begin with an underscore be served, and keep a domain of one's own."""
    (SITE / ".nojekyll").touch()
    host = urlsplit(address).hostname or ""
    if host and not host.endswith(PAGES_HOST):
        (SITE / "CNAME").write_text(f"{host}\n", encoding="utf-8")


def git(*arguments, **environment):
    done = subprocess.run(
        ["git", *arguments],
        cwd=SITE if environment else ROOT,
        env=os.environ | {"GIT_DIR": git_folder(), **environment},
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode != 0:
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Problem(f"git {arguments[0]} failed: {words[-1]}")
    return done.stdout.strip()


def git_folder():
    command = ["git", "rev-parse", "--absolute-git-dir"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise Problem(f"{ROOT} is no git clone: publish from a clone of the repository")
    return done.stdout.strip()


if __name__ == "__main__":
    run_command(main)
