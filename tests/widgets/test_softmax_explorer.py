"""The softmax explorer in Python, and its JavaScript against NumPy and the package."""

import itertools
import json
import math

import numpy as np
import pytest
from traitlets import TraitError

from actloss.activations import log_softmax, softmax
from actloss.losses import (
    entropy,
    softmax_cross_entropy_grad,
    sparse_softmax_cross_entropy,
    sparse_softmax_cross_entropy_grad,
)
from actloss.widgets import Prediction, SoftmaxExplorer
from actloss.widgets.module import join_module
from actloss.widgets.softmax_explorer import (
    FORMULAS,
    LOGIT_NAMES,
    PRECISIONS,
    softmax_by_steps,
)
from tests.node import in_node
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


def state_of(explorer):
    names = ("logits", "temperature", "true_class", "shift", "formula", "precision")
    return {name: getattr(explorer, name) for name in names}


def assert_agree(explorer):
    """Explorer, drawing, menus and sliders say the same."""
    plot, controls = plot_of(explorer), controls_of(explorer)
    for i, (name, logit) in enumerate(zip(LOGIT_NAMES, explorer.logits, strict=False)):
        assert getattr(plot, name) == logit == controls[f"logit {i}"].value
    assert plot.classes == len(explorer.logits)
    assert plot.temperature == explorer.temperature == controls["temperature T"].value
    assert plot.shift == explorer.shift == controls["c, added to all"].value
    assert plot.true_class == explorer.true_class == controls["true class"].index
    assert FORMULAS[plot.formula_index] == explorer.formula == controls["formula"].value
    assert PRECISIONS[plot.precision_index] == explorer.precision == controls["precision"].value


# --- the explorer in Python ----------------------------------------------------------------


def test_state_can_be_read_and_set():
    explorer = SoftmaxExplorer(
        [1.0, 2.0, -3.0, 0.5],
        temperature=2.0,
        true_class=3,
        shift=100.0,
        formula="naive",
        precision="float16",
    )
    assert state_of(explorer) == {
        "logits": [1.0, 2.0, -3.0, 0.5],
        "temperature": 2.0,
        "true_class": 3,
        "shift": 100.0,
        "formula": "naive",
        "precision": "float16",
    }
    assert_agree(explorer)
    explorer.logits = [0.0, 0.0, 0.0, 1.0]
    explorer.shift = -1000.0
    explorer.formula = "stable"
    explorer.precision = "float32"
    explorer.true_class = 1
    explorer.temperature = 0.1
    assert_agree(explorer)
    assert repr(explorer) == (
        "SoftmaxExplorer(logits=[0, 0, 0, 1], temperature=0.1, true_class=1, shift=-1000, "
        "precision='float32')"
    )


@pytest.mark.parametrize("count", range(2, 7))
def test_a_slider_for_each_class(count):
    explorer = SoftmaxExplorer(np.arange(count) / 10)
    controls = controls_of(explorer)
    assert [name for name in controls if name.startswith("logit")] == [
        f"logit {i}" for i in range(count)
    ]
    assert controls["true class"].options == tuple(str(i) for i in range(count))
    assert_agree(explorer)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SoftmaxExplorer([1.0]), r"logits must hold 2 to 6 numbers, but got 1"),
        (lambda: SoftmaxExplorer([0.0] * 7), r"logits must hold 2 to 6 numbers, but got 7"),
        (lambda: SoftmaxExplorer([0, 11]), r"logits must be between -10 and 10, but got 11"),
        (lambda: SoftmaxExplorer([0, np.nan]), r"logits must be between .* but got nan"),
        (lambda: SoftmaxExplorer(temperature=0), r"temperature must be between 0.1 and 10"),
        (lambda: SoftmaxExplorer(shift=1001), r"shift must be between -1000 and 1000"),
        (lambda: SoftmaxExplorer(true_class=3), r"true_class must be between 0 and 2, but got 3"),
        (lambda: SoftmaxExplorer(true_class=-1), r"true_class must be between 0 and 2"),
        (lambda: SoftmaxExplorer(formula="best"), r"formula must be one of stable, naive"),
        (lambda: SoftmaxExplorer(precision="float8"), r"precision must be one of float16, .*'fl"),
        (
            lambda: SoftmaxExplorer(predict=question(shows=2.0), predict_on="logit"),
            r"predict_on must be one of temperature, shift, but got 'logit'",
        ),
        (
            lambda: SoftmaxExplorer(predict=question(shows=11)),
            r"shows must lie between the ends of the slider, 0.1 and 10.0, but got 11",
        ),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("logits", [1.0, 2.0], ValueError),
        ("logits", [1.0, 2.0, 10.1], ValueError),
        ("temperature", 0.05, ValueError),
        ("shift", math.inf, ValueError),
        ("true_class", 5, ValueError),
        ("formula", "", ValueError),
        ("precision", "float128", ValueError),
        ("true_class", "cat", TraitError),
        ("logits", 3.0, TraitError),
    ],
)
def test_refused_change_changes_nothing(name, value, error):
    explorer = SoftmaxExplorer([1.8, 0.9, 0.68], shift=5.0)
    before = state_of(explorer)
    with pytest.raises(error, match=name):
        setattr(explorer, name, value)
    assert state_of(explorer) == before
    assert_agree(explorer)


def test_page_reaches_python():
    explorer = SoftmaxExplorer([1.8, 0.9, 0.68])
    plot, controls = plot_of(explorer), controls_of(explorer)
    told = []
    explorer.observe(lambda change: told.append(change["name"]), list(state_of(explorer)))
    from_page(plot, logit_1=3.5)
    from_page(controls["logit 1"], value=3.5)
    chosen = {"formula_index": 1, "precision_index": 0, "shift": 12.0, "true_class": 2}
    from_page(plot, **chosen)
    from_page(controls["formula"], index=1)
    from_page(controls["precision"], index=0)
    from_page(controls["true class"], index=2)
    from_page(controls["c, added to all"], value=12.0)
    from_page(plot, temperature=0.5)
    from_page(controls["temperature T"], value=0.5)
    assert repr(explorer) == (
        "SoftmaxExplorer(logits=[1.8, 3.5, 0.68], temperature=0.5, true_class=2, shift=12, "
        "formula='naive', precision='float16')"
    )
    assert_agree(explorer)
    assert sorted(told) == sorted(state_of(explorer))


def test_prediction_locks_the_slider_it_asks_about():
    for name, label in (("temperature", "temperature T"), ("shift", "c, added to all")):
        explorer = SoftmaxExplorer(predict=question(shows=2.0), predict_on=name)
        locked = [label for label, one in controls_of(explorer).items() if one.disabled]
        assert locked == [label]
        assert isinstance(explorer.children[0], Prediction)
        assert_agree(explorer)


# --- how it is shown -----------------------------------------------------------------------


def test_mimebundle_carries_a_still_picture():
    explorer = SoftmaxExplorer([1.8, 0.9, 0.68], true_class=1)
    assert_bundle_has_a_still_picture(explorer)
    assert explorer.picture() == SoftmaxExplorer([1.8, 0.9, 0.68], true_class=1).picture()


@pytest.mark.parametrize(
    "change",
    [
        {"logits": [1.8, 0.9, 0.7]},
        {"temperature": 2.0},
        {"true_class": 1},
        {"formula": "naive", "shift": 800.0},
        {"precision": "float16", "shift": 800.0},
    ],
)
def test_still_picture_follows(change):
    assert_picture_follows(SoftmaxExplorer([1.8, 0.9, 0.68]), **change)


def test_still_picture_ignores_what_changes_nothing():
    assert (
        SoftmaxExplorer([1.8, 0.9, 0.68], shift=500.0).picture()
        == SoftmaxExplorer([1.8, 0.9, 0.68]).picture()
    )


def test_stored_state_can_be_stored():
    assert_state_can_be_stored(SoftmaxExplorer(predict=question(shows=2.0)))


def test_joined_module_stands_alone():
    code = join_module("softmax_explorer.js")
    assert_stands_alone(code)
    assert code.count("function softmaxSteps(") == 1


# --- the JavaScript against NumPy ----------------------------------------------------------


def run(expression):
    """The value of a JavaScript expression that may use softmax.js."""
    return in_node(join_module("softmax.js"), expression)


def all_float16():
    """Every finite non-negative float16, as float64."""
    values = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float64)
    return np.sort(values[np.isfinite(values) & ~np.signbit(values)])


def float16_grid():
    """Each float16, the points halfway to the next, and what lies just beside both."""
    exact = all_float16()
    halfway = np.append((exact[:-1] + exact[1:]) / 2, 65520.0)
    points = np.concatenate([exact, halfway])
    beside = [np.nextafter(points, 0.0), np.nextafter(points, np.inf)]
    random = np.exp(np.random.default_rng(0).uniform(-25, 12, 5000))
    extremes = [1e-300, 5e-324, 1e5, 1e308, math.inf]
    return np.concatenate([points, *beside, random, extremes])


@pytest.mark.parametrize("name", ["toFloat16", "Math.f16round"])
def test_float16_equals_numpy(name):
    """All 31744 that are not negative, ties, their neighbours; then all with a minus."""
    grid = float16_grid()
    grid = np.concatenate([grid, -grid])
    with np.errstate(over="ignore"):
        expected = grid.astype(np.float16).astype(np.float64)
    found = run(f"{json.dumps(grid.tolist())}.map((x) => ({name} ?? toFloat16)(x))")
    np.testing.assert_array_equal(found, expected)
    assert np.isnan(run("toFloat16(NaN)"))
    assert run("1 / toFloat16(-0)") == run("1 / toFloat16(-1e-9)") == -math.inf


LOGITS = [
    [1.8, 0.9, 0.68],
    [0.0, 0.0],
    [10.0, -10.0],
    [10.0, 9.0, 9.0, -10.0],
    [-10.0, -10.0, -9.98, 10.0, 3.34],
    [0.02, -0.02, 5.0, 5.0, -7.7, 1.5],
]
SHIFTS = [0.0, 1.0, -1.0, 8.0, 11.0, -17.0, 88.0, 300.0, -300.0, 709.0, -745.0, 1000.0, -1000.0]
GRID = list(itertools.product(LOGITS, [0.1, 0.5, 1.0, 3.0, 10.0], SHIFTS, [True, False]))


def steps_on_grid(precision):
    calls = [
        [
            logits,
            {
                "temperature": temperature,
                "shift": shift,
                "trueClass": len(logits) - 1,
                "stable": stable,
                "precision": precision,
            },
        ]
        for logits, temperature, shift, stable in GRID
    ]
    found = run(f"{json.dumps(calls)}.map(([logits, settings]) => softmaxSteps(logits, settings))")
    return zip(GRID, found, strict=True)


def test_stable_float64_equals_the_package():
    """Softmax, log-softmax, entropy, cross-entropy and gradient."""
    for (logits, temperature, shift, stable), found in steps_on_grid("float64"):
        if not stable:
            continue
        scaled = (np.array(logits) + shift) / temperature
        true = len(logits) - 1
        p = softmax(scaled)
        # Rounding of logit + c limits what can agree: 1000 is known to 1e-13.
        tolerance = 1e-14 + 4e-16 * (abs(shift) + 10) / temperature
        for name, expected in (
            ("p", p),
            ("logP", log_softmax(scaled)),
            ("gradient", sparse_softmax_cross_entropy_grad(scaled, true)),
            ("gradient", softmax_cross_entropy_grad(scaled, np.eye(len(logits))[true])),
            ("crossEntropy", sparse_softmax_cross_entropy(scaled, true)),
            ("entropy", entropy(p)),
        ):
            np.testing.assert_allclose(
                found[name], expected, rtol=10 * tolerance, atol=tolerance, err_msg=name
            )


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_step_is_rounded_as_numpy_rounds(precision):
    """Both formulas: NaN and ∞ where NumPy has them, else equal up to exp's last place."""
    epsilon = float(np.finfo(precision).eps)
    tiny = float(np.finfo(precision).smallest_subnormal)
    broken = 0
    for (logits, temperature, shift, stable), found in steps_on_grid(precision):
        expected, gradient = softmax_by_steps(
            logits,
            temperature=temperature,
            true_class=len(logits) - 1,
            shift=shift,
            formula="stable" if stable else "naive",
            precision=precision,
        )
        for name, values in (("p", expected), ("gradient", gradient)):
            np.testing.assert_allclose(
                found[name],
                values.astype(np.float64),
                rtol=4 * epsilon,
                atol=3 * tiny if name == "p" else 4 * epsilon,
                err_msg=f"{name} {logits} {temperature} {shift} {stable}",
            )
        if stable:
            assert np.all(np.isfinite(found["p"]))
        broken += np.isnan(found["p"]).any()
        # A float64 that the precision cannot hold would show that a step was not rounded.
        for name in ("shifted", "exponents", "exps", "p", "gradient"):
            values = np.array(found[name])
            with np.errstate(over="ignore"):
                np.testing.assert_array_equal(values.astype(precision).astype(float), values)
    assert broken > 50


def test_naive_overflows_where_the_precision_ends():
    """At the logarithm of the largest number: 11.09, 88.7 and 709.8."""
    for precision in PRECISIONS:
        end = math.log(float(np.finfo(precision).max))
        settings = {"temperature": 1, "trueClass": 0, "stable": False, "precision": precision}
        for shift, is_broken in ((end - 0.02, False), (end + 0.02, True)):
            # Rounding of the logit may move it by half a spacing: 0.004 in float16 at 11.
            found = run(f"softmaxSteps([0, -20], {json.dumps({**settings, 'shift': shift})})")
            assert np.isnan(found["p"][0]) == is_broken, (precision, shift)


def explain(logits, *, shift=0.0, stable=True, precision="float64", temperature=1.0):
    settings = {
        "temperature": temperature,
        "shift": shift,
        "trueClass": len(logits) - 1,
        "stable": stable,
        "precision": precision,
    }
    exact = {**settings, "shift": 0, "stable": True, "precision": "float64"}
    steps, best = (
        f"softmaxSteps({json.dumps(logits)}, {json.dumps(one)})" for one in (settings, exact)
    )
    return run(f"explain({steps}, {best}, {json.dumps(settings)})")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "The bars add up to 1"),
        ({"shift": 1000.0}, "Adding 1000 to every logit changes nothing: the largest"),
        ({"shift": -30.0}, "Subtracting 30 from every logit changes nothing: the largest"),
        ({"shift": 30.0, "stable": False}, "changes nothing, as long as exp does not overflow"),
        (
            {"shift": 1000.0, "stable": False},
            "exp(1001.8) is beyond the largest float64, 1.8e308. It becomes ∞, and ∞ ÷ ∞ is NaN.",
        ),
        ({"shift": -1000.0, "stable": False}, "below the smallest float64, 5e−324"),
        (
            {"shift": 9.2, "stable": False, "precision": "float16", "logits": [1.8, 1.8]},
            "The sum is beyond the largest float16, 65504. It becomes ∞, and every p becomes 0.",
        ),
        (
            {"shift": 1000.0, "precision": "float16"},
            "float16 holds logit + c as 1002, 1001, 1000.5.",
        ),
        (
            {"logits": [10.0, -10.0], "stable": False, "precision": "float16", "shift": 0.0},
            "p of the true class was rounded to 0",
        ),
    ],
)
def test_the_note_explains_what_is_shown(settings, words):
    assert words in explain(settings.pop("logits", [1.8, 0.9, 0.68]), **settings)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.8, "1.8"),
        (-0.9, "−0.9"),
        (6.0496, "6.05"),
        (1001.8, "1002"),
        (22026.47, "2.2e4"),
        (1.2e-9, "1.2e−9"),
        (-1e-5, "−1.0e−5"),
        (math.inf, "∞"),
        (math.nan, "NaN"),
    ],
)
def test_numbers_fit_their_column(value, text):
    assert run(f"shortNumber({json.dumps(value)})") == text


def test_naive_loss_is_lost_where_p_underflows():
    """The cross-entropy is −log 0 = ∞ where the stable one is 20; a p of 0 adds no entropy."""
    settings = {"temperature": 1, "shift": 0, "trueClass": 1, "precision": "float16"}
    naive, stable = (
        run(f"softmaxSteps([10, -10], {json.dumps({**settings, 'stable': one})})")
        for one in (False, True)
    )
    assert (naive["p"], naive["crossEntropy"], naive["entropy"]) == ([1.0, 0.0], math.inf, 0.0)
    assert (stable["p"], stable["crossEntropy"], stable["entropy"]) == ([1.0, 0.0], 20.0, 0.0)
