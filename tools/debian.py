"""Installs what the tests need and PyPI does not have, from Debian's packages where that may be."""

import os
import shutil
import subprocess


def install(log, *packages, enough):
    """Install one package after the other until `enough()` holds; root can, where apt-get is."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return
    run(log, "apt-get", "update")
    for package in packages:
        run(log, "apt-get", "install", "--yes", "--no-install-recommends", package)
        if enough():
            return


def run(log, *command):
    """Run a command that asks nothing, and keep what it says."""
    log.parent.mkdir(exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        print("$", *command, file=file, flush=True)
        subprocess.run(
            command,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
