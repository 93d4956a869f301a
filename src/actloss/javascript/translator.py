"""Translates one function at a time, statement by statement, and after all that it calls."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeAlias

import numpy as np

from actloss.arguments import as_float
from actloss.javascript.words import (
    ATOM,
    COMPARISON,
    COMPARISONS,
    CONSTANTS,
    FLOAT64_FACTS,
    LOGIC,
    MATH_FUNCTIONS,
    OPERATORS,
    RESERVED_WORDS,
    TERNARY,
    TRANSPARENT_DECORATORS,
    UNARY,
    WRITTEN_BY_HAND,
    number,
)
from actloss.numerics import clip

# By name: the Python object, and its JavaScript.
Declarations: TypeAlias = dict[str, tuple[Any, str]]


class TranslationError(ValueError):
    """Python that has no counterpart here; says which function, where, and what."""


def to_javascript(functions: Iterable[Callable[..., Any]]) -> str:
    """JavaScript declarations of `functions`, preceded by the helpers and constants they use.

    Each function of arrays becomes a function of numbers with the same name, parameters (all
    positional, in the order of the signature, with their defaults) and result. Checks of arguments
    are left out. There are no exports: append them as the page needs.

    Parameters
    ----------
    functions : iterable of functions
        Element-wise NumPy functions whose source can be read.

    Returns
    -------
    str
        JavaScript source.

    Raises
    ------
    TranslationError
        If a function holds anything else than assignments to names, arithmetic, comparisons,
        conditional expressions, known NumPy functions and calls of functions for which the same
        is true.

    Examples
    --------
    >>> from actloss.activations import leaky_relu_grad
    >>> print(to_javascript([leaky_relu_grad]))
    function is_positive(x) {
      return Math.ceil(Math.min(Math.max(x, 0.0), 1.0));
    }
    <BLANKLINE>
    function leaky_relu_grad(x, alpha = 0.01) {
      const positive = is_positive(x);
      return positive + alpha * (1.0 - positive);
    }
    <BLANKLINE>
    """
    declarations: Declarations = {}
    for function in functions:
        _declare(function, declarations)
    return "\n\n".join(code for _, code in declarations.values()) + "\n"


def _is_transparent(decorator: ast.expr) -> bool:
    """Whether it prepares arrays or silences NumPy, and changes nothing about numbers."""
    if isinstance(decorator, ast.Call):
        return ast.unparse(decorator.func) == "np.errstate"
    return isinstance(decorator, ast.Name) and decorator.id in TRANSPARENT_DECORATORS


def _declare(
    function: Callable[..., Any],
    declarations: Declarations,
    callers: tuple[Callable[..., Any], ...] = (),
) -> None:
    """Add `function`, after everything it uses, to `declarations`."""
    function = inspect.unwrap(function)
    name = function.__name__
    if _is_known(name, function, declarations):
        return
    if function in WRITTEN_BY_HAND:
        declarations[name] = (function, WRITTEN_BY_HAND[function])
        return
    code = Translator(function, declarations, callers).translate()
    declarations[name] = (function, code)


def _is_known(name: str, value: Any, declarations: Declarations) -> bool:
    if name not in declarations:
        return False
    if declarations[name][0] is not value:
        raise TranslationError(f"two different things are called {name}; JavaScript needs one")
    return True


class Translator:
    """Translates one function; keeps what it needs to say where it failed."""

    def __init__(
        self,
        function: Callable[..., Any],
        declarations: Declarations,
        callers: tuple[Callable[..., Any], ...],
    ) -> None:
        self.function = function
        self.declarations = declarations
        self.callers = (*callers, function)  # which wait for this one
        self.file = inspect.getsourcefile(function)
        lines, self.first_line = inspect.getsourcelines(function)
        self.source = textwrap.dedent("".join(lines))
        self.tree = ast.parse(self.source).body[0]

    def refuse(self, node: ast.stmt | ast.expr, what: str) -> NoReturn:
        line = self.first_line + node.lineno - 1
        code = (ast.get_source_segment(self.source, node) or "").splitlines()[0]
        raise TranslationError(
            f"{self.function.__name__} ({self.file}:{line}) cannot be translated to JavaScript: "
            f"{what}: {code}"
        )

    # --- statements ---

    def translate(self) -> str:
        if not isinstance(self.tree, ast.FunctionDef):
            self.refuse(self.tree, "only functions written with def can be translated")
        for decorator in self.tree.decorator_list:
            if not _is_transparent(decorator):
                self.refuse(decorator, "unknown decorator")
        parameters = self.parameters()
        # What is assigned once is a const; what is assigned again, a let.
        stores = [
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        self.declared = {parameter.split(" ")[0] for parameter in parameters}
        self.local_names = self.declared | set(stores)
        self.assigned_again = {name for name in stores if stores.count(name) > 1}
        for name in self.local_names:
            if RESERVED_WORDS.fullmatch(name):
                self.refuse(self.tree, f"the name {name} is a reserved word in JavaScript")
        body = self.tree.body
        if ast.get_docstring(self.tree) is not None:
            body = body[1:]
        lines = [line for node in body for line in self.statement(node)]
        signature = f"function {self.function.__name__}({', '.join(parameters)})"
        return "\n".join([signature + " {", *("  " + line for line in lines), "}"])

    def parameters(self) -> list[str]:
        parameters = []
        for parameter in inspect.signature(self.function).parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                self.refuse(self.tree, f"it takes {parameter}, a variable number of arguments")
            if parameter.default is parameter.empty:
                parameters.append(parameter.name)
            elif type(parameter.default) in (int, float):
                parameters.append(f"{parameter.name} = {number(parameter.default)}")
            else:
                self.refuse(self.tree, f"the default of {parameter.name} is not a number")
        return parameters

    def statement(self, node: ast.stmt) -> list[str]:
        match node:
            case ast.Return(value=ast.Tuple(elts=elements)):
                return [f"return [{', '.join(self.expression(e) for e in elements)}];"]
            case ast.Return(value=ast.expr() as value):
                return [f"return {self.expression(value)};"]
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return self.assignment(name, self.expression(value))
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as value) if (
                self.are_new_names(targets)
            ):
                names = ", ".join(map(ast.unparse, targets))
                return [f"const [{names}] = {self.expression(value)};"]
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name.startswith("check_"):
                return []
            case ast.AugAssign():
                self.refuse(node, "editing in place")
            case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
                self.refuse(node, "editing in place")
            case ast.Assign():
                self.refuse(node, "assigning to several names at once")
            case _:
                self.refuse(node, f"the statement `{type(node).__name__.lower()}`")

    def are_new_names(self, targets: list[ast.expr]) -> bool:
        return all(
            isinstance(target, ast.Name) and target.id not in self.declared | self.assigned_again
            for target in targets
        )

    def assignment(self, name: str, value: str) -> list[str]:
        if value == name:  # x = as_float(x), alpha = check_positive("alpha", alpha)
            return []
        if name in self.declared:
            return [f"{name} = {value};"]
        self.declared.add(name)
        keyword = "let" if name in self.assigned_again else "const"
        return [f"{keyword} {name} = {value};"]

    # --- expressions ---

    def expression(self, node: ast.expr, tightness: int = TERNARY) -> str:
        """JavaScript of `node`, in brackets if it binds less tightly than `tightness`."""
        code, own_tightness = self.parts(node)
        return code if own_tightness >= tightness else f"({code})"

    def parts(self, node: ast.expr) -> tuple[str, int]:
        """JavaScript of `node` without brackets, and how tightly it binds."""
        match node:
            case ast.Constant(value=bool()):
                return str(node.value).lower(), ATOM
            case ast.Constant(value=int() | float() as value):
                return number(value), ATOM
            case ast.Name(id=name) if name in self.local_names:
                return name, ATOM
            case ast.Name(id=name):
                return self.constant(node, name), ATOM
            case ast.Attribute(value=ast.Call(func=callee), attr=fact) if (
                self.lookup(callee) is np.finfo and fact in FLOAT64_FACTS
            ):
                return FLOAT64_FACTS[fact], ATOM
            case ast.Attribute(value=ast.Name(), attr=name) if (
                self.lookup(node.value) is np and name in CONSTANTS
            ):
                return CONSTANTS[name], ATOM
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                sign = "-" if isinstance(node.op, ast.USub) else "+"
                # The operand binds tighter than a sign, so that no `--` can arise.
                return sign + self.expression(operand, ATOM), UNARY
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return f"Math.pow({self.expression(left)}, {self.expression(right)})", ATOM
            case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
                return f"Math.floor({self.expression(left, 6)} / {self.expression(right, 7)})", ATOM
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                symbol, tightness = OPERATORS[type(op)]
                # Floating-point sums depend on their order: the right side keeps its brackets.
                first, second = (
                    self.expression(left, tightness),
                    self.expression(right, tightness + 1),
                )
                return f"{first} {symbol} {second}", tightness
            case ast.BinOp(left=left, op=op, right=right) if type(op) in LOGIC:
                for side in (left, right):
                    if not self.is_condition(side):
                        self.refuse(node, "`&` and `|` between anything but comparisons")
                symbol, tightness = LOGIC[type(op)]
                first, second = (
                    self.expression(left, tightness),
                    self.expression(right, tightness + 1),
                )
                return f"{first} {symbol} {second}", tightness
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                first, second = self.expression(left, 4), self.expression(right, 4)
                return f"{first} {COMPARISONS[type(op)]} {second}", COMPARISON
            case ast.Compare():
                self.refuse(node, "this comparison")
            case ast.IfExp(
                test=ast.Compare(
                    left=ast.Attribute(attr="dtype"), ops=[ast.Eq()], comparators=[dtype]
                ),
                body=body,
            ) if self.lookup(dtype) is np.float64:  # numbers in JavaScript are float64
                return self.parts(body)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                if not self.is_condition(test):
                    self.refuse(node, "a condition that is not a comparison")
                condition, yes, no = (self.expression(part, 1) for part in (test, body, orelse))
                return f"{condition} ? {yes} : {no}", TERNARY
            case ast.Call():
                return self.call(node), ATOM
            case ast.Attribute(attr=name):
                return self.constant(node, name), ATOM
            case ast.Subscript():
                self.refuse(node, "indexing")
            case _:
                self.refuse(node, f"the expression `{type(node).__name__}`")

    def is_condition(self, node: ast.expr) -> bool:
        if isinstance(node, ast.BinOp) and type(node.op) in LOGIC:
            return self.is_condition(node.left) and self.is_condition(node.right)
        return isinstance(node, ast.Compare)

    def constant(self, node: ast.expr, name: str) -> str:
        """The name of a global number, or tuple of numbers, which is declared if need be."""
        value = self.lookup(node)
        if type(value) in (int, float):
            code = f"const {name} = {number(value)};"
        elif isinstance(value, tuple) and all(type(item) in (int, float) for item in value):
            rows = "".join(f"\n  {number(item)}," for item in value)
            code = f"const {name} = [{rows}\n];"
        else:
            self.refuse(node, "neither a local name nor a constant number")
        if not _is_known(name, value, self.declarations):
            self.declarations[name] = (value, code)
        return name

    def lookup(self, node: ast.expr) -> Any:
        """The Python object that a global name, or module.name, stands for; else None."""
        if isinstance(node, ast.Name) and node.id not in self.local_names:
            return self.function.__globals__.get(node.id)
        if isinstance(node, ast.Attribute):
            module = self.lookup(node.value)
            if isinstance(module, types.ModuleType):
                return getattr(module, node.attr, None)
        return None

    def call(self, node: ast.Call) -> str:
        function = self.lookup(node.func)
        written = ast.unparse(node.func)
        of_numpy = getattr(np, written.split(".")[-1], ()) is function
        if of_numpy or isinstance(function, np.ufunc) or function is clip:
            return self.numpy_call(node, function)
        if not isinstance(function, types.FunctionType):
            self.refuse(node, f"{written} is not a function that can be translated")
        arguments = self.arguments(node, function)
        if function is as_float:
            return arguments[0]
        if function.__name__.startswith("check_"):
            return arguments[1]
        if inspect.unwrap(function) in self.callers:
            self.refuse(node, "a function that calls itself")
        _declare(function, self.declarations, self.callers)
        return f"{inspect.unwrap(function).__name__}({', '.join(arguments)})"

    def numpy_call(self, node: ast.Call, function: Any) -> str:
        template = MATH_FUNCTIONS.get(function)
        if template is None:
            self.refuse(node, "no JavaScript is known for this NumPy function")
        if node.keywords or len(node.args) != template.count("{"):
            self.refuse(node, "these arguments of a NumPy function")
        if function is np.where:
            if not self.is_condition(node.args[0]):
                self.refuse(node, "a condition that is not a comparison")
            return template.format(*(self.expression(argument, 1) for argument in node.args))
        return template.format(*(self.expression(argument) for argument in node.args))

    def arguments(self, node: ast.Call, function: Callable[..., Any]) -> list[str]:
        """The arguments in the order of the signature; one that is left out is `undefined`,
        for which JavaScript takes the default."""
        named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if starred or len(named) < len(node.keywords):
            self.refuse(node, "unpacking arguments")
        signature = inspect.signature(function)
        try:
            bound = signature.bind(*node.args, **named).arguments
        except TypeError as error:
            self.refuse(node, f"{error}")
        names = list(signature.parameters)
        last = max(names.index(name) for name in bound) if bound else -1
        is_check = function.__name__.startswith("check_")
        return [
            "undefined"
            if name not in bound or (is_check and isinstance(bound[name], ast.Constant))
            else self.expression(bound[name])
            for name in names[: last + 1]
        ]
