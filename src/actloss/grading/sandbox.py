"""Where submissions run: a warm process behind walls, and the lives that it forks.

Tier A: bubblewrap. No network, a read-only system, a scratch folder in memory of its own, system
calls filtered, memory, time and files limited.

Tier B: where namespaces are not to be had, as in many containers, but Landlock is, and root runs
the grader. Another user, only the files of Python to read, a scratch folder that is watched and
emptied after each life, no network, the same filter and limits.

Without either, nothing is graded, unless the teacher says that the submissions are trusted. Which
tier is to be had here, ``tiers`` finds out.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import actloss
from actloss.grading import confinement, protocol
from actloss.grading.watch import Watch, empty

PACKAGE = Path(actloss.__file__).resolve().parent
EXERCISES = PACKAGE / "exercises"
# What could be an answer as it stands: kept in memory, where a function can be taken away.
COURSE = [
    PACKAGE / name
    for name in ("activations", "losses", "numerics.py", "calibration.py", "__pycache__")
]
KEPT = ("actloss.activations", "actloss.losses", "actloss.numerics", "actloss.calibration")
ENGINE = [
    EXERCISES / f"{name}.py"
    for name in (
        "__init__", "definitions", "engine", "properties", "report", "running", "shrinking",
    )
]  # fmt: skip

TIERS = {
    "A": "bubblewrap: no network, read-only system, private scratch, filtered system calls, limits",
    "B": "Landlock: another user, own scratch, no network, filtered system calls, limits",
    "none": "no isolation: the submissions are trusted; only time and memory are limited",
}
START_SECONDS = 60
STOP_SECONDS = 2
LIFE_SECONDS = 10  # until a fresh fork is ready


class NoSandboxError(Exception):
    """Nothing here can hold a submission; the message says why, tier by tier."""


@dataclass(frozen=True)
class Limits:
    """What the life of one exercise may use. Seconds are of the clock on the wall."""

    cells: float = 30.0  # seconds for running its cells
    calls: float = 10.0  # seconds for calling its function; a right answer needs hundredths
    memory: int = 3 << 30  # bytes of address space


class Sandbox:
    """A warm process in the sandbox, and the lives that it forks, one at a time.

    `warm` names modules that it imports besides NumPy, so that no life needs to.

    with Sandbox("A") as sandbox, sandbox.life() as life:
        life.ask("run", seconds=5, place=0, source="x = 1")
    """

    def __init__(self, tier: str, limits: Limits | None = None, warm: Iterable[str] = ()) -> None:
        self.tier, self.limits, self.warm = tier, limits or Limits(), sorted(warm)
        self.process: Any = None
        self.control: Any = None
        self.scratch: Path | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def start(self) -> None:
        """Start the warm process, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        self.stop()
        self.control, theirs = socket.socketpair()
        self.scratch = self._make_scratch()
        command, environment = command_of(
            self.tier, theirs.fileno(), self.limits, self.warm, str(self.scratch or "/tmp")
        )
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115, closed by stop
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for the grader, which then stops this
        )
        theirs.close()
        with contextlib.suppress(OSError):  # should memory run out, this goes first
            Path(f"/proc/{self.process.pid}/oom_score_adj").write_text("900")
        try:
            self._expect(b"W", START_SECONDS)
        except NoSandboxError:
            said = self._last_error() or "the sandbox did not start"
            self.stop()
            raise NoSandboxError(said) from None

    def _make_scratch(self):
        """In tier B a folder for all lives, emptied after each; in A each makes its own."""
        if self.tier != "B":
            return None
        folder = Path(tempfile.mkdtemp(prefix="actloss-"))
        os.chown(folder, confinement.NOBODY, confinement.NOBODY)
        return folder

    def _last_error(self):
        if self.process is None:
            return ""
        self.errors.seek(0)
        said = self.errors.read(1 << 16).decode(errors="replace").strip().splitlines()
        return said[-1] if said else ""

    def stop(self) -> None:
        if self.control is not None:
            self.control.close()
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)  # it ends by itself when its socket is closed
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
            self.errors.close()
        if self.scratch is not None:
            with contextlib.suppress(OSError):
                empty(self.scratch)
                self.scratch.rmdir()
        self.process = self.control = self.scratch = None

    @contextlib.contextmanager
    def life(self) -> Iterator[Life]:
        """A fresh, confined process; when the block ends, however it ends, it is killed."""
        ours, watch = self._new_life()
        try:
            yield Life(ours, watch)
        finally:
            watch.close()
            ours.close()
            try:
                self.control.send(b"K")
                self._expect(b"K", LIFE_SECONDS)
                if self.scratch is not None:
                    empty(self.scratch)
            except (OSError, NoSandboxError):
                self.stop()  # the next life starts another

    def _new_life(self):
        for attempt in (1, 2):
            self.start()
            ours, theirs = socket.socketpair()
            watch = None
            try:
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                socket.send_fds(self.control, [b"F"], [theirs.fileno()])
                theirs.close()
                self._expect(b"F", LIFE_SECONDS)
                watch = Watch.of_new_life(ours, self.scratch, LIFE_SECONDS)
                ready = protocol.receive(ours, time.monotonic() + LIFE_SECONDS, most=1000)
                if ready == {"id": 0, "answer": "ready"}:
                    return ours, watch
                raise NoSandboxError(f"a life began with {ready!r}")
            except (OSError, NoSandboxError, protocol.ProtocolError) as error:
                theirs.close()
                ours.close()
                if watch:
                    watch.close()
                said = self._last_error() or error
                self.stop()
                if attempt == 2:
                    raise NoSandboxError(f"no process can be confined here: {said}") from None

    def _expect(self, sign, seconds):
        if not select.select([self.control], [], [], seconds)[0] or self.control.recv(1) != sign:
            raise NoSandboxError("the process in the sandbox does not answer")


class Life:
    """What the trusted side may ask of a life. After a ProtocolError it is not asked again."""

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        self.sock, self.watch = sock, watch

    def ask(self, what: str, *, seconds: float, **parts: Any) -> dict[str, Any]:
        """One request, one answer: a dict of plain data, of whatever content."""
        deadline = time.monotonic() + seconds
        number = secrets.randbits(48)  # so that an answer cannot be prepared
        protocol.send(self.sock, {"id": number, "do": what, "with": parts}, deadline)
        self.watch.wait(deadline)
        reply = protocol.receive(self.sock, deadline, most=1 << 20)
        if not isinstance(reply, dict) or type(reply.get("id")) is not int:
            raise protocol.ProtocolError("a reply is a map with the number of its request")
        if reply["id"] != number or not isinstance(reply.get("answer"), dict):
            raise protocol.ProtocolError("a reply to something else")
        return reply["answer"]


# Commands


def command_of(
    tier: str, control: int, limits: Limits, warm: Iterable[str] = (), scratch: str = "/tmp"
) -> tuple[list[str], dict[str, str]]:
    """The command that starts the warm process in this tier, and its environment."""
    scratch = confinement.SCRATCH if tier == "A" else scratch
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": scratch,
        "TMPDIR": scratch,
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": scratch,
        "PYTHONHASHSEED": "0",
        # A large array is given back to the system at once, so that a limit of memory sees it.
        "MALLOC_MMAP_THRESHOLD_": str(1 << 16),
        **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")},
    }
    visible = [str(path) for path in visible_paths()]
    arguments = {
        "control": control,
        "tier": tier,
        "memory": limits.memory,
        "seconds": limits.cells + limits.calls,
        "visible": [*visible, *map(str, ENGINE)],
        "hidden": [str(path) for path in (*COURSE, *([EXERCISES] if tier == "B" else []))],
        "scratch": scratch,
        "warm": [*KEPT, *warm],
    }
    start = (
        f"import sys, json; sys.path.insert(0, {str(PACKAGE.parent)!r}); "
        "from actloss.grading.worker import main; main(**json.loads(sys.argv[1]))"
    )
    python = [sys.executable, "-I", "-B", "-c", start, json.dumps(arguments)]
    return ([*bubblewrap(visible), *python] if tier == "A" else python), environment


def visible_paths() -> list[Path]:
    """What of the file system a submission needs: Python, its packages, the system's libraries."""
    wanted = [Path(path) for path in ("/usr", "/etc/ld.so.cache", "/etc/alternatives")]
    wanted += [
        Path(prefix) / part
        for prefix in (sys.base_prefix, sys.prefix)
        for part in ("bin", "lib", "lib64", "pyvenv.cfg")
    ]
    wanted += [Path(folder) for folder in ("/bin", "/lib", "/lib64")]
    wanted.append(PACKAGE)
    found: list[Path] = []
    for path in wanted:
        if path.exists() and not any(path.is_relative_to(other) for other in found):
            found.append(path)
    return found


def bubblewrap(visible: Iterable[str]) -> list[str]:
    command: list[Any] = [
        shutil.which("bwrap"), "--unshare-all", "--die-with-parent", "--new-session",
        "--uid", str(confinement.NOBODY), "--gid", str(confinement.NOBODY),
        "--cap-drop", "ALL",
        "--cap-add", "CAP_SYS_ADMIN",  # in its namespace: a life mounts its scratch, then drops it
        "--dev", "/dev", "--remount-ro", "/dev",  # /dev/shm included, which would outlive a life
        "--size", str(confinement.SCRATCH_BYTES), "--tmpfs", confinement.SCRATCH,
    ]  # fmt: skip
    for path in visible:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind", path, path]
    command += ["--tmpfs", EXERCISES]
    for module in ENGINE:
        command += ["--ro-bind", module, module]
    command += ["--remount-ro", EXERCISES, "--remount-ro", "/", "--chdir", "/", "--"]
    return [str(word) for word in command]
