"""Which cells of a notebook one of them needs, found by the names in them; nothing is run for it.

A cell needs those that give its names a value, those that alter such a value afterwards, and what
these need in turn. A function takes the names in its body when it is called, not where it is
written. Where that cannot be known, a cell counts as needed.
"""

import ast
import builtins
import symtable
from typing import NamedTuple

BUILT_IN = set(dir(builtins))
COMPREHENSIONS = {"listcomp", "genexpr", "setcomp", "dictcomp"}  # as symtable calls them
# Of what is built in, and of what these modules offer, only the named ones change an argument.
HARMLESS = ("numpy", "scipy", "sklearn", "matplotlib", "actloss", "math", "itertools", "IPython")
HARMFUL = ("actloss.network",)
CHANGING = {
    *("copyto", "fill_diagonal", "place", "put", "putmask", "shuffle", "at"),
    *("setattr", "delattr", "next", "exec"),
}


class Names(NamedTuple):
    """What a cell does with names."""

    taken: set  # at once, from cells before it
    taken_later: set  # in the bodies of its functions, once these are called
    given: set  # a value, whatever happens
    perhaps_given: set  # a value in one branch or another
    altered: set  # a value that it did not give itself


def cells_needed(codes):
    """The places of the cells that the last one needs, in order, itself left out."""
    trees = [tree_of(code) for code in codes]
    calls = Calls(trees)
    cells = [names_of(tree, calls) for tree in trees]
    last = len(codes) - 1
    found, asked, todo = set(), set(), [(name, last) for name in wanted(cells[last])]
    while todo:
        question = name, before = todo.pop()
        if question in asked:
            continue
        asked.add(question)
        for place in givers(name, cells[:before], calls.fixed):
            if place not in found:
                found.add(place)
                todo += [(one, place) for one in cells[place].taken | cells[place].altered]
                todo += [(one, last) for one in cells[place].taken_later]
    return sorted(found)


def wanted(cell):
    return cell.taken | cell.taken_later | cell.altered


def givers(name, cells, fixed):
    """Who last gave the name a value, and who may have given or altered it since, latest first."""
    for place in reversed(range(len(cells))):
        cell = cells[place]
        alters = name in cell.altered and name not in fixed
        if name in cell.given or name in cell.perhaps_given or alters:
            yield place
        if name in cell.given:
            return


def tree_of(code):
    try:
        tree = ast.parse(code)
        for part in tree.body:
            names_used(part)  # some errors are met only here
    except (SyntaxError, RecursionError, MemoryError, ValueError):  # it will say so itself
        return ast.Module([], [])
    return tree


def names_of(tree, calls):
    taken, later, given, perhaps, altered = set(), set(), set(), set(), set()
    for part in tree.body:
        at_once, deferred = names_used(part)
        bound = bound_by(part)
        if isinstance(part, ast.AugAssign):
            at_once |= bound
        taken |= at_once - given
        later |= deferred
        altered |= calls.altered_by(part) - given
        if isinstance(part, ast.If | ast.For | ast.While | ast.Try | ast.Match):
            perhaps |= bound - given
        else:
            given |= bound
    return Names(taken, later - given, given, perhaps, altered - perhaps)


def bound_by(part):
    table = symtable.symtable(ast.unparse(part), "<cell>", "exec")
    symbols = table.get_symbols()
    return {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}


def names_used(part):
    """The names that a statement takes: at once, and when its functions are called."""
    table = symtable.symtable(ast.unparse(part), "<cell>", "exec")
    at_once = {one.get_name() for one in table.get_symbols() if one.is_referenced()}
    at_once |= {name for child in table.get_children() for name in globals_in(child, False)}
    deferred = {name for child in table.get_children() for name in globals_in(child, True)}
    return at_once - BUILT_IN, deferred - BUILT_IN


def globals_in(table, deferred):
    """The global names that a scope takes, and those in it; a function's, when it is called."""
    is_function = table.get_type() == "function"
    is_at_once = not is_function or table.get_name() in COMPREHENSIONS
    own = {one.get_name() for one in table.get_symbols() if one.is_referenced() and one.is_global()}
    found = own if is_at_once != deferred else set()
    for child in table.get_children():
        if is_at_once:
            found |= globals_in(child, deferred)
        elif deferred:
            found |= globals_in(child, True) | globals_in(child, False)
    return found


class Calls:
    """What the calls of a notebook may change, told by where the called functions come from."""

    def __init__(self, trees):
        nodes = [node for tree in trees for node in ast.walk(tree)]
        self.origin = dict(pair for node in nodes for pair in origins(node))
        self.own = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
        classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        # To call a method of these does not change them.
        self.fixed = {*self.origin, *self.own, *classes, *BUILT_IN}
        self.asked = set()

    def altered_by(self, part):
        """The names whose value a statement may change without giving them another one."""
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            return set()  # until it is called
        found = set()
        for node in ast.walk(part):
            if isinstance(node, ast.Subscript | ast.Attribute):
                found |= set() if isinstance(node.ctx, ast.Load) else root_of(node)
            elif isinstance(node, ast.Call):
                found |= self.altered_by_call(node)
        return found

    def altered_by_call(self, call):
        function = call.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        found = root_of(function.value) if isinstance(function, ast.Attribute) else set()
        if isinstance(function, ast.Name) and name in self.own:
            altered = self.altered_by_body(name)
            parameters = parameters_of(self.own[name])
            found |= altered - parameters
            changes_arguments = bool(altered & parameters)
        else:
            changes_arguments = name in CHANGING or not self.is_harmless(function)
        arguments = [*call.args, *(one.value for one in call.keywords)] if changes_arguments else []
        arguments += [one.value for one in call.keywords if one.arg == "out"]
        return found.union(*map(root_of, arguments))

    def altered_by_body(self, name):
        """What a function of the notebook alters, its parameters among it."""
        if name in self.asked:
            return set()  # it calls itself
        self.asked.add(name)
        found = set().union(*map(self.altered_by, self.own[name].body))
        self.asked.remove(name)
        changed = {name for node in ast.walk(self.own[name]) for name in declared_global(node)}
        own = bound_by(ast.Module(self.own[name].body, [])) - changed
        parameters = parameters_of(self.own[name])
        return (found - (own - parameters)) | changed

    def is_harmless(self, function):
        """Whether what is called leaves its arguments as they are."""
        if isinstance(function, ast.Attribute):
            return True  # a method changes what it belongs to, or its name says what it does
        if not isinstance(function, ast.Name):
            return True
        origin = self.origin.get(function.id)
        if origin is None:
            return function.id in self.fixed
        return origin.startswith(HARMLESS) and not origin.startswith(HARMFUL)


def parameters_of(function):
    return {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}


def declared_global(node):
    return set(node.names) if isinstance(node, ast.Global) else set()


def origins(node):
    """Pairs of a name that an import gives, and the module that it comes from."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return
    for alias in node.names:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
        yield (alias.asname or alias.name).split(".")[0], f"{module}.{alias.name}"


def root_of(node):
    """`x` in `x`, `x.a` and `x[0].b`; nothing where a value has no name."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
