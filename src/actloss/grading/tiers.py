"""Which isolation this machine has: each tier is tried out by a submission that tries to break out.

A tier is offered only if that fails, here and now.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from actloss.grading import confinement, protocol, system_calls
from actloss.grading.sandbox import EXERCISES, LIFE_SECONDS, PACKAGE, TIERS, NoSandboxError, Sandbox

BREAKOUT = """
import ctypes, os, socket, subprocess, threading
import numpy as np
import actloss.exercises

def reads(path):
    with open(path, "rb") as file:
        return file.read(1)

def writes(path):
    with open(path, "wb") as file:
        return file.write(b"x")

def opens_to_write(path):
    open(path, "ab").close()

def executes():
    try:
        os.execv("/nowhere", ["nowhere"])
    except FileNotFoundError:
        pass  # the kernel went as far as to look for it

def forks():
    if os.fork() == 0:
        os._exit(0)

def leaves_behind(folder):
    writes(os.path.join(folder, "left-by-a-submission"))

def starts_threads(many):
    end = threading.Event()
    try:
        for _ in range(many):
            threading.Thread(target=end.wait, daemon=True).start()
    except RuntimeError:
        raise OSError("no more threads") from None
    finally:
        end.set()

def escapes(what):
    try:
        what()
    except (OSError, ImportError, KeyError):
        return False
    return True

def imports_a_chapter():
    import actloss.exercises.softmax

def finds_a_reference():
    actloss.exercises.of_chapter("softmax")
    actloss.exercises.EXERCISES["stable_softmax"]

def outbreak(secret, outside, chapter, parent, functions):
    return np.array([escapes(what) for what in (
        lambda: reads(secret),
        lambda: os.stat(secret) and os.listdir(os.path.dirname(secret)),
        lambda: writes(outside),
        lambda: opens_to_write(np.__file__),
        lambda: leaves_behind("/dev"),
        lambda: leaves_behind("/dev/shm"),
        lambda: leaves_behind("/tmp"),
        lambda: leaves_behind("/var/tmp"),
        lambda: leaves_behind("/run"),
        lambda: reads(chapter),
        imports_a_chapter,
        finds_a_reference,
        lambda: socket.socket(),
        lambda: socket.create_connection(("127.0.0.1", 9), 0.1),
        forks,
        executes,
        lambda: os.kill(os.getppid(), 0),
        lambda: os.listdir("/proc/1/fd"),
        lambda: os.open(f"/proc/{parent}/mem", os.O_RDONLY),
        lambda: starts_threads(THREADS + 1),
        lambda: reads(functions),
    )])
""".replace("THREADS", str(confinement.THREADS))
BREAKOUTS = (
    "read a file outside",
    "see the names of files outside",
    "write outside",
    "write into a package",
    "leave a file in /dev",
    "leave a file in /dev/shm",
    "leave a file in /tmp",
    "leave a file in /var/tmp",
    "leave a file in /run",
    "read the tests",
    "import the tests",
    "find the reference of an exercise",
    "make a socket",
    "connect",
    "start a process",
    "start a program",
    "send a signal to the process that made it",
    "look into other processes",
    "read the memory of other processes",
    "start any number of threads",
    "read functions that are answers",
)
FILLING = """
for number in range(MEGABYTES):
    with open(f"file{number}", "wb") as file:
        file.write(bytes(1 << 20))
""".replace("MEGABYTES", str((confinement.SCRATCH_BYTES >> 20) + 20))
EMPTY = "import os\nassert os.listdir('.') == []\nopen('mine', 'w').close()"


def obstacle(tier: str) -> str | None:
    """Why a tier is not to be had here, or None."""
    if tier == "none":
        return None
    if not system_calls.supported():
        return "system calls can be filtered on Linux on x86-64 and 64-bit ARM only"
    if tier == "A" and shutil.which("bwrap") is None:
        return "bwrap was not found: install it (on Debian and Ubuntu: apt-get install bubblewrap)"
    if tier == "B" and os.geteuid() != 0:
        return "only root can start a process of another user"
    if tier == "B" and not confinement.landlock_version():
        return "this kernel has no Landlock, or it is switched off"
    try:
        with Sandbox(tier) as sandbox:
            escaped = what_escapes(sandbox)
    except NoSandboxError as error:
        return str(error)
    return f"a submission can {', '.join(escaped)} here" if escaped else None


def what_escapes(sandbox: Sandbox) -> list[str]:
    """What a submission that tries everything of BREAKOUTS succeeds in."""
    with tempfile.TemporaryDirectory() as folder, sandbox.life() as life:
        os.chmod(folder, 0o777)
        secret = Path(folder) / "secret"
        secret.write_text("secret")
        arguments = {
            "secret": str(secret),
            "outside": str(Path(folder) / "outside"),
            "chapter": str(EXERCISES / "softmax.py"),
            "parent": os.getpid(),
            "functions": str(PACKAGE / "activations" / "softmax_family.py"),
        }
        try:
            problem = life.ask("run", seconds=LIFE_SECONDS, place=0, source=BREAKOUT)
            answer = life.ask("call", seconds=LIFE_SECONDS, name="outbreak", arguments=arguments)
        except protocol.ProtocolError as error:
            raise NoSandboxError(f"a submission cannot run here: {error}") from None
        flags = answer.get("value")
        if problem or not isinstance(flags, np.ndarray) or flags.shape != (len(BREAKOUTS),):
            raise NoSandboxError(f"a submission cannot run here: {problem or answer}")
        found = [name for name, escaped in zip(BREAKOUTS, flags, strict=True) if escaped]
    return found + _scratch_lets_through(sandbox)


def _scratch_lets_through(sandbox):
    """Files without end, or files for the next submission."""
    found = []
    with sandbox.life() as life:
        try:
            if not life.ask("run", seconds=LIFE_SECONDS, place=0, source=FILLING):
                found.append("write as much as it likes")
        except protocol.TooMuch:
            pass
        except protocol.ProtocolError as error:
            raise NoSandboxError(f"a submission cannot run here: {error}") from None
    with sandbox.life() as life:
        if life.ask("run", seconds=LIFE_SECONDS, place=0, source=EMPTY):
            found.append("leave files for the next one, or has no folder of its own")
    return found


def best_tier() -> str:
    """The name of the first tier that holds.

    Raises
    ------
    NoSandboxError
        If none does.
    """
    reasons = []
    for tier in ("A", "B"):
        reason = obstacle(tier)
        if reason is None:
            return tier
        reasons.append(f"  tier {tier}: {reason}")
    raise NoSandboxError(
        "nothing here can hold a submission that means harm:\n"
        + "\n".join(reasons)
        + "\nMend one of these, or, if you trust whoever wrote the submissions as you trust "
        "yourself, add --trust-submissions"
    )


def doctor() -> str:
    """What this machine offers, tier by tier."""
    lines = []
    for tier in ("A", "B"):
        reason = obstacle(tier)
        lines.append(f"{'✗' if reason else '✓'} tier {tier}  {TIERS[tier]}")
        lines.append(f"           {reason or 'holds: it was tried out'}")
    return "\n".join(lines)
