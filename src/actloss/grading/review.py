"""The command ``actloss review SUBMISSIONS --out RESULTS``: a page to mark answers by hand.

The page comes from this machine and for this machine: the server listens on the loopback alone, an
address has a random part that nobody can guess, and a request that names another host, as one from
a page elsewhere would, is refused. What students wrote is text there, whatever it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import html
import json
import secrets
import webbrowser
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from actloss.grading import hand_marks, rubric
from actloss.grading.notebooks import Found, UnreadableError, find, read
from actloss.grading.pictures import NoPictureError, picture
from actloss.grading.rubric import Question
from actloss.grading.submission import GradingError

HERE = Path(__file__).parent
REQUEST_BYTES = 100_000
NAMES = ("127.0.0.1", "localhost")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mark answers</title>
<link rel="stylesheet" href="review.css">
<link rel="icon" href="data:,">
<script src="review.js" type="module"></script>
</head>
<body data-anonymous="{anonymous}"><noscript>This page needs JavaScript.</noscript></body>
</html>
"""


def add_to(commands: Any) -> None:
    """Let the command line know it."""
    parser = commands.add_parser(
        "review",
        help="mark answers by hand, in a page on this machine",
        description="Open a page on which you read answers and mark them, exercise by exercise. "
        "The next actloss grade into the same folder counts the marks.",
    )
    parser.add_argument("submissions", type=Path, help="the folder of submissions")
    parser.add_argument("--out", type=Path, required=True, help="the folder of results")
    parser.add_argument(
        "--rubric",
        type=Path,
        action="append",
        default=[],
        metavar="TOML",
        help="what is asked and what earns points; actloss rubric drafts one. It is kept with the "
        "results",
    )
    parser.add_argument("--anonymous", action="store_true", help="show no names of students")
    parser.add_argument("--port", type=int, default=0, help="of the page (any that is free)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.set_defaults(run=run)


def run(given: Any) -> int:
    """Serve the page until Ctrl-C; the exit status."""
    review = Review(given.submissions, given.out, given.rubric, anonymous=given.anonymous)
    try:
        server = Server(review, given.port)
    except (OSError, OverflowError) as error:
        raise GradingError(f"port {given.port} cannot be listened on: {error}") from None
    with server:
        print(review.summary(), server.address, sep="\n")
        print("each mark is saved at once; Ctrl-C ends the page", flush=True)
        if not given.no_browser:
            webbrowser.open(server.address)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    print(f"\n{review.summary()}; the next actloss grade counts the marks")
    return 0


class Answered(NamedTuple):
    """An answer to a question: where it lies, and what the page shows of it."""

    question: Question
    submission: Found
    digest: str
    cells: list[dict]


class Review:
    """The answers of a class, and the marks they have."""

    def __init__(
        self, submissions: Path, out: Path, rubrics: list[Path], *, anonymous: bool = False
    ) -> None:
        self.out, self.anonymous = out, anonymous
        try:
            self.found = find(submissions)
        except OSError as error:
            raise GradingError(str(error)) from None
        out.mkdir(parents=True, exist_ok=True)
        self.questions = rubric.keep(rubrics, out)
        if not self.questions:
            raise GradingError(
                "there is nothing to mark by hand: give --rubric TOML, which "
                "`actloss rubric NOTEBOOK` drafts from the notebook that you gave out"
            )
        hand_marks.read_marks(out)  # before anyone works in vain
        self.answers = [answer for one in self.found for answer in self._of(one)]
        if anonymous:  # in an order that is no class list's, and the same each time
            self.answers.sort(key=_dealt)
        if not self.answers:
            names = ", ".join(one.name for one in self.questions)
            raise GradingError(f"nobody answered {names} in {str(submissions)!r}")

    def _of(self, submission):
        if submission.path is None or submission.problem:
            return
        try:
            written = read(submission.path).written
        except UnreadableError:
            return
        for question in self.questions:
            cells = hand_marks.answer_to(question, written)
            if cells:
                shown = [
                    {"kind": cell.kind, "text": cell.source,
                     "pictures": [name for name, _, _ in cell.pictures]}
                    for cell in cells
                ]  # fmt: skip
                yield Answered(question, submission, hand_marks.digest_of(cells), shown)

    def summary(self) -> str:
        """How far the marking is."""
        known = hand_marks.read_marks(self.out)
        done = sum(not self._waiting(one, known) for one in self.answers)
        return f"{done} of {len(self.answers)} answers are marked"

    def _waiting(self, one, known):
        mark = known.get(one.submission.place, {}).get(one.question.name)
        return mark is None or mark.points is None or mark.answer != one.digest

    def content(self) -> dict:
        """All that the page shows; without names if it is to be anonymous."""
        known = hand_marks.read_marks(self.out)
        answers = []
        for number, one in enumerate(self.answers):
            mark = known.get(one.submission.place, {}).get(one.question.name, hand_marks.Mark())
            answers.append(
                {
                    "number": number,
                    "question": one.question.name,
                    "student": "" if self.anonymous else one.submission.student,
                    "cells": one.cells,
                    "mark": asdict(mark),
                    "changed": mark.points is not None and mark.answer != one.digest,
                }
            )
        return {"questions": [asdict(one) for one in self.questions], "answers": answers}

    def save(self, said: Any) -> tuple[bool, dict]:
        """Save what the page sent; whether it was, and the mark that stands.

        Raises
        ------
        ValueError
            If it is no mark of an answer here.
        """
        number = said.get("number") if isinstance(said, dict) else None
        if type(number) is not int or not 0 <= number < len(self.answers):
            raise ValueError(f"there is no answer {number!r}")
        one = self.answers[number]
        mark, seen = hand_marks.checked(said, one.question, one.digest)
        saved, stands = hand_marks.save(
            self.out, one.submission.place, one.question.name, mark, seen
        )
        return saved, asdict(stands)

    def picture(self, number: int, cell: int, place: int) -> tuple[str, bytes]:
        """The type and the bytes of a picture, read anew: a class has more than fits in memory.

        Raises
        ------
        NoPictureError
            If there is none that can be shown.
        """
        try:
            one = self.answers[number]
            assert one.submission.path is not None
            cells = hand_marks.answer_to(one.question, read(one.submission.path).written)
            _, kind, data = cells[cell].pictures[place]
        except (IndexError, UnreadableError):
            raise NoPictureError("there is no such picture") from None
        if hand_marks.digest_of(cells) != one.digest:
            raise NoPictureError("the file was changed: start actloss review again")
        return kind, picture(kind, data)


def _dealt(one):
    return hashlib.sha256(
        f"{one.question.name}/{one.digest}/{one.submission.place}".encode()
    ).digest()


# The server


class Server(ThreadingHTTPServer):
    """Of the page, for this machine alone."""

    daemon_threads = True

    def __init__(self, review: Review, port: int) -> None:
        super().__init__((NAMES[0], port), Handler)
        self.review, self.token = review, secrets.token_urlsafe(32)
        self.hosts = {f"{name}:{self.server_port}" for name in NAMES}

    @property
    def address(self) -> str:
        return f"http://{NAMES[0]}:{self.server_port}/{self.token}/"


class Handler(BaseHTTPRequestHandler):
    """Answers who knows the address, and nobody else."""

    server: Server
    timeout = 30

    def do_GET(self) -> None:
        name = self._name()
        if name == "":
            anonymous = html.escape(str(self.server.review.anonymous).lower())
            self._answer(PAGE.format(anonymous=anonymous).encode(), "text/html; charset=utf-8")
        elif name in ("review.js", "review.css"):
            kind = "text/javascript" if name.endswith("js") else "text/css"
            self._answer((HERE / name).read_bytes(), f"{kind}; charset=utf-8")
        elif name == "answers":
            self._try(lambda: self._json(self.server.review.content()))
        elif name is not None and name.startswith("picture/"):
            self._try(lambda: self._picture(name.split("/")[1:]))
        elif name is not None:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")

    def do_POST(self) -> None:
        if self._name() != "mark":
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > REQUEST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "this is no mark")
            return
        if self.headers.get("Content-Type") != "application/json":
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a mark is JSON")
            return
        self._try(lambda: self._mark(self.rfile.read(int(length))))

    def _mark(self, body):
        saved, mark = self.server.review.save(json.loads(body))
        self._json(mark, HTTPStatus.OK if saved else HTTPStatus.CONFLICT)

    def _picture(self, parts):
        if len(parts) != 3 or not all(part.isdecimal() and len(part) < 10 for part in parts):
            raise NoPictureError("there is no such picture")
        number, cell, place = map(int, parts)
        kind, content = self.server.review.picture(number, cell, place)
        self._answer(content, kind)

    def _name(self):
        """What is asked for below the secret part of the address; None if it was refused."""
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        elsewhere = self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if host not in self.server.hosts or origin not in (None, f"http://{host}") or elsewhere:
            self._refuse(HTTPStatus.FORBIDDEN, "this page is for its own machine")
            return None
        token, slash, name = self.path.removeprefix("/").partition("/")
        known = hmac.compare_digest(token.encode(), self.server.token.encode())
        if not known or not slash:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
            return None
        return name

    def _try(self, act):
        try:
            act()
        except (ValueError, RecursionError) as error:  # NoPictureError is one
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except (GradingError, OSError) as error:
            if not isinstance(error, ConnectionError):
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def _json(self, content, status=HTTPStatus.OK):
        text = json.dumps(content, ensure_ascii=False)
        self._answer(text.encode("utf-8", "replace"), "application/json", status)

    def _refuse(self, status, why):
        self._answer(why.encode("utf-8", "replace"), "text/plain; charset=utf-8", status)

    def _answer(self, content, kind, status=HTTPStatus.OK):
        self.send_response(status)
        for name, value in (HEADERS | {"Content-Type": kind}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def version_string(self) -> str:
        return "actloss"

    def log_message(self, *_: object) -> None:
        """The address is a secret, and the terminal is not for lines on each request."""
