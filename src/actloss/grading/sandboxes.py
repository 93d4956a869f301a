"""The sandboxes of one worker: a light one, and one with larger packages loaded."""

from __future__ import annotations

import re
from typing import Any

from actloss.grading.notebooks import Notebook
from actloss.grading.sandbox import Limits, Sandbox

# Worth loading in advance where a submission names them.
WARM = {
    "torch": "torch",
    "matplotlib": "matplotlib.pyplot",
    "sklearn": "sklearn.datasets",
    "scipy": "scipy.optimize",
}
MAGIC = re.compile(r"^\s*(?:[\w, ]+=\s*)?[%!?]|\?\s*$|get_ipython", re.MULTILINE)


class Sandboxes:
    """A light sandbox, and one with larger packages warm for the submissions that want them."""

    def __init__(self, tier: str, limits: Limits | None = None) -> None:
        self.tier, self.limits = tier, limits or Limits()
        self.light = Sandbox(tier, self.limits)
        self.heavy: Sandbox | None = None

    def __enter__(self) -> Sandboxes:
        return self

    def __exit__(self, *_: Any) -> None:
        self.light.stop()
        if self.heavy:
            self.heavy.stop()

    def for_notebook(self, notebook: Notebook) -> Sandbox:
        text = "\n".join(cell.source for cell in notebook.cells)
        wanted = {module for name, module in WARM.items() if re.search(rf"\b{name}\b", text)}
        if re.search(r"\bnetwork\b", text):
            wanted.add("actloss.network")
        if MAGIC.search(text):
            wanted.add("IPython.core.inputtransformer2")
        if not wanted:
            return self.light
        if self.heavy is None or not wanted <= set(self.heavy.warm):
            wanted |= set(self.heavy.warm) if self.heavy else set()
            if self.heavy:
                self.heavy.stop()
            self.heavy = Sandbox(self.tier, self.limits, wanted)
        return self.heavy
