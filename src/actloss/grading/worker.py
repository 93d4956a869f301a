"""The process in the sandbox: a warm one that forks, and its forks, each of which lives for one
exercise, but for the first of a notebook, in which all exercises are tried.

A life confines itself, then does what the trusted side asks through its socket: it plans which
cells an answer needs, runs them, and calls the function that they define. From the first cell on it
belongs to the submission, so nothing that it says is believed: see ``protocol`` and ``grade``.

The warm process never runs a submission's code and never knows a reference: the modules of the
chapters cannot be read where it lives.
"""

from __future__ import annotations

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
from actloss.exercises.report import Report, Score
from actloss.exercises.running import call, is_stub
from actloss.grading import cells, confinement, protocol

VALUE_BYTES = 1 << 16  # of one result; right ones have some hundreds


# The warm process


def main(
    control: int,
    tier: str,
    memory: int,
    seconds: float,
    visible: list[str],
    hidden: list[str],
    scratch: str,
    warm: list[str],
) -> None:
    """Serve the trusted side: b"F" and a socket start a life, b"K" ends it."""
    if tier != "A":  # bubblewrap sees to it there
        confinement.die_with_parent()
    sock = socket.socket(fileno=control)
    ruleset = confinement.allow_only_reading(visible, hidden, scratch) if tier == "B" else -1
    # Nothing is checked here, where no test is; the cells that ask for it do no harm.
    actloss.exercises.check = lambda name, *_, **__: Report(str(name), "not known")
    actloss.exercises.score = lambda chapter, *_, **__: Score(str(chapter), [])
    for module in warm:
        with contextlib.suppress(Exception):  # whoever wants it imports it, and sees the error
            importlib.import_module(module)
    if tier == "A":
        confinement.cover([path for path in hidden if os.path.exists(path)])
    np.random.default_rng(0).normal()  # imports what it needs on first use
    np.ones((99, 99)) @ np.ones((99, 99))  # takes the memory that products of matrices work in
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002, for submissions that use it: the same marks in every run
    for threads in (True, False):
        confinement.system_calls.own_program(threads)
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
                    live(files[0], tier, memory, seconds, ruleset, scratch)
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


def live(file: int, tier: str, memory: int, seconds: float, ruleset: int, scratch: str) -> None:
    _close_all_but(file, ruleset)
    sock = socket.socket(fileno=file)  # asks the kernel what it may not ask later
    if tier == "none":
        confinement.limit_resources(memory, seconds)
        confinement.die_with_parent()
        socket.send_fds(sock, [b"L"], [])
    else:
        confine(sock, tier, memory, seconds, ruleset, scratch)
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


def confine(
    sock: socket.socket, tier: str, memory: int, seconds: float, ruleset: int, scratch: str
) -> None:
    confinement.limit_resources(memory, seconds)
    if tier == "A":
        confinement.make_private_scratch()
        confinement.drop_capabilities()
    if tier == "B":
        os.chdir(scratch)
        confinement.become_nobody()
    confinement.die_with_parent()
    confinement.allow_no_new_rights()
    if tier == "B":
        confinement.obey(ruleset)
        os.close(ruleset)
    listener = confinement.ask_before_each_thread()
    socket.send_fds(sock, [b"L"], [listener] if listener >= 0 else [])
    if listener >= 0:
        os.close(listener)
    confinement.filter_system_calls(threads=listener >= 0)


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
        self.shell = cells.Shell(self.module)
        self.module.__dict__.update(
            display=_nothing, get_ipython=lambda: self.shell, __builtins__=builtins
        )
        sys.modules["__main__"] = self.module

    def begin(self, first: str, without: Any) -> dict[str, Any]:
        """Take these functions of the course away, then run the first cell as it was given out."""
        for name in without:
            take_away(name)
        return self.run(-1, first)

    def needed(self, cells_: Any, name: str, end: int) -> dict[str, Any]:
        return {"cells": cells.needed(cells_, name, end)}

    def run(self, place: int, source: str) -> dict[str, Any]:
        """Run a cell: what went wrong, if anything. A module that is missing does not end it."""
        self.shell.file = file = f"<cell {place}>"
        missing: list[int] = []
        problem: dict[str, Any] = {}
        try:
            python: Any = cells.as_python(source)
            for _ in range(cells.SEVERAL_MISSING):
                try:
                    exec(compile(python, file, "exec"), self.module.__dict__)
                    break
                except ModuleNotFoundError as error:
                    problem = problem or _in_plain(error)
                    missing.append(_in_plain(error)["line"])
                    python = cells.statements_below(cells.as_python(source), missing[-1])
                    if python is None:
                        break
        except BaseException as error:
            problem = _in_plain(error)
        return {**problem, "missing": missing} if problem else {}

    def answer(self, name: str, calls: Any) -> dict[str, Any]:
        """What the name means now and, if it is a function, what it gives for these arguments."""
        found = self.look_up(name)
        return found | self.call_all(name, calls) if found["kind"] == "function" else found

    def look_up(self, name: str) -> dict[str, Any]:
        """What the name means now: a function, a number, or why it is neither."""
        if not hasattr(self.module, name):
            return {"kind": "missing"}
        value = getattr(self.module, name)
        if value is None or value is Ellipsis or is_stub(value):
            return {"kind": "stub"}
        if callable(value):
            return {"kind": "function"}
        try:
            array = np.asarray(value)
        except Exception:
            return {"kind": "other", "type": type(value).__name__}
        if array.dtype.kind not in "iufb" or array.nbytes > protocol.BODY_BYTES:
            return {"kind": "other", "type": type(value).__name__}
        return {"kind": "number", "value": _sendable(array)}

    def call_all(self, name: str, calls: Any) -> dict[str, Any]:
        """Stops at the first call that says that nothing is written yet."""
        answers = []
        for arguments in calls:
            answers.append(self.call(name, arguments))
            if answers[-1].get("error") == "stub":
                break
        return {"answers": answers}

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


def take_away(name: str) -> None:
    """Empty a function of the course, whoever holds it: what it computed is gone for good."""
    module, _, own = name.rpartition(".")
    waiting = [getattr(sys.modules.get(module), own, None)]
    while waiting:
        function = waiting.pop()
        if isinstance(function, types.FunctionType) and function.__code__.co_name != "_taken_away":
            waiting.append(getattr(function, "__wrapped__", None))
            contents = [cell.cell_contents for cell in function.__closure__ or ()]
            waiting += [one for one in contents if getattr(one, "__name__", "") == own]
            free = function.__code__.co_freevars
            function.__code__ = _taken_away.__code__.replace(co_freevars=free)


def _taken_away(*_, **__):
    raise RuntimeError("this function of the course is what the exercise asks for")


def _nothing(*_, **__):
    """What a submission gets for `display`."""


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
