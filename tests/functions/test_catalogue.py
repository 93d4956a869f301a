"""The catalogue is complete, and says nothing that the functions say themselves."""

import inspect
import re
from pathlib import Path

import pytest

from actloss import activations, catalogue
from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES, formula_of

EVERYTHING = [
    pytest.param(entry, id=entry.name)
    for entry in (*ACTIVATIONS.values(), *AXIS_ACTIVATIONS.values(), *LOSSES.values())
]
every_entry = pytest.mark.parametrize("entry", EVERYTHING)
every_activation = pytest.mark.parametrize(
    "entry", [pytest.param(entry, id=entry.name) for entry in ACTIVATIONS.values()]
)
BIBLIOGRAPHY = Path(__file__).parents[2] / "references.bib"


def test_every_activation_of_the_package_has_an_entry():
    named = {entry.name for entry in (*ACTIVATIONS.values(), *AXIS_ACTIVATIONS.values())}
    functions = {name for name in activations.__all__ if not name.endswith("_grad")}
    assert named == functions
    gradients = {name for name in activations.__all__ if name.endswith("_grad")}
    assert gradients == {f"{name}_grad" for name in named} | {"prelu_alpha_grad"}


@every_entry
def test_name_and_gradient_belong_to_the_function(entry):
    for table in (ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES):
        if entry.name in table:
            assert table[entry.name] is entry
    if entry.gradient is not None:
        assert entry.gradient.__name__ == entry.name + "_grad"
        function, gradient = inspect.signature(entry.function), inspect.signature(entry.gradient)
        for name in function.parameters:  # the gradient takes the same, with the same defaults
            assert gradient.parameters[name] == function.parameters[name]


def test_titles_are_different():
    titles = [parameter.values[0].title for parameter in EVERYTHING]
    assert len(titles) == len(set(titles))


@every_entry
def test_sliders_hold_the_default_and_end_on_a_step(entry):
    assert set(entry.parameters) == set(entry.defaults)
    for name, slider in entry.parameters.items():
        assert slider.minimum <= entry.defaults[name] <= slider.maximum
        steps = (slider.maximum - slider.minimum) / slider.step
        assert steps >= 10
        assert steps == pytest.approx(round(steps))


@every_activation
def test_every_parameter_has_a_slider(entry):
    assert ["x", *entry.parameters] == list(inspect.signature(entry.function).parameters)


@every_entry
def test_formula_is_that_of_the_docstring(entry):
    formula = entry.formula
    assert formula
    assert ".. math" not in formula
    assert "Parameters" not in formula
    assert formula.count("{") == formula.count("}")
    for environment in re.findall(r"\\begin\{(\w+)\}", formula):
        assert rf"\end{{{environment}}}" in formula
    flat = " ".join(inspect.getdoc(entry.function).split())
    assert " ".join(formula.split()) in flat


def test_formula_may_stand_below_its_directive_and_have_blank_lines():
    def function():
        """Title.

        .. math::

            a = b

            c = d

        Text that is no formula.

        .. math:: e = f
        """

    assert formula_of(function) == "a = b\n\nc = d"


@pytest.mark.parametrize("docstring", [None, "No formula.", "A word: .. math:: x"])
def test_a_docstring_without_formula_is_an_error(docstring):
    def function():
        pass

    function.__doc__ = docstring
    with pytest.raises(ValueError, match=r"^the docstring of function has no `.. math::` block$"):
        formula_of(function)


@every_activation
def test_every_activation_and_gradient_says_what_it_must(entry):
    text = inspect.getdoc(entry.function)
    for section in ("Parameters\n---", "Returns\n---", "Notes\n---", "Examples\n---"):
        assert section in text, f"{entry.name} has no section {section.splitlines()[0]}"
    assert "PyTorch" in text
    assert ">>> " in text
    if entry.parameters and entry.name != "prelu":  # whose α may be any number
        assert "Raises\n---" in text
    gradient = inspect.getdoc(entry.gradient)
    assert formula_of(entry.gradient)
    assert ">>> " in gradient


@every_entry
def test_citations_are_in_the_bibliography(entry):
    keys = re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY.read_text(), re.MULTILINE)
    assert entry.citation in keys


def test_facts_may_depend_on_parameters():
    elu = ACTIVATIONS["elu"]
    assert elu.at("range") == (-1.0, float("inf"))
    assert elu.at("range", alpha=2.0) == (-2.0, float("inf"))
    assert elu.at("kinks") == ()
    assert elu.at("kinks", alpha=2.0) == (0.0,)
    assert ACTIVATIONS["relu"].at("kinks") == (0.0,)
    assert not ACTIVATIONS["leaky_relu"].at("monotonic", alpha=-0.5)
    with pytest.raises(TypeError, match="unexpected keyword argument 'beta'"):
        elu.at("range", beta=2.0)
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        elu.at("colour")


def test_entries_cannot_be_changed():
    with pytest.raises(AttributeError, match="cannot assign to field"):
        ACTIVATIONS["relu"].title = "Another"


def test_sliders_are_read_by_name():
    slider = catalogue.Slider(0.0, 1.0, 0.1)
    assert (slider.minimum, slider.maximum, slider.step) == (0.0, 1.0, 0.1)
