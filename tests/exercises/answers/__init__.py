"""Answers to the exercises: right ones by other ways, and wrong ones that people write.

A module for each chapter holds both. A wrong answer stands beside words of the hint that is meant
for it.
"""

import importlib
import pkgutil

RIGHT, WRONG = {}, {}
for found in pkgutil.iter_modules(__path__, f"{__name__}."):
    module = importlib.import_module(found.name)
    RIGHT |= getattr(module, "RIGHT", {})
    WRONG |= getattr(module, "WRONG", {})
