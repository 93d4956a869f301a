"""Every loss of the catalogue: value and gradient, identities, dtypes, shapes, extremes, errors.

A new entry of ``catalogue.LOSSES`` is tested by being added, if its arguments are of a known kind.
"""

import inspect
import itertools
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as hypothesis_arrays
from scipy.special import gammaln
from scipy.stats import norm, poisson

from actloss import losses
from actloss.activations import softmax
from actloss.arguments import BLOCK_SIZE
from actloss.catalogue import LOSSES
from actloss.gradcheck import gradcheck
from actloss.javascript import to_javascript
from tests.functions.pytorch import twin_of

EVERY = list(LOSSES.values())
ELEMENTWISE = [entry for entry in EVERY if entry.elementwise]
OVER_AXIS = [entry for entry in EVERY if "axis" in inspect.signature(entry.function).parameters]
WITH_CLASSES = [entry for entry in EVERY if "class" in entry.takes]
FUNCTIONS = [*(entry.function for entry in EVERY), *(entry.gradient for entry in EVERY)]
WITH_HESSIAN = [entry for entry in EVERY if entry.hessian]
OTHERS = [
    pytest.param(entry, argument, id=gradient.__name__)
    for entry in EVERY
    for argument, gradient in entry.other_gradients.items()
]
CLASSES = 4


def every(entries):
    return pytest.mark.parametrize("entry", entries, ids=lambda entry: entry.name)


def draw(kind, shape, rng):
    """A random argument: ``shape`` is that of the samples, an axis of classes comes behind."""
    match kind:
        case "number" | "logit" | "log-rate" | "log-variance":
            return 3 * rng.normal(size=shape)
        case "count":
            return rng.poisson(3.0, shape).astype(float)
        case "distance":
            return rng.uniform(0.01, 3.0, shape)
        case "probability":
            return rng.uniform(0.01, 0.99, shape)
        case "sign":
            return rng.choice([-1.0, 1.0], shape)
        case "bit":
            return rng.choice([0.0, 1.0], shape)
        case "logits" | "embedding":
            return rng.normal(size=(*shape, CLASSES))
        case "distribution":
            return softmax(rng.normal(size=(*shape, CLASSES)))
        case "pixels":
            return rng.uniform(0.01, 0.99, (*shape, CLASSES))
        case "cosines":
            return rng.uniform(-0.99, 0.99, (*shape, CLASSES))
        case "class":
            return rng.integers(0, CLASSES, shape)
        case "matrix":
            return rng.uniform(-1, 1, size=(len(np.zeros(shape)), 2 + len(np.zeros(shape))))
    raise ValueError(f"no test knows how to draw a {kind}")


def draw_all(entry, shape=(7,), seed=0):
    rng = np.random.default_rng(seed)
    return [draw(kind, shape, rng) for kind in entry.takes]


def settings_of(entry):
    """The defaults, and each parameter at both ends of its slider."""
    found = [{}]
    for name, slider in entry.parameters.items():
        found += [{name: max(slider.minimum, slider.step)}, {name: slider.maximum}]
    return found


# --- value and gradient --------------------------------------------------------------------


@every(EVERY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_and_gradient_are_pytorchs(entry, dtype):
    for seed, parameters in enumerate(settings_of(entry)):
        arguments = draw_all(entry, (9,), seed)
        arguments = [a if a.dtype.kind == "i" else a.astype(dtype) for a in arguments]
        if entry.takes[0] == "number":
            arguments[0][0] = arguments[1][0]  # on the kink, where there is one
        tensors = [torch.tensor(argument) for argument in arguments]
        tensors[0].requires_grad_()
        twin = twin_of(entry, *tensors, **parameters)
        twin.sum().backward()
        tolerance = {"rtol": 1e-12, "atol": 1e-15}
        if dtype == np.float32:
            # PyTorch's p − 1 has lost digits, and ArcFace's scale makes more of it.
            tolerance = {"rtol": 1e-5, "atol": 1e-5 if "cosines" in entry.takes else 1e-6}
        value = entry.function(*arguments, **parameters)
        np.testing.assert_allclose(value, twin.detach().numpy(), **tolerance)
        gradient = entry.gradient(*arguments, **parameters)
        tolerance["atol"] = max(tolerance["atol"], 1e-14)
        np.testing.assert_allclose(gradient, tensors[0].grad.numpy(), **tolerance)


@every(EVERY)
def test_gradient_is_the_slope(entry):
    for seed, parameters in enumerate(settings_of(entry)):
        check = gradcheck(
            lambda *a, p=parameters: entry.function(*a, **p),
            lambda *a, p=parameters: entry.gradient(*a, **p),
            *draw_all(entry, (6,), seed),
        )
        assert check.passed, f"{parameters}\n{check}"


@every(ELEMENTWISE)
def test_kinks_are_where_the_catalogue_says(entry):
    """At a recorded kink the slopes left and right differ; midway between kinks they agree."""
    others = [array[0] for array in draw_all(entry, (1,))[1:]]
    kinks = entry.kinks(*others)
    step = 1e-7
    for kink in kinks:
        left, right = (entry.gradient(kink + side * step, *others) for side in (-1, 1))
        jump = entry.function(kink + step, *others) - entry.function(kink - step, *others)
        assert abs(left - right) > 0.1 or abs(jump) > 0.1
    low, high = {"probability": (0.01, 0.99), "distance": (0.01, 6.0)}.get(
        entry.takes[0], (-6.0, 6.0)
    )
    for point in np.linspace(low, high, 401):
        if all(abs(point - kink) > 1e-3 for kink in kinks):
            left, right = (entry.gradient(point + side * step, *others) for side in (-1, 1))
            assert abs(left - right) < 1e-2, f"an unrecorded kink near {point}"


@every(EVERY)
def test_values_stay_in_the_catalogues_range(entry):
    low, high = entry.range
    for seed, parameters in enumerate(settings_of(entry)):
        values = entry.function(*draw_all(entry, (50,), seed), **parameters)
        assert values.min() >= low
        assert values.max() <= high


@every([entry for entry in EVERY if entry.range[1] < np.inf])
def test_a_finite_range_is_reached(entry):
    rows = [[0.0, 1.0], [1.0, 0.0]], [[0, 1], [0, 1]]
    arguments, parameters = {
        "zero_one_loss": ([[1.0, -1.0], [1, 1]], {}),
        "brier_score": (rows, {}),
        # Smoothing keeps them from it: by a little.
        "dice_loss": (rows, {"smoothing": 1e-30}),
        "tversky_loss": (rows, {"smoothing": 1e-30}),
        "cosine_loss": ([[[0.0, 3.0], [0.0, -3.0]], [[0, 1], [0, 1]]], {}),
    }[entry.name]
    np.testing.assert_array_equal(np.sort(entry.function(*arguments, **parameters)), entry.range)


@every(EVERY)
def test_convexity_is_as_the_catalogue_claims(entry):
    """f at the middle is at most the mean of the ends: always if convex, else not always."""
    violated = False
    for seed in range(40):
        first, *others = draw_all(entry, (20,), seed)
        second = draw_all(entry, (20,), seed + 1000)[0]
        middle = entry.function((first + second) / 2, *others)
        mean = (entry.function(first, *others) + entry.function(second, *others)) / 2
        violated |= bool((middle > mean + 1e-9).any())
    assert violated == (not entry.convex)


# --- arrays --------------------------------------------------------------------------------


@every(EVERY)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_of_the_first_argument_is_kept(entry, dtype):
    first, *others = draw_all(entry)
    expected = entry.function(first, *others), entry.gradient(first, *others)
    tolerance = {np.float16: 0.02, np.float32: 1e-4, np.float64: 0}[dtype]
    # The other arguments may be of any dtype.
    for results, exact in zip(
        (
            entry.function(first.astype(dtype), *others),
            entry.gradient(first.astype(dtype), *others),
        ),
        expected,
        strict=True,
    ):
        assert results.dtype == dtype
        np.testing.assert_allclose(results, exact, rtol=tolerance, atol=tolerance)


@every(ELEMENTWISE)
def test_integers_lists_and_scalars_become_float64(entry):
    lists = [[0, 1], [1, 1], [1, 1]][: len(entry.takes)]
    from_lists = entry.function(*lists)
    assert from_lists.dtype == np.float64
    np.testing.assert_array_equal(from_lists, entry.function(*map(np.array, lists)))
    ones = [1] * len(lists)
    assert entry.function(*ones) == from_lists[1]
    assert np.shape(entry.function(*ones)) == np.shape(entry.gradient(*ones)) == ()


@every(ELEMENTWISE)
def test_a_table_of_all_pairs_is_asked_for(entry):
    rng = np.random.default_rng(0)
    first, *others = (draw(kind, (5,), rng) for kind in entry.takes)
    for function in (entry.function, entry.gradient):
        table = function(*np.broadcast_arrays(first[:, np.newaxis], *others))
        assert table.shape == (5, 5)
        assert table[2, 3] == function(first[2], *[other[3] for other in others])


@every(EVERY)
@pytest.mark.parametrize("shape", [(0,), (1,), (3,), (2, 3), (2, 0, 3)])
def test_there_is_one_loss_a_sample_and_a_gradient_an_entry(entry, shape):
    if entry.takes == ("matrix",):
        shape = shape[:1]
    arguments = draw_all(entry, shape)
    assert entry.function(*arguments).shape == shape
    assert entry.gradient(*arguments).shape == arguments[0].shape


@every(OVER_AXIS)
def test_one_sample_needs_no_axis_of_samples(entry):
    arguments = draw_all(entry, ())
    assert entry.function(*arguments).shape == ()
    assert entry.gradient(*arguments).shape == (CLASSES,)


@every(OVER_AXIS)
def test_classes_may_lie_along_any_axis(entry):
    arguments = draw_all(entry, (2, 3))
    expected = entry.function(*arguments), entry.gradient(*arguments)
    for axis in (0, 1, 2, -1, -2, -3):
        moved = [a if a.dtype.kind == "i" else np.moveaxis(a, -1, axis) for a in arguments]
        np.testing.assert_allclose(entry.function(*moved, axis=axis), expected[0], rtol=1e-14)
        gradient = np.moveaxis(entry.gradient(*moved, axis=axis), axis, -1)
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-14)


@every(ELEMENTWISE)
def test_large_arrays_are_computed_as_small_ones(entry):
    """Large arrays are walked through in blocks; the last one is not full, the shape is kept."""
    small = draw_all(entry, (3, 37))
    times = 2 * BLOCK_SIZE // small[0].size + 1
    large = [np.tile(argument, (1, times)) for argument in small]
    for function in (entry.function, entry.gradient):
        expected = np.tile(function(*small), (1, times))
        np.testing.assert_allclose(function(*large), expected, rtol=1e-15, atol=1e-300)


@every(WITH_CLASSES)
@pytest.mark.parametrize("shape", [(3, 5, 9001), (2, 3, BLOCK_SIZE + 1)])
def test_large_vocabularies_are_computed_as_small_ones(entry, shape):
    rng = np.random.default_rng(0)
    # Cosines are logits, too.
    logits, labels = rng.uniform(-1, 1, shape), rng.integers(0, shape[-1], shape[:-1])
    for function in (entry.function, entry.gradient):
        results = function(logits, labels)
        for sample in np.ndindex(shape[:-1]):
            expected = function(logits[sample], labels[sample])
            np.testing.assert_allclose(results[sample], expected, rtol=1e-12, atol=1e-300)


@every(EVERY)
def test_inputs_are_left_as_they_were(entry):
    arguments = draw_all(entry)
    copies = [argument.copy() for argument in arguments]
    for function in (entry.function, entry.gradient):
        result = function(*arguments)
        for argument, copy in zip(arguments, copies, strict=True):
            np.testing.assert_array_equal(argument, copy)
            assert not np.shares_memory(result, argument)


@every(EVERY)
def test_arrays_may_be_given_by_name(entry):
    arguments = draw_all(entry)
    names = list(inspect.signature(entry.function).parameters)
    named = dict(zip(names, arguments, strict=False))
    np.testing.assert_array_equal(entry.function(**named), entry.function(*arguments))


@every(EVERY)
def test_order_and_layout_of_memory_do_not_matter(entry):
    arguments = draw_all(entry, (6,))
    if entry.takes == ("matrix",):
        return
    for function in (entry.function, entry.gradient):
        backwards = function(*[argument[::-1] for argument in arguments])
        np.testing.assert_array_equal(backwards[::-1], function(*arguments))


# --- extremes ------------------------------------------------------------------------------

ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True, width=64)
CHANCE = st.floats(0, 1) | st.just(np.nan)
KIND_OF_FLOAT = {
    "number": ANY_FLOAT,
    "logit": ANY_FLOAT,
    "probability": CHANCE,
    "sign": st.sampled_from([-1.0, 1.0, np.nan]),
    "bit": st.sampled_from([0.0, 1.0, np.nan]),
    "log-rate": ANY_FLOAT,
    "log-variance": ANY_FLOAT,
    "count": st.floats(0, 60_000) | st.just(np.nan),
    "distance": st.floats(0) | st.just(np.nan),
}


@every(ELEMENTWISE)
@given(data=st.data())
@settings(max_examples=150)
def test_any_float_is_taken_in_silence_and_nan_stays_nan(entry, data):
    arguments = [data.draw(KIND_OF_FLOAT[kind], label=kind) for kind in entry.takes]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in (np.float64, np.float32, np.float16):
            with np.errstate(over="ignore"):
                cast = [np.asarray(argument).astype(dtype) for argument in arguments]
            results = [
                function(*cast)
                for function in (
                    entry.function,
                    entry.gradient,
                    entry.hessian,
                    *entry.other_gradients.values(),
                )
            ]
            if np.isnan(cast).any():
                assert np.isnan(results).all()


@every([entry for entry in EVERY if not entry.elementwise])
def test_nan_stays_nan_in_its_sample(entry):
    arguments = draw_all(entry, (5,))
    for position, kind in enumerate(entry.takes):
        if kind == "class":
            continue
        spoiled = [argument.copy() for argument in arguments]
        spoiled[position][2, 1] = np.nan
        value, gradient = entry.function(*spoiled), entry.gradient(*spoiled)
        assert np.isnan(value).tolist() == [False, False, True, False, False]
        assert np.isnan(gradient[2]).any()
        assert not np.isnan(gradient[[0, 1, 3, 4]]).any()


@every([entry for entry in EVERY if entry.takes == ("distribution", "distribution")])
def test_nan_stays_nan_where_the_label_is_0(entry):
    probabilities, labels = [np.nan, 0.5, 0.5], [0.0, 0.0, 1.0]
    assert np.isnan(entry.function(probabilities, labels))
    assert np.isnan(entry.gradient(probabilities, labels)).tolist() == [True, False, False]


@every(ELEMENTWISE)
def test_finite_in_finite_out(entry):
    """Large arguments; only what truly exceeds the largest float may become ∞."""
    firsts = {"probability": [5e-324, 1e-300, 0.5, 1 - 1e-16], "log-rate": [0.0, 5e-324, 30.0, 709]}
    firsts = firsts.get(entry.takes[0], [0.0, 5e-324, 1e-160, 30.0, 37.0, 711.0, 1e150])
    others = {
        "sign": [-1.0, 1.0],
        "bit": [0.0, 1.0],
        "probability": [0.0, 1e-300, 0.3, 1.0],
        "count": [0.0, 1.0, 1e150],
        "log-variance": [-10.0, 0.0, 711.0, 1e150],
    }
    others = [others.get(kind, [0.0, -1e150]) for kind in entry.takes[1:]]
    negative = entry.takes[0] not in ("probability", "distance")
    for first in [*firsts, *([-x for x in firsts] if negative else [])]:
        for rest in itertools.product(*others):
            assert np.isfinite(entry.function(first, *rest)), (first, *rest)
            if entry.takes[0] == "probability":  # 1 / 5e-324 exceeds the largest float
                continue
            for function in (entry.gradient, entry.hessian, *entry.other_gradients.values()):
                assert np.isfinite(function(first, *rest)), (function.__name__, first, *rest)


INFINITE = [
    (losses.squared_error, (np.inf, 0.0), np.inf),
    (losses.huber_loss, (-np.inf, 0.0), np.inf),
    (losses.huber_loss_grad, (-np.inf, 0.0), -1.0),
    (losses.log_cosh_loss, (np.inf, 0.0), np.inf),
    (losses.log_cosh_loss_grad, (np.inf, 0.0), 1.0),
    (losses.quantile_loss, (-np.inf, 0.0), np.inf),
    (losses.hinge_loss, (np.inf, 1), 0.0),
    (losses.hinge_loss, (np.inf, -1), np.inf),
    (losses.squared_hinge_loss_grad, (np.inf, 1), 0.0),
    (losses.logistic_loss, (np.inf, 1), 0.0),
    (losses.logistic_loss, (-np.inf, 1), np.inf),
    (losses.logistic_loss_grad, (-np.inf, 1), -1.0),
    (losses.binary_cross_entropy, (0.0, 0.0), 0.0),
    (losses.binary_cross_entropy, (1.0, 1.0), 0.0),
    (losses.binary_cross_entropy, (0.0, 0.3), np.inf),
    (losses.binary_cross_entropy, (1.0, 0.3), np.inf),
    (losses.binary_cross_entropy_grad, (0.0, 0.0), 1.0),
    (losses.binary_cross_entropy_grad, (1.0, 1.0), -1.0),
    (losses.binary_cross_entropy_grad, (0.0, 0.3), -np.inf),
    (losses.binary_cross_entropy_with_logits, (np.inf, 1.0), 0.0),
    (losses.binary_cross_entropy_with_logits, (np.inf, 0.0), np.inf),
    (losses.binary_cross_entropy_with_logits, (-np.inf, 0.3), np.inf),
    (losses.binary_cross_entropy_with_logits_grad, (np.inf, 0.3), 0.7),
    (losses.focal_loss, (np.inf, 1), 0.0),
    (losses.focal_loss, (-np.inf, 1), np.inf),
    (losses.focal_loss_grad, (-np.inf, 1), -1.0),
    (losses.preference_loss, (np.inf, 0.0), 0.0),
    (losses.preference_loss, (-np.inf, 0.0), np.inf),
    (losses.sparse_softmax_cross_entropy, ([np.inf, 0.0], 0), 0.0),
    (losses.sparse_softmax_cross_entropy, ([np.inf, 0.0], 1), np.inf),
    (losses.sparse_softmax_cross_entropy, ([-np.inf, 0.0], 1), 0.0),
    (losses.sparse_softmax_cross_entropy_grad, ([np.inf, 0.0], 1), [1.0, -1.0]),
    (losses.softmax_cross_entropy, ([-np.inf, 0.0], [0, 1]), 0.0),
    (losses.softmax_cross_entropy, ([-np.inf, 0.0], [0.5, 0.5]), np.inf),
    (losses.softmax_cross_entropy_grad, ([-np.inf, 0.0], [0.5, 0.5]), [-0.5, 0.5]),
    (losses.multiclass_hinge_loss, ([np.inf, 0.0], 0), 0.0),
    (losses.multiclass_hinge_loss, ([5.0, -np.inf], 0), 0.0),
    (losses.entropy, ([0.0, 1.0],), 0.0),
    (losses.entropy_grad, ([0.0, 1.0],), [np.inf, -1.0]),
    (losses.kl_divergence, ([0.0, 1.0], [0.0, 1.0]), 0.0),
    (losses.kl_divergence, ([0.0, 1.0], [0.5, 0.5]), np.inf),
    (losses.kl_divergence_grad, ([0.0, 1.0], [0.0, 1.0]), [0.0, -1.0]),
    (losses.categorical_cross_entropy, ([0.0, 1.0], [0.0, 1.0]), 0.0),
    (losses.categorical_cross_entropy, ([0.0, 1.0], [1.0, 0.0]), np.inf),
    (losses.categorical_cross_entropy_grad, ([0.0, 1.0], [1.0, 0.0]), [-np.inf, 0.0]),
    (losses.cauchy_loss, (-np.inf, 0.0), np.inf),
    (losses.cauchy_loss_grad, (-np.inf, 0.0), 0.0),
    (losses.cauchy_loss_hess, (np.inf, 0.0), 0.0),
    (losses.tukey_loss, (np.inf, 0.0), 4.685**2 / 6),
    (losses.tukey_loss_grad, (np.inf, 0.0), 0.0),
    (losses.poisson_nll_loss, (np.inf, 3.0), np.inf),
    (losses.poisson_nll_loss, (-np.inf, 3.0), np.inf),
    (losses.poisson_nll_loss, (-np.inf, 0.0), 0.0),
    (losses.poisson_nll_loss_grad, (-np.inf, 3.0), -3.0),
    (losses.gaussian_nll_loss, (np.inf, 0.0, 1000.0), np.inf),
    (losses.gaussian_nll_loss, (1.0, 0.0, np.inf), np.inf),
    (losses.gaussian_nll_loss, (1.0, 0.0, -np.inf), np.inf),
    (losses.gaussian_nll_loss, (1.0, 1.0, -np.inf), -np.inf),
    (losses.gaussian_nll_loss_grad, (1.0, 0.0, np.inf), 0.0),
    (losses.gaussian_nll_loss_log_variances_grad, (1.0, 0.0, np.inf), 0.5),
    (losses.contrastive_loss, (np.inf, 0), 0.0),
    (losses.contrastive_loss, (np.inf, 1), np.inf),
    (losses.margin_ranking_loss, (np.inf, 0.0), 0.0),
    (losses.margin_ranking_loss, (-np.inf, 0.0), np.inf),
    (losses.cosine_loss, ([np.inf, 1.0], [2.0, 0.0]), 0.0),
    (losses.cosine_loss, ([0.0, 0.0], [2.0, 0.0]), 1.0),
    (losses.cosine_loss, ([0.0, 0.0], [0.0, 0.0]), 1.0),
    (losses.cosine_loss_grad, ([0.0, 0.0], [2.0, 0.0]), [0.0, 0.0]),
    (losses.dice_loss, ([0.0, 0.0], [0, 0]), 0.0),
]


@pytest.mark.parametrize(
    ("function", "arguments", "limit"), INFINITE, ids=lambda x: getattr(x, "__name__", str(x))
)
def test_infinity_and_certainty_give_the_limit(function, arguments, limit):
    np.testing.assert_array_equal(function(*arguments), limit)


def test_float16_does_not_overflow_on_the_way():
    """300² is beyond float16's 65504, its logarithm is not."""
    assert losses.huber_loss(np.float16(300), 0) == np.float16(299.5)
    assert losses.log_cosh_loss(np.float16(300), 0) == np.float16(300 - np.log(2))
    logits = np.array([60000, -60000], np.float16)
    assert losses.sparse_softmax_cross_entropy(logits, 0) == 0


# --- derivatives in the other arguments, and second derivatives ------------------------------


@pytest.mark.parametrize(("entry", "argument"), OTHERS)
def test_a_derivative_in_another_argument_is_pytorchs_and_the_slope(entry, argument):
    derivative = entry.other_gradients[argument]
    names = list(inspect.signature(entry.function).parameters)
    assert derivative.__name__ == f"{entry.name}_{argument}_grad"
    assert inspect.signature(derivative) == inspect.signature(entry.function)
    for seed, parameters in enumerate(settings_of(entry)):
        arguments = draw_all(entry, (6,), seed)
        ours = derivative(*arguments, **parameters)
        tensors = [torch.tensor(array) for array in arguments]
        settings = {**entry.defaults, **parameters}
        if argument in settings:  # one derivative a sample, in a number that all samples share
            value = torch.tensor(settings[argument], dtype=torch.float64)
            theirs = torch.autograd.functional.jacobian(
                lambda v, t=tensors, s=settings: twin_of(entry, *t, **{**s, argument: v}), value
            )
            check = gradcheck(
                lambda v, a=arguments, s=settings: entry.function(*a, **{**s, argument: v}),
                lambda v, a=arguments, s=settings: derivative(*a, **{**s, argument: v}).sum(),
                settings[argument],
            )
        else:
            position = names.index(argument)
            tensors[position].requires_grad_()
            twin_of(entry, *tensors, **parameters).sum().backward()
            theirs = tensors[position].grad
            check = gradcheck(
                lambda *a, p=parameters: entry.function(*a, **p),
                lambda *a, p=parameters, n=position: (*[None] * n, derivative(*a, **p)),
                *arguments,
            )
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-11, atol=1e-13)
        assert check.passed, check


@pytest.mark.parametrize(("entry", "argument"), OTHERS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_derivative_in_another_argument_keeps_dtype_and_shape(entry, argument, dtype):
    first, *others = draw_all(entry, (5,))
    result = entry.other_gradients[argument](first.astype(dtype), *others)
    assert result.dtype == dtype
    per_sample = argument in entry.defaults
    assert result.shape == ((5,) if per_sample else first.shape)


def test_every_elementwise_loss_has_a_second_derivative():
    assert [entry.name for entry in WITH_HESSIAN] == [entry.name for entry in ELEMENTWISE]


@every(WITH_HESSIAN)
def test_second_derivative_is_the_slope_of_the_first_and_pytorchs(entry):
    for seed, parameters in enumerate(settings_of(entry)):
        arguments = draw_all(entry, (9,), seed)
        check = gradcheck(
            lambda *a, p=parameters: entry.gradient(*a, **p),
            lambda *a, p=parameters: entry.hessian(*a, **p),
            *arguments,
        )
        assert check.passed, f"{parameters}\n{check}"
        tensors = [torch.tensor(array) for array in arguments]
        tensors[0].requires_grad_()
        slope = torch.autograd.grad(
            twin_of(entry, *tensors, **parameters).sum(), tensors[0], create_graph=True
        )[0]
        theirs = torch.zeros_like(slope)  # of a slope that is constant
        if slope.requires_grad:
            found = torch.autograd.grad(slope.sum(), tensors[0], allow_unused=True)[0]
            theirs = theirs if found is None else found
        ours = entry.hessian(*arguments, **parameters)
        np.testing.assert_allclose(ours, theirs.numpy(force=True), rtol=1e-10, atol=1e-13)


@every(WITH_HESSIAN)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_second_derivative_keeps_dtype_and_shape(entry, dtype, shape):
    first, *others = draw_all(entry, shape)
    result = entry.hessian(np.asarray(first).astype(dtype), *others)
    assert result.dtype == dtype
    assert result.shape == shape


@every(WITH_HESSIAN)
def test_a_convex_loss_never_curves_down(entry):
    """And one that is not convex does somewhere, unless only its kinks are to blame."""
    curvatures = entry.hessian(*draw_all(entry, (500,)))
    expected = not entry.convex and entry.name != "zero_one_loss"
    assert (curvatures < 0).any() == expected


@every(WITH_HESSIAN)
def test_names_and_docstrings_of_second_derivatives(entry):
    assert entry.hessian.__name__ == f"{entry.name}_hess"
    assert inspect.signature(entry.hessian) == inspect.signature(entry.function)
    text = inspect.getdoc(entry.hessian)
    assert ".. math::" in text
    assert f":func:`{entry.name}`" in text
    assert f">>> {entry.name}_hess(" in text


# --- identities ----------------------------------------------------------------------------

SUBNORMAL = 1e-307  # below it floats lose digits
REAL = st.floats(-1e6, 1e6)
LOGIT_ROWS = hypothesis_arrays(float, (4,), elements=st.floats(-50, 50))
PER_HUNDRED = hypothesis_arrays(int, (4,), elements=st.integers(0, 100)).filter(lambda n: n.any())
DISTRIBUTIONS = PER_HUNDRED.map(lambda counts: counts / counts.sum())


@given(error=REAL, delta=st.floats(1e-3, 1e3))
def test_huber_is_the_lesser_of_half_mse_and_delta_mae_nearly(error, delta):
    huber = losses.huber_loss(error, 0.0, delta=delta)
    half_mse = losses.squared_error(error, 0.0) / 2
    scaled_mae = delta * losses.absolute_error(error, 0.0)
    assert huber <= min(half_mse, scaled_mae) * (1 + 1e-12) + SUBNORMAL
    assert huber >= (scaled_mae - delta**2 / 2) * (1 - 1e-12)


@given(error=REAL, delta=st.floats(1e-3, 1e3))
def test_robust_losses_lie_below_half_the_squared_error_and_touch_it_at_0(error, delta):
    half = losses.squared_error(error, 0.0) / 2
    for loss in (losses.cauchy_loss, losses.tukey_loss):
        assert 0 <= loss(error, 0.0, delta=delta) <= half * (1 + 1e-12) + SUBNORMAL
        near = loss(1e-6 * delta, 0.0, delta=delta)
        assert near == pytest.approx((1e-6 * delta) ** 2 / 2, rel=1e-10)
    assert losses.tukey_loss(error, 0.0, delta=delta) <= delta**2 / 6 * (1 + 1e-12)


@given(error=REAL, delta=st.floats(1e-3, 1e3))
def test_the_pull_of_an_outlier_falls_for_cauchy_and_ends_for_tukey(error, delta):
    pull = abs(losses.cauchy_loss_grad(error, 0.0, delta=delta))
    assert pull <= delta / 2 * (1 + 1e-12)
    gone = losses.tukey_loss_grad(error, 0.0, delta=delta) == 0
    assert gone == (abs(error) >= delta or error == 0)


@given(rate=st.floats(0.01, 1e3), count=st.integers(0, 1000))
def test_the_rate_that_equals_the_count_costs_least(rate, count):
    best = losses.poisson_nll_loss(np.log(max(count, 1e-300)), count)
    assert best <= losses.poisson_nll_loss(np.log(rate), count) + 1e-9


@given(error=st.floats(-1e3, 1e3), log_variance=st.floats(-20, 20))
def test_gaussian_likelihood_is_scipys(error, log_variance):
    ours = losses.gaussian_nll_loss(error, 0.0, log_variance) + np.log(2 * np.pi) / 2
    theirs = -norm.logpdf(error, scale=np.exp(log_variance / 2))
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)


def test_poisson_likelihood_is_scipys():
    counts = np.arange(40.0)
    for rate in (0.1, 3.0, 25.0):
        ours = losses.poisson_nll_loss(np.full(40, np.log(rate)), counts) + gammaln(counts + 1)
        np.testing.assert_allclose(ours, -poisson.logpmf(counts, rate), rtol=1e-12, atol=1e-12)


PIXELS = hypothesis_arrays(float, (6,), elements=st.floats(0, 1))


@given(probabilities=PIXELS, labels=PIXELS, smoothing=st.floats(0.01, 10))
def test_dice_is_tversky_with_half_the_smoothing(probabilities, labels, smoothing):
    dice = losses.dice_loss(probabilities, labels, smoothing=smoothing)
    tversky = losses.tversky_loss(
        probabilities, labels, alpha=0.5, beta=0.5, smoothing=smoothing / 2
    )
    np.testing.assert_allclose(dice, tversky, rtol=1e-14, atol=1e-300)
    total = probabilities.sum() + labels.sum() + smoothing
    plain = 1 - (2 * (probabilities * labels).sum() + smoothing) / total
    np.testing.assert_allclose(dice, plain, atol=1e-15)


@given(guess=st.integers(1, 63), truth=st.integers(1, 63))
def test_dice_of_hard_regions_is_one_minus_f1_and_tversky_of_1_and_1_one_minus_iou(guess, truth):
    p, y = (np.array([number >> bit & 1 for bit in range(6)]) for number in (guess, truth))
    shared, either = (p & y).sum(), (p | y).sum()
    dice = losses.dice_loss(p, y, smoothing=1e-30)
    np.testing.assert_allclose(dice, 1 - 2 * shared / (shared + either), atol=1e-15)
    jaccard = losses.tversky_loss(p, y, alpha=1.0, beta=1.0, smoothing=1e-30)
    np.testing.assert_allclose(jaccard, 1 - shared / either, atol=1e-15)


def test_a_miss_costs_more_than_a_false_alarm_where_beta_is_larger():
    truth = np.array([1, 1, 0, 0])
    missed, alarm = losses.tversky_loss([[1, 0, 0, 0], [1, 1, 1, 0]], [truth, truth])
    assert missed > alarm


@given(u=LOGIT_ROWS, v=LOGIT_ROWS, longer=st.floats(0.01, 100))
def test_cosine_loss_sees_directions_only(u, v, longer):
    u, v = u + 60.0, v - 60.0  # away from 0
    loss = losses.cosine_loss(u, v)
    np.testing.assert_allclose(losses.cosine_loss(longer * u, v), loss, rtol=1e-13)
    np.testing.assert_allclose(loss, 1 - u @ v / np.sqrt(u @ u * (v @ v)), rtol=1e-12)
    slope = losses.cosine_loss_grad(u, v)
    assert abs(slope @ u) <= 1e-13
    np.testing.assert_allclose(losses.cosine_loss_grad(longer * u, v) * longer, slope, atol=1e-15)


def test_small_angles_keep_their_digits():
    """1 − cos of 1e-9 is 0 in float64."""
    u, v = np.array([1.0, 0.0]), np.array([1.0, 1e-9])
    np.testing.assert_allclose(losses.cosine_loss(u, v), 5e-19, rtol=1e-9)
    np.testing.assert_allclose(losses.cosine_loss(u * 1e300, v * 1e-300), 5e-19, rtol=1e-6)


@given(chosen=REAL, rejected=REAL)
def test_margin_ranking_is_the_hinge_of_the_difference(chosen, rejected):
    loss = losses.margin_ranking_loss(chosen, rejected)
    assert loss == losses.hinge_loss(chosen - rejected, 1)


@given(cosines=hypothesis_arrays(float, (4,), elements=st.floats(-1, 1)), label=st.integers(0, 3))
def test_arcface_without_margin_is_cross_entropy_and_a_margin_costs(cosines, label):
    plain = losses.sparse_softmax_cross_entropy(8.0 * cosines, label)
    none = losses.arcface_loss(cosines, label, margin=0.0, scale=8.0)
    np.testing.assert_allclose(none, plain, rtol=1e-12, atol=1e-15)
    some = losses.arcface_loss(cosines, label, margin=0.3, scale=8.0)
    assert some >= none - 1e-12
    # More likeness to one's own class never costs more, wherever the angle is.
    assert losses.arcface_loss_grad(cosines, label, margin=0.3, scale=8.0)[label] <= 0


def test_cosines_of_rounded_vectors_pass_and_others_do_not():
    np.testing.assert_array_equal(
        losses.arcface_loss([1.0 + 1e-15, 0.0], 0), losses.arcface_loss([1.0, 0.0], 0)
    )
    for dtype in (np.float16, np.float32, np.float64):
        at_the_ends = np.array([[1.0, -1.0], [-1.0, 1.0]], dtype)
        assert np.isfinite(losses.arcface_loss_grad(at_the_ends, [0, 0])).all()
    for function in (losses.arcface_loss, losses.arcface_loss_grad):
        with pytest.raises(ValueError, match=r"^cosines must be between −1 and 1, but got 1.5 at"):
            function([1.5, 0.0], 0)


@given(error=REAL)
def test_log_cosh_lies_below_huber_and_above_mae_minus_log_2(error):
    log_cosh = losses.log_cosh_loss(error, 0.0)
    assert log_cosh <= losses.huber_loss(error, 0.0) * (1 + 1e-12) + SUBNORMAL
    assert log_cosh >= (abs(error) - np.log(2)) * (1 - 1e-12)


@given(error=REAL, quantile=st.floats(0.001, 0.999))
def test_quantile_losses_of_opposite_quantiles_add_up_to_the_absolute_error(error, quantile):
    low = losses.quantile_loss(error, 0.0, quantile=quantile)
    high = losses.quantile_loss(error, 0.0, quantile=1 - quantile)
    assert low + high == pytest.approx(abs(error), rel=1e-12, abs=SUBNORMAL)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_the_quantile_has_the_smallest_mean_quantile_loss(quantile):
    targets = np.random.default_rng(0).exponential(size=2001)
    candidates = np.linspace(0, 4, 401)
    guesses, found = np.broadcast_arrays(candidates[:, np.newaxis], targets)
    table = losses.quantile_loss(guesses, found, quantile=quantile)
    best = candidates[table.mean(axis=1).argmin()]
    assert best == pytest.approx(np.quantile(targets, quantile), abs=0.01)


@given(logit=REAL, label=st.sampled_from([-1, 1]))
def test_surrogates_lie_above_the_zero_one_loss(logit, label):
    mistake = losses.zero_one_loss(logit, label)
    assert losses.hinge_loss(logit, label) >= mistake
    assert losses.squared_hinge_loss(logit, label) >= mistake
    assert losses.logistic_loss(logit, label) / np.log(2) >= mistake
    assert losses.perceptron_loss(logit, label) <= losses.hinge_loss(logit, label)


@given(logit=REAL, label=st.sampled_from([0, 1]))
def test_logistic_loss_is_binary_cross_entropy(logit, label):
    logistic = losses.logistic_loss(logit, 2 * label - 1)
    cross_entropy = losses.binary_cross_entropy_with_logits(logit, label)
    np.testing.assert_allclose(logistic, cross_entropy, rtol=1e-14)
    np.testing.assert_allclose(losses.focal_loss(logit, label, gamma=0), logistic, rtol=1e-14)


@given(logit=st.floats(-30, 30), label=st.floats(0, 1))
def test_binary_cross_entropy_of_logit_and_of_probability_agree(logit, label):
    probability = 1 / (1 + np.exp(-logit))
    of_logit = losses.binary_cross_entropy_with_logits(logit, label)
    of_probability = losses.binary_cross_entropy(probability, label)
    # 1 − p has lost what e^−logit is of p.
    np.testing.assert_allclose(of_probability, of_logit, rtol=1e-13 + 1e-15 * np.exp(abs(logit)))


@given(logit=st.floats(-700, 700), label=st.sampled_from([0, 1]), gamma=st.floats(0, 5))
def test_focal_loss_never_exceeds_cross_entropy(logit, label, gamma):
    focal = losses.focal_loss(logit, label, gamma=gamma)
    cross_entropy = losses.binary_cross_entropy_with_logits(logit, label)
    assert 0 <= focal <= cross_entropy * (1 + 1e-14)


@given(logit=st.floats(-700, 700), label=st.floats(0, 1))
def test_two_class_softmax_is_a_sigmoid_of_the_difference(logit, label):
    two = losses.softmax_cross_entropy([logit, 0.0], [label, 1 - label])
    one = losses.binary_cross_entropy_with_logits(logit, label)
    np.testing.assert_allclose(two, one, rtol=1e-13)


@given(logits=LOGIT_ROWS, labels=DISTRIBUTIONS, shift=st.floats(-100, 100))
def test_softmax_cross_entropy_does_not_see_a_shift(logits, labels, shift):
    shifted = losses.softmax_cross_entropy(logits + shift, labels)
    np.testing.assert_allclose(shifted, losses.softmax_cross_entropy(logits, labels), atol=1e-12)
    gradient = losses.softmax_cross_entropy_grad(logits, labels)
    np.testing.assert_allclose(gradient.sum(), 0, atol=1e-14)


def test_labels_that_nearly_sum_to_1_are_taken_as_they_are():
    """Rounded labels, of a float16 softmax for instance; gradient and value stay a pair."""
    logits, labels = np.array([0.3, -1.0, 2.0]), np.array([0.5, 0.25, 0.245])
    check = gradcheck(
        lambda z: losses.softmax_cross_entropy(z, labels),
        lambda z: losses.softmax_cross_entropy_grad(z, labels),
        logits,
    )
    assert check.passed, check


@given(logits=LOGIT_ROWS, label=st.integers(0, 3))
def test_sparse_labels_are_one_hot_labels(logits, label):
    one_hot = np.eye(4)[label]
    for sparse, dense in (
        (losses.sparse_softmax_cross_entropy, losses.softmax_cross_entropy),
        (losses.sparse_softmax_cross_entropy_grad, losses.softmax_cross_entropy_grad),
    ):
        np.testing.assert_allclose(sparse(logits, label), dense(logits, one_hot), rtol=1e-14)


@given(probabilities=DISTRIBUTIONS, labels=DISTRIBUTIONS)
def test_cross_entropy_is_entropy_plus_divergence(probabilities, labels):
    cross_entropy = losses.categorical_cross_entropy(probabilities, labels)
    divergence = losses.kl_divergence(probabilities, labels)
    np.testing.assert_allclose(cross_entropy, losses.entropy(labels) + divergence, atol=1e-12)
    assert divergence > -1e-15
    assert cross_entropy >= losses.entropy(labels) - 1e-15


@given(probabilities=DISTRIBUTIONS)
def test_entropy_lies_between_sure_and_uniform(probabilities):
    assert 0 <= losses.entropy(probabilities) <= np.log(4) * (1 + 1e-15)
    assert abs(losses.kl_divergence(probabilities, probabilities)) == 0


@given(logits=LOGIT_ROWS, labels=DISTRIBUTIONS)
def test_cross_entropy_of_logits_and_of_probabilities_agree(logits, labels):
    of_logits = losses.softmax_cross_entropy(logits / 5, labels)
    of_probabilities = losses.categorical_cross_entropy(softmax(logits / 5), labels)
    np.testing.assert_allclose(of_probabilities, of_logits, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "score", [losses.categorical_cross_entropy, losses.brier_score], ids=lambda f: f.__name__
)
@given(truth=DISTRIBUTIONS, belief=DISTRIBUTIONS)
def test_proper_scores_are_best_for_the_true_distribution(score, truth, belief):
    outcomes = np.eye(4)
    expected = score(np.tile(belief, (4, 1)), outcomes)[truth > 0] @ truth[truth > 0]
    honest = score(np.tile(truth, (4, 1)), outcomes)[truth > 0] @ truth[truth > 0]
    assert honest <= expected + 1e-12


@given(labels=DISTRIBUTIONS, epsilon=st.floats(0, 1))
def test_smoothed_labels_are_distributions_of_more_entropy(labels, epsilon):
    smoothed = losses.smooth_labels(labels, epsilon=epsilon)
    np.testing.assert_allclose(smoothed.sum(), 1.0)
    assert losses.entropy(smoothed) >= losses.entropy(labels) - 1e-12
    np.testing.assert_allclose(smoothed, (1 - epsilon) * labels + epsilon / 4)


def test_smoothing_is_pytorchs():
    rng = np.random.default_rng(0)
    logits, classes = rng.normal(size=(20, 5)), rng.integers(0, 5, 20)
    ours = losses.softmax_cross_entropy(logits, losses.smooth_labels(np.eye(5)[classes]))
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(classes), label_smoothing=0.1, reduction="none"
    )
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-13)


@given(logits=LOGIT_ROWS, label=st.integers(0, 3))
def test_multiclass_hinge_lies_above_the_mistakes(logits, label):
    rivals = np.delete(logits, label)
    loss = losses.multiclass_hinge_loss(logits, label)
    assert loss >= (rivals.max() >= logits[label])
    assert losses.multiclass_hinge_loss_grad(logits, label).sum() == 0


def test_multiclass_hinge_of_two_classes_is_the_hinge():
    logits = np.random.default_rng(0).normal(size=(30, 2))
    labels = np.arange(30) % 2
    two = losses.multiclass_hinge_loss(logits, labels)
    one = losses.hinge_loss(logits[:, 1] - logits[:, 0], 2 * labels - 1)
    np.testing.assert_allclose(two, one, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("function", ["multiclass_hinge_loss", "multiclass_hinge_loss_grad"])
def test_multiclass_hinge_needs_a_rival(function):
    message = r"logits must have two classes or more along axis 1, but have shape \(1, 1\)"
    with pytest.raises(ValueError, match=message):
        getattr(losses, function)([[5.0]], [0])


@given(chosen=REAL, rejected=REAL, beta=st.floats(0.01, 10))
def test_preference_loss_depends_on_the_difference(chosen, rejected, beta):
    loss = losses.preference_loss(chosen, rejected, beta=beta)
    swapped = losses.preference_loss(rejected, chosen, beta=beta)
    np.testing.assert_allclose(swapped - loss, beta * (chosen - rejected), rtol=1e-9, atol=1e-9)


def test_info_nce_of_equal_similarities_is_the_logarithm_of_the_candidates():
    np.testing.assert_allclose(losses.info_nce_loss(np.ones((3, 7))), np.log(7))


# --- what the page and the catalogue need --------------------------------------------------


@every(ELEMENTWISE)
def test_elementwise_losses_can_be_translated_to_javascript(entry):
    source = to_javascript([entry.function, entry.gradient, entry.hessian])
    assert f"function {entry.name}(" in source
    assert f"function {entry.name}_grad(" in source
    assert f"function {entry.name}_hess(" in source


@every(EVERY)
def test_names_follow_the_convention(entry):
    assert entry.gradient.__name__ == f"{entry.name}_grad"
    assert inspect.signature(entry.gradient) == inspect.signature(entry.function)
    assert getattr(losses, entry.name) is entry.function
    assert len(entry.takes) == sum(
        p.kind == p.POSITIONAL_OR_KEYWORD
        for p in inspect.signature(entry.function).parameters.values()
    )


def test_every_public_function_is_in_the_catalogue():
    known = {f.__name__ for f in FUNCTIONS} | {"smooth_labels", *losses.means.__all__}
    known |= {entry.hessian.__name__ for entry in WITH_HESSIAN}
    known |= {f.__name__ for entry in EVERY for f in entry.other_gradients.values()}
    assert set(losses.__all__) == known


@every(EVERY)
def test_docstrings_hold_what_a_reader_looks_for(entry):
    text = inspect.getdoc(entry.function)
    assert entry.formula.startswith((r"\ell", "H", r"\mathrm{KL}"))
    for part in ("Parameters", "Returns", "Raises", "PyTorch", "References", "Examples", ">>> "):
        assert part in text, part
    derivative = inspect.getdoc(entry.gradient)
    assert ".. math::" in derivative
    assert f":func:`{entry.name}`" in derivative
    assert f">>> {entry.name}_grad(" in derivative


# --- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("wrong", ["text", [1j], None])
def test_first_argument_that_holds_no_numbers(function, wrong):
    others = [1] * (sum(p.kind == 1 for p in inspect.signature(function).parameters.values()) - 1)
    name = next(iter(inspect.signature(function).parameters))
    with pytest.raises(TypeError, match=f"{name} must hold real numbers, but got"):
        function(wrong, *others)


@every(EVERY)
def test_too_few_or_too_many_arrays(entry):
    arguments = draw_all(entry)
    with pytest.raises(TypeError):
        entry.function(*arguments, arguments[0])
    with pytest.raises(TypeError):
        entry.function(*arguments[:-1])


WRONG_LABELS = {
    "sign": (0.0, "labels must be −1 or \\+1, but got 0.0 at index"),
    "bit": (0.5, "labels must be 0 or 1, but got 0.5 at index"),
    "probability": (1.5, "labels must be between 0 and 1, but got 1.5 at index"),
    "count": (-1.0, "counts must be at least 0, and finite, but got -1.0 at index"),
}


@every([entry for entry in ELEMENTWISE if entry.takes[1] in WRONG_LABELS])
def test_labels_of_the_wrong_kind(entry):
    first, labels = draw_all(entry, (2, 3))
    wrong, message = WRONG_LABELS[entry.takes[1]]
    labels[1, 2] = wrong
    for function in (entry.function, entry.gradient):
        with pytest.raises(ValueError, match=rf"{message} \(1, 2\)"):
            function(first, labels)
        with pytest.raises(ValueError, match=message.removesuffix(" at index") + "(;|$)"):
            function(first[0, 0], wrong)


@every(WITH_CLASSES)
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 4], r"labels must be from 0 to 3, but got 4 at index \(2,\)"),
        ([-1, 1, 2], r"labels must be from 0 to 3, but got -1 at index \(0,\)"),
        ([0.0, 1.0, 2.0], "labels must be integers, .* but have dtype float64"),
        ([True, False, True], "labels must be integers, .* but have dtype bool"),
        ([0, 1], r"labels must have the shape of \w+ without axis 1, \(3,\), .* shape \(2,\)"),
        (np.eye(4, dtype=int)[:3], r"without axis 1, \(3,\), but have shape \(3, 4\)"),
    ],
)
def test_classes_of_the_wrong_kind(entry, labels, message):
    for function in (entry.function, entry.gradient):
        with pytest.raises(ValueError, match=message):
            function(np.ones((3, 4)), labels)


@every([entry for entry in EVERY if "distribution" in entry.takes])
def test_what_is_no_distribution(entry):
    names = list(inspect.signature(entry.function).parameters)
    for position, kind in enumerate(entry.takes):
        if kind != "distribution":
            continue
        name = names[position]
        for values, message in (
            ([1.2, -0.2], rf"{name} must be between 0 and 1, but got 1.2 at index \(0,\)"),
            ([0.5, 0.6], rf"{name} summed over axis 0 must be 1, but got 1.1$"),
            ([3, 0], rf"{name} must be between 0 and 1, but got 3.0 at index \(0,\)"),
        ):
            arguments = [np.array([0.5, 0.5]) for _ in entry.takes]
            arguments[position] = values
            for function in (entry.function, entry.gradient):
                with pytest.raises(ValueError, match=message):
                    function(*arguments)


@every([entry for entry in EVERY if entry.takes[0] == "probability"])
@pytest.mark.parametrize("wrong", [-0.1, 1.0000001, np.inf])
def test_what_is_no_probability(entry, wrong):
    for function in (entry.function, entry.gradient):
        with pytest.raises(
            ValueError, match=f"probabilities must be between 0 and 1, but got {wrong}"
        ):
            function([0.5, wrong], [1, 1])


@pytest.mark.parametrize("wrong", [-0.1, 1.0000001, np.inf])
@every([entry for entry in EVERY if "pixels" in entry.takes])
def test_what_are_no_pixels(entry, wrong):
    good, bad = [0.5, 0.5], [0.5, wrong]
    for function in (entry.function, entry.gradient):
        for name, arguments in (("probabilities", (bad, good)), ("labels", (good, bad))):
            message = f"{name} must be between 0 and 1, but got {wrong} at"
            with pytest.raises(ValueError, match=message):
                function(*arguments)


@every([entry for entry in EVERY if entry.takes[0] == "distance"])
def test_what_is_no_distance(entry):
    for function in (entry.function, entry.gradient, entry.hessian):
        with pytest.raises(ValueError, match=r"distances must be at least 0, but got -0.5 at"):
            function([1.0, -0.5], [1, 1])


@every(OVER_AXIS)
def test_an_unknown_axis_is_refused_by_name(entry):
    arguments = draw_all(entry)
    name = next(iter(inspect.signature(entry.function).parameters))
    for function in (entry.function, entry.gradient):
        message = rf"axis must be an axis of {name}, which has shape \(7, 4\), but got 2"
        with pytest.raises(ValueError, match=message):
            function(*arguments, axis=2)
        with pytest.raises(TypeError, match="axis must be one integer, but got None"):
            function(*arguments, axis=None)


@every(OVER_AXIS)
def test_an_axis_of_length_0(entry):
    arguments = [np.ones(3, int) if kind == "class" else np.ones((3, 0)) for kind in entry.takes]
    name = next(iter(inspect.signature(entry.function).parameters))
    message = rf"{name} must have at least one entry along axis 1, but has shape \(3, 0\)"
    with pytest.raises(ValueError, match=message):
        entry.function(*arguments)


@pytest.mark.parametrize("shape", [(), (3,), (3, 2), (2, 3, 4)])
@every([entry for entry in EVERY if entry.takes == ("matrix",)])
def test_what_is_no_matrix_of_similarities(entry, shape):
    with pytest.raises(ValueError, match=r"similarities must have shape \(queries, candidates\)"):
        entry.function(np.ones(shape))


WRONG_PARAMETERS = {
    "delta": [0, -1, np.inf, np.nan, "1"],
    "quantile": [0, 1, -0.1, np.nan],
    "gamma": [-0.1, 101, np.nan],
    "margin": [-1, np.inf, np.nan],
    "temperature": [0, -1, np.inf, np.nan],
    "bias": [np.inf, np.nan],
    "beta": [0, -1, np.inf, np.nan],
    "alpha": [0, -1, np.inf, np.nan],
    "smoothing": [0, -1, np.inf, np.nan],
    "scale": [0, -1, np.inf, np.nan],
}


@every([entry for entry in EVERY if entry.parameters])
def test_parameters_out_of_range(entry):
    arguments = draw_all(entry)
    for name in entry.parameters:
        for wrong in WRONG_PARAMETERS[name]:
            for function in filter(None, (entry.function, entry.gradient, entry.hessian)):
                with pytest.raises((ValueError, TypeError), match=f"{name} must be .*{wrong}"):
                    function(*arguments, **{name: wrong})


@every(EVERY)
def test_parameters_have_to_be_named(entry):
    with pytest.raises(TypeError):
        entry.function(*draw_all(entry), 1.0)


def test_epsilon_of_label_smoothing():
    for wrong in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=r"epsilon must be a number between 0.0 and 1.0"):
            losses.smooth_labels([0, 1], epsilon=wrong)
    with pytest.raises(ValueError, match=r"labels summed over axis 0 must be 1, but got 2.0"):
        losses.smooth_labels([1, 1])
