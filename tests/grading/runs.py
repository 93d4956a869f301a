"""What the tests of the grader share: sandboxes of every tier, and short limits."""

import hashlib

from actloss.grading.sandbox import Limits

TIERS = ("A", "B")
SHORT = Limits(cells=4, calls=4)  # enough for what the tests run, on a busy machine too


def bytes_of(out):
    """A digest of every file of the results."""
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }
