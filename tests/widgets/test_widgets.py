"""The live figures seen from Python; tests/browser looks at them in the published page."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from traitlets import TraitError

from actloss.catalogue import ACTIVATIONS
from actloss.widgets import ActivationExplorer
from actloss.widgets.activation_explorer import PARAMETERS, ZOOMS, height_of
from actloss.widgets.module import functions_module, join_module
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_stands_alone,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
    question,
)


def shown(explorer):
    """The sliders that can be seen: name, ends, value."""
    controls = controls_of(explorer)
    sliders = {name: controls[label] for name, label in PARAMETERS.items()}
    return {
        name: (slider.min, slider.max, slider.value)
        for name, slider in sliders.items()
        if slider.layout.display != "none"
    }


def state_of(explorer):
    names = ("function", "compare", "x", *PARAMETERS)
    return {name: getattr(explorer, name) for name in names}


def assert_agree(explorer):
    """Explorer, drawing, menus and sliders say the same."""
    plot, controls = plot_of(explorer), controls_of(explorer)
    names = ["", *plot.names]
    assert names[plot.function_index + 1] == explorer.function
    assert names[plot.compare_index] == explorer.compare
    assert controls["function"].index == plot.function_index
    assert controls["beside it"].index == plot.compare_index
    assert plot.x == explorer.x
    for name, (low, high, value) in shown(explorer).items():
        assert value == getattr(plot, name) == getattr(explorer, name), name
        assert (low, high) == (getattr(plot, f"{name}_min"), getattr(plot, f"{name}_max")), name
        assert controls[PARAMETERS[name]].step == getattr(plot, f"{name}_step"), name
        assert getattr(plot, f"{name}_display") == "flex"
    for name in set(PARAMETERS) - set(shown(explorer)):
        assert getattr(plot, f"{name}_display") == "none"


# --- the explorer in Python ----------------------------------------------------------------


def test_state_can_be_read_and_set():
    explorer = ActivationExplorer("elu", compare="relu", x=-2.0, alpha=1.5)
    assert (explorer.function, explorer.compare) == ("elu", "relu")
    assert (explorer.x, explorer.alpha) == (-2.0, 1.5)
    assert_agree(explorer)
    explorer.alpha = 0.25
    explorer.x = 3.5
    assert_agree(explorer)
    explorer.compare = ""
    assert_agree(explorer)
    explorer.function = "swish"
    explorer.beta = 2.0
    assert_agree(explorer)
    assert repr(explorer) == "ActivationExplorer('swish', x=3.5, beta=2)"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_sliders_fit_the_function(name):
    """Those that mean something are shown, from end to end of the catalogue, at the default."""
    entry = ACTIVATIONS[name]
    expected = {
        parameter: (ends.minimum, ends.maximum, entry.defaults[parameter])
        for parameter, ends in entry.parameters.items()
    }
    fresh = ActivationExplorer(name)
    assert shown(fresh) == expected
    assert_agree(fresh)
    changed = ActivationExplorer("prelu", alpha=1.5)
    changed.function = name
    assert shown(changed) == expected or name == "prelu"
    assert_agree(changed)
    beside = ActivationExplorer("identity", compare=name)
    assert shown(beside) == expected
    assert_agree(beside)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_step_of_the_slider_is_the_catalogues(name):
    fresh, changed = ActivationExplorer(name), ActivationExplorer("softcap", compare="prelu")
    changed.compare = ""
    changed.function = name
    for explorer in (fresh, changed):
        controls, plot = controls_of(explorer), plot_of(explorer)
        for parameter, ends in ACTIVATIONS[name].parameters.items():
            assert controls[PARAMETERS[parameter]].step == ends.step
            assert getattr(plot, f"{parameter}_step") == ends.step


# --- zoom and float16 ----------------------------------------------------------------------


def assert_lens_agrees(explorer):
    plot, controls = plot_of(explorer), controls_of(explorer)
    assert plot.zoom_index == controls["zoom"].index
    assert ZOOMS[plot.zoom_index] == explorer.zoom
    assert plot.float16 == controls["round to float16"].value == explorer.float16


def test_zoom_and_float16_can_be_set():
    explorer = ActivationExplorer("tanh", zoom=100, float16=True)
    assert_lens_agrees(explorer)
    assert repr(explorer) == "ActivationExplorer('tanh', x=1, zoom=100, float16=True)"
    explorer.zoom, explorer.float16 = 1000, False
    assert_lens_agrees(explorer)
    with pytest.raises(ValueError, match="zoom must be one of 1, 10, 100, 1000, but got 5"):
        explorer.zoom = 5
    assert_lens_agrees(explorer)
    assert explorer.zoom == 1000


def test_page_changes_zoom_and_float16():
    explorer = ActivationExplorer("tanh")
    from_page(plot_of(explorer), zoom_index=2, float16=True)
    from_page(controls_of(explorer)["zoom"], index=2)
    from_page(controls_of(explorer)["round to float16"], value=True)
    assert (explorer.zoom, explorer.float16) == (100, True)
    assert_lens_agrees(explorer)


def test_slider_belongs_to_the_function_before_the_ghost():
    explorer = ActivationExplorer("leaky_relu", compare="elu")
    assert shown(explorer) == {"alpha": (0.0, 2.0, 0.01)}
    explorer.function = "tanh"
    assert shown(explorer) == {"alpha": (0.0, 3.0, 1.0)}
    explorer.compare = ""
    assert shown(explorer) == {}


def test_same_function_keeps_its_alpha():
    explorer = ActivationExplorer("elu", alpha=2.5)
    explorer.compare = "prelu"
    explorer.function = "elu"
    assert explorer.alpha == 2.5
    assert shown(explorer) == {"alpha": (0.0, 3.0, 2.5)}


def test_the_menus_hold_only_the_functions_asked_for():
    explorer = ActivationExplorer("tanh", functions=["sigmoid", "tanh"])
    assert controls_of(explorer)["function"].options == ("Sigmoid", "Tanh")
    assert controls_of(explorer)["beside it"].options == ("nothing", "Sigmoid", "Tanh")
    assert_agree(explorer)
    with pytest.raises(ValueError, match=r"function must be one of sigmoid, tanh, but got 'relu'"):
        explorer.function = "relu"
    assert explorer.function == "tanh"
    assert_agree(explorer)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ActivationExplorer("rleu"),
            "function must be one of identity, .*, but got 'rleu'",
        ),
        (lambda: ActivationExplorer(compare="x"), "compare must be one of identity, .* got 'x'"),
        (
            lambda: ActivationExplorer(functions=["relu", "softmax"]),
            "functions must be one of .* got 'softmax'",
        ),
        (lambda: ActivationExplorer(x=6), "x must be between -5 and 5, but got 6"),
        (lambda: ActivationExplorer(x=np.nan), "x must be between -5 and 5, but got nan"),
        (
            lambda: ActivationExplorer("leaky_relu", alpha=2.5),
            "alpha must be between 0 and 2, but got 2.5",
        ),
        (
            lambda: ActivationExplorer("relu", alpha=0.5),
            "alpha means nothing here: relu has no such parameter",
        ),
        (
            lambda: ActivationExplorer("relu", predict=question(shows=0.5)),
            "predict needs a slider to lock, but relu has none",
        ),
        (lambda: question(shows=0.5, options=["only one"]), "at least two answers, but got"),
        (lambda: question(shows=0.5, answer=2), "index of one of 2 options, but got 2"),
        (lambda: question(shows=0.5, answer=-1), "index of one of 2 options, but got -1"),
        (
            lambda: ActivationExplorer("leaky_relu", predict=question(shows=2.5)),
            "shows must lie between the ends of the slider, 0.0 and 2.0, but got 2.5",
        ),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_unknown_parameter_is_refused():
    with pytest.raises(TypeError, match=r"unknown parameter 'apha'; expected one of \['alpha'"):
        ActivationExplorer("elu", apha=1.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("function", "rleu"), ("function", ""), ("compare", "rleu"), ("x", 5.1), ("alpha", 3.1)],
)
def test_refused_change_changes_nothing(name, value):
    explorer = ActivationExplorer("elu", compare="relu", alpha=2.0)
    before = state_of(explorer)
    with pytest.raises(ValueError, match=rf"{name} must be .*{re.escape(repr(value))}"):
        setattr(explorer, name, value)
    assert state_of(explorer) == before
    assert_agree(explorer)


@pytest.mark.parametrize(("name", "value"), [("x", "left"), ("function", 3), ("alpha", None)])
def test_wrong_type_is_refused(name, value):
    explorer = ActivationExplorer("elu")
    with pytest.raises(TraitError, match=rf"'{name}' trait"):
        setattr(explorer, name, value)
    assert_agree(explorer)


def test_observers_are_told():
    explorer = ActivationExplorer("elu")
    told = []
    explorer.observe(lambda change: told.append((change["name"], change["new"])), ["alpha", "x"])
    explorer.alpha = 0.5
    from_page(plot_of(explorer), x=-3.2)
    from_page(plot_of(explorer), alpha=0.7)
    assert told == [("alpha", 0.5), ("x", -3.2), ("alpha", 0.7)]


# --- from page to Python -------------------------------------------------------------------


def page_sends(explorer, *, reverse=False, **state):
    """What the page sends when its reader chooses: for the drawing, then for each control.

    `state` holds ``function``, ``compare`` or numbers; the rest is as the JavaScript sets it.
    """
    plot, controls = plot_of(explorer), controls_of(explorer)
    function = state.pop("function", explorer.function)
    compare = state.pop("compare", explorer.compare)
    message = {
        "function_index": plot.names.index(function),
        "compare_index": ["", *plot.names].index(compare),
    }
    for name, label in PARAMETERS.items():
        owners = [one for one in (function, compare) if one and name in ACTIVATIONS[one].parameters]
        message[f"{name}_display"] = "flex" if owners else "none"
        if owners:
            entry = ACTIVATIONS[owners[0]]
            low, high, step = entry.parameters[name]
            value = state.setdefault(name, entry.defaults[name])
            message |= {f"{name}_min": low, f"{name}_max": high, f"{name}_step": step}
            from_page(controls[label].layout, display="flex")
            from_page(controls[label], min=low, max=high, step=step, value=value)
    message |= state
    from_page(plot, **dict(reversed(message.items())) if reverse else message)
    from_page(controls["function"], index=message["function_index"])
    from_page(controls["beside it"], index=message["compare_index"])


def test_page_moves_slider_and_point():
    explorer = ActivationExplorer("leaky_relu")
    page_sends(explorer, alpha=0.4)
    page_sends(explorer, x=-1.7, alpha=0.4)
    assert (explorer.alpha, explorer.x) == (0.4, -1.7)
    assert_agree(explorer)


@pytest.mark.parametrize("function", ACTIVATIONS)
@pytest.mark.parametrize("reverse", [False, True], ids=["", "numbers first"])
def test_page_chooses_function(function, reverse):
    """And moves its slider at once: one message may tell of both, in any order."""
    explorer = ActivationExplorer("leaky_relu", alpha=0.5)
    parameters = ACTIVATIONS[function].parameters
    moved = {name: slider.maximum for name, slider in parameters.items()}
    page_sends(explorer, reverse=reverse, function=function, **moved)
    assert explorer.function == function
    assert {name: getattr(explorer, name) for name in moved} == moved
    assert shown(explorer) == {
        name: (slider.minimum, slider.maximum, slider.maximum)
        for name, slider in parameters.items()
    }
    assert_agree(explorer)


class Page:
    """Stands for the browser's side of a drawing: keeps its state, and takes what Python sends."""

    comm_id = "page"

    def __init__(self, plot):
        self.state = plot.get_state()
        plot.comm = self

    def on_msg(self, callback):
        """Nothing comes from here: the tests call `from_page`."""

    def close(self):
        """Nothing is open."""

    def send(self, data, buffers):
        if data["method"] == "update":
            self.state |= data["state"]


@pytest.mark.parametrize("reverse", [False, True], ids=["", "numbers first"])
@pytest.mark.parametrize("function", ["elu", "prelu", "swish", "softcap"])
def test_page_and_python_end_alike(function, reverse):
    """Whatever Python answers, the page keeps what its reader chose."""
    explorer = ActivationExplorer("leaky_relu", alpha=0.5)
    plot = plot_of(explorer)
    page = Page(plot)
    chosen = {"function_index": plot.names.index(function)}
    for name, ends in ACTIVATIONS[function].parameters.items():
        chosen |= {f"{name}_min": ends.minimum, f"{name}_max": ends.maximum}
        chosen[name] = ends.maximum
    page.state |= chosen
    from_page(plot, **dict(reversed(chosen.items())) if reverse else chosen)
    assert {name: page.state[name] for name in chosen} == chosen
    assert {name: getattr(plot, name) for name in chosen} == chosen


def test_python_reaches_the_page():
    explorer = ActivationExplorer("leaky_relu")
    page = Page(plot_of(explorer))
    explorer.function = "elu"
    explorer.alpha = 2.5
    explorer.x = -3.0
    assert page.state == plot_of(explorer).get_state()
    assert (page.state["alpha"], page.state["x"]) == (2.5, -3.0)


@pytest.mark.parametrize("ghost", ACTIVATIONS)
def test_page_chooses_ghost(ghost):
    explorer = ActivationExplorer("relu")
    page_sends(explorer, compare=ghost)
    assert explorer.compare == ghost
    defaults = ACTIVATIONS[ghost].defaults
    assert {name: value for name, (_, _, value) in shown(explorer).items()} == defaults
    assert_agree(explorer)
    page_sends(explorer, compare="")
    assert explorer.compare == ""
    assert_agree(explorer)


def test_page_resets():
    """Reset sends all numbers, those that mean nothing too, and what was stored comes back."""
    explorer = ActivationExplorer("elu", compare="relu", x=-2.0, alpha=2.5)
    stored = {name: getattr(plot_of(explorer), name) for name in ("x", *PARAMETERS)}
    page_sends(explorer, function="prelu", compare="softcap", x=1.0, alpha=-0.5, cap=7.0)
    assert repr(explorer) == (
        "ActivationExplorer('prelu', compare='softcap', x=1, alpha=-0.5, cap=7)"
    )
    page_sends(explorer, function="elu", compare="relu", **stored)
    assert repr(explorer) == "ActivationExplorer('elu', compare='relu', x=-2, alpha=2.5)"
    assert_agree(explorer)


# --- how it is shown -----------------------------------------------------------------------


def test_repr_is_the_same_in_every_run():
    code = (
        "from actloss.widgets import ActivationExplorer, Prediction\n"
        "print([ActivationExplorer('elu', compare='relu', x=-0.5), Prediction('Q?', ['a', 'b'], "
        "answer=0, explanation='c', shows=1), ActivationExplorer('gelu')._plot])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed == (
        "[ActivationExplorer('elu', compare='relu', x=-0.5, alpha=1), Prediction('Q?'), "
        "ActivationPlot('gelu')]\n"
    )


def test_mimebundle_carries_a_still_picture():
    explorer = ActivationExplorer("elu", compare="relu", x=-2.0, alpha=1.5)
    assert_bundle_has_a_still_picture(explorer)


@pytest.mark.parametrize(
    "change",
    [
        {"x": 1.0},
        {"alpha": 0.5},
        {"compare": ""},
        {"function": "celu"},
        {"zoom": 10},
        {"float16": True},
    ],
)
def test_still_picture_follows(change):
    explorer = ActivationExplorer("elu", compare="relu", x=-2.0, alpha=1.5)
    assert_picture_follows(explorer, **change)


def test_stored_state_can_be_stored():
    explorer = ActivationExplorer("softcap", compare="elu", predict=question(shows=10.0))
    assert_state_can_be_stored(explorer)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_height_holds_the_curve(name):
    """Within the limits of the axes the whole curve can be seen, at both ends of each slider."""
    low, high = height_of(ACTIVATIONS[name])
    x = np.linspace(-5, 5, 1001)
    entry = ACTIVATIONS[name]
    settings = [{}] + [
        {parameter: end} for parameter, ends in entry.parameters.items() for end in ends[:2]
    ]
    for setting in settings:
        y = entry.function(x, **setting)
        assert np.all((y >= low) | (y < -2.5))
        assert np.all((y <= high) | (y > 5.0))
    assert -2.5 <= low < high <= 5.0


# --- the prediction ------------------------------------------------------------------------


def test_prediction_locks_the_first_slider():
    ask = question(shows=0.5)
    explorer = ActivationExplorer("leaky_relu", compare="relu", predict=ask)
    assert explorer.children[0] is ask
    assert controls_of(explorer)["α"].disabled
    assert (ask.locked, ask.chosen, ask.value) == (True, -1, explorer.alpha)
    assert_agree(explorer)


def test_prediction_locks_the_slider_of_the_function():
    """And not that of the ghost, unless the function has none."""
    explorer = ActivationExplorer("softcap", compare="elu", predict=question(shows=10.0))
    controls = controls_of(explorer)
    assert [controls[label].disabled for label in ("α", "cap")] == [False, True]
    explorer = ActivationExplorer("relu", compare="elu", predict=question(shows=0.5))
    assert controls_of(explorer)["α"].disabled


def test_prediction_locks_the_menus():
    """Or its explanation would speak of another function than the one that is drawn."""
    ask = question(shows=0.5)
    controls = controls_of(ActivationExplorer("leaky_relu", predict=ask))
    assert controls["function"].disabled
    assert controls["beside it"].disabled
    assert ask.fits
    free = controls_of(ActivationExplorer("leaky_relu"))
    assert not free["function"].disabled


def test_prediction_is_optional():
    explorer = ActivationExplorer("leaky_relu")
    assert not controls_of(explorer)["α"].disabled
    assert len(explorer.children) == 3


def test_answer_reaches_python():
    ask = question(shows=0.5)
    from_page(ask, chosen=0, locked=False, value=0.5)
    assert (ask.chosen, ask.locked, ask.value) == (0, False, 0.5)


def test_prediction_keeps_options_apart():
    options = ["this", "that"]
    ask = question(shows=0.5, options=options)
    options.append("another")
    assert ask.options == ["this", "that"] == question(shows=0.5).options


# --- the JavaScript that a figure carries --------------------------------------------------


def test_joined_module_stands_alone():
    code = join_module("activation_explorer.js", functions="const FUNCTIONS = {};\n")
    assert_stands_alone(code)
    assert code.index("const FUNCTIONS") < code.index("function render(")
    assert code.index("class Panel") < code.index("function render(")


def test_joined_module_holds_each_file_once():
    code = join_module("prediction.js")
    assert code.count("function write(") == 1


def test_joined_module_leaves_comments_to_the_files():
    kept = 'const a = "// no comment";\n'
    text = kept + "// one\n  /** two\n   * lines */\nexport const b = a; // stays\n"
    code = join_module("activation_explorer.js", functions=text)
    assert kept + "const b = a; // stays\n" in code


def test_missing_module_is_named():
    with pytest.raises(FileNotFoundError, match=r"functions\.js"):
        join_module("activation_explorer.js")


def test_the_functions_module_holds_what_the_figure_must_know():
    entry = ACTIVATIONS["leaky_relu"]
    code = functions_module([entry], height_of)
    record = re.search(r"leaky_relu: \{ \.\.\.(\{.*\}), value: (\w+), slope: (\w+) \}", code)
    facts = json.loads(record[1])
    low, high = height_of(entry)
    assert facts == {
        "title": "Leaky ReLU",
        "parameters": {"alpha": [0.0, 2.0, 0.01, 0.01]},
        "kinks": [0.0],
        "low": low,
        "high": high,
    }
    assert record.groups()[1:] == ("leaky_relu", "leaky_relu_grad")
    assert "function leaky_relu(x, alpha = 0.01)" in code


def test_functions_module_holds_the_catalogue():
    code = functions_module(ACTIVATIONS.values(), height_of)
    assert re.findall(r"^  (\w+): \{ \.\.\.", code, re.M) == list(ACTIVATIONS)
