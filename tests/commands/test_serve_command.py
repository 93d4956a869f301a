"""The server of `make serve`, which the browser tests use too."""

import gzip
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import webbrowser

import pytest

from tools import serve
from tools.progress import Problem
from tools.stamps import ROOT


@pytest.fixture
def address(tmp_path):
    """A running server of a few files, as host and port."""
    (tmp_path / "index.html").write_text("<p>the landing page</p>" * 100, encoding="utf-8")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "index.html").write_text("chapters", encoding="utf-8")
    for name in ("a.js", "a.mjs", "a.css", "a.svg", "a.woff2", "a.png", "a.json", "a.pdf"):
        (tmp_path / name).write_bytes(b"x" * 1000)
    with serve.server_for(tmp_path) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield serve.HOST, server.server_port
        server.shutdown()


def get(address, path, **headers):
    connection = http.client.HTTPConnection(*address, timeout=600)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.woff2", "font/woff2"),
        ("a.json", "application/json"),
        ("a.pdf", "application/pdf"),
    ],
)
def test_each_kind_of_file_has_its_content_type(address, name, kind):
    response, _ = get(address, f"/{name}")
    assert response.status == 200
    assert response.headers["Content-Type"] == kind


def test_text_is_compressed_and_pictures_are_not(address):
    response, content = get(address, "/", **{"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(content) == int(response.headers["Content-Length"]) < 100
    assert gzip.decompress(content).startswith(b"<p>the landing page</p>")
    response, content = get(address, "/")
    assert response.headers["Content-Encoding"] is None
    assert content.startswith(b"<p>the landing page</p>")
    for name in ("a.woff2", "a.png"):
        response, content = get(address, f"/{name}", **{"Accept-Encoding": "gzip"})
        assert response.headers["Content-Encoding"] is None
        assert content == b"x" * 1000


def test_a_changed_page_is_served_as_it_is_now(address, tmp_path):
    get(address, "/a.js", **{"Accept-Encoding": "gzip"})
    (tmp_path / "a.js").write_text("new")
    response, content = get(address, "/a.js", **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(content) == b"new"
    assert response.headers["Cache-Control"] == "no-cache"


def test_folders_and_missing_pages(address):
    response, _ = get(address, "/chapters?q=1")
    assert (response.status, response.headers["Location"]) == (301, "/chapters/?q=1")
    assert get(address, "/chapters/")[1] == b"chapters"
    assert get(address, "/no/such/page.html")[0].status == 404
    assert get(address, "/../../../../etc/passwd")[0].status == 404
    assert get(address, "//chapters")[0].headers.get("Location") in (None, "/chapters/")


@pytest.fixture
def taken_port():
    with socket.socket() as holder:
        holder.bind((serve.HOST, 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_asked_for_and_taken_gets_one_clear_line(monkeypatch, tmp_path, taken_port):
    monkeypatch.setenv("PORT", str(taken_port))
    with pytest.raises(Problem) as raised:
        serve.server_on_wanted_port(tmp_path)
    assert str(raised.value) == (
        f"port {taken_port} cannot be had (another program uses it, or it is reserved): "
        "name another one, or leave PORT out to get a free one"
    )


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1"])
def test_a_port_that_is_none_gets_one_clear_line(monkeypatch, tmp_path, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Problem, match=f"^PORT={port} is no port: choose a number from 1 to 65535$"):
        serve.server_on_wanted_port(tmp_path)


def test_the_usual_port_taken_gives_the_next_free_one(monkeypatch, tmp_path, taken_port, capsys):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setattr(serve, "FIRST_PORT", taken_port)
    with serve.server_on_wanted_port(tmp_path) as server:
        assert server.server_port > taken_port
        assert capsys.readouterr().out == (
            f"  port {taken_port} is in use; {server.server_port} is free\n"
        )


def test_no_port_left_gets_one_clear_line(monkeypatch, tmp_path, taken_port):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setattr(serve, "FIRST_PORT", taken_port)
    monkeypatch.setattr(serve, "PORTS_TO_TRY", 1)
    with pytest.raises(Problem, match="are all in use: stop a server that you no longer need"):
        serve.server_on_wanted_port(tmp_path)


def test_a_browser_is_opened_where_there_is_a_screen_and_only_there(monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("CI", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    serve.open_browser("http://a/")
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    serve.open_browser("http://a/")
    assert opened == ["http://a/"]

    def fail(url):
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "open", fail)
    serve.open_browser("http://a/")


@pytest.mark.usefixtures("heed_ctrl_c")
def test_ctrl_c_ends_quietly():
    environment = {key: value for key, value in os.environ.items() if key != "PORT"}
    with subprocess.Popen(
        [sys.executable, "-m", "tools.serve"],
        cwd=ROOT,
        env=environment | {"CI": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            line = process.stdout.readline()
            while "Ctrl-C" not in line:
                assert line, process.stderr.read()
                line = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=600)
        finally:
            process.kill()  # where it did not end by itself
    assert (process.returncode, out.strip(), err) == (0, "", "")
