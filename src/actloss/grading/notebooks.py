"""Reads submissions: notebooks of any version and of any state, in a folder of any shape.

Nothing in a file stops the class: what cannot be read becomes one clear sentence for its student.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from urllib.parse import quote

FILE_BYTES = 64 << 20  # with stored pictures; more is no homework
SMALL_BYTES = 1 << 20  # of a file that is read here; a larger one by a process of its own
READING_BYTES, READING_SECONDS = 1 << 30, 120  # that such a process may take
CODE_CHARACTERS = 1_000_000
CELLS = 2000
NAME_CHARACTERS = 200  # of a cell
WRITTEN_CELLS, WRITTEN_CHARACTERS = 100, 100_000  # for a teacher to read
PICTURES = 20  # attached to one of them
LEVELS = 6  # folders below that of a student

# What systems, packers and learning platforms put beside the submissions, in lower case.
NOBODYS = {
    "__macosx", "desktop.ini", "thumbs.db", "ehthumbs.db", "index.html", "$recycle.bin",
    "system volume information", "icon\r",
}  # fmt: skip
# Names of files that a submission's results are written to, in a folder of its name.
RESULTS = {"results.json", "feedback.md", "feedback.html"}


CHECKS = re.compile(r"\bcheck\(\s*[\"'](\w+)[\"']")


class UnreadableError(Exception):
    """A file that is no notebook; the message tells the student why."""


@dataclass(frozen=True)
class Found:
    """A submission: whose it is, and where it lies."""

    student: str
    path: Path | None
    place: str  # of the file below the folder of submissions, safe as a path and unique
    problem: str = ""


@dataclass(frozen=True)
class Cell:
    """A code cell; `grade_id` is what nbgrader's metadata call it."""

    source: str
    grade_id: str = ""


@dataclass(frozen=True)
class Written:
    """A cell that a teacher marks, as nbgrader's metadata say: an answer with points of its own.

    The pictures that were attached to it are (name, type, base64), as the file has them: nothing
    of them has been looked at.
    """

    grade_id: str
    kind: str  # "markdown" or "code"
    source: str
    pictures: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Notebook:
    """The code cells of a submission, in order, and the answers for a teacher to mark."""

    cells: tuple[Cell, ...]
    digest: str
    written: tuple[Written, ...] = ()

    def place_of_check(self, name: str) -> int:
        """The place of the cell that checks this exercise; after the last cell if there is none.

        Of several that of nbgrader's metadata, and of these the last: a copy stands above it.
        """
        asked = re.compile(rf"\bcheck\(\s*[\"']{re.escape(name)}[\"']")
        marked = [p for p, cell in enumerate(self.cells) if cell.grade_id == f"check-{name}"]
        asking = [p for p, cell in enumerate(self.cells) if asked.search(cell.source)]
        return [len(self.cells), *asking, *marked][-1]

    def checked(self) -> set[str]:
        """The names that its cells ask a check of."""
        marked = {cell.grade_id for cell in self.cells if cell.grade_id.startswith("check-")}
        asked = (CHECKS.findall(cell.source) for cell in self.cells)
        return {name.removeprefix("check-") for name in marked}.union(*asked)

    def names(self) -> Counter:
        """How often the names of possible exercises stand where an exercise's would."""
        return Counter(
            name
            for cell in self.cells
            for name in (
                cell.grade_id.removeprefix("check-"),
                *CHECKS.findall(cell.source),
                *re.findall(r"^(?:def\s+)?(\w+)\s*[(=]", cell.source, re.MULTILINE),
            )
            if name
        )


# A folder of submissions


def find(folder: Path) -> list[Found]:
    """All submissions: `student.ipynb`, or a folder for each student with notebooks at any depth.

    Raises
    ------
    NotADirectoryError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {str(folder)!r}")
    found = []
    for entry in sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name)):
        if _is_hidden(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            found += in_folder(entry.name, Path(entry.path))
        else:
            stem, kind = os.path.splitext(entry.name)
            problem = "" if kind.lower() == ".ipynb" else "this file is no notebook (.ipynb)"
            name = stem if not problem else entry.name
            found.append(Found(shown(name), Path(entry.path), safe(entry.name), problem))
    return _told_apart(found)


def _told_apart(found):
    """Places that stay different on a disk that takes Ada.ipynb and ada.ipynb for one."""

    def alike(submission):
        return unicodedata.normalize("NFC", submission.place).casefold()

    often = Counter(map(alike, found))
    return [
        replace(one, place=f"{one.place}~{_digest(one.place)[:8]}")
        if often[alike(one)] > 1
        else one
        for one in found
    ]


def in_folder(name: str, folder: Path) -> list[Found]:
    """The submissions of one student; a single one, with a problem, if there is no notebook."""
    student = shown(name)
    notebooks = []
    for path, folders, files in os.walk(folder, followlinks=False):
        depth = len(Path(path).relative_to(folder).parts)
        folders[:] = sorted(
            (name for name in folders if not _is_hidden(name) and depth < LEVELS),
            key=os.fsencode,
        )
        notebooks += [
            Path(path) / name
            for name in sorted(files, key=os.fsencode)
            if name.lower().endswith(".ipynb") and not _is_hidden(name)
        ]
    if not notebooks:
        return [Found(student, None, safe(name), "no notebook (.ipynb) was handed in")]
    return [
        Found(student, path, "/".join(map(safe, path.relative_to(folder.parent).parts)))
        for path in notebooks
    ]


def _is_hidden(name):
    """What systems and editors leave behind; a student's name may begin with a dot."""
    if name.lower() in NOBODYS:
        return True
    ours = name.lower().endswith(".ipynb") and not name.startswith("._")
    return name.startswith(".") and not ours


def safe(name: str) -> str:
    """A name of a file or folder that is one on every system, different for different names."""
    text = quote(os.fsencode(name), safe=" ()+,@")
    odd = not text.strip(".") or text.endswith((".", " ")) or text.startswith((" ", "-"))
    if odd or text.lower() in RESULTS:
        text = "".join(f"%{byte:02X}" for byte in os.fsencode(name))
    if len(text) > 150:
        text = text[:100] + "~" + _digest(name)[:20]
    return text


def _digest(name):
    return hashlib.sha256(os.fsencode(name)).hexdigest()


def shown(name: str) -> str:
    """A name as people may read it: one line, nothing that moves the cursor or turns the text."""
    text = os.fsencode(name).decode("utf-8", "replace")
    kept = "".join("�" if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text)
    return kept if len(kept) <= 200 else kept[:199] + "…"


# A file


def read(path: Path) -> Notebook:
    """The notebook in a file.

    Raises
    ------
    UnreadableError
        If there is none; whatever the file holds, nothing else is raised.
    """
    with _opened(path) as file:
        if os.fstat(file.fileno()).st_size > SMALL_BYTES:
            return _read_elsewhere(file)
        return parse(_bytes_of(file, SMALL_BYTES))


def parse(data: bytes) -> Notebook:
    """The notebook in these bytes, or an UnreadableError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("this file is no notebook: it is not text in UTF-8") from None
    if not text.strip():
        raise UnreadableError("the file is empty")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"the notebook is damaged: no valid JSON at {where}") from None
    except (ValueError, RecursionError, MemoryError):
        raise UnreadableError("the notebook is damaged: its JSON cannot be read") from None
    digest = hashlib.sha256(data).hexdigest()
    return Notebook(tuple(_cells(content)), digest, tuple(_written(content)))


def _read_elsewhere(file):
    """In a process whose memory is limited: 60 MB of JSON may make 2 GB of lists."""
    start = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); "
        "from actloss.grading.notebooks import main; main()"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", start],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=READING_SECONDS,
            check=True,
        )
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise UnreadableError("the notebook is damaged: its JSON cannot be read") from None
    if "problem" in found:
        raise UnreadableError(found["problem"])
    written = (
        Written(*texts, tuple(map(tuple, pictures))) for *texts, pictures in found["written"]
    )
    return Notebook(tuple(Cell(*c) for c in found["cells"]), found["digest"], tuple(written))


def main() -> None:
    """Read a notebook from stdin, with bounded memory; write its code cells as JSON."""
    with contextlib.suppress(ImportError):  # on Windows, where only trusted ones are graded
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (READING_BYTES, READING_BYTES))
    try:
        notebook = parse(_bytes_of(sys.stdin.buffer, FILE_BYTES))
        cells = [(cell.source, cell.grade_id) for cell in notebook.cells]
        written = [list(astuple(one)) for one in notebook.written]
        found: dict = {"cells": cells, "digest": notebook.digest, "written": written}
    except UnreadableError as error:
        found = {"problem": str(error)}
    except MemoryError:
        found = {"problem": "the notebook is damaged: its JSON cannot be read"}
    print(json.dumps(found))


def _opened(path):
    try:
        # No link: it may lead to anything. No waiting: a pipe may never have a writer.
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise UnreadableError("this is a link, not a file") from None
        raise UnreadableError(f"the file cannot be opened: {error.strerror}") from None
    status = os.fstat(file)
    problem = ""
    if not stat.S_ISREG(status.st_mode):
        problem = "this is no regular file"
    elif status.st_size > FILE_BYTES:
        size, most = status.st_size / 1e6, FILE_BYTES / 1e6
        problem = f"the file has {size:.0f} MB; at most {most:.0f} are read"
    if problem:
        os.close(file)
        raise UnreadableError(problem)
    return os.fdopen(file, "rb", buffering=0)


def _bytes_of(file, most):
    parts: list[bytes] = []
    left = most + 1
    try:
        while left > 0 and (part := file.read(left)):
            parts.append(part)
            left -= len(part)
    except OSError as error:
        raise UnreadableError(f"the file cannot be read: {error.strerror}") from None
    if left <= 0:
        raise UnreadableError(f"at most {FILE_BYTES / 1e6:.0f} MB of a file are read")
    return b"".join(parts)


def _cells(content):
    cells = _list_of_cells(content)
    if len(cells) > CELLS:
        raise UnreadableError(f"the notebook has {len(cells)} cells; at most {CELLS} are read")
    code = [
        Cell(_source(cell), _grade_id(cell))
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    if not code:
        raise UnreadableError("the notebook has no code cells")
    size = sum(len(cell.source) for cell in code)
    if size > CODE_CHARACTERS:
        raise UnreadableError(f"the code has {size} characters; at most {CODE_CHARACTERS} are read")
    return code


def _list_of_cells(content):
    """Of version 4, and of versions 2 and 3, which knew worksheets."""
    if isinstance(content, dict):
        cells = content.get("cells")
        sheets = content.get("worksheets")
        if cells is None and isinstance(sheets, list):
            cells = []
            for sheet in sheets:
                inner = sheet.get("cells") if isinstance(sheet, dict) else None
                cells += inner if isinstance(inner, list) else []
        if isinstance(cells, list):
            return cells
    raise UnreadableError("this file is no notebook: it has no cells")


def _source(cell):
    return _text(cell.get("source", cell.get("input", "")))


def _text(value):
    """A text, which a notebook may hold as the list of its lines."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _grade_id(cell):
    name = _marked(cell).get("grade_id")
    return name[:NAME_CHARACTERS] if isinstance(name, str) else ""


def _marked(cell):
    metadata = cell.get("metadata")
    marked = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return marked if isinstance(marked, dict) else {}


def _written(content):
    """What nbgrader calls manually graded: an answer that is its own test."""
    cells = [cell for cell in _list_of_cells(content) if isinstance(cell, dict)]
    for cell in [c for c in cells if _by_hand(c)][:WRITTEN_CELLS]:
        kind = "code" if cell.get("cell_type") == "code" else "markdown"
        source = _source(cell)[:WRITTEN_CHARACTERS]
        yield Written(_grade_id(cell), kind, source, tuple(_pictures(cell)))


def _by_hand(cell):
    marked = _marked(cell)
    return marked.get("grade") is True and marked.get("solution") is True and bool(_grade_id(cell))


def _pictures(cell):
    attached = cell.get("attachments")
    for name, bundle in list(attached.items() if isinstance(attached, dict) else ())[:PICTURES]:
        for kind in ("image/png", "image/jpeg"):
            data = _text(bundle.get(kind)) if isinstance(bundle, dict) else ""
            if data:
                yield name[:NAME_CHARACTERS], kind, data
