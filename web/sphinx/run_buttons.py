"""Run buttons: cells that need NumPy, SciPy, scikit-learn, matplotlib and the course at most run.

`make book` fetches Python for the browser into web/live-python. Where it cannot be had there is no
button. A page loads nothing of it before a reader means to press one, or goes into code. A cell
that cannot run says why.
"""

import ast
import builtins
import importlib.util
import json
import subprocess
import sys
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from exercise_bars import bar_of_exercise, panel_of
from live_packages import publish_packages
from sphinx.application import Sphinx

WEB = Path(__file__).parent.parent
FETCHED = WEB / "live-python"
LAST = "names.json"  # of the files that are published
PACKAGE = WEB.parent / "src" / "actloss"
# What session.py has a stand-in for is as good as there.
THERE = {
    *sys.stdlib_module_names,
    *("numpy", "scipy", "matplotlib", "sklearn", "tqdm", "IPython"),
    *("anywidget", "ipywidgets", "traitlets"),
}
# A browser has no files of the repository, and its processor tells nobody of an overflow.
NOT_FOR_CELLS = {"pathlib", "warnings"}
CALLED = {"torch": "PyTorch", "pathlib": "files of the course", "open": "files of the course"}
ABSENT = """<p class="run-absent">This cell does not run here: it needs {what}.{stored}</p>"""
STORED = " Its output is the one that came with the page."
ROOMS = ["activations", "catalogue", "exercises", "losses", "network"]
PATH = "_static/live-python"
START = "_static/laboratory/start.js"
BAR = """<div class="run-python" data-page="{page}" data-cell="{cell}"{attributes}>\
<button type="button"{hidden}>{button}</button><span role="status"></span></div>"""
PAGE_BAR = """<div class="run-page"><script type="module" src="{start}"></script>{words}\
<button type="button" aria-label="Reset this page" hidden>Reset</button></div>"""
WORDS = """<span>The code here runs in your browser: press Run, or change it first. What you type \
stays on this machine, and is here when you come back.</span>"""


def python_is_there() -> bool:
    return (FETCHED / ".complete").is_file()


def module_from(path: Path):
    """A module that runs in the browser, too."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


needs = module_from(WEB / "run" / "needs.py")


def imports_of(tree: ast.AST) -> set[str]:
    """The modules that code imports, by their whole names."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@cache
def imports_of_file(file: Path) -> set[str]:
    return imports_of(ast.parse(file.read_text(encoding="utf-8")))


@cache
def file_of(module: str) -> Path | None:
    """The file of a module of the course; a name within a module leads to the module."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return file_of(module.rpartition(".")[0]) if "." in module else PACKAGE / "__init__.py"


def files_run_by(module: str) -> list[Path]:
    """The file of a module, and those of the packages around it, which run first."""
    parts = module.split(".")
    return [file_of(".".join(parts[:count])) for count in range(1, len(parts) + 1)]


@cache
def can_be_imported(module: str) -> bool:
    """Whether a browser has all that a module imports, and what that imports in turn."""
    if module.split(".")[0] != "actloss":
        return module.split(".")[0] in THERE
    todo, seen = files_run_by(module), set()
    while todo:
        file = todo.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in imports_of_file(file):
            if name.split(".")[0] == "actloss":
                todo += files_run_by(name)
            elif name.split(".")[0] not in THERE:
                return False
    return True


def a_cell_can_import(module: str) -> bool:
    return module.split(".")[0] not in NOT_FOR_CELLS and can_be_imported(module)


def names_bound(tree: ast.AST) -> set[str]:
    """The names that code gives a value, by an import, too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def which_run(cells: list[str | None]) -> list[bool]:
    """Of the code cells of a page, which a browser can run; None stands for one without code."""
    return [reason is None for reason in why_not(cells)]


def why_not(cells: list[str | None]) -> list[str | None]:
    """What each code cell of a page needs and a browser lacks; None where it runs.

    A cell can use what another one defines only if that one runs, too, and what it alters as well.
    Of the imports at the top of a cell, session.py leaves out those that a browser lacks, and the
    rest of the cell runs if it does without them. "" stands for a cell that is no Python.
    """
    known = set(dir(builtins)) - {"open", "input"}
    lacking: dict[str, str] = {}  # a name, and what the cell needs that gives it a value
    trees = [parsed(code) for code in cells]
    calls = needs.Calls([tree for tree in trees if tree])
    answers: list[str | None] = []
    for tree in trees:
        if tree is None:
            answers.append("")
            continue
        imports, rest = split_imports(tree)
        there = [one for one in imports if all(map(a_cell_can_import, imports_of(one)))]
        imported = {name for one in there for name in names_bound(one)}
        absent = {
            name: first_lack(one)
            for one in imports
            if one not in there
            for name in names_bound(one)
        }
        own = {name for part in rest for name in names_bound(part)}
        used = {node.id for part in rest for node in ast.walk(part) if isinstance(node, ast.Name)}
        inner = {name for part in rest for name in imports_of(part) if not a_cell_can_import(name)}
        unknown = sorted(used - known - imported - own)
        if inner:
            reason = what_is_lacking(min(inner))
        elif unknown:
            reason = (lacking | absent).get(unknown[0], CALLED.get(unknown[0], unknown[0]))
        else:
            reason = None if there or rest else next(iter(absent.values()), "")
        if reason is None:
            known |= imported | own
            lacking |= absent
        else:
            changed = needs.names_of(tree, calls).altered
            known -= own | changed | absent.keys()
            lacking |= absent | dict.fromkeys(own | changed, reason)
        answers.append(reason)
    return answers


def first_lack(node: ast.stmt) -> str:
    return what_is_lacking(
        next(one for one in sorted(imports_of(node)) if not a_cell_can_import(one))
    )


def what_is_lacking(module: str) -> str:
    """What a browser lacks of a module, in the words of a page."""
    root = module.split(".")[0]
    return CALLED.get(root, f"what {module} stands on" if root == "actloss" else root)


def split_imports(tree: ast.Module) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The import statements at the top level of a cell, and all else."""
    imports = [part for part in tree.body if isinstance(part, ast.Import | ast.ImportFrom)]
    return imports, [part for part in tree.body if part not in imports]


def parsed(code: str | None) -> ast.Module | None:
    try:
        return ast.parse(code or "%")
    except SyntaxError:  # a magic command, or a mistake shown on purpose
        return None


def note_cells(app: Sphinx, docname: str, source: list[str]) -> None:
    """Keep name and marks of each cell of a notebook that is being read: a doctree has none."""
    path = Path(app.env.doc2path(docname))
    cells = json.loads(source[0])["cells"] if path.suffix == ".ipynb" else []
    app.env.temp_data["cell_names"] = [cell.get("id", "") for cell in cells]
    app.env.temp_data["cell_marks"] = [cell["metadata"].get("nbgrader") for cell in cells]


def add_buttons(app: Sphinx, doctree: nodes.document) -> None:
    if not python_is_there():
        return
    page = app.env.docname
    names = app.env.temp_data.get("cell_names", [])
    marks = app.env.temp_data.get("cell_marks", [])
    found = doctree.findall(lambda node: attribute(node, "nb_element") == "cell_code")
    cells = [(cell, source_of(cell)) for cell in list(found)]
    reasons = why_not([source and source.astext() for _, source in cells])
    running = [cell for (cell, _), reason in zip(cells, reasons, strict=True) if reason is None]
    for cell in running:
        place = cell["cell_index"]
        own = bar_of_exercise(marks[place])
        cell["classes"] += own.classes
        insert_below_code(cell, BAR.format(page=page, cell=names[place], **own._asdict()))
    if running:
        for (cell, _), reason in zip(cells, reasons, strict=True):
            if reason:
                insert_below_code(cell, words_on_absence(cell, reason))
        first = running[0]
        start = f"{'../' * page.count('/')}{START}"
        words = panel_of([mark for mark in marks if mark]) or WORDS
        bar = nodes.raw("", PAGE_BAR.format(start=start, words=words), format="html")
        first.parent.insert(first.parent.index(first), bar)


def insert_below_code(cell: nodes.Element, html: str) -> None:
    source = source_of(cell)
    place = next(part for part in cell.children if source in part.findall())
    cell.insert(cell.index(place) + 1, nodes.raw("", html, format="html"))


def words_on_absence(cell: nodes.Element, reason: str) -> str:
    has_output = any(attribute(part, "nb_element") == "cell_code_output" for part in cell.children)
    return ABSENT.format(what=escape(reason), stored=STORED if has_output else "")


def attribute(node: nodes.Node, name: str) -> str | None:
    return node.get(name) if isinstance(node, nodes.Element) else None


def source_of(cell: nodes.Element) -> nodes.Element | None:
    return next(
        (node for node in cell.findall() if attribute(node, "nb_element") == "cell_code_source"),
        None,
    )


# Run beside Sphinx, in a process of its own: Sphinx makes copies of its own process.
AHEAD = """
import subprocess
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from live_packages import compile_packages
compile_packages(Path(sys.argv[2]), Path(sys.argv[3]))
"""
compiling: subprocess.Popen | None = None


def compile_ahead(app: Sphinx) -> None:
    """Compile what the pages' Python loads, while the pages are written. A fault shows later."""
    global compiling
    if app.builder.format == "html" and python_is_there() and not is_published(app):
        command = [sys.executable, "-c", AHEAD, WEB / "sphinx", FETCHED, PACKAGE]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        compiling = subprocess.Popen(command, **quiet)


def publish_python(app: Sphinx, exception: Exception | None) -> None:
    """Put Python, the course and what runs the cells where the pages look for them."""
    if compiling:
        compiling.wait()
    if exception or app.builder.format != "html" or not python_is_there() or is_published(app):
        return
    target = Path(app.outdir, PATH)
    publish_packages(FETCHED, PACKAGE, target, imports_of_course())
    names = json.dumps(names_of_course(), separators=(",", ":"))
    Path(target, LAST).write_text(names, encoding="utf-8")


def is_published(app: Sphinx) -> bool:
    """Whether nothing of it changed since, as after an edit of prose."""
    last = Path(app.outdir, PATH, LAST)
    return last.is_file() and last.stat().st_mtime > newest_source()


def newest_source() -> float:
    """When something last changed of what is published, a folder too where a file went."""
    ours = [
        path
        for folder in (PACKAGE, FETCHED, WEB / "run", WEB / "sphinx", WEB / "src")
        for path in (folder, *folder.glob("**/*" if folder == PACKAGE else "*"))
    ]
    return max(path.stat().st_mtime for path in ours if "__pycache__" not in path.parts)


def imports_of_course() -> dict[str, list[str]]:
    """The packages, of those that a browser has, that each module takes when it is imported."""
    modules = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        modules[name] = sorted(taken_at_once(name) & THERE - set(sys.stdlib_module_names))
    return {name: roots for name, roots in modules.items() if roots}


@cache
def taken_at_once(module: str) -> set[str]:
    """The packages that a module imports, and what it imports in turn, before any function runs."""
    found, todo, seen = set(), files_run_by(module), set()
    while todo:
        file = todo.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in imported_at_once(file):
            if name.split(".")[0] == "actloss":
                todo += files_run_by(name)
            found.add(name.split(".")[0])
    return found


@cache
def imported_at_once(file: Path) -> set[str]:
    """The modules that a file imports before any function runs."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {
        name
        for part in body
        if isinstance(part, ast.Import | ast.ImportFrom)
        for name in imports_of(part)
    }


def names_of_course() -> dict[str, list[str]]:
    """What each room of the course offers, for the editor's completion."""
    found = {"actloss": ROOMS}
    for room in ROOMS:
        files = files_run_by(f"actloss.{room}")[-1:]
        if not listed_by(files[0]) and files[0].name == "__init__.py":
            files = sorted(files[0].parent.glob("*.py"))  # it puts the lists of its files together
        found[f"actloss.{room}"] = sorted({name for file in files for name in listed_by(file)})
    return found


def listed_by(file: Path) -> list[str]:
    """What `__all__` holds in a file; nothing where there is none."""
    for part in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(part, ast.Assign) and "__all__" in names_bound(part):
            return ast.literal_eval(part.value)
    return []


def setup(app: Sphinx) -> dict:
    app.connect("builder-inited", compile_ahead)
    app.connect("source-read", note_cells, priority=900)  # solutions stand among the cells by then
    app.connect("doctree-read", add_buttons)
    app.connect("build-finished", publish_python)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
