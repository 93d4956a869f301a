"""Git for the tests of commands, by nobody in particular."""

import subprocess

NOBODY = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(folder, *arguments):
    """What git says when it is run in a folder; it must succeed."""
    command = ["git", *NOBODY, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()
