"""The process in the sandbox: a warm one that forks, and its forks, each of which lives for one
exercise, but for the first of a notebook, in which all exercises are tried.

A life confines itself, then does what the trusted side asks through its socket: it plans which
cells an answer needs, runs them, and calls the function that they define. From the first cell on it
belongs to the submission, so nothing that it says is believed: see ``protocol`` and ``grade``.

The warm process never runs a submission's code and never knows a reference: the modules of the
chapters cannot be read where it lives.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import gc
import importlib
import os
import random
import re
import signal
import socket
import sys
import types
from typing import Any

import numpy as np

import actloss.exercises
from actloss.exercises.running import call, course_functions_in, is_stub
from actloss.grading import confinement, protocol

VALUE_BYTES = 1 << 16  # of one result; right ones have some hundreds
WHOLE_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")  # Python follows them


# The warm process


def main(
    control: int,
    tier: str,
    memory: int,
    seconds: float,
    visible: list[str],
    hidden: str,
    warm: list[str],
) -> None:
    """Serve the trusted side: b"F" and a socket start a life, b"K" ends it."""
    if tier != "A":  # bubblewrap sees to it there
        confinement.die_with_parent()
    sock = socket.socket(fileno=control)
    ruleset = confinement.allow_only_reading(visible, hidden) if tier == "B" else -1
    # Nothing is checked here, where no test is; the cells that ask for it do no harm.
    actloss.exercises.check = actloss.exercises.score = _nothing
    for module in warm:
        with contextlib.suppress(Exception):  # whoever wants it imports it, and sees the error
            importlib.import_module(module)
    np.random.default_rng(0).normal()  # imports what it needs on first use
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002, for submissions that use it: the same marks in every run
    confinement.system_calls.own_program()
    gc.collect()
    gc.freeze()  # so that collecting garbage in a fork does not copy every page
    sock.send(b"W")
    life = 0
    while True:
        command, files, _, _ = socket.recv_fds(sock, 1, 1)
        if not command:
            break
        if command == b"F":
            life = os.fork()
            if life == 0:
                try:
                    sock.close()
                    live(files[0], tier, memory, seconds, ruleset)
                except BaseException as error:
                    print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                finally:
                    os._exit(1)
            os.close(files[0])
        elif command == b"K" and life:
            os.kill(life, signal.SIGKILL)
            os.waitpid(life, 0)
            life = 0
        sock.send(command)


# A life


def live(file: int, tier: str, memory: int, seconds: float, ruleset: int) -> None:
    _close_all_but(file, ruleset)
    sock = socket.socket(fileno=file)  # asks the kernel what it may not ask later
    confine(tier, memory, seconds, ruleset)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # until now an error was for the trusted side to read
        os.dup2(nowhere, standard)
    os.close(nowhere)
    serve(sock)


def _close_all_but(*kept):
    start = 3
    for file in sorted(file for file in kept if file >= start):
        os.closerange(start, file)
        start = file + 1
    os.closerange(start, 1 << 16)


def confine(tier: str, memory: int, seconds: float, ruleset: int) -> None:
    tasks = None if tier == "none" else confinement.TASKS  # trusted ones share the teacher's count
    confinement.limit_resources(memory, seconds, tasks)
    if tier == "none":
        confinement.die_with_parent()
        return
    if tier == "A":
        confinement.make_private_scratch()
        confinement.drop_capabilities()
    if tier == "B":
        confinement.become_nobody()
    confinement.die_with_parent()
    confinement.allow_no_new_rights()
    if tier == "B":
        confinement.obey(ruleset)
        os.close(ruleset)
    confinement.filter_system_calls()


def serve(sock: socket.socket) -> None:
    submission = Submission()
    protocol.send(sock, {"id": 0, "answer": "ready"})
    while True:
        request = protocol.receive(sock)
        answer = getattr(submission, request["do"])(**request["with"])
        try:
            protocol.send(sock, {"id": request["id"], "answer": answer})
        except protocol.ProtocolError:  # larger or other than what may be sent
            protocol.send(sock, {"id": request["id"], "answer": {"error": "unsendable"}})


class Submission:
    """The cells of one notebook, in one namespace."""

    def __init__(self) -> None:
        self.module = types.ModuleType("__main__")
        self.module.__dict__.update(
            display=_nothing, get_ipython=lambda: None, __builtins__=builtins
        )
        sys.modules["__main__"] = self.module

    def plan(self, cells: Any, ends: Any, without: Any) -> dict[str, Any]:
        """For each name the places of the cells that it needs, and of those that define it.

        `ends` says before which cell each name is wanted.
        """
        seen = [_names(source) for source in cells]
        allowed = [place for place in range(len(cells)) if place not in without]
        return {name: _plan(seen, allowed, name, end) for name, end in ends.items()}

    def attempt(self, cells: Any, ends: Any, calls: Any) -> dict[str, Any]:
        """All exercises in this one life: for each, what its name means and what it answers."""
        plans = self.plan(cells, ends, [])
        done, found = set(), {}
        for name in sorted(ends, key=lambda name: plans[name]["cells"][-1:]):
            for place in plans[name]["cells"]:
                if place not in done:
                    done.add(place)
                    self.run(place, cells[place])
            found[name] = self.look_up(name)
            if found[name]["kind"] == "function" and name in calls:
                found[name] |= self.call_all(name, calls[name])
        return found

    def run(self, place: int, source: str) -> dict[str, Any]:
        """Run a cell: what went wrong, if anything."""
        try:
            exec(compile(_as_python(source), f"<cell {place}>", "exec"), self.module.__dict__)
        except BaseException as error:
            return _in_plain(error)
        return {}

    def look_up(self, name: str) -> dict[str, Any]:
        """What the name means now: a function, a number, or why it is neither."""
        if not hasattr(self.module, name):
            return {"kind": "missing"}
        value = getattr(self.module, name)
        if value is None or value is Ellipsis or is_stub(value):
            return {"kind": "stub"}
        if callable(value):
            return {"kind": "function", "course": _course_functions(value)}
        try:
            array = np.asarray(value)
        except Exception:
            return {"kind": "other", "type": type(value).__name__}
        if array.dtype.kind not in "iufb" or array.nbytes > protocol.BODY_BYTES:
            return {"kind": "other", "type": type(value).__name__}
        return {"kind": "number", "value": _sendable(array)}

    def call_all(self, name: str, calls: Any) -> dict[str, Any]:
        return {"answers": [self.call(name, arguments) for arguments in calls]}

    def call(self, name: str, arguments: Any) -> dict[str, Any]:
        """Call the function, as a check in the notebook does."""
        note: dict[str, Any] = {}
        try:
            outcome = call(_noting(getattr(self.module, name), note), arguments)
        except NotImplementedError:
            return {"error": "stub"}
        except BaseException as error:
            return _in_plain(error)
        if outcome.error:
            return note or {"error": "arguments"}
        if outcome.value.nbytes > VALUE_BYTES:
            return {"error": "unsendable"}
        return {
            "value": _sendable(outcome.value),
            "warning": outcome.warning,
            "peak": outcome.peak,
            "after": {name: _sendable(value) for name, value in outcome.after.items()},
        }


def _nothing(*_, **__):
    """What a submission gets for `display`, `check` and `score`."""


def _noting(function, note):
    """The same function; `note` tells what went wrong in it, in plain data."""

    @functools.wraps(function, updated=())
    def noted(*arguments, **named):
        note.clear()
        try:
            result = function(*arguments, **named)
        except BaseException as error:
            note.update(_in_plain(error))
            raise
        note.update(error="result", type=type(result).__name__)
        return result

    return noted


def _course_functions(function):
    with contextlib.suppress(Exception):  # of an object that answers to any attribute
        return sorted(course_functions_in(function))[:20]
    return []


def _sendable(array):
    """A long double becomes a double: not every machine has it."""
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array


def _in_plain(error):
    """An error as data: its class and where in the submission it was raised."""
    name = type(error).__name__
    place, line = -1, 0
    trace = error.__traceback__
    while trace is not None:
        found = re.fullmatch(r"<cell (\d+)>", trace.tb_frame.f_code.co_filename)
        if found:
            place, line = int(found[1]), trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and type(error.lineno) is int:
        found = re.fullmatch(r"<cell (\d+)>", str(error.filename))
        place, line = (int(found[1]), error.lineno) if found else (place, line)
    return {"error": "raised", "kind": name, "cell": place, "line": line}


# The source of cells


def _plan(seen, allowed, name, end):
    defining = [place for place in allowed if name in seen[place][0]]
    before = [place for place in defining if place < end]
    target = (before or defining or [None])[-1]
    needed, asked = set(), [target] if target is not None else []
    while asked:
        place = asked.pop()
        if place not in needed:
            needed.add(place)
            used = seen[place][1]
            asked += [at for at in allowed if at < max(end, target + 1) and seen[at][0] & used]
    return {"cells": sorted(needed), "defining": defining}


def _names(source):
    """The names that a cell binds for others, and all that it uses."""
    try:
        tree = ast.parse(_as_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()
    bound, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            used.add(node.target.id)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
    for node in _outside_functions(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
    return bound, used


def _outside_functions(tree):
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _as_python(source):
    """A cell without what only IPython understands: magics, shell commands, questions."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST)
        return source
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    first, _, rest = source.lstrip().partition("\n")
    if first.startswith("%%"):
        return "\n" + rest if first.split()[0] in WHOLE_CELL_MAGICS else ""
    return "\n".join(map(_without_magic, source.split("\n")))


def _without_magic(line):
    indent, text = re.fullmatch(r"(\s*)(.*)", line, re.DOTALL).groups()
    if text.startswith(("%", "!", "?")) or re.fullmatch(r"[\w.]+\?{1,2}", text.rstrip()):
        return indent + "pass"
    assigned = re.fullmatch(r"([\w, ]+=\s*)[%!].*", text)
    return indent + assigned[1] + "None" if assigned else line
