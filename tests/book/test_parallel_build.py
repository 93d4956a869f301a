"""Several processes read and write the pages, and these are those of one process, byte for byte."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tools.node import ENVIRONMENT
from tools.stamps import ROOT

BUILD = """
import sys
sys.path.insert(0, "web/sphinx")
import extension
extension.cores = lambda: {cores}
from jupyter_book.cli.main import main
main(["build", ".", "-W", "-n", "--keep-going", "--all"])
"""
TEXT = """\
# Page {number}

(label-{number})=
## What it holds

A formula, $x_{number}^2 \\le e^x$, one of its own line

$$f(x) = \\sum_{{i=0}}^{{{number}}} x^i,$$

a citation {{cite}}`goodfellow2016deep`, a page [before](label-{before}), and an exercise.

```{{exercise}}
:label: exercise-{number}
Show that {number} is {number}.
```

See {{ref}}`exercise-{before}`.
"""
PAGES = 9


@pytest.fixture
def book(clone):
    shutil.copytree(ROOT / "web", clone / "web", ignore=shutil.ignore_patterns("node_modules"))
    for name in ("references.bib", "_config.yml"):
        shutil.copy(ROOT / name, clone)
    (clone / "src").symlink_to(ROOT / "src")
    (clone / "web/src/node_modules").symlink_to(ROOT / "web/src/node_modules")
    chapters = clone / "chapters"
    chapters.mkdir()
    key = re.search(r"@\w+\{([\w:-]+),", (ROOT / "references.bib").read_text("utf-8"))[1]
    for number in range(PAGES):
        text = TEXT.format(number=number, before=(number - 1) % PAGES)
        (chapters / f"page-{number}.md").write_text(text.replace("goodfellow2016deep", key))
    (chapters / "bibliography.md").write_text("# Sources\n\n```{bibliography}\n```\n")
    names = [f"page-{number}" for number in range(1, PAGES)] + ["bibliography"]
    toc = "".join(f"- file: chapters/{name}\n" for name in names)
    (clone / "_toc.yml").write_text(f"format: jb-book\nroot: chapters/page-0\nchapters:\n{toc}")
    return clone


def built_by(book, cores):
    shutil.rmtree(book / "_build", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(cores=cores)],
        cwd=book,
        env=ENVIRONMENT | {"NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    site = book / "_build" / "html"
    files = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    log = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)
    return log, {name: path.read_bytes() for name, path in files.items()}


@pytest.mark.skipif(os.name != "posix", reason="Sphinx works in one process elsewhere")
def test_pages_are_the_same_however_many_cores_build_them(book):
    log, alone = built_by(book, 1)
    assert " .. " not in log, "one process names each page by itself"
    log, together = built_by(book, 3)
    # `reading sources... [ 50%] chapters/a .. chapters/c`: what one process did
    for step in ("reading sources", "writing output"):
        assert re.search(rf"{step}\.\.\. \[ *\d+%\] \S+ \.\. \S+", log), step
    assert "is not safe for parallel" not in log
    assert 'class="katex"' in alone["chapters/page-3.html"].decode()
    assert sorted(alone) == sorted(together)
    assert [name for name in alone if alone[name] != together[name]] == []
