"""The source of cells: what IPython makes of it, and which names it binds and uses.

All of this happens in the sandbox: no source of a submission is parsed on the trusted side.
"""

from __future__ import annotations

import ast
import re
import time
from types import ModuleType, SimpleNamespace
from typing import Any

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
RUNS_CODE = {"time", "prun", "capture", "memit", "mprun", "lprun"}  # magics that Python follows
OPTIONS = re.compile(r"(?:-[a-zA-Z]+\s*\d*\s+)*")  # of a magic, before its code
SEVERAL_MISSING = 20  # modules of one cell


def as_python(source: str) -> str:
    """A cell as Python, with what only IPython understands turned into calls of the shell."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST)
        return source
    except UNREADABLE:
        pass
    try:
        from IPython.core.inputtransformer2 import TransformerManager

        return TransformerManager().transform_cell(source)
    except Exception:  # the error of Python itself tells more
        return source


class Shell:
    """What ``get_ipython()`` gives: magics that hold Python run it, all others do nothing."""

    def __init__(self, module: ModuleType) -> None:
        self.user_ns = module.__dict__
        self.file = "<cell>"
        self.ast_transformers: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None

    def run_line_magic(self, name: str, line: str, *_: Any, **__: Any) -> Any:
        if name == "timeit":
            return self._timed(line)
        return self._run(_without_options(line)) if name in RUNS_CODE else None

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        if name == "timeit":
            return self._timed(cell, _without_options(line))
        if name == "capture":
            said = SimpleNamespace(stdout="", stderr="", outputs=[], show=lambda: None)
            self.user_ns.update({word: said for word in line.split() if word.isidentifier()})
        if name == "writefile":
            with open(line.split()[-1], "a" if "-a" in line.split() else "w") as file:
                file.write(cell)
        return self._run(cell) if name in RUNS_CODE else None

    def magic(self, line: str) -> Any:
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        return []  # no program can be started here

    def _run(self, source, space=None):
        space = self.user_ns if space is None else space
        source = as_python(source)
        try:
            code = compile(source.strip(), self.file, "eval")
        except SyntaxError:
            code = compile(source, self.file, "exec")
        return eval(code, space)

    def _timed(self, source, before=""):
        """Once, in names of its own, as timeit binds none of the notebook's."""
        space = dict(self.user_ns)
        self._run(before or "None", space)
        start = time.perf_counter()
        self._run(_without_options(source), space)
        took = time.perf_counter() - start
        return SimpleNamespace(average=took, best=took, worst=took, stdev=0.0, all_runs=[took],
                               timings=[took], loops=1, repeat=1)  # fmt: skip


def _without_options(line):
    return line[OPTIONS.match(line).end() :]


def statements_below(source: str, line: int) -> ast.Module | None:
    """What stands below an import statement of that line, or None if there is none."""
    tree = ast.parse(source)
    for place, statement in enumerate(tree.body):
        if statement.lineno <= line <= (statement.end_lineno or 0):
            imports = isinstance(statement, ast.Import | ast.ImportFrom)
            return ast.Module(tree.body[place + 1 :], []) if imports else None
    return None


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell binds for others, and all that it uses."""
    try:
        tree = ast.parse(as_python(source))
    except UNREADABLE:
        return set(), set()
    bound: set[str] = set()
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            used.add(node.target.id)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
    for node in _outside_functions(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
    return bound, used


def _outside_functions(tree):
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def needed(cells: list[str], name: str, end: int) -> list[int]:
    """The places, among the first `end`, of the cells that an answer needs by its names alone."""
    seen = [names(source) for source in cells[:end]]
    asked = [place for place in range(len(seen)) if name in seen[place][0]][-1:]
    found: set[int] = set()
    while asked:
        place = asked.pop()
        if place not in found:
            found.add(place)
            asked += [at for at in range(len(seen)) if seen[at][0] & seen[place][1]]
    return sorted(found)
