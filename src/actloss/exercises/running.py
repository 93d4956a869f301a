"""Runs a student's function: what it gives, raises, warns of and changes, and for how long."""

from __future__ import annotations

import dis
import inspect
import linecache
import os
import signal
import sysconfig
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SECONDS = 3.0  # for one check; a right answer needs some hundredths

NOT_THEIRS = tuple(
    os.path.join(folder, "")
    for folder in {
        str(Path(__file__).resolve().parent.parent),
        *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    }
)


class OutOfTime(BaseException):
    """Not an Exception, so that a student's ``except Exception`` lets it through."""


@dataclass(frozen=True)
class Outcome:
    """What came of one call. ``value`` is an array, or None if there was an error."""

    value: Any = None
    error: str = ""
    kind: str = ""  # of the error: the name of its class, or "" for a result that is no array
    warning: str = ""
    changed: dict[str, np.ndarray] = field(default_factory=dict)


def call(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Outcome:
    """Call `function` with copies of the arguments, by name if it knows the names."""
    given = {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }
    by_name, problem = _fit(function, given)
    if problem:
        return Outcome(error=problem, kind="TypeError")
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        try:
            result = function(**given) if by_name else function(*given.values())
        except NotImplementedError:
            raise
        except (Exception, SystemExit) as error:
            return Outcome(error=in_words(error), kind=type(error).__name__)
        value, problem = _as_numbers(result)
    changed = {
        name: given[name]
        for name, value_before in arguments.items()
        if isinstance(value_before, np.ndarray) and given[name].tobytes() != value_before.tobytes()
    }
    warning = next((w for w in caught if issubclass(w.category, RuntimeWarning)), None)
    words = f"{warning.category.__name__}: {warning.message}" if warning else ""
    return Outcome(value, problem, "", words, changed)


def _fit(function: Callable[..., Any], given: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether to call by name, and what is wrong if the function takes other arguments."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have no signature
        return False, ""
    for by_name in (True, False):
        try:
            signature.bind(**given) if by_name else signature.bind(*given.values())
        except TypeError:
            continue
        return by_name, ""
    return False, f"It is called with ({', '.join(given)}), but yours takes {signature}."


def _as_numbers(result: object) -> tuple[NDArray[Any] | None, str]:
    """A result as an array, or a sentence on why it is none."""
    if result is None:
        return None, "It returned None: does every way through it end in `return`?"
    if not isinstance(result, np.ndarray | np.generic | float | int):
        return None, f"It returned a {type(result).__name__}; a NumPy array is asked for."
    array = np.array(result)
    if array.dtype.kind not in "biuf":
        return None, f"It returned an array of dtype {array.dtype}; real numbers are asked for."
    return array, ""


def is_stub(function: Callable[..., Any]) -> bool:
    """Whether nothing was written yet: the body is empty but for a docstring, `...` or `pass`."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = [step for step in dis.get_instructions(code) if step.opname != "CACHE"]
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(step.opname in idle for step in steps) and all(
        constant is None or constant is Ellipsis for constant in constants
    )


def in_words(error: BaseException) -> str:
    """An error with the student's own line, and none of anybody else's."""
    message = str(error).strip()
    name = type(error).__name__
    return (f"{name}: {message}" if message else name) + _own_line(error)


def where_it_was(error: BaseException) -> str:
    return _own_line(error).removeprefix("\n")


def _own_line(error: BaseException) -> str:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        theirs = not frame.filename.startswith((*NOT_THEIRS, "<frozen", "<__array"))
        if theirs:
            line = linecache.getline(frame.filename, frame.lineno or 0).strip()
            return f"\nin line {frame.lineno} of your {frame.name}" + (f": {line}" if line else "")
    return ""


@contextmanager
def time_limit(seconds: float) -> Iterator[bool]:
    """Raise OutOfTime after `seconds`, again and again, for code that swallows it once.

    Gives whether there is a limit: only the main thread of a POSIX system can be interrupted.
    """
    if not can_be_stopped():
        yield False
        return
    armed = True

    def stop(signum: int, frame: Any) -> None:
        if armed:
            raise OutOfTime

    handler = signal.signal(signal.SIGALRM, stop)
    others = signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield True
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, *others)
        signal.signal(signal.SIGALRM, handler)


def can_be_stopped() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "setitimer")
