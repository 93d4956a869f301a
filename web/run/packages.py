"""Packages come when code imports them: NumPy first, and the large ones for those who use them.

The worker sets `install`, which fetches a package and what it needs, and unpacks it. Python's own
machinery then finds it. `waits` holds what can be had, by the name that code imports.
"""

import ast
import importlib.util
import site
import sys
from importlib.abc import MetaPathFinder

install = None  # install(name of a package, folder to put it into)
waits = {}  # the package of each module that is not there yet
imported_by_course = {}  # the packages that each module of the course imports, by its name
when_there = {}  # what to call once a package is there


class Comes(MetaPathFinder):
    """Asked last, when nobody else knows a module."""

    def find_spec(self, name, path=None, target=None):
        package = waits.pop(name, None) if path is None else None
        if package is None:
            return None
        try:
            install(package, site.getsitepackages()[0])
        except Exception as error:
            waits[name] = package
            raise ImportError(f"{package} could not be fetched, try again later: {error}") from None
        for module in [one for one, its in waits.items() if its == package]:
            del waits[module]
        importlib.invalidate_caches()
        when_there.get(package, lambda: None)()
        return importlib.util.find_spec(name)


def wanted(code):
    """The packages that code imports, and those that the course's modules in it import."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, RecursionError, MemoryError, ValueError):  # the run will say so itself
        return []
    modules = {name for node in ast.walk(tree) for name in modules_of(node)}
    roots = {name.split(".")[0] for name in modules}
    roots |= {root for name in modules for root in imported_by_course.get(name, ())}
    return sorted({waits[root] for root in roots if root in waits})


def modules_of(node):
    """What an import statement may import, by its whole names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


sys.meta_path.append(Comes())
