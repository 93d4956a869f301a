"""Builds the book into _build/html, with every warning an error; does nothing when nothing changed.

A record, written after a build without a warning and removed before the next one, holds a digest of
every file the book is made from. It decides between three ways:

- nothing changed: nothing to do;
- only the prose of chapters changed: Sphinx reads and writes those chapters;
- anything else, or the last build failed: Sphinx starts anew. It would not notice a changed
  template, and it reports the warnings of a page only when it reads that page.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.folders import refuse_links
from tools.live_python import COMPLETE as LIVE_PYTHON
from tools.live_python import fetched_beside
from tools.node import ENVIRONMENT
from tools.progress import Problem, Stage, run_command, say
from tools.sources import check_sources, pages_of_book
from tools.stamps import ROOT, digest, files_under, one_at_a_time
from tools.web import build_web_assets

BUILD = ROOT / "_build"
INDEX = BUILD / "html" / "index.html"
SITEMAP = BUILD / "html" / "sitemap.xml"
RECORD = BUILD / "record.json"
LOG = BUILD / "book.log"

SOURCES = ["_config.yml", "_toc.yml", "references.bib", "requirements.txt"]
SOURCES += ["chapters", "exercises", "src", "web"]
PROSE = {".ipynb", ".md"}
# What the environment decides: SOLUTIONS=off leaves them out, the others say where the site and its
# sources are.
SETTINGS = ["SOLUTIONS", "SITE_URL", "REPOSITORY_URL", "REPOSITORY_BRANCH"]

# What other pages show of a page: headings, labels, directives and their options, roles.
STRUCTURE = re.compile(
    r"^ *#+ .*$|^ *\(.*\)=|^ *:[\w-]+:.*$|\{[\w:+-]+\}(?:`[^`]*`|.*$)", re.MULTILINE
)

# Its command line, without the garbage collector, and without taking everything in memory apart at
# the end: these cost a third of the time, and free little. Nor does it load what no build here uses
# and what takes a second: matplotlib, to draw cards (web/sphinx/cards.py draws them), and a data
# base, to run notebooks (they are published as they are stored).
JUPYTER_BOOK = """
import atexit, gc, os, sys
from types import SimpleNamespace as Nothing
gc.disable()
sys.modules |= {
    "sphinxext.opengraph._social_cards": Nothing(create_social_card=None, DEFAULT_SOCIAL_CONFIG={}),
    "myst_nb.core.execute.cache": Nothing(NotebookClientCache=None),
    "myst_nb.core.execute.direct": Nothing(NotebookClientDirect=None),
}
from jupyter_book.cli.main import main
try:
    main()
except SystemExit as end:
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code if isinstance(end.code, int) else bool(end.code))
"""

# How Sphinx tells what it is doing.
STEP = re.compile(r"^(reading sources|writing output)\.\.\. \[ *(\d+%)\] (\S*)", re.MULTILINE)

# Jupyter Book only prints this, and goes on with the rest.
BAD_CONFIG = re.compile(r"^Warning: Validation errors in config:\n((?:- .*\n)+)", re.MULTILINE)

# The first lines that Sphinx prints when it cannot go on.
CRASH = re.compile(
    r"^(?:[A-Z]\w* error(?: \([\w.]+\))?|Exception occurred):\n((?:(?!Traceback).+\n){1,4})",
    re.MULTILINE,
)


def main():
    with one_at_a_time("book"):
        with fetched_beside():
            build_web_assets()
        build_book()
    print(f"\n  The book lies in {INDEX.parent}; `make serve` opens it, with figures that move")


def build_book():
    refuse_links(BUILD, BUILD / "html")
    now = survey()
    last = read_record()
    if now == last and INDEX.is_file():
        say("book", "up to date")
        return
    check_sources()
    only_prose = INDEX.is_file() and only_prose_differs(last, now)
    if only_prose:
        for name in now:
            if now[name] != last[name]:
                os.utime(ROOT / name)  # Sphinx goes by time, and a restored file may be older
    sitemap = SITEMAP.read_bytes() if only_prose and SITEMAP.is_file() else None
    RECORD.unlink(missing_ok=True)
    run_sphinx(anew=not only_prose)
    if sitemap is not None:
        SITEMAP.write_bytes(sitemap)  # sphinx-sitemap lists only the pages that this run wrote
    RECORD.write_text(json.dumps(now), encoding="utf-8")


def survey():
    """For each source file, digests of its content and of its structure."""
    found = {name: [os.environ.get(name, ""), None] for name in SETTINGS}
    paths = [ROOT / name for name in SOURCES]
    for path in files_under(*paths, LIVE_PYTHON, *ROOT.glob("*.md")):
        content = path.read_bytes()
        structure = None
        if path.suffix in PROSE and path.is_relative_to(ROOT / "chapters"):
            structure = digest("\n".join(STRUCTURE.findall(markdown_of(path, content))).encode())
        found[path.relative_to(ROOT).as_posix()] = [digest(content), structure]
    return found


def markdown_of(path, content):
    """A page's Markdown: all of a .md file; of a notebook its Markdown cells."""
    text = content.decode(errors="replace")
    if path.suffix == ".md":
        return text
    try:
        cells = json.loads(text)["cells"]
        return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    except (ValueError, KeyError, TypeError):  # a broken notebook; check_sources tells which
        return text


def only_prose_differs(last, now):
    """Whether the same files are there and differ in nothing but the prose of chapters."""
    return last.keys() == now.keys() and all(
        last[name] == now[name] or (now[name][1] is not None and last[name][1] == now[name][1])
        for name in now
    )


def read_record():
    try:
        return json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def run_sphinx(anew):
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(ROOT)]
    command += ["-W", "-n", "--keep-going", *(["--all"] if anew else [])]
    BUILD.mkdir(exist_ok=True)
    if anew:
        shutil.rmtree(BUILD / "html", ignore_errors=True)  # else what is no longer made would stay
    before = pages_written()
    with Stage("book") as stage, LOG.open("w", encoding="utf-8") as log:
        stage.detail = progress
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        if done.returncode != 0 or BAD_CONFIG.search(read_log()):
            raise Problem(explain(read_log()))
        written = len(pages_written() - before)
        stage.result = f"{written} {'page' if written == 1 else 'pages'} written"


def pages_written():
    """Each page of the site with the moment when it was written."""
    pages = [BUILD / "html" / Path(name).with_suffix(".html") for name in pages_of_book()]
    return {(page, page.stat().st_mtime_ns) for page in pages if page.is_file()}


def read_log():
    return re.sub(r"\x1b\[[\d;]*m", "", LOG.read_text(encoding="utf-8", errors="replace"))


def progress():
    """What Sphinx is doing now: `reading sources 50% chapters/intro`."""
    steps = STEP.findall(read_log())
    return " ".join(steps[-1]) if steps else "starting"


def explain(log):
    """The lines of Sphinx's output that say what to mend, each with its file and place."""
    if bad := BAD_CONFIG.search(log):
        return f"_config.yml has an option that Jupyter Book does not know:\n{bad[1].rstrip()}"
    found = [readable(line) for line in log.splitlines() if is_complaint(line)]
    if found:
        unique = list(dict.fromkeys(found))
        count = "1 warning" if len(unique) == 1 else f"{len(unique)} warnings"
        lines = "\n".join(f"    {line}" for line in unique)
        return f"the book has {count}, and none may stay (all of Sphinx's output: {LOG}):\n{lines}"
    crash = CRASH.search(log)
    words = crash[1] if crash else "\n".join(log.strip().splitlines()[-5:])
    lines = "\n".join(f"    {line}" for line in words.strip().splitlines())
    return f"Sphinx stopped (all of its output: {LOG}):\n{lines}"


def is_complaint(line):
    return re.search(r"\b(WARNING|ERROR|CRITICAL|SEVERE): ", line) is not None


def readable(line):
    """`/…/chapters/a.ipynb:30003: WARNING: …` becomes `chapters/a.ipynb, cell 3, line 2: …`."""
    line = line.replace(f"{ROOT}/", "")
    if place := re.match(r"(\S+?):?(?::(\d+))?: (?:WARNING|ERROR|CRITICAL|SEVERE): (.*)", line):
        name, number, message = place.groups()
        if number and name.endswith(".ipynb") and int(number) >= 10_000:
            cell, row = divmod(int(number), 10_000)
            return f"{name}, cell {cell}, line {row - 1}: {message}"  # MyST-NB counts one too many
        return f"{name}{f', line {number}' if number else ''}: {message}"
    return line


if __name__ == "__main__":
    run_command(main)
