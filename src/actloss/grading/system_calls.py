"""The system calls that a confined process may make; every other is answered with EPERM.

They let Python compute, read files, and write where the file system lets it. What is missing on
purpose: sockets, new processes and programs, signals to others, tracing, namespaces, mounts,
shared memory, and whatever the kernel will add one day.
"""

from __future__ import annotations

import errno
import functools
import os
import platform
import struct
from typing import Any

# name: (x86-64, 64-bit ARM); None where there is no such call.
ALLOWED = {
    # files
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "pread64": (17, 67), "pwrite64": (18, 68), "close": (3, 57), "close_range": (436, 436),
    "lseek": (8, 62), "fstat": (5, 80), "newfstatat": (262, 79), "statx": (332, 291),
    "stat": (4, None), "lstat": (6, None), "access": (21, None), "faccessat": (269, 48),
    "faccessat2": (439, 439), "open": (2, None), "openat": (257, 56), "readlink": (89, None),
    "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17), "chdir": (80, 49),
    "fchdir": (81, 50), "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None),
    "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "pipe2": (293, 59), "poll": (7, None),
    "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    "eventfd2": (290, 19), "statfs": (137, 43), "fstatfs": (138, 44), "umask": (95, 166),
    # the pipe to the trusted side, which is a socket that was there before
    "recvfrom": (45, 207), "sendto": (44, 206),
    # memory
    "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216),
    "madvise": (28, 233), "brk": (12, 214), "mincore": (27, 232),
    # its own signals, threads and identity
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "rt_sigpending": (127, 136), "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137), "futex": (202, 98), "get_robust_list": (274, 100),
    "set_robust_list": (273, 99), "set_tid_address": (218, 96), "rseq": (334, 293),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "membarrier": (324, 283),
    "gettid": (186, 178), "getpid": (39, 172), "getppid": (110, 173), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getgroups": (115, 158),
    "getpgrp": (111, None), "getsid": (124, 156), "exit": (60, 93), "exit_group": (231, 94),
    "restart_syscall": (219, 128), "arch_prctl": (158, None),
    # time and chance
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101), "gettimeofday": (96, 169), "time": (201, None), "times": (100, 153),
    "getrusage": (98, 165), "setitimer": (38, 103), "getitimer": (36, 102), "alarm": (37, None),
    "getrandom": (318, 278), "uname": (63, 160), "sysinfo": (99, 179), "getcpu": (309, 168),
    "getrlimit": (97, 163),
}  # fmt: skip

# Allowed with some values of an argument only: name: (numbers, index of the argument, values).
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
# Not F_SETOWN or F_SETSIG, nor the same by ioctl: they send any signal to any process.
CHOSEN: dict[str, tuple[tuple[int, int], int, tuple[int, ...] | str]] = {
    "fcntl": ((72, 25), 1, (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)),
    "ioctl": ((16, 29), 1, (0x5401, 0x541B, 0x5421, 0x5450, 0x5451)),  # TCGETS FIONREAD FIONBIO …
    "tgkill": ((234, 131), 0, "own"),  # abort() and raise() send signals to their own process
    "prlimit64": ((302, 261), 0, (0,)),
}
CLONE, CLONE3 = (56, 220), (435, 435)
CLONE_THREAD = 0x10000
X32 = 0x40000000
ANY_PROCESS = 0x7FFFFFFF  # the id of none

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

# Of the kernel's linux/filter.h and linux/seccomp.h.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, ASK, KILL = 0x7FFF0000, 0x7FC00000, 0x80000000
SECCOMP = (317, 277)


def refuse(number: int) -> Any:
    return 0x00050000 | number


def supported() -> bool:
    return platform.system() == "Linux" and platform.machine() in MACHINES


def program(pid: int, threads: bool = True) -> bytes:
    """The filter, in the kernel's BPF, for the process of that id; whether it may have threads."""
    column, machine = MACHINES[platform.machine()]
    steps = [
        step(LOAD, 4),  # the architecture
        step(EQUAL, machine, 1, 0),
        step(RETURN, KILL),
        step(LOAD, 0),  # the number of the call
        step(AT_LEAST, X32, 0, 1),
        step(RETURN, KILL),
    ]
    for allowed in ALLOWED.values():
        number = allowed[column]
        if number is not None:
            steps += [step(EQUAL, number, 0, 1), step(RETURN, ALLOW)]
    for numbers, argument, chosen in CHOSEN.values():
        tests = [step(LOAD, 16 + 8 * argument)]
        values = (pid,) if isinstance(chosen, str) else chosen
        for value in values:
            tests += [step(EQUAL, value, 0, 1), step(RETURN, ALLOW)]
        tests.append(step(RETURN, refuse(errno.EPERM)))
        steps += [step(EQUAL, numbers[column], 0, len(tests)), *tests]
    steps += [
        step(EQUAL, CLONE[column], 0, 4),
        step(LOAD, 16),
        step(ANY_BIT, CLONE_THREAD if threads else 0, 0, 1),
        step(RETURN, ALLOW),
        step(RETURN, refuse(errno.EPERM)),
        # Its flags lie in memory, out of reach; without it the C library falls back to clone.
        step(EQUAL, CLONE3[column], 0, 1),
        step(RETURN, refuse(errno.ENOSYS)),
        step(RETURN, refuse(errno.EPERM)),
    ]
    return b"".join(steps)


def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> Any:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def asking_program() -> bytes:
    """A filter that has the listener asked for each new thread, and for nothing else."""
    column, machine = MACHINES[platform.machine()]
    return b"".join(
        [
            step(LOAD, 4),
            step(EQUAL, machine, 0, 3),
            step(LOAD, 0),
            step(EQUAL, CLONE[column], 0, 1),
            step(RETURN, ASK),
            step(RETURN, ALLOW),
        ]
    )


def seccomp_number() -> int:
    return SECCOMP[MACHINES[platform.machine()][0]]


@functools.cache
def _for_any_process(threads):
    return program(ANY_PROCESS, threads)


def own_program(threads: bool = True) -> bytes:
    """The filter for this process, made from one that its parent may have prepared."""
    own = step(EQUAL, os.getpid(), 0, 1)
    return _for_any_process(threads).replace(step(EQUAL, ANY_PROCESS, 0, 1), own)
