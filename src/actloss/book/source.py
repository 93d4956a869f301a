"""Shows in a notebook how a function of the package is written."""

from __future__ import annotations

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable, Iterator
from typing import Any

from IPython.display import Markdown


def source(*functions: Callable[..., Any]) -> Markdown:
    """The code of `functions` with nothing around the formula: no docstring, decorator or type.

    >>> from actloss.activations import relu_grad
    >>> print(source(relu_grad).data)
    ```python
    def relu_grad(x):
        return is_positive(x)
    ```
    """
    code = "\n\n\n".join(_bare(inspect.unwrap(function)) for function in functions)
    return Markdown(f"```python\n{code}\n```")


def _bare(function: Callable[..., Any]) -> str:
    text = textwrap.dedent(inspect.getsource(function))
    (tree,) = ast.parse(text).body
    lines: list[str | None] = list(text.splitlines())
    lines[: tree.lineno - 1] = [None] * (tree.lineno - 1)  # decorators
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            end = _end_of_header(text, node)
            header = f"def {node.name}({', '.join(_parameters(text, node.args))}):"
            lines[node.lineno - 1 : end] = [
                " " * node.col_offset + header,
                *[None] * (end - node.lineno),
            ]
            if ast.get_docstring(node) is not None:
                first = node.body[0]
                count = (first.end_lineno or 0) - first.lineno + 1
                lines[first.lineno - 1 : first.end_lineno] = [None] * count
    return "\n".join(line for line in lines if line is not None)


def _end_of_header(text: str, node: ast.FunctionDef) -> int:
    """The line of the colon that ends the signature; comments may stand before the body begins."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    after = (token for token in tokens if token.start[0] >= node.lineno)
    return next(token.start[0] for token in after if token.type == tokenize.NEWLINE)


def _parameters(text: str, arguments: ast.arguments) -> Iterator[str]:
    """Each parameter with its default as it is written, and without its type."""

    def written(argument: ast.arg, default: ast.expr | None) -> str:
        value = default and ast.get_source_segment(text, default)
        return argument.arg + (f"={value}" if value else "")

    ordinary = [*arguments.posonlyargs, *arguments.args]
    without = [None] * (len(ordinary) - len(arguments.defaults))
    for number, pair in enumerate(zip(ordinary, [*without, *arguments.defaults], strict=True), 1):
        yield written(*pair)
        if number == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg or arguments.kwonlyargs:
        yield f"*{arguments.vararg.arg if arguments.vararg else ''}"
    yield from map(written, arguments.kwonlyargs, arguments.kw_defaults)
    if arguments.kwarg:
        yield f"**{arguments.kwarg.arg}"
