"""Drives browsers by the W3C's WebDriver: Firefox by its own Marionette, WebKitGTK by its driver.

Chromium is driven by Playwright, whose Firefox and WebKit are builds of its own; these are the
browsers that readers have, from Debian's packages.
"""

import json
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from urllib.request import Request, urlopen

from tools.other_browsers import find_firefox, find_webkit

FOR_A_START = 120  # seconds
QUIET = """user_pref("marionette.port", {port});
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.aboutConfig.showWarning", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("toolkit.startup.max_resumed_crashes", -1);
"""


def free_port():
    with socket.socket() as any_free:
        any_free.bind(("127.0.0.1", 0))
        return any_free.getsockname()[1]


def wait_for_port(port, process):
    until = time.monotonic() + FOR_A_START
    while time.monotonic() < until and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=FOR_A_START)
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{process.args[0]} did not start")


@contextmanager
def running(command, pass_fds=(), **environment):
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=quiet, stderr=quiet, pass_fds=pass_fds
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


class Page:
    """A window of a browser; `command(name, parameters)` sends one command of WebDriver."""

    def __init__(self, command):
        self.command = command

    def go(self, url):
        self.command("Navigate", {"url": url})

    def run(self, script, *arguments):
        found = self.command("ExecuteScript", {"script": script, "args": list(arguments)})
        return found["value"] if isinstance(found, dict) and "value" in found else found

    def wait(self, script, *arguments, seconds=60):
        """Until a script has something to return; returns that."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := self.run(script, *arguments):
                return found
            time.sleep(0.1)
        raise AssertionError(f"waited in vain for: {script}")

    def press(self, *keys):
        """Press keys, one after the other, where the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.command(
            "PerformActions", {"actions": [{"type": "key", "id": "k", "actions": actions}]}
        )

    def drag(self, start, end):
        """Press the mouse at one place of the window, and release it at another."""
        move = {"type": "pointerMove", "origin": "viewport"}
        (x, y), (to_x, to_y) = (map(int, place) for place in (start, end))
        actions = [
            {**move, "x": x, "y": y, "duration": 0},
            {"type": "pointerDown", "button": 0},
            {**move, "x": (x + to_x) // 2, "y": (y + to_y) // 2, "duration": 50},
            {**move, "x": to_x, "y": to_y, "duration": 50},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "m", "parameters": {"pointerType": "mouse"}}
        self.command("PerformActions", {"actions": [{**mouse, "actions": actions}]})

    def click(self, place):
        self.drag(place, place)


@contextmanager
def firefox(folder):
    """A page in Firefox, over Marionette: texts of JSON, each with its length before it."""
    port = free_port()
    (folder / "user.js").write_text(QUIET.format(port=port), encoding="utf-8")
    command = [find_firefox(), "--headless", "--marionette", "--no-remote", "--profile", folder]
    with running([str(part) for part in command], HOME=str(folder)) as process:
        line = wait_for_port(port, process)
        line.settimeout(600)
        with line, line.makefile("rwb") as wire:
            read_text(wire)  # who it is
            numbers = iter(range(1, 1_000_000))

            def send(name, parameters):
                text = json.dumps([0, next(numbers), f"WebDriver:{name}", parameters])
                wire.write(f"{len(text.encode())}:{text}".encode())
                wire.flush()
                _, _, error, result = json.loads(read_text(wire))
                assert not error, error
                return result

            send("NewSession", {})
            send("SetWindowRect", {"width": 1280, "height": 900})
            yield Page(send)


def read_text(wire):
    length = b""
    while (byte := wire.read(1)) != b":":
        length += byte
    return wire.read(int(length))


PATHS = {"Navigate": "url", "ExecuteScript": "execute/sync", "PerformActions": "actions"}


@contextmanager
def screen_without_glass():
    """A display that is drawn nowhere; it chooses a free number, and says it once it is there."""
    told, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x1000x24"]
    with running(command, pass_fds=[tell]):
        os.close(tell)
        with open(told, encoding="ascii") as line:
            yield f":{line.readline().strip()}"


@contextmanager
def webkit(folder):
    """A page in WebKitGTK's browser, over its driver: a command is a request."""
    port = free_port()
    options = {"binary": find_webkit(), "args": ["--automation"]}
    wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
    own = {"HOME": str(folder), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    with (
        screen_without_glass() as screen,
        running(["WebKitWebDriver", f"--port={port}"], DISPLAY=screen, **own) as driver,
    ):
        wait_for_port(port, driver).close()

        def ask(path, parameters):
            body = json.dumps(parameters).encode()
            address = f"http://127.0.0.1:{port}/session{path}"
            request = Request(address, body, {"Content-Type": "application/json"})
            with urlopen(request, timeout=600) as answer:
                return json.load(answer)["value"]

        session = ask("", {"capabilities": wanted})["sessionId"]
        yield Page(lambda name, parameters: ask(f"/{session}/{PATHS[name]}", parameters))
