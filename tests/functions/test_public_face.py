"""What `import actloss` gives, and what each public function says of itself."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections import defaultdict

import pytest

import actloss
from actloss import activations, losses

# The exercises of a chapter hold answers as students write them.
OF_A_CHAPTER = re.compile(
    r"actloss\.exercises\.(?!definitions|engine|properties|report|running|shrinking)"
)
MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(actloss.__path__, "actloss.")
    if not OF_A_CHAPTER.match(found.name) and found.name != "actloss.__main__"
]


def functions_of(module):
    """Those written there, methods of its classes among them."""
    for value in vars(module).values():
        if getattr(value, "__module__", "") != module.__name__:
            continue
        if inspect.isfunction(value):
            yield value
        elif inspect.isclass(value):
            for member in vars(value).values():
                member = member.fget if isinstance(member, property) else member
                member = getattr(member, "__func__", member)  # a static or a class method
                if inspect.isfunction(member) and member.__module__ == module.__name__:
                    yield member


PUBLIC = {
    f"{function.__module__}.{function.__qualname__}": function
    for module in MODULES
    for function in functions_of(module)
    if not any(part.startswith(("_", "<")) for part in function.__qualname__.split("."))
}
GRADIENTS = {
    name: function
    for module in (activations, losses)
    for name, function in vars(module).items()
    if name.endswith("_grad")
}


def test_a_room_is_loaded_when_it_is_first_used():
    code = (
        "import sys, actloss; loaded = lambda: 'numpy' in sys.modules; before = loaded(); "
        "actloss.activations.relu(1.0); print(before, loaded(), 'actloss.network' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False True False\n"


def test_the_public_rooms_are_there_and_listed():
    for room in ("activations", "catalogue", "losses", "network"):
        assert getattr(actloss, room) is importlib.import_module(f"actloss.{room}")
        assert room in dir(actloss)
    assert re.fullmatch(r"\d+\.\d+\.\d+", actloss.__version__)


def test_an_unknown_room_is_an_attribute_error_as_for_every_module():
    message = "^module 'actloss' has no attribute 'activation': write activations$"
    with pytest.raises(AttributeError, match=message):
        actloss.activation  # noqa: B018


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_says_what_it_takes_and_gives(name):
    signature = inspect.signature(PUBLIC[name])
    bare = [
        parameter.name
        for parameter in signature.parameters.values()
        if parameter.annotation is parameter.empty and parameter.name not in ("self", "cls")
    ]
    assert bare == []
    assert signature.return_annotation is not signature.empty


@pytest.mark.parametrize("name", GRADIENTS)
def test_the_docstring_of_a_gradient_names_its_parameters(name):
    text = inspect.getdoc(GRADIENTS[name])
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", text, re.MULTILINE | re.DOTALL)
    named = re.findall(r"^([\w*][\w*, ]*?)(?: :.*)?$", section[1], re.MULTILINE)
    assert ", ".join(named).replace("*", "").split(", ") == list(
        inspect.signature(GRADIENTS[name]).parameters
    )


def test_no_explanation_stands_twice():
    """A block of three lines or more: of the second function it says whose it is."""
    found = defaultdict(list)
    for name, function in PUBLIC.items():
        for title, text in blocks_of(inspect.getdoc(function) or ""):
            if text.count("\n") >= 2 and title not in ("Examples", "References"):
                found[text].append(name)
    assert [names for names in found.values() if len(names) > 1] == []


def blocks_of(docstring):
    """The sections of a docstring and the paragraphs before them, each with its title."""
    before, *rest = re.split(r"^(\w[\w ]*)\n-+\n", docstring, flags=re.MULTILINE)
    yield from (("", paragraph.strip()) for paragraph in before.split("\n\n"))
    yield from ((title, text.strip()) for title, text in zip(rest[::2], rest[1::2], strict=True))
