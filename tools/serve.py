"""Serves the built book on this machine only; the browser tests use the same server."""

import errno
import gzip
import io
import os
import sys
import webbrowser
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tools.progress import Problem, run_command
from tools.stamps import ROOT

BOOK = ROOT / "_build" / "html"
HOST = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TO_TRY = 50

# Named here because what the system says of them differs from machine to machine.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".pdf": "application/pdf",
    ".wasm": "application/wasm",
}
COMPRESSED_ALREADY = {".woff2", ".png", ".ico", ".pdf", ".jpg", ".gif", ".webp", ".zip", ".whl"}


@lru_cache(maxsize=256)
def gzipped(path, modified):
    return gzip.compress(Path(path).read_bytes(), mtime=0)


class Handler(SimpleHTTPRequestHandler):
    """Static files, with text compressed as a web host would, so that page weights are real."""

    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            url = urlsplit(self.path)
            if not url.path.endswith("/"):
                return self._redirect(urlunsplit(("", "", f"{url.path}/", url.query, "")))
            path /= "index.html"
        if not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND, "There is no such page")
            return None
        return self._send_file(path)

    def _send_file(self, path):
        status = path.stat()
        compress = path.suffix not in COMPRESSED_ALREADY and "gzip" in self.headers.get(
            "Accept-Encoding", ""
        )
        content = gzipped(str(path), status.st_mtime_ns) if compress else path.read_bytes()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", formatdate(status.st_mtime, usegmt=True))
        self.send_header("Cache-Control", "no-cache")  # a page built again shows at once
        self.send_header("Vary", "Accept-Encoding")
        if compress:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        return io.BytesIO(content)

    def _redirect(self, location):
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *arguments):
        """Say nothing of each request."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows it would let two servers share a port

    def handle_error(self, request, client_address):
        """A browser that closes its connection early is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self):
        return f"http://{HOST}:{self.server_port}/"


def server_for(folder, port=0):
    """A server, not yet running, on a port of this machine; port 0 takes any that is free."""

    def handler(*arguments):
        return Handler(*arguments, directory=str(folder))

    return Server((HOST, port), handler)


def server_on_wanted_port(folder):
    """Take PORT where the reader names one; else the first free port from 8000 on."""
    asked = os.environ.get("PORT", "")
    if asked:
        if not asked.isdecimal() or not 0 < int(asked) < 65536:
            raise Problem(f"PORT={asked} is no port: choose a number from 1 to 65535")
        server = server_if_free(folder, int(asked))
        if server is None:
            raise Problem(
                f"port {asked} cannot be had (another program uses it, or it is reserved): "
                "name another one, or leave PORT out to get a free one"
            )
        return server
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY):
        if server := server_if_free(folder, port):
            if port != FIRST_PORT:
                print(f"  port {FIRST_PORT} is in use; {port} is free")
            return server
    raise Problem(
        f"ports {FIRST_PORT} to {port} are all in use: stop a server that you no longer need, "
        "or name a port: make serve PORT=9000"
    )


def server_if_free(folder, port):
    try:
        return server_for(folder, port)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            return None
        raise


def open_browser(url):
    """Open the reader's browser where there is a screen; a page in a terminal is no use."""
    has_screen = sys.platform in ("win32", "darwin") or any(
        name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if has_screen and "CI" not in os.environ:
        with suppress(webbrowser.Error, OSError):  # the address is printed all the same
            webbrowser.open(url)


def main():
    with suppress(KeyboardInterrupt), server_on_wanted_port(BOOK) as server:
        print(f"  {server.url}   (Ctrl-C stops)", flush=True)
        open_browser(server.url)
        server.serve_forever()
    print()


if __name__ == "__main__":
    run_command(main)
