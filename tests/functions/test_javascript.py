"""The translator: what it makes of each function equals NumPy, and what it cannot do it says."""

import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from actloss import numerics
from actloss.activations import gaussian_units
from actloss.arguments import check_positive, elementwise
from actloss.catalogue import ACTIVATIONS, LOSSES
from actloss.javascript import TranslationError, to_javascript, words
from tests.node import in_node

GRID = [
    *np.linspace(-10.0, 10.0, 81).tolist(),
    *np.random.default_rng(0).uniform(-45, 45, 60).tolist(),
    *(
        sign * x
        for x in (0.0, 5e-324, 1e-300, 1e-8, 3.0, 6.0, 37.0, 38.5, 710.0, 745.0, 1000.0, 1e308)
        for sign in (-1, 1)
    ),
    math.inf,
    -math.inf,
    math.nan,
]
FUNCTIONS = [
    function for entry in ACTIVATIONS.values() for function in (entry.function, entry.gradient)
]
PARAMETERS = {  # all values of a slider's range that are tried
    entry.name: [[]]
    + [
        [value]
        for slider in entry.parameters.values()
        for value in (slider.minimum, 0.7, slider.maximum)
    ]
    for entry in ACTIVATIONS.values()
}


# --- running it ----------------------------------------------------------------------------


def run(source, calls):
    """Evaluate ``calls``, a list of (function name, arguments), in one Node process."""
    results = in_node(source, f"{json.dumps(calls)}.map(([name, rest]) => eval(name)(...rest))")
    assert len(results) == len(calls)
    return [float(result) for result in results]


@pytest.fixture(scope="module")
def translated():
    """Every activation and gradient with every setting on the grid, from one Node process."""
    calls = [
        (function.__name__, [x, *parameters])
        for entry in ACTIVATIONS.values()
        for function in (entry.function, entry.gradient)
        for parameters in PARAMETERS[entry.name]
        for x in GRID
    ]
    results = run(to_javascript(FUNCTIONS), calls)
    by_setting = {}
    for (name, (_, *parameters)), result in zip(calls, results, strict=True):
        by_setting.setdefault((name, *parameters), []).append(result)
    return by_setting


@pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=lambda entry: entry.name)
@pytest.mark.parametrize("what", ["function", "gradient"])
def test_javascript_equals_numpy(entry, what, translated):
    function = getattr(entry, what)
    for parameters in PARAMETERS[entry.name]:
        names = dict(zip(entry.parameters, parameters, strict=False))
        expected = function(np.array(GRID), **names)
        result = np.array(translated[(function.__name__, *parameters)])
        # Subnormal results are compared to the nearest few of them. Where the slope is nearly 0
        # because two terms cancel, what counts is the size of the terms, and they are at most 1.
        np.testing.assert_allclose(result, expected, rtol=5e-15, atol=1e-321)


def test_prelu_alpha_grad_is_translated_too():
    from actloss.activations import prelu_alpha_grad

    result = run(to_javascript([prelu_alpha_grad]), [("prelu_alpha_grad", [x]) for x in GRID])
    np.testing.assert_array_equal(result, prelu_alpha_grad(GRID))


# What the arrays of a loss may hold, by the catalogue's word for it.
LOSS_GRIDS = {
    "number": [x for x in GRID[::3] if abs(x) < 1e150] + [1e300, -1e-300, 0.0],
    "logit": [*GRID[::3], 1000.0, -1000.0, math.inf, -math.inf, math.nan],
    "sign": [-1.0, 1.0],
    "bit": [0.0, 1.0],
    "probability": [0.0, 1e-300, 1e-9, 0.2, 0.5, 0.75, 1.0 - 1e-9, 1.0],
    "count": [0.0, 0.5, 1.0, 30.0, 1e150],
    "log-rate": [*GRID[::3], 709.5, 800.0],
    "log-variance": [0.0, -0.7, 3.0, 600.0, -1000.0, math.inf, -math.inf, math.nan],
    "distance": [0.0, 5e-324, 0.3, 1.0, 2.5, 1e100, math.inf, math.nan],
}
ELEMENTWISE_LOSSES = [entry for entry in LOSSES.values() if entry.elementwise]


def functions_of(entry):
    return [entry.function, entry.gradient, entry.hessian, *entry.other_gradients.values()]


def loss_points(entry):
    first, *others = (LOSS_GRIDS[kind] for kind in entry.takes)
    return np.array([(a, *rest) for a in first for rest in itertools.product(*others)])


@pytest.fixture(scope="module")
def translated_losses():
    functions = [f for entry in ELEMENTWISE_LOSSES for f in functions_of(entry)]
    calls = [
        (function.__name__, point)
        for entry in ELEMENTWISE_LOSSES
        for function in functions_of(entry)
        for point in loss_points(entry).tolist()
    ]
    by_name = {}
    for (name, _), result in zip(calls, run(to_javascript(functions), calls), strict=True):
        by_name.setdefault(name, []).append(result)
    return by_name


@pytest.mark.parametrize("entry", ELEMENTWISE_LOSSES, ids=lambda entry: entry.name)
def test_javascript_equals_numpy_for_losses(entry, translated_losses):
    for function in functions_of(entry):
        expected = function(*loss_points(entry).T)
        result = np.array(translated_losses[function.__name__])
        np.testing.assert_allclose(result, expected, rtol=5e-15, atol=1e-321)


# --- what it writes ------------------------------------------------------------------------


def test_helpers_are_declared_once_and_before_use():
    source = to_javascript(FUNCTIONS)
    names = [line.split()[1].split("(")[0] for line in source.splitlines() if line[:4] == "func"]
    assert len(names) == len(set(names))
    for position, name in enumerate(names):
        body = source.split(f"function {name}(")[1].split("\n}")[0]
        used = [other for other in names if re.search(rf"(?<![\w.]){other}\(", body)]
        assert all(names.index(other) < position for other in used), name


def test_checks_are_left_out():
    source = to_javascript([ACTIVATIONS["softplus"].function, ACTIVATIONS["prelu"].function])
    assert "check_" not in source
    assert "as_float" not in source


def scale(x, factor=2.0, *, offset=1, power=-1e-05):
    """Parameters of every kind."""
    return factor * x + offset - power


def uses_keywords(x):
    return scale(x, power=x * 3.0) + scale(x, offset=0.5, factor=x)


def keeps_brackets(x):
    return x - (x - 1.0) * -((x / (x * 3.0)) ** 2) - (-x - (2.0 - x)) + (x >= 1.0)


def assigns_again(x):
    y = x + 1.0
    y = y * y
    x = -x
    return x + y


def chooses(x):
    low = 1.0 if x > 0.0 else 2.0 if x < -1.0 else 3.0
    return np.where((x > -2.0) & (x < 2.0) | (x == 5.0), low, -low)


def returns_two(x):
    return x * 2.0, x - 1.0


def uses_two(x):
    double, less = returns_two(x)
    return double / less


TOLERANCES = (0.25, 2)


def uses_constants(x):
    return numerics.polynomial(TOLERANCES, x) * np.pi + gaussian_units.GELU_TANH_CUBIC


def float32_way(x):
    return x.astype(np.float32)  # which no JavaScript could be made of


def chooses_by_dtype(x):
    return 2.0 * x if x.dtype == np.float64 else float32_way(x)


def uses_module(x):
    positive = numerics.positive_part(x)
    return np.minimum(np.sqrt(positive), np.sign(x)) + np.floor(x) // 2 + np.finfo(x.dtype).eps


LANGUAGE = [
    scale,
    uses_keywords,
    keeps_brackets,
    assigns_again,
    chooses,
    uses_two,
    uses_constants,
    chooses_by_dtype,
    uses_module,
]


def test_the_language_it_knows():
    points = [-3.5, -1.5, -0.3, 0.0, 0.7, 1.0, 1.5, 4.0, 5.0]
    calls = [(function.__name__, [x]) for function in LANGUAGE for x in points]
    results = run(to_javascript(LANGUAGE), calls)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = [function(np.float64(x)) for function in LANGUAGE for x in points]
    np.testing.assert_allclose(results, expected, rtol=1e-15)


def test_readable_source():
    assert to_javascript([scale, uses_keywords, assigns_again, uses_two]) == (
        """\
function scale(x, factor = 2.0, offset = 1, power = -1e-05) {
  return factor * x + offset - power;
}

function uses_keywords(x) {
  return scale(x, undefined, undefined, x * 3.0) + scale(x, x, 0.5);
}

function assigns_again(x) {
  let y = x + 1.0;
  y = y * y;
  x = -x;
  return x + y;
}

function returns_two(x) {
  return [x * 2.0, x - 1.0];
}

function uses_two(x) {
  const [double, less] = returns_two(x);
  return double / less;
}
"""
    )


def test_brackets_only_where_they_count():
    assert "x - (x - 1.0) * -Math.pow(x / (x * 3.0), 2) - (-x - (2.0 - x)) + (x >= 1.0)" in (
        to_javascript([keeps_brackets])
    )


# --- what it refuses -----------------------------------------------------------------------


def with_if(x):
    if x > 0:
        return x
    return 0.0


def with_loop(x):
    for _ in range(3):
        x = x * x
    return x


def in_place(x):
    x += 1.0
    return x


def by_index(x):
    x[x < 0] = 0.0
    return x


def read_by_index(x):
    return x[0]


def unknown_numpy(x):
    return np.arctan2(x, 1.0)


def numpy_keyword(x):
    return np.exp(x, out=x)


def clip_one_side(x):
    return np.clip(x, None, 1.0)


def unknown_function(x):
    return len(x) * 1.0


def unknown_name(x):
    return x + undefined_constant  # noqa: F821


def text(x):
    return x + "1"


def truth_of_a_number(x):
    return 1.0 if x else 2.0


def where_of_a_number(x):
    return np.where(x, 1.0, 2.0)


def chained(x):
    return 0.0 < x < 1.0


def two_targets(x):
    a = b = x
    return a + b


def unpacked(x):
    a, b = x, 1.0
    return a + b


def bitwise(x):
    return (x > 0) & x


def method(x):
    return x.sum()


def modulo(x):
    return x % 2.0


def reserved(x):
    new = x + 1.0
    return new


def reserved_parameter(x, default=1.0):
    return x * default


def array_default(x, alpha=(1.0, 2.0)):
    return x


def any_number(*x):
    return x


def spread(x):
    return scale(*[x])


def too_many(x):
    return scale(x, 1.0, 2.0, 3.0)


def bare_return(x):
    return


def with_inner(x):
    def inner(y):
        return y

    return inner(x)


def unknown_decorator(function):
    return function


@unknown_decorator
def decorated(x):
    return x


@np.errstate(all="ignore")
def in_silence(x):
    return np.log(x)


def test_what_only_silences_numpy_is_no_part_of_the_formula():
    assert to_javascript([in_silence]) == "function in_silence(x) {\n  return Math.log(x);\n}\n"


@elementwise
def calls_unknown(x):
    return with_if(x)


def a_generator(x):
    yield x


def attribute(x):
    return x.size


def recursive(x):
    return recursive(x) + 1.0


def ping(x):
    return pong(x)


def pong(x):
    return ping(x)


REFUSED = [
    (recursive, "a function that calls itself: recursive(x)"),
    (with_if, "the statement `if`: if x > 0:"),
    (with_loop, "the statement `for`: for _ in range(3):"),
    (in_place, "editing in place: x += 1.0"),
    (by_index, "editing in place: x[x < 0] = 0.0"),
    (read_by_index, "indexing: x[0]"),
    (unknown_numpy, "no JavaScript is known for this NumPy function: np.arctan2(x, 1.0)"),
    (numpy_keyword, "these arguments of a NumPy function: np.exp(x, out=x)"),
    (clip_one_side, "the expression `Constant`: None"),
    (unknown_function, "len is not a function that can be translated: len(x)"),
    (unknown_name, "neither a local name nor a constant number: undefined_constant"),
    (text, 'the expression `Constant`: "1"'),
    (truth_of_a_number, "a condition that is not a comparison: 1.0 if x else 2.0"),
    (where_of_a_number, "a condition that is not a comparison: np.where(x, 1.0, 2.0)"),
    (chained, "this comparison: 0.0 < x < 1.0"),
    (two_targets, "assigning to several names at once: a = b = x"),
    (unpacked, "assigning to several names at once: a, b = x, 1.0"),
    (bitwise, "`&` and `|` between anything but comparisons: (x > 0) & x"),
    (method, "x.sum is not a function that can be translated: x.sum()"),
    (modulo, "the expression `BinOp`: x % 2.0"),
    (reserved, "the name new is a reserved word in JavaScript"),
    (reserved_parameter, "the name default is a reserved word in JavaScript"),
    (array_default, "the default of alpha is not a number"),
    (any_number, "it takes *x, a variable number of arguments"),
    (spread, "unpacking arguments: scale(*[x])"),
    (too_many, "too many positional arguments: scale(x, 1.0, 2.0, 3.0)"),
    (bare_return, "the statement `return`: return"),
    (with_inner, "the statement `functiondef`: def inner(y):"),
    (decorated, "unknown decorator: unknown_decorator"),
    (a_generator, "the statement `expr`: yield x"),
    (attribute, "neither a local name nor a constant number: x.size"),
]


@pytest.mark.parametrize(
    ("function", "what"), [pytest.param(*case, id=case[0].__name__) for case in REFUSED]
)
def test_refusals_name_function_line_and_construct(function, what):
    with pytest.raises(TranslationError) as refusal:
        to_javascript([function])
    message = str(refusal.value)
    name, file, line = function.__name__, __file__, function.__code__.co_firstlineno
    assert message.startswith(f"{name} ({file}:"), message
    assert "cannot be translated to JavaScript: " + what in message
    said = int(message.split(f"{file}:")[1].split(")")[0])
    assert line <= said <= line + 4
    assert what.split(": ")[-1] in Path(__file__).read_text().splitlines()[said - 1] or said == line


def test_a_refusal_in_a_helper_names_the_helper():
    with pytest.raises(TranslationError, match=r"^with_if \(.*the statement `if`"):
        to_javascript([calls_unknown])


def test_functions_that_call_each_other_are_refused():
    with pytest.raises(TranslationError, match=r"^pong \(.*a function that calls itself: ping"):
        to_javascript([ping])


def test_two_functions_of_one_name_are_refused():
    def scale(x):
        return x

    with pytest.raises(TranslationError, match=r"^two different things are called scale;"):
        to_javascript([uses_keywords, scale])


def test_lambdas_are_refused():
    with pytest.raises(TranslationError, match=r"only functions written with def"):
        to_javascript([lambda x: x])


def test_axis_functions_are_refused():
    from actloss.activations import softmax

    with pytest.raises(TranslationError, match=r"^softmax \(.*unknown decorator: along_axis"):
        to_javascript([softmax])


def test_every_known_numpy_function_is_written_as_javascript():
    """Each template of the table, run once: a typo in one shows."""
    points = {1: [0.5], 2: [0.5, 2.0], 3: [0.5, 1.0, 2.0]}
    for function, template in words.MATH_FUNCTIONS.items():
        arguments = points[template.count("{")]
        if function is np.where:
            code, expected = template.format("1 < 2", "3", "4"), 3.0
        else:
            code, expected = (
                template.format(*arguments),
                float(function(*map(np.float64, arguments))),
            )
        result = run(f"function f() {{ return Number({code}); }}", [("f", [])])
        np.testing.assert_allclose(result, [expected], rtol=1e-15, err_msg=template)


def test_checked_parameters_keep_their_name():
    def checked(x, *, width=1.0):
        width = check_positive("width", width)
        return x / width

    source = to_javascript([checked])
    assert source == "function checked(x, width = 1.0) {\n  return x / width;\n}\n"
