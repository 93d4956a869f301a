"""Shows in a notebook how a function of the package is written."""

import ast
import inspect
import textwrap

from IPython.display import Markdown


def source(*functions) -> Markdown:
    """The code of `functions` without docstrings and decorators, so that the formula stands out.

    >>> from actloss.activations import relu_grad
    >>> print(source(relu_grad).data)
    ```python
    def relu_grad(x):
        return is_positive(x)
    ```
    """
    code = "\n\n\n".join(_body(function) for function in functions)
    return Markdown(f"```python\n{code}\n```")


def _body(function):
    text = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    tree = ast.parse(text).body[0]
    lines = text.splitlines()
    hidden = set(range(1, tree.lineno))  # decorators
    if ast.get_docstring(tree) is not None:
        docstring = tree.body[0]
        hidden |= set(range(docstring.lineno, docstring.end_lineno + 1))
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden)
