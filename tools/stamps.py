"""What was done last time: nothing is done twice, and nothing half-done is taken for done."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

from tools.progress import say

ROOT = Path(__file__).resolve().parent.parent
MADE_BY_MACHINES = {"node_modules", "live-python", "live-python-compiled", "__pycache__"}
MADE_BY_MACHINES |= {".ipynb_checkpoints", ".ruff_cache"}


def files_under(*paths):
    """Every file at or under the paths that a person may have written, sorted."""
    found = []
    for path in paths:
        if path.is_file():
            found.append(path)
        for folder, folders, names in os.walk(path):
            folders[:] = [
                name
                for name in folders
                if name not in MADE_BY_MACHINES and not name.endswith(".egg-info")
            ]
            found.extend(Path(folder, name) for name in names)
    return sorted(found)


def digest(content):
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def digest_of_files(files, *facts):
    """One digest of the files' names and contents, and of whatever else the result depends on."""
    parts = [f"{path} {digest(path.read_bytes())}" for path in files]
    return digest("\n".join([*parts, *map(str, facts)]).encode())


def stamp_says(stamp, digest):
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == digest


@contextmanager
def one_at_a_time(purpose):
    """Hold a lock that a second `make` in the same clone waits for; it is free when we end.

    The lock is on this file, at an offset past its end, so that nothing has to be created.
    """
    with open(__file__, "rb") as held:
        if not _try_to_lock(held):
            say(purpose, "another make is at work here; waiting for it", mark="…")
            _wait_to_lock(held)
        yield


try:
    import fcntl

    def _try_to_lock(held):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait_to_lock(held):
        fcntl.flock(held, fcntl.LOCK_EX)

except ImportError:  # Windows
    import msvcrt
    import time

    def _try_to_lock(held):
        held.seek(1 << 30)
        try:
            msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait_to_lock(held):
        while not _try_to_lock(held):
            time.sleep(0.5)
