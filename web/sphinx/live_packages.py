"""What a page's Python loads: Pyodide, its packages, the course, and a list of them."""

import hashlib
import importlib.util
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from node import PROGRAMS, run_in_node
from solutions import as_published

RUN = Path(__file__).parent.parent / "run"
WORKER = RUN / "worker.js"
OURS = ("session", "packages", "put_off", "needs", "live_figures", "page_figures")
SESSION = [RUN / f"{name}.py" for name in OURS]
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
COMPILE = PROGRAMS / "compile.mjs"
SHOWN = ("actloss.zip", "session.zip")  # whose source an error or a chapter may show
WIDGETS = ("ipywidgets", "anywidget", "traitlets", "comm")
OF_COURSE = {".py", ".toml", ".js", ".css"}
AGES_AGO = (1980, 1, 1, 0, 0, 0)  # the same files give the same archive


def publish_packages(
    fetched: Path, course: Path, target: Path, imports: dict[str, list[str]]
) -> None:
    """Put Python, its packages and the course into `target`, from which the worker loads them."""
    target.mkdir(parents=True, exist_ok=True)
    packages = all_packages(fetched)
    for name in (*CORE, LOCK):
        link_or_copy(fetched / name, target / name)
    for name, path in compiled(archives(fetched, course, packages), fetched).items():
        link_or_copy(path, target / name)
    shutil.copy(WORKER, target)
    shutil.copy(RUN / "offline.js", target.parents[1])  # what it keeps lies below it
    about = {**listed(packages, target), "imports": imports}
    write(target / "packages.json", json.dumps(about, separators=(",", ":")).encode())


def compile_packages(fetched: Path, course: Path) -> None:
    """Compile what `publish_packages` will need, while the pages are written."""
    compiled(archives(fetched, course, all_packages(fetched)), fetched)


def all_packages(fetched: Path) -> dict[str, dict]:
    lock = json.loads((fetched / LOCK).read_text(encoding="utf-8"))
    return {**packages_of(lock, fetched), **our_packages()}


def archives(fetched: Path, course: Path, packages: dict[str, dict]) -> dict[str, bytes]:
    """What the worker unpacks, by the name of the file, as it was fetched or is written here."""
    files = {package["file"]: fetched / package["file"] for package in packages.values()}
    return {
        **{name: path.read_bytes() for name, path in files.items() if path.is_file()},
        "session.zip": zipped({path.name: path.read_bytes() for path in SESSION}),
        "actloss.zip": zipped(files_of(course, OF_COURSE, as_published)),
        "widgets.zip": zipped(widget_files()),
    }


def compiled(archives: dict[str, bytes], fetched: Path) -> dict[str, Path]:
    """The file of each archive with its Python compiled, anew only where it has changed."""
    program = b"".join(path.read_bytes() for path in (COMPILE, COMPILE.with_suffix(".py")))
    made = fetched.with_name("live-python-compiled")
    made.mkdir(exist_ok=True)
    found = {
        name: made / f"{hashlib.sha256(program + content).hexdigest()[:16]}-{name}"
        for name, content in archives.items()
    }
    missing = [name for name, path in found.items() if not path.is_file()]
    if missing:
        with tempfile.TemporaryDirectory(dir=made) as folder:
            given, after = Path(folder, "given"), Path(folder, "after")
            given.mkdir()
            after.mkdir()
            for name, content in archives.items():
                Path(given, name).write_bytes(content)
            order = {
                **{"core": fetched, "from": given, "to": after},
                "keepSource": [name for name in missing if name in SHOWN],
                "others": [name for name in missing if name not in SHOWN],
            }
            run_in_node(COMPILE, order)
            for name in missing:
                os.replace(after / name, found[name])
    for path in made.iterdir():
        if path not in found.values():
            path.unlink()  # of another edition
    return found


def packages_of(lock: dict, folder: Path) -> dict[str, dict]:
    """Of each package that is there: its file, what it needs, and what code imports of it."""
    found = {}
    for name, package in lock["packages"].items():
        if (folder / package["file_name"]).is_file():
            found[name] = {
                "file": package["file_name"],
                "needs": package["depends"],
                "imports": package["imports"],
                "library": package["install_dir"] == "dynlib",
            }
    return found


def our_packages() -> dict[str, dict]:
    none: list[str] = []
    return {
        "actloss": {"file": "actloss.zip", "needs": none, "imports": ["actloss"], "library": False},
        "widgets": {
            "file": "widgets.zip",
            "needs": none,
            "imports": [name for name in WIDGETS if name != "comm"],  # it comes with ipywidgets
            "library": False,
        },
    }


def listed(packages: dict[str, dict], folder: Path) -> dict:
    files = [*CORE, LOCK, "session.zip", *(package["file"] for package in packages.values())]
    return {
        "packages": packages,
        "sizes": {name: (folder / name).stat().st_size for name in files},
        "digests": {name: digest(folder / name) for name in [*files, WORKER.name]},
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def files_of(
    folder: Path, suffixes: set[str], read: Callable[[Path], bytes] = Path.read_bytes
) -> dict[str, bytes]:
    """The files of a package with these suffixes, by their path beside it."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in suffixes)
    return {path.relative_to(folder.parent).as_posix(): read(path) for path in paths}


def widget_files() -> dict[str, bytes]:
    """ipywidgets and what it stands on, all of it plain Python, without tests."""
    found = {}
    for name in WIDGETS:
        folder = Path(importlib.util.find_spec(name).origin).parent
        files = files_of(folder, {".py"})
        found |= {path: text for path, text in files.items() if "/tests/" not in path}
    version = next(folder.parent.glob("anywidget-*.dist-info/METADATA"))  # anywidget asks for it
    return found | {version.relative_to(folder.parent).as_posix(): version.read_bytes()}


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, AGES_AGO), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # it may be another name of a file that was fetched
    path.write_bytes(content)


def link_or_copy(source: Path, target: Path) -> None:
    """One file under two names, where the disk can: 50 MB need not be there twice."""
    if target.exists() and target.samefile(source):
        return
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
