"""What a life says, in our words.

Of all that comes from the sandbox numbers are believed, and nothing else: names of errors and types
are looked up here, and every sentence is ours.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from actloss.exercises.engine import judge_number, report_on
from actloss.exercises.report import Report
from actloss.exercises.running import Outcome, changes
from actloss.grading.confinement import SCRATCH_BYTES, SCRATCH_FILES
from actloss.grading.protocol import OutOfTime, ProtocolError, TooMuch

ERRORS = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
TYPES = {name for name, value in vars(builtins).items() if isinstance(value, type)} - ERRORS
WARNING = re.compile(
    r"RuntimeWarning: (?:overflow|invalid value|divide by zero|underflow) encountered in "
    r"(?:scalar )?(\w+)"
)
NOT_FOUND = ("ModuleNotFoundError", "ImportError")
IMPORT = re.compile(r"\s*(?:import|from)\s+([A-Za-z_][\w.]{0,60})")
COURSE = re.compile(r"\bactloss\b(?!\.exercises\b)")
# An attribute or a name of Python that is set, a look behind the scenes, or a module for that.
SPOILS = re.compile(
    r"\.\s*\w+(?:\s*=\s*\.?\w+)*\s*=[^=]|__|^(?:np|numpy|" + "|".join(dir(builtins)) + r")\s*=|"
    r"\b(?:exec|eval|globals|locals|vars|setattr|delattr|global|del|compile|open|sys|os|gc|builtins|"
    r"importlib|ctypes|threading|signal|actloss|warnings|seterr|copyto|None)\b",
    re.MULTILINE,
)
NUMPY = set(dir(np)) | {"cast", "reduce", "accumulate"}


class Stub(Exception):
    """The function says that it is not written yet."""


def data(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise ProtocolError("an answer is a map")
    return answer


def places(value: Any, sources: Sequence[str]) -> list[int]:
    """Places of cells, each once and in order; nothing if they are none."""
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        return []
    return sorted({place for place in value if 0 <= place < len(sources)})


def judge_as_number(exercise: Any, found: Any) -> Report:
    value, kind = found.get("value"), word(found.get("kind"))
    if kind == "number" and is_numbers(value):
        return judge_number(exercise, value)
    if kind == "function":
        message = "A number is asked for, but this is a function: call it, and give its result."
    else:
        message = f"A real number is asked for, but this is {type_named(found.get('type'))}."
    return report_on(exercise, "not right yet", message=message)


def is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def outcome(answer: Any, arguments: Any) -> Outcome:
    """An Outcome of numbers from the sandbox and texts from here."""
    error = word(answer.get("error"))
    if error == "stub":
        raise Stub
    if error == "raised":
        raised = problem(answer)
        kind = raised["kind"]
        return Outcome(error=f"{kind}{raised['where']}", kind=kind)
    if error == "arguments":
        names = ", ".join(arguments)
        words = f"It is called with ({names}), but yours takes other arguments."
        return Outcome(error=words, kind="TypeError")
    if error == "result":
        if word(answer.get("type")) == "NoneType":
            words = "It returned None: does every way through it end in `return`?"
        else:
            kind = type_named(answer.get("type"))
            words = f"It returned {kind}; an array of real numbers is asked for."
        return Outcome(error=words)
    if error == "unsendable":
        return Outcome(error="It returned more than can be looked at.")
    value, after, peak = answer.get("value"), answer.get("after"), answer.get("peak")
    if error or not is_numbers(value) or not isinstance(after, dict) or type(peak) is not int:
        raise ProtocolError("an answer has a value, the arguments after it, or an error")
    given = {name: value for name, value in arguments.items() if isinstance(value, np.ndarray)}
    if after.keys() != given.keys():
        raise ProtocolError("every array that was given comes back")
    for name, before in given.items():
        if not is_numbers(after[name]) or before.shape != after[name].shape:
            raise ProtocolError("an array keeps its shape when it is written into")
    changed = changes(arguments, after)
    return Outcome(value, "", "", warning_of(answer.get("warning")), changed, max(0, peak))


def outcomes(answers: Any, calls: Sequence[Any]) -> list[Outcome]:
    """An Outcome for each call."""
    if not isinstance(answers, list):
        raise ProtocolError("there is an answer for each call")
    found = [outcome(data(answer), call) for answer, call in zip(answers, calls, strict=False)]
    if len(answers) != len(calls):
        raise ProtocolError("there is an answer for each call")
    return found


def word(value: Any) -> str:
    """A field that holds a word, whatever was sent in its place."""
    return value if isinstance(value, str) else ""


def warning_of(text: Any) -> str:
    """The warnings that NumPy words; of others, that there was one."""
    if not isinstance(text, str) or not text:
        return ""
    if (match := WARNING.fullmatch(text)) and match[1] in NUMPY:
        return text
    return "RuntimeWarning"


def type_named(name: Any) -> str:
    known = isinstance(name, str) and name in TYPES | {"ndarray"}
    words = {"ndarray": "an array of other things", "NoneType": "None"}
    return words.get(name, f"of the type {name}") if known else "of another type"


def problem(answer: Any) -> Any:
    kind = answer.get("kind")
    known = isinstance(kind, str) and kind in ERRORS
    place, line = answer.get("cell"), answer.get("line")
    numbers = all(type(number) is int and 0 <= number < 100_000 for number in (place, line))
    return {
        "kind": kind if known else "an error of its own kind",
        "cell": place if numbers else -1,
        "where": f"\nin line {line} of {cell(place).lower()}" if numbers else "",
    }


def cell(place: int) -> str:
    return f"Code cell {place + 1}"


def notes(answer: Any, place: int, source: str, own: bool) -> list[str]:
    """What a student should know of a cell that stopped; of another's cell, what was missing."""
    lines = answer.get("missing")
    numbers = lines if isinstance(lines, list) else []
    modules = missing_modules([line for line in numbers if type(line) is int], source)
    told = [
        f"{cell(place)} asks for {module}, which is not installed where notebooks are graded."
        for module in modules
    ]
    raised = problem(answer | {"cell": place})
    if own and word(answer.get("error")) and not (told and raised["kind"] in NOT_FOUND):
        told.append(
            f"{cell(place)} stopped: {raised['kind']}{raised['where']}".replace("\n", " ") + "."
        )
    return told


def missing_modules(lines: Sequence[int], source: str) -> list[str]:
    """The modules that these lines of a cell import, as the cell has them."""
    text = source.split("\n")
    found = []
    for line in lines:
        named = IMPORT.match(text[line - 1]) if 0 < line <= len(text) else None
        found += [named[1]] if named else []
    return found


def defines(source: str, names: Iterable[str]) -> bool:
    """Whether a cell seems to give one of these names a meaning."""
    either = "|".join(map(re.escape, names))
    return bool(either) and bool(
        re.search(
            rf"^(?:def\s+|class\s+|from\s.*\b)?(?:{either})\b\s*(?:[(=:]|$)", source, re.MULTILINE
        )
    )


def defined_in(places: Sequence[int]) -> str:
    cells = ", ".join(str(place + 1) for place in places)
    return f"It is defined in code cells {cells}: what it means at its check counts."


def may_spoil(source: str) -> bool:
    """Whether a cell may change more than names of its own; in doubt it may."""
    return bool(SPOILS.search(source))


def uses_the_course(source: str) -> bool:
    """Whether a cell names the course beyond its exercises."""
    return bool(COURSE.search(source))


def what_happened(error: Any, seconds: float) -> str:
    if isinstance(error, OutOfTime):
        return f"did not finish within {seconds:g} s"
    if isinstance(error, TooMuch):
        return f"wrote more than {SCRATCH_BYTES >> 20} MB or {SCRATCH_FILES} files"
    return "ended the process that it ran in, or spoke in its place"
