"""What a process does to itself, for ever, before it runs a submission.

Called in a fresh fork, in the sandbox. Every step raises OSError where it fails, and the process
must then end: nothing of a submission runs half confined.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import stat
from collections.abc import Iterable
from ctypes import c_char_p, c_int, c_uint32, c_ulong, c_void_p
from pathlib import Path

from actloss.grading import system_calls

NOBODY = 65534
SCRATCH = "/scratch"  # not /tmp: Python itself may lie there
SCRATCH_BYTES = 16 << 20
SCRATCH_FILES = 1000
THREADS = 64  # of a life at once

# Of the kernel's headers.
CLONE_NEWNS = 0x20000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND = 1, 2, 4, 8, 0x1000
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 8, 22, 38
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER = 1, 1 << 3
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION, CAP_DAC_READ_SEARCH = 0x20080522, 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # by version: how many there are
READ_FILE, WRITE_FILE, READ_DIR = 1 << 2, 1 << 1, 1 << 3
# In a scratch folder also: remove files and folders, make them, move and shorten them.
SCRATCH_RIGHTS = READ_FILE | WRITE_FILE | READ_DIR | sum(1 << bit for bit in (4, 5, 7, 8, 13, 14))

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


def _checked(name, result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _prctl(option, *values):
    arguments = [c_ulong(value) if isinstance(value, int) else value for value in values]
    arguments += [c_ulong(0)] * (4 - len(arguments))
    return _checked(f"prctl {option}", LIBC.prctl(c_int(option), *arguments))


# Files


def make_private_scratch() -> None:
    """An empty file system in memory, which ends with this process."""
    _checked("unshare", LIBC.unshare(c_int(CLONE_NEWNS)))
    options = f"size={SCRATCH_BYTES},nr_inodes={SCRATCH_FILES},mode=700"
    _mount("scratch", SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
    os.chdir(SCRATCH)


def cover(paths: Iterable[str]) -> None:
    """Lay nothing over these files and folders, for this process and its children."""
    _checked("unshare", LIBC.unshare(c_int(CLONE_NEWNS)))
    for path in paths:
        if os.path.isdir(path):
            _mount("nothing", path, "tmpfs", MS_RDONLY, "size=4k,nr_inodes=2,mode=555")
        else:
            _mount("/dev/null", path, "", MS_BIND, "")


def _mount(source, target, kind, flags, options):
    texts = [c_char_p(text.encode()) for text in (source, target, kind, options)]
    result = LIBC.mount(*texts[:3], c_ulong(flags), texts[3])
    _checked(f"mount {target}", result)


def landlock_version() -> int:
    """0 where the kernel has no Landlock, or it is switched off."""
    return max(0, LIBC.syscall(LANDLOCK_CREATE_RULESET, None, c_ulong(0), c_ulong(1)))


def allow_only_reading(paths: Iterable[str], hidden: Iterable[str], scratch: str) -> int:
    """A Landlock rule set: `paths` may be read, `hidden` below them not; in `scratch` be written.

    A path that stands in both may be read.
    """
    count = LANDLOCK_RIGHTS[min(landlock_version(), max(LANDLOCK_RIGHTS))]
    handled = ctypes.c_uint64((1 << count) - 1)
    ruleset = _checked(
        "landlock_create_ruleset",
        LIBC.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(handled), c_ulong(8), c_ulong(0)),
    )
    for path, rights in _rules([Path(path) for path in paths], {Path(path) for path in hidden}):
        _allow(ruleset, path, rights)
    for path in ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"):
        _allow(ruleset, path, READ_FILE | (WRITE_FILE if path == "/dev/null" else 0))
    _allow(ruleset, scratch, SCRATCH_RIGHTS & handled.value)
    return ruleset


def _rules(paths, hidden):
    for path in paths:
        if path in hidden:
            if path.is_dir():
                yield path, READ_DIR
        elif any(path in other.parents for other in hidden):
            # A right holds for all that lies below; so the names of hidden files are seen.
            yield path, READ_DIR
            yield from _rules(sorted(path.iterdir()), hidden)
        elif path.is_dir():
            yield path, READ_FILE | READ_DIR
        elif path.is_file():
            yield path, READ_FILE


def _allow(ruleset, path, rights):
    below = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(below).st_mode):
            rights &= READ_FILE | WRITE_FILE
        rule = (ctypes.c_char * 12).from_buffer_copy(
            rights.to_bytes(8, "little") + below.to_bytes(4, "little")
        )
        _checked(
            "landlock_add_rule",
            LIBC.syscall(LANDLOCK_ADD_RULE, c_int(ruleset), c_int(1), rule, c_ulong(0)),
        )
    finally:
        os.close(below)


def obey(ruleset: int) -> None:
    _checked(
        "landlock_restrict_self",
        LIBC.syscall(LANDLOCK_RESTRICT_SELF, c_int(ruleset), c_ulong(0)),
    )


# Rights and limits


def become_nobody() -> None:
    """Another user, of no group. It may still read any file, of those that Landlock leaves it.

    Python itself may lie where only root gets to, such as below /root.
    """
    _prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    _keep_capabilities(1 << CAP_DAC_READ_SEARCH)


def drop_capabilities() -> None:
    _keep_capabilities(0)


def _keep_capabilities(kept):
    header = (c_uint32 * 2)(CAPABILITY_VERSION, 0)
    data = (c_uint32 * 6)(kept, kept, 0, 0, 0, 0)
    _checked("capset", LIBC.capset(header, data))


def limit_resources(memory: int, seconds: float) -> None:
    """For good. Threads are counted by the trusted side: the kernel spares root."""
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_FSIZE: SCRATCH_BYTES,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for which, most in limits.items():
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))


def die_with_parent() -> None:
    """Called after a change of user, which would undo it."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def allow_no_new_rights() -> None:
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", c_void_p))


def _as_program(code):
    steps = ctypes.create_string_buffer(code, len(code))
    return _Program(len(code) // 8, ctypes.cast(steps, c_void_p)), steps


def ask_before_each_thread() -> int:
    """A file by which whoever holds it lets a new thread begin, or not; -1 if there is none.

    Kernels before 5.5 have none, and one filter of a process may have it.
    """
    program, _steps = _as_program(system_calls.asking_program())
    flags = c_ulong(SECCOMP_FILTER_FLAG_NEW_LISTENER)
    mode, number = c_ulong(SECCOMP_SET_MODE_FILTER), system_calls.seccomp_number()
    return max(-1, LIBC.syscall(number, mode, flags, ctypes.byref(program)))


def filter_system_calls(threads: bool = True) -> None:
    program, _steps = _as_program(system_calls.own_program(threads))
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))
