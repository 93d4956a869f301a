"""What a reader takes from a page: its notebook, and an archive of what the notebook needs.

A notebook uses the course's own package, and finds its quizzes in the course's folder. So each
begins, on the site, with a cell that fetches both where they are missing: from the site, if it
knows its address (`SITE_URL`); on Colab from the repository. Where neither can be had, the cell
says what to do.
"""

import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from page_actions import ARCHIVE, Repository, repository
from site_address import site_address
from solutions import as_published
from sphinx.application import Sphinx

# What stands in the archive: `make book` and `make test` need more, a notebook does not.
IN_ARCHIVE = (
    "LICENSE",
    "_toc.yml",
    "pyproject.toml",
    "benchmarks/results/*.json",
    "chapters/quizzes/*.toml",
    "src/actloss/**/*",
)
FOLDER = "actloss-course"  # that the archive makes
FIRST_CELL = "needs-the-course"

# Packages that some notebooks import and `pyproject.toml` does not ask for.
ASKED_FOR = {"sklearn": "scikit-learn"}

ON_COLAB = """
if "google.colab" in sys.modules:
    !git clone --quiet --depth 1 --branch {branch} {url} /content/{name}
    %pip install --quiet /content/{name}
    %cd -q /content/{name}/{folder}
"""

ANYWHERE = """
if importlib.util.find_spec("actloss") is None:
    course = Path("{course}").resolve()
    if not course.is_dir():
{fetch}
    %pip install --quiet --editable "{{course}}"{packages}
    sys.path.insert(0, str(course / "src"))
"""

FROM_SITE = """\
        try:
            with urlopen("{address}") as reply:
                ZipFile(BytesIO(reply.read())).extractall()
        except OSError as error:
            raise ModuleNotFoundError(
                "this notebook needs the course's package, actloss, and could not fetch it "
                "from {address}"
            ) from error"""

BY_HAND = """\
        raise ModuleNotFoundError(
            "this notebook needs the course's package, actloss. Its page offers it in the menu "
            "“Run or edit”, as “Download the course”: unpack that beside this notebook, "
            f"in {Path.cwd()}, and run this cell again"
        )"""

WITHOUT_TORCH = """
if importlib.util.find_spec("torch") is None:
    print("Some cells below need PyTorch: https://pytorch.org/get-started says how to install it.")
"""


def first_cell(notebook: dict, folder: str, address: str, place: Repository | None) -> str:
    """The code that fetches the course where it is missing, and otherwise does nothing.

    Parameters
    ----------
    notebook
        As JSON; its imports say what else it needs.
    folder
        Of the notebook within the course, such as ``chapters``.
    address
        Of the site, with a slash at its end, or empty.
    place
        The repository, or None.
    """
    imported = imports_of(notebook)
    packages = "".join(f" {name}" for module, name in ASKED_FOR.items() if module in imported)
    fetch = FROM_SITE.format(address=f"{address}{ARCHIVE}") if address else BY_HAND
    imports = ["importlib.util", "sys"]
    members = [("io", "BytesIO")] * bool(address) + [("pathlib", "Path")]
    if address:
        members += [("urllib.request", "urlopen"), ("zipfile", "ZipFile")]
    parts = [
        "# This notebook uses the course's own package, actloss. Where it is missing, this cell\n"
        "# fetches it or says how; where it is there, nothing happens.\n",
        *(f"import {name}\n" for name in imports),
        *(f"from {module} import {name}\n" for module, name in members),
    ]
    if place is not None:
        parts.append(
            ON_COLAB.format(branch=place.branch, url=place.url, name=place.name, folder=folder)
        )
    parts.append(ANYWHERE.format(course=FOLDER, fetch=fetch, packages=packages))
    if "torch" in imported:
        parts.append(WITHOUT_TORCH)
    return "".join(parts).rstrip()


def imports_of(notebook: dict) -> set[str]:
    """The outermost names of the modules that the notebook's code imports."""
    code = "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"
    )
    return set(re.findall(r"^\s*(?:import|from) (\w+)", code, flags=re.MULTILINE))


def with_first_cell(notebook: dict, code: str) -> dict:
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": FIRST_CELL,
        "metadata": {"tags": ["remove-cell"]},
        "outputs": [],
        "source": code.splitlines(keepends=True),
    }
    return notebook | {"cells": [cell, *notebook["cells"]]}


def publish_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Put the first cell into each notebook that the site offers."""
    if exception or app.builder.format != "html":
        return
    address, place = site_address(), repository()
    for path, published in offered_notebooks(app):
        if is_published(published, address, place):
            continue
        notebook = json.loads(Path(app.srcdir, path).read_text(encoding="utf-8"))
        code = first_cell(notebook, path.parent.as_posix(), address, place)
        text = json.dumps(with_first_cell(notebook, code), ensure_ascii=False, indent=1) + "\n"
        published.write_text(text, encoding="utf-8")


def offered_notebooks(app: Sphinx) -> Iterator[tuple[Path, Path]]:
    """Each notebook within the course, and the file of the site that gives it.

    A page gives the one that it was made from, and those that links within its text give.
    """
    for name in app.env.found_docs:
        path = Path(app.env.doc2path(name)).relative_to(app.srcdir)
        if path.suffix == ".ipynb":
            yield path, Path(app.outdir, "_sources", path)
    for path, (_, copy) in app.env.dlfiles.items():
        if path.endswith(".ipynb"):
            yield Path(path), Path(app.outdir, "_downloads", copy)


def is_published(published: Path, address: str, place: Repository | None) -> bool:
    """Whether a notebook begins as it should: Sphinx copies its source when it writes its page."""
    if not published.exists():
        return False
    with published.open(encoding="utf-8") as file:
        beginning = file.read(4000)
    known = [f'"{FIRST_CELL}"', f"{address}{ARCHIVE}" if address else "Download the course"]
    if place is not None:
        known.append(place.url)
    return all(word in beginning for word in known) and (
        place is not None or "google.colab" not in beginning
    )


def publish_course(app: Sphinx, exception: Exception | None) -> None:
    """Write the archive, if it is not newer than all that stands in it."""
    if exception or app.builder.format != "html":
        return
    files = files_of_archive(Path(app.srcdir))
    archive = Path(app.outdir, ARCHIVE)
    if archive.exists() and archive.stat().st_mtime > max(path.stat().st_mtime for path in files):
        return
    write_archive(archive, Path(app.srcdir), files)


def files_of_archive(course: Path) -> list[Path]:
    found = {path for pattern in IN_ARCHIVE for path in course.glob(pattern)}
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def write_archive(archive: Path, course: Path, files: list[Path]) -> None:
    """The same bytes for the same files, written beside and then renamed."""
    beside = archive.with_suffix(".part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as made:
        for path in files:
            entry = zipfile.ZipInfo(f"{FOLDER}/{path.relative_to(course).as_posix()}")
            entry.external_attr = 0o644 << 16
            made.writestr(entry, as_published(path), zipfile.ZIP_DEFLATED)
    os.replace(beside, archive)
