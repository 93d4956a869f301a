"""`source` shows the code that runs, and nothing but it."""

import ast
import functools
import inspect
import re
import textwrap

import pytest
from IPython.display import Markdown

from actloss.activations import elu, relu, relu6
from actloss.book.source import source
from actloss.catalogue import ACTIVATIONS, LOSSES

FUNCTIONS = [
    pytest.param(function, id=function.__name__)
    for entry in (*ACTIVATIONS.values(), *LOSSES.values())
    for function in (entry.function, entry.gradient)
    if function is not None
]


def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


@decorated
@decorated
def example(x):
    """Say something
    over two lines.
    """
    # Comments stay.
    text = """so do
    other strings"""

    return x, text


def code_of(shown):
    assert isinstance(shown, Markdown)
    block = re.fullmatch(r"```python\n(.*)\n```", shown.data, re.DOTALL)
    return block[1]


def test_docstring_and_decorators_go_and_all_else_stays():
    assert code_of(source(example)) == (
        "def example(x):\n"
        "    # Comments stay.\n"
        '    text = """so do\n'
        '    other strings"""\n'
        "\n"
        "    return x, text"
    )


def test_several_functions_stand_apart():
    first, second = code_of(source(elu, relu6)).split("\n\n\n")
    assert first.startswith("def elu(")
    assert second.startswith("def relu6(")
    assert first == code_of(source(elu))


def test_function_without_docstring():
    def plain(x):
        return 2 * x

    assert code_of(source(plain)) == "def plain(x):\n    return 2 * x"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_shown_code_is_the_code(function):
    (shown,) = ast.parse(code_of(source(function))).body
    original = inspect.getsource(inspect.unwrap(function))
    (written,) = ast.parse(textwrap.dedent(original)).body
    written.decorator_list = []
    if ast.get_docstring(written) is not None:
        del written.body[0]
    assert ast.dump(shown) == ast.dump(written)
    assert all(len(line) <= 100 for line in code_of(source(function)).splitlines())


def test_it_renders_as_markdown():
    assert source(relu)._repr_markdown_() == source(relu).data


def test_what_has_no_source_is_refused():
    with pytest.raises(TypeError, match="builtin_function_or_method"):
        source(len)
