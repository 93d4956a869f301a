"""What a command says while it works: one line a stage, and one line when something is wrong."""

import errno
import os
import shutil
import sys
import threading
import time

REDRAW_EVERY = 0.2  # seconds, on a terminal
REPORT_EVERY = 15.0  # seconds, where lines cannot be redrawn: a log, CI


# Why a file cannot be written, which a reader can mend and we cannot.
UNWRITABLE = {
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "its disk is read-only",
    errno.ENOSPC: "its disk is full",
    getattr(errno, "EDQUOT", errno.ENOSPC): "your share of its disk is used up",
}


class Problem(Exception):
    """Something the reader can mend; the message says what is wrong and what to do."""


class Stage:
    """A line that tells how far a stage has come, redrawn in place on a terminal.

    with Stage("packages") as stage:
        stage.detail = "12 of 137"      # or a function that returns the text
        ...
        stage.result = "137 installed"
    """

    def __init__(self, name):
        self.name = name
        self.detail = ""
        self.result = "done"
        self.on_terminal = sys.stdout.isatty() and "CI" not in os.environ

    def __enter__(self):
        self.started = time.monotonic()
        self.finished = threading.Event()
        self.drawing = threading.Thread(target=self._draw, daemon=True)
        self.drawing.start()
        return self

    def __exit__(self, kind, error, trace):
        self.finished.set()
        self.drawing.join()
        if self.on_terminal:
            print("\r\x1b[K", end="")
        if error is None:
            say(self.name, f"{self.result} in {self.seconds():.1f} s")
        else:
            say(self.name, f"stopped after {self.seconds():.1f} s", mark="✗")

    def seconds(self):
        return time.monotonic() - self.started

    def _draw(self):
        interval = REDRAW_EVERY if self.on_terminal else REPORT_EVERY
        while not self.finished.wait(interval):
            detail = self.detail() if callable(self.detail) else self.detail
            text = f"  {self.name:<12} {detail}  {self.seconds():.0f} s"
            if self.on_terminal:
                width = shutil.get_terminal_size().columns
                print(f"\r\x1b[K{text[: width - 1]}", end="", flush=True)
            else:
                print(text, flush=True)


def say(name, text, mark="✓"):
    print(f"{mark} {name:<12} {text}", flush=True)


def run_command(main):
    """Run a command's `main`; a Problem becomes its message on stderr and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that has no ✓ prints ? instead of failing
    try:
        main()
    except Problem as problem:
        print(f"✗ {problem}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        place = error.filename or "a file"
        print(
            f"✗ {place} cannot be written: {UNWRITABLE[error.errno]}. Make room, or work in a copy "
            "of the course where you may write",
            file=sys.stderr,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
