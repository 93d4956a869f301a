"""Runs a student's function: what it gives, raises, warns of and changes, and for how long."""

from __future__ import annotations

import dis
import inspect
import linecache
import os
import signal
import sys
import sysconfig
import threading
import time
import traceback
import tracemalloc
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CellType, CodeType, FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

SECONDS = 3.0  # for one check; a right answer needs some hundredths
LARGE_BYTES = 1 << 15  # arguments of that size: the memory of the call is measured
COURSE = "actloss"
MOST_USED = 50  # functions of a student that are looked into
IMPORT_SECONDS = 60.0  # until then a package that is being imported is waited for

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
    peak: int = 0  # bytes in use at once, where arguments are large
    after: dict[str, np.ndarray] = field(default_factory=dict)  # the arrays among the arguments


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
            with _memory(given) as used:
                result = function(**given) if by_name else function(*given.values())
        except NotImplementedError:
            raise
        except (Exception, SystemExit) as error:
            return Outcome(error=in_words(error), kind=type(error).__name__)
        value, problem = _as_numbers(result)
    after = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
    warning = next((w for w in caught if issubclass(w.category, RuntimeWarning)), None)
    words = f"{warning.category.__name__}: {warning.message}" if warning else ""
    return Outcome(value, problem, "", words, changes(arguments, after), sum(used), after)


def changes(before: Mapping[str, Any], after: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays that are not what they were."""
    return {name: now for name, now in after.items() if now.tobytes() != before[name].tobytes()}


@contextmanager
def _memory(given: Mapping[str, Any]) -> Iterator[list[int]]:
    """How many bytes are in use at once in the block, in a list; an empty one for small arguments.

    NumPy reports its arrays to tracemalloc.
    """
    used: list[int] = []
    if sum(value.nbytes for value in given.values() if isinstance(value, np.ndarray)) < LARGE_BYTES:
        yield used
        return
    others = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield used
        used.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        if not others:
            tracemalloc.stop()


def _fit(function: Callable[..., Any], given: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether to call by name, and what is wrong if the function takes other arguments.

    By place, as a student would try it out, unless the function has parameters of these names in
    another order. What only passes its arguments on, such as np.vectorize, may not bear names.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have no signature
        return False, ""
    named = [
        parameter.name
        for parameter in signature.parameters.values()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    own_order = set(given) <= set(named) and [name for name in named if name in given] != [*given]
    for by_name in (True, False) if own_order else (False, True):
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


def course_functions_in(answer: Any) -> set[str]:
    """The functions of the course that an answer is, or uses, by their full names."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [answer]
    while waiting:
        function = waiting.pop()
        for inner in ("func", "pyfunc", "__wrapped__"):  # of partial, np.vectorize, a decorator
            waiting += [part for part in [getattr(function, inner, None)] if callable(part)]
        name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
        if name.startswith(COURSE):
            found.add(name)
        elif hasattr(function, "__code__") and id(function) not in seen and len(seen) < MOST_USED:
            seen.add(id(function))
            waiting += _used_by(function)
    return found


def _used_by(function: Any) -> list[Any]:
    """What the names in a function mean: in its module, its closure, or a module of the course."""
    codes = [function.__code__]
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    names = {name for code in codes for name in code.co_names}
    cells = [cell.cell_contents for cell in function.__closure__ or () if cell != CellType()]
    values = [*cells, *(function.__globals__.get(name) for name in names)]
    values += [sys.modules.get(name) for name in names if name.startswith(COURSE)]
    modules = [value for value in values if getattr(value, "__name__", "").startswith(COURSE)]
    values += [getattr(module, name, None) for module in modules for name in names]
    return [value for value in values if callable(value)]


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
    The first import of a large package, such as torch, counts for nothing, up to IMPORT_SECONDS.
    """
    if not can_be_stopped():
        yield False
        return
    armed = True
    latest = time.monotonic() + IMPORT_SECONDS

    def stop(signum: int, frame: Any) -> None:
        if not armed:
            return
        if time.monotonic() < latest and _imports(frame):
            signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
            return
        raise OutOfTime

    handler = signal.signal(signal.SIGALRM, stop)
    others = signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield True
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, *others)
        signal.signal(signal.SIGALRM, handler)


def _imports(frame: FrameType | None) -> bool:
    """Whether a package is being imported in this frame or in one that called it."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def can_be_stopped() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "setitimer")
