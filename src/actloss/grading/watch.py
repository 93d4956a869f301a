"""What the trusted side looks after while it waits for a life: its threads, memory and files.

None of it is what the life says of itself: the kernel tells.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import resource
import secrets
import select
import socket
import stat
import struct
import time
from pathlib import Path

from actloss.grading import protocol
from actloss.grading.confinement import SCRATCH_BYTES, SCRATCH_FILES, THREADS

SO_PEERPIDS = struct.Struct("iii")  # of struct ucred: process, user, group
SCM_CREDENTIALS = 2
LONGEST = 1000  # characters of a path in a scratch folder
TICK = 0.02  # seconds between two looks at what is written

# Of the kernel's linux/seccomp.h.
NOTICE = struct.Struct("<QIIiIQ6Q")
ANSWER = struct.Struct("<QqiI")
RECEIVE, SEND = (
    3 << 30 | size << 16 | ord("!") << 8 | number
    for number, size in ((0, NOTICE.size), (1, ANSWER.size))
)
CONTINUE = 1


class Watch:
    """The eyes on one life. `listener` is asked for each thread, -1 where none may begin."""

    def __init__(self, sock: socket.socket, pid: int, listener: int, scratch: Path | None) -> None:
        self.sock, self.pid, self.listener, self.scratch = sock, pid, listener, scratch
        self.poll = select.poll()
        self.poll.register(sock, select.POLLIN)
        if listener >= 0:
            self.poll.register(listener, select.POLLIN)

    @classmethod
    def of_new_life(cls, sock: socket.socket, scratch: Path | None, seconds: float) -> Watch:
        """From the first message of a life, which the kernel signs with its process."""
        sock.settimeout(seconds)
        room = socket.CMSG_SPACE(SO_PEERPIDS.size) + socket.CMSG_SPACE(4)
        data, extras, _, _ = sock.recvmsg(1, room)
        if data != b"L":
            raise protocol.Gone("the other side is gone")
        pid, listener = 0, -1
        for _, kind, content in extras:
            if kind == SCM_CREDENTIALS:
                pid = SO_PEERPIDS.unpack(content)[0]
            elif kind == socket.SCM_RIGHTS:
                listener = int.from_bytes(content[:4], "little")
        return cls(sock, pid, listener, scratch)

    def close(self) -> None:
        if self.listener >= 0:
            os.close(self.listener)
            self.listener = -1

    def wait(self, deadline: float) -> None:
        """Until the life has something to say, or the deadline; ProtocolError if it exceeds."""
        while True:
            left = deadline - time.monotonic()
            most = min(left, TICK) if self.scratch else left
            ready = self.poll.poll(max(0.0, most) * 1000)
            if self.scratch:
                self._look_at_files(thoroughly=not ready)
            for file, event in ready:
                if file == self.listener:
                    if event & select.POLLIN:
                        self._answer()
                    else:  # the life is dead
                        self.poll.unregister(self.listener)
            if any(file == self.sock.fileno() for file, _ in ready) or left <= 0:
                return

    def _answer(self):
        notice = bytearray(NOTICE.size)
        with contextlib.suppress(OSError):  # it was killed before it had an answer
            fcntl.ioctl(self.listener, RECEIVE, notice)
            number = NOTICE.unpack(notice)[0]
            more = self._threads() < THREADS
            answer = (number, 0, 0, CONTINUE) if more else (number, 0, -errno.EAGAIN, 0)
            fcntl.ioctl(self.listener, SEND, ANSWER.pack(*answer))

    def _threads(self):
        try:
            return len(os.listdir(f"/proc/{self.pid}/task"))
        except OSError:
            return THREADS

    # Memory

    def size(self) -> int:
        """The bytes of address space in use."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[0]
        return int(pages) * resource.getpagesize()

    def limit_size(self, most: int) -> None:
        resource.prlimit(self.pid, resource.RLIMIT_AS, (most, most))

    # Files

    def _look_at_files(self, *, thoroughly):
        count, size = _used(self.scratch)
        if thoroughly:
            size += self._unlinked()
        if count > SCRATCH_FILES or size > SCRATCH_BYTES:
            raise protocol.TooMuch("more files than may be written")

    def _unlinked(self):
        """The bytes of files that have no name any more and are still open."""
        folder, total = f"/proc/{self.pid}/fd", 0
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                with contextlib.suppress(OSError):
                    status = os.stat(f"{folder}/{name}")
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                        total += status.st_blocks * 512
        return total


def _used(folder):
    """How many files and folders lie below, and their bytes."""
    count = size = 0
    waiting = [folder]
    while waiting and count <= SCRATCH_FILES:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                count += 1
                size += entry.stat(follow_symlinks=False).st_blocks * 512
                if len(entry.path) > LONGEST:  # soon no path would lead there
                    return SCRATCH_FILES + 1, size
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return count, size


def empty(folder: Path) -> None:
    """Remove all that lies in it, however deep: what lies in a folder is first moved up."""
    number = 0
    while entries := _entries(folder):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            for inner in _entries(entry.path):
                number += 1
                os.rename(inner.path, folder / f"moved-up-{number}-{secrets.token_hex(8)}")
            os.rmdir(entry.path)


def _entries(folder):
    with os.scandir(folder) as entries:
        return list(entries)
