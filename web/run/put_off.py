"""Imports that wait until code has their names: a cell needs few of those at the top of its page.

A chapter imports all its packages in one cell. When that cell runs for another one's sake, and
shows nothing itself, an import of a package that is still to come is put off. Nothing is put off
of a cell whose reader asked for it, so that its errors are seen there.
"""

import ast
import copy
import re

import packages

waiting = {}  # by the name that it gives, what was put off: an import, and what only sets it up
LOOKS_UP = {"eval", "exec", "globals", "locals", "vars", "dir"}  # what these take, only a run knows


def split(tree, preparing):
    """What a cell imports now, what it puts off, and the rest of it."""
    now, later, rest = [], {}, []
    for part in tree.body:
        if not isinstance(part, ast.Import | ast.ImportFrom):
            rest.append(part)
            continue
        for one in each(part):
            if preparing and can_wait(one):
                later.setdefault(given_by(one), []).append(one)
            else:
                now.append(one)
    for part in [one for one in rest if isinstance(one, ast.Expr)]:
        names = names_in(part)
        if len(names) == 1 and names <= later.keys():  # as figures.use_style()
            later[names.pop()].append(part)
            rest.remove(part)
    return now, later, rest


def each(part):
    """An import of several names, as one for each."""
    for alias in part.names:
        one = copy.copy(part)
        one.names = [alias]
        yield one


def given_by(one):
    (alias,) = one.names
    return (alias.asname or alias.name).split(".")[0]


def can_wait(one):
    return given_by(one) != "*" and bool(packages.wanted(ast.unparse(one)))


def names_in(part):
    return {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}


def keep(now, later):
    """Note what was put off; what was imported meanwhile waits no longer."""
    for one in now:
        waiting.pop(given_by(one), None)
    waiting.update(later)


def due(later, parts):
    """The names that were put off and that code has, in whatever way it has them."""
    words = set(re.findall(r"\w+", "\n".join(map(ast.unparse, parts))))
    return [name for name in later if name in words or words & LOOKS_UP]


def catch_up(parts, run_part):
    """Run what was put off of the names that code has."""
    for name in due(waiting, parts):
        for part in waiting[name]:
            run_part(part)
        del waiting[name]


def packages_for(code, preparing):
    """The packages that a cell will import, so that they can be fetched before it runs."""
    try:
        now, later, rest = split(ast.parse(code), preparing)
    except (SyntaxError, RecursionError, MemoryError, ValueError):  # the run will say so itself
        return []
    known = waiting | later
    coming = [part for name in due(known, rest) for part in known[name]]
    return packages.wanted("\n".join(map(ast.unparse, [*now, *coming, *rest])))
