"""The sandboxes of one worker: a light one, and one with larger packages loaded."""

import re

from actloss.grading.sandbox import Limits, Sandbox

# Worth loading in advance where a submission names them.
WARM = {
    "torch": "torch",
    "matplotlib": "matplotlib.pyplot",
    "sklearn": "sklearn.datasets",
    "scipy": "scipy.optimize",
}
OURS = {f"actloss.{name}" for name in ("activations", "losses", "network")}


class Sandboxes:
    """A light sandbox, and one with larger packages warm for the submissions that want them."""

    def __init__(self, tier, limits=None):
        self.tier, self.limits = tier, limits or Limits()
        self.light, self.heavy = Sandbox(tier, self.limits), None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.light.stop()
        if self.heavy:
            self.heavy.stop()

    def for_notebook(self, notebook):
        text = "\n".join(cell.source for cell in notebook.cells)
        wanted = {module for name, module in WARM.items() if re.search(rf"\b{name}\b", text)}
        wanted |= {f"actloss.{name}" for name in re.findall(r"\bactloss\.(\w{1,30})", text)} & OURS
        if not wanted:
            return self.light
        if self.heavy is None or not wanted <= set(self.heavy.warm):
            wanted |= set(self.heavy.warm) if self.heavy else set()
            if self.heavy:
                self.heavy.stop()
            self.heavy = Sandbox(self.tier, self.limits, wanted)
        return self.heavy
