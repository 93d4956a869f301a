"""Keeps what commands empty or remove inside the clone, where a link may lead out of it."""

from tools.progress import Problem
from tools.stamps import ROOT


def refuse_links(*folders):
    """Raise a Problem for a folder of the clone that is a link, or lies behind one."""
    for folder in folders:
        if folder.resolve() != folder:
            raise Problem(
                f"{folder.relative_to(ROOT)} leads to {folder.resolve()}, and this command would "
                "change or empty that folder: nothing was touched; take the link away, and run "
                "the command again"
            )
