"""Answers that must be text: what a cell of a notebook would have made of it."""

import numpy as np


def compiled(body, name="answer"):
    """A function from its text, as a cell of a notebook would have made it."""
    namespace = {"np": np}
    exec(compile(body, "<a cell>", "exec"), namespace)
    return namespace[name]


def rewritten(text, *changes):
    """A function from its text, once each (old, new) was changed in it."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)
