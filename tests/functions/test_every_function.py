"""What must hold of every function of the catalogue, so that a new entry is tested by being added.

Each section is a mistake that costs days because nothing says a word: shapes that stretch, labels
of another kind, digits lost in a cast, ∞ on the way, a mask that is dropped; and then what is
promised of parameters, and what a wrong call says.
"""

import inspect
import itertools
import re

import numpy as np
import pytest
import torch

from actloss import activations, losses
from actloss.arguments import BLOCK_SIZE
from actloss.calibration import expected_calibration_error, reliability
from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES
from tests.functions.test_losses import draw_all, settings_of

ENTRIES = [*ACTIVATIONS.values(), *AXIS_ACTIVATIONS.values(), *LOSSES.values()]
FUNCTIONS = {
    function.__name__: (entry, function)
    for entry in ENTRIES
    for function in (entry.function, entry.gradient)
}
OF_LOSSES = {
    name: (entry, function) for name, (entry, function) in FUNCTIONS.items() if entry.name in LOSSES
}


def every(functions):
    return pytest.mark.parametrize(("entry", "function"), functions.values(), ids=functions)


def arrays_for(entry, function, seed=0):
    """Ordinary arguments, as many as the function takes."""
    if entry.name in LOSSES:
        return draw_all(entry, (6,), seed)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(6, 4)) * 3
    if "upstream" not in inspect.signature(function).parameters:
        return [x]
    return [x, rng.normal(size=entry.function(x).shape)]


def array_names(function):
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]


# --- shapes --------------------------------------------------------------------------------

WITH_TWO_ARRAYS = {
    name: found
    for name, found in OF_LOSSES.items()
    if len(found[0].takes) > 1 and "class" not in found[0].takes
}


@every(WITH_TWO_ARRAYS)
def test_a_column_does_not_meet_a_row(entry, function):
    names = array_names(function)
    column, row = draw_all(entry, (6, 1)), draw_all(entry, (6,))
    for first, second in ((column, row), (row, column)):
        with pytest.raises(ValueError, match=r"must have one shape, but have shapes \(6,") as said:
            function(first[0], *second[1:])
        for part in (*names[:2], str(first[0].shape), str(second[1].shape), "np.broadcast_arrays"):
            assert part in str(said.value), part
    if entry.elementwise:
        with pytest.raises(ValueError, match=r"column .* row, .* stretch to \(6, 6\)"):
            function(column[0], row[1], *column[2:])


@every(WITH_TWO_ARRAYS)
def test_no_two_shapes_are_stretched(entry, function):
    shapes = [(), (1,), (2,), (3,), (1, 1), (2, 1), (1, 3), (2, 3), (3, 2), (2, 3, 1)]
    for one, other in itertools.permutations(shapes, 2):
        first, *others = draw_all(entry, one)
        if entry.elementwise and other == ():
            continue  # one target for all predictions
        second = draw_all(entry, other)[1]
        with pytest.raises(ValueError, match="must have one shape, but have shapes "):
            function(first, second, *others[1:])


@every({n: f for n, f in WITH_TWO_ARRAYS.items() if f[0].elementwise})
def test_one_target_serves_all_predictions(entry, function):
    first, second, *others = draw_all(entry, (6,))
    for target in (second[0], float(second[0]), np.array(second[0])):
        expected = function(first, np.full(6, second[0]), *others)
        np.testing.assert_array_equal(function(first, target, *others), expected)
    large = np.tile(first, BLOCK_SIZE // 3)
    result = function(large, second[0], *[np.tile(o, BLOCK_SIZE // 3) for o in others])
    np.testing.assert_allclose(result, np.tile(expected, BLOCK_SIZE // 3), rtol=1e-15)


@pytest.mark.parametrize(
    ("shapes", "advice"),
    [
        (((6, 1), (6,)), "Write predictions[..., 0], or targets[..., np.newaxis]"),
        (((6,), (6, 1)), "Write targets[..., 0], or predictions[..., np.newaxis]"),
        (((2, 3), (3,)), "write np.broadcast_to(targets, (2, 3))"),
        (((), (3,)), "write np.broadcast_to(predictions, (3,))"),
        (((2, 3), (3, 2)), "Write targets.T"),
        (((2, 1, 3), (4, 1)), "write np.broadcast_arrays(predictions, targets)"),
        (((5,), (4,)), "come from different samples"),
    ],
)
def test_the_error_says_what_probably_happened(shapes, advice):
    with pytest.raises(ValueError, match=re.escape(advice)):
        losses.squared_error(*[np.ones(shape) for shape in shapes])


# --- labels --------------------------------------------------------------------------------

OF_DISTRIBUTIONS = {
    name: found for name, found in OF_LOSSES.items() if found[0].takes[1:] == ("distribution",)
}


@every(OF_DISTRIBUTIONS)
@pytest.mark.parametrize(("samples", "classes"), [(2, 2), (3, 2), (2, 3), (4, 4)])
def test_numbers_of_classes_are_no_distribution(entry, function, samples, classes):
    """Also where both have one shape: two samples of two classes, labelled 0 and 1."""
    labels = np.arange(samples) % 2
    first = np.full((samples, classes), 1 / classes)
    with pytest.raises(ValueError, match="labels look like numbers of classes") as said:
        function(first, labels)
    assert f"np.eye({classes})[labels]" in str(said.value)
    if entry.takes[0] == "logits":
        assert "sparse_softmax_cross_entropy" in str(said.value)
    moved = first.T
    with pytest.raises(ValueError, match=r"np.moveaxis\(np.eye\(\d\)\[labels\], -1, 0\)"):
        function(moved, labels, axis=0)


OF_CLASSES = {name: found for name, found in OF_LOSSES.items() if "class" in found[0].takes}


@every(OF_CLASSES)
@pytest.mark.parametrize(
    ("labels", "advice"),
    [
        (np.eye(4, dtype=int)[:3], "of one-hot labels make labels.argmax(1), or call softmax_"),
        ([[0], [1], [2]], "write labels.squeeze(1)"),
        ([0.0, 1.0, 2.0], "write labels.astype(int)"),
        ([1, 2, 4], "classes are counted from 0"),
        ([0, 2, -100], "keep = labels != -100"),
    ],
)
def test_labels_that_are_no_numbers_of_classes(entry, function, labels, advice):
    with pytest.raises(ValueError, match=re.escape(advice)):
        function(np.ones((3, 4)), labels)


@every(OF_CLASSES)
def test_classes_along_the_axis_of_pytorch(entry, function):
    with pytest.raises(ValueError, match="write axis=1 if the classes lie there, as in PyTorch"):
        function(np.ones((2, 4, 5)), np.zeros((2, 5), int))


OTHER_KIND = {
    "sign": ([0.0, 1.0], "of labels 0 and 1 make 2 * labels - 1"),
    "bit": ([-1.0, 1.0], "of labels −1 and +1 make (labels + 1) / 2"),
    "probability": ([-1.0, 1.0], "of labels −1 and +1 make (labels + 1) / 2"),
}


@every({n: f for n, f in OF_LOSSES.items() if f[0].takes[-1] in OTHER_KIND})
def test_labels_of_two_classes_in_another_coding(entry, function):
    labels, advice = OTHER_KIND[entry.takes[-1]]
    with pytest.raises(ValueError, match=re.escape(advice)):
        function([0.5, 0.5], labels)
    if entry.takes[-1] != "sign":
        with pytest.raises(ValueError, match=r"of numbers of classes make np.eye\(classes\)"):
            function([0.5, 0.5, 0.5], [0, 1, 2])


@every({n: f for n, f in OF_LOSSES.items() if f[0].takes[0] in ("probability", "distribution")})
def test_logits_in_place_of_probabilities(entry, function):
    others = draw_all(entry, (4,) if entry.elementwise else ())[1:]
    with pytest.raises(ValueError, match="logits belong to binary_cross_entropy_with_logits or"):
        function([2.0, -1.0, 0.5, 3.0], *others)


def test_a_wrong_label_is_found_beyond_the_first_block():
    labels = np.ones((3, BLOCK_SIZE))
    labels[2, 5] = 0.0
    with pytest.raises(ValueError, match=r"but got 0.0 at index \(2, 5\)"):
        losses.hinge_loss(np.zeros(labels.shape), labels)


# --- digits --------------------------------------------------------------------------------


@every({n: f for n, f in FUNCTIONS.items() if len(array_names(f[1])) > 1})
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_no_argument_is_rounded_to_the_dtype_of_the_first(entry, function, dtype):
    """As if all were float64, and the result then rounded once."""
    if entry.name == "prelu":
        first, *others = np.array([-3.0, 2.0]), np.array([0.1, 0.2])
    else:
        first, *others = arrays_for(entry, function)
    first = first.astype(dtype)
    expected = function(first.astype(np.float64), *others)
    result = function(first, *others)
    assert result.dtype == dtype
    if all(other.dtype == np.float64 and np.any(other % 1) for other in others):
        np.testing.assert_array_equal(result, expected.astype(dtype))
    np.testing.assert_allclose(result, expected, rtol=20 * np.finfo(dtype).eps, atol=1e-3)


@pytest.mark.parametrize("target", [2**24 + 1, float(2**24 + 1), np.array([2**24 + 1])])
@pytest.mark.parametrize(
    "loss", [losses.absolute_error, losses.squared_error, losses.absolute_error_grad]
)
def test_a_target_that_float32_cannot_hold_counts_in_full(loss, target):
    result = loss(np.float32([2**24]), target)
    assert result.dtype == np.float32
    assert abs(result) == [1.0]


def test_a_target_beyond_float16():
    assert losses.absolute_error(np.float16([6e4]), np.float32([1e5])) == np.float16(4e4)
    assert losses.huber_loss(np.float16([0.0]), 1e6, delta=0.01) == np.float16(1e4)


# --- finite --------------------------------------------------------------------------------


def extremes(dtype):
    limits = np.finfo(dtype)
    sizes = [0.0, float(limits.tiny), 1e-3, 1.0, 3.0, 90.0]
    sizes += [float(limits.max) * part for part in (0.25, 0.5, 0.99, 1.0)]
    sizes += [float(limits.max) ** 0.5 * part for part in (0.9, 2.0)]
    return np.array(sorted({sign * size for size in sizes for sign in (-1, 1)})).astype(dtype)


def extreme_arrays(entry, function, dtype, rng, count=300):
    values = extremes(dtype)
    if entry.name in ACTIVATIONS:
        return [values]
    if entry.name in AXIS_ACTIVATIONS:
        x = rng.choice(values, (count, 4))
        if "upstream" not in inspect.signature(function).parameters:
            return [x]
        return [x, rng.choice(values, entry.function(x).shape)]
    arrays = draw_all(entry, (20,) if entry.takes == ("matrix",) else (count,))
    with_extremes = {"number", "logit", "logits", "embedding", "matrix"}
    return [
        rng.choice(values, array.shape)
        if kind in with_extremes
        else array
        if kind == "class"
        else array.astype(dtype)
        for kind, array in zip(entry.takes, arrays, strict=True)
    ]


# What may be ∞ although the result could be written, as each says in its docstring.
SAYS_SO = ("huber_loss", "quantile_loss", "preference_loss", "cauchy_loss", "gaussian_nll_loss")


@every(FUNCTIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_finite_in_finite_out_unless_the_result_is_too_large(entry, function, dtype):
    """The same formula in float64, where nothing overflows, knows what has to come out."""
    largest = float(np.finfo(dtype).max)
    for seed, parameters in enumerate(settings_of(entry)):
        arrays = extreme_arrays(entry, function, dtype, np.random.default_rng(seed))
        result = function(*arrays, **parameters)
        exact = function(
            *[a.astype(np.float64) if a.dtype.kind == "f" else a for a in arrays], **parameters
        )
        assert not np.isnan(result).any()
        # Which of two distances is the smaller, rounding may decide.
        assert np.isinf(result[abs(exact) > 1.01 * largest]).sum() >= 0.9 * np.sum(
            abs(exact) > 1.01 * largest
        )
        if entry.name in SAYS_SO:
            said = " ".join(inspect.getdoc(entry.function).split())
            assert "A difference beyond the largest float counts as ∞" in said
        else:
            assert np.isfinite(result[abs(exact) < 0.99 * largest]).all()


@every(FUNCTIONS)
def test_finite_in_no_nan_out_in_float64(entry, function):
    for seed, parameters in enumerate(settings_of(entry)):
        arrays = extreme_arrays(entry, function, np.float64, np.random.default_rng(seed))
        assert not np.isnan(function(*arrays, **parameters)).any()


def test_what_is_beyond_the_largest_float_is_infinite():
    assert activations.squared_relu(np.float16(300)) == np.inf
    assert activations.swiglu([1e200, 1e200]) == np.inf


LIMITS = {  # logits, and what softmax and everything built on it makes of them
    "the smallest float and −∞": ([np.finfo(np.float64).min, -np.inf], [1.0, 0.0]),
    "the largest float and ∞": ([np.finfo(np.float64).max, np.inf], [0.0, 1.0]),
    "∞ and −∞": ([np.inf, -np.inf], [1.0, 0.0]),
    "twice ∞": ([np.inf, np.inf], [0.5, 0.5]),
    "twice −∞": ([-np.inf, -np.inf], [0.5, 0.5]),
    "∞ and a number": ([3.0, np.inf], [0.0, 1.0]),
    "−∞ and a number": ([3.0, -np.inf], [1.0, 0.0]),
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("logits", "expected"), LIMITS.values(), ids=LIMITS)
def test_one_limit_for_softmax_and_all_that_is_built_on_it(logits, expected, dtype):
    limits = np.finfo(dtype)
    logits = np.clip(
        logits, limits.min, limits.max, where=np.isfinite(logits), out=np.array(logits)
    )
    logits, p = logits.astype(dtype), np.array(expected)
    with np.errstate(divide="ignore"):
        log_p = np.log(p)
    np.testing.assert_array_equal(activations.softmax(logits), p)
    np.testing.assert_array_equal(activations.sparsemax(logits), p)
    np.testing.assert_allclose(activations.log_softmax(logits), log_p, rtol=1e-3)
    assert losses.entropy(activations.softmax(logits)) == pytest.approx(losses.entropy(p), rel=1e-3)
    for label in (0, 1):
        one_hot = np.eye(2)[label]
        for value in (
            losses.sparse_softmax_cross_entropy(logits, label),
            losses.softmax_cross_entropy(logits, one_hot),
            losses.info_nce_loss([logits, logits[::-1]], temperature=1.0)[0]
            if label == 0
            else None,
        ):
            if value is not None:
                assert value == pytest.approx(-log_p[label], rel=1e-3)
        for gradient in (
            losses.sparse_softmax_cross_entropy_grad(logits, label),
            losses.softmax_cross_entropy_grad(logits, one_hot),
            -activations.log_softmax_grad(logits, one_hot),
        ):
            np.testing.assert_allclose(gradient, p - one_hot, atol=1e-7)


def test_triplets_far_away_cost_the_margin():
    far = np.float32([1e20])
    assert losses.triplet_loss(np.float32([0]), far, far) == 1.0
    assert losses.triplet_loss(np.float32([0]), far, far, margin=0.25) == 0.25
    assert losses.triplet_loss_grad(np.float32([0]), far, far) == 0.0


# --- arrays that are not plain --------------------------------------------------------------


@every(FUNCTIONS)
def test_a_mask_is_not_dropped_in_silence(entry, function):
    arrays = arrays_for(entry, function)
    for place, name in enumerate(array_names(function)[: len(arrays)]):
        for masked in (
            np.ma.masked_array(arrays[place], mask=np.arange(arrays[place].size) == 1)
            if arrays[place].ndim == 1
            else np.ma.masked_where(
                np.arange(arrays[place].size).reshape(arrays[place].shape) == 1, arrays[place]
            ),
        ):
            for value in (masked, list(masked)) if masked.ndim > 1 else (masked,):
                given = [*arrays[:place], value, *arrays[place + 1 :]]
                with pytest.raises(TypeError, match=rf"^{name} is a masked array.*{name}.filled"):
                    function(*given)
        nothing_masked = [*arrays[:place], np.ma.asarray(arrays[place]), *arrays[place + 1 :]]
        result = function(*nothing_masked)
        np.testing.assert_array_equal(result, function(*arrays))
        assert not isinstance(result, np.ma.MaskedArray)


@every(FUNCTIONS)
def test_a_tensor_that_requires_a_gradient_is_refused_by_name(entry, function):
    arrays = arrays_for(entry, function)
    for place, name in enumerate(array_names(function)[: len(arrays)]):
        if arrays[place].dtype.kind != "f":
            continue
        tensor = torch.tensor(arrays[place], requires_grad=True)
        given = [*arrays[:place], tensor, *arrays[place + 1 :]]
        with pytest.raises(TypeError, match=rf"^{name} cannot be read .*{name}.detach\(\)"):
            function(*given)
        given[place] = tensor.detach()
        np.testing.assert_array_equal(function(*given), function(*arrays))
        given[place] = tensor.detach().bfloat16()
        with pytest.raises(TypeError, match=rf"^{name} .*\.float\(\)\.numpy\(\)"):
            function(*given)


class Labelled(np.ndarray):
    """An array with something more to it."""


class Column:
    """What a data frame's column is: neither list nor array, but it can become one."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


@every(FUNCTIONS)
def test_other_kinds_of_arrays_count_as_the_numbers_that_they_hold(entry, function):
    arrays = arrays_for(entry, function)
    expected = function(*arrays)
    swapped = [array.astype(array.dtype.newbyteorder(">")) for array in arrays]
    for given in (
        [array.view(Labelled) for array in arrays],
        [Column(array) for array in arrays],
        [array.tolist() for array in arrays],
        [np.asfortranarray(array) for array in arrays],
        [np.repeat(array, 2, axis=-1)[..., ::2] for array in arrays],
        swapped,
    ):
        result = function(*given)
        assert type(result) in (np.ndarray, np.float64)
        assert result.dtype == np.float64
        np.testing.assert_allclose(result, expected, rtol=1e-14, atol=1e-300)
    narrow = [array.astype(np.float32) if array.dtype.kind == "f" else array for array in arrays]
    other_order = [array.astype(array.dtype.newbyteorder(">")) for array in narrow]
    result = function(*other_order)
    assert result.dtype == np.dtype(np.float32)
    np.testing.assert_array_equal(result, function(*narrow))


@every(FUNCTIONS)
def test_views_without_strides_and_that_cannot_be_written(entry, function):
    arrays = arrays_for(entry, function)
    views = [np.broadcast_to(array[0], array.shape) for array in arrays]
    expected = function(*[view.copy() for view in views])
    np.testing.assert_allclose(function(*views), expected, rtol=1e-14, atol=1e-300)


# --- promises ------------------------------------------------------------------------------

NUMBER = r"(-?\d+(?:\.\d+)?(?:e-?\d+)?)"


def documented_range(function, name):
    """The ends that the docstring names, and numbers just outside."""
    text = " ".join(inspect.getdoc(function).split())
    entry = re.search(rf"{name} : (?:float|array_like) (.*?)(?= \w+ : | Returns ---)", text)
    said = entry[1]
    if found := re.search(rf"between {NUMBER} and {NUMBER}|from {NUMBER}.*? to {NUMBER}", said):
        low, high = (float(end) for end in found.groups() if end)
        return [low, high], [np.nextafter(low, -np.inf), np.nextafter(high, np.inf)]
    largest, smallest = np.finfo(np.float64).max, 5e-324
    if "above 0" in said:
        return [smallest, largest], [0.0, np.inf]
    if "at least 0" in said:
        return [0.0, largest], [-smallest, np.inf]
    return [-largest, largest], [-np.inf, np.inf]  # any finite number


PROMISES = {
    f"{name}-{parameter}": (entry, function, parameter)
    for name, (entry, function) in FUNCTIONS.items()
    for parameter in entry.parameters
    if entry.name != "prelu"
}


@pytest.mark.parametrize(("entry", "function", "parameter"), PROMISES.values(), ids=PROMISES)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_documented_range_holds_at_its_ends_and_no_further(entry, function, parameter, dtype):
    inside, outside = documented_range(entry.function, parameter)
    arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays_for(entry, function)]
    for value in inside:
        assert not np.isnan(function(*arrays, **{parameter: value})).any(), value
        zeros = [a if a.dtype.kind == "i" else np.zeros_like(a) for a in arrays[:1]]
        assert not np.isnan(function(*zeros, *arrays[1:], **{parameter: value})).any(), value
    for value in outside:
        with pytest.raises(ValueError, match=f"^{parameter} must be .*, but got"):
            function(*arrays, **{parameter: value})


def test_epsilon_of_smoothing_holds_at_its_ends():
    inside, outside = documented_range(losses.smooth_labels, "epsilon")
    assert inside == [0.0, 1.0]
    for dtype in (np.float16, np.float32, np.float64):
        kept, even = (losses.smooth_labels(np.eye(2, dtype=dtype), epsilon=e) for e in inside)
        np.testing.assert_array_equal(kept, np.eye(2))
        np.testing.assert_array_equal(even, np.full((2, 2), 0.5))
    for value in outside:
        with pytest.raises(ValueError, match=r"^epsilon must be .*, but got"):
            losses.smooth_labels([0, 1], epsilon=value)


# --- calls ---------------------------------------------------------------------------------


@every(FUNCTIONS)
def test_a_call_without_arguments_says_what_is_needed(entry, function):
    needed = [
        p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty
    ]
    with pytest.raises(TypeError) as said:
        function()
    message = str(said.value)
    assert message.startswith(f"{function.__name__}() needs {needed[0]}")
    assert f"as in {function.__name__}({', '.join(needed)}" in message
    assert "locals" not in message


@every(FUNCTIONS)
def test_one_argument_too_many_is_not_taken_for_a_setting(entry, function):
    arrays = arrays_for(entry, function)
    extra = [0.5] * (len(array_names(function)) - len(arrays) + 1)
    with pytest.raises(TypeError) as said:
        function(*arrays, *extra)
    message = str(said.value)
    assert message.startswith(f"{function.__name__}() takes {array_names(function)[0]}")
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            assert f"{name}=" in message


@every(FUNCTIONS)
def test_the_same_array_twice(entry, function):
    arrays = arrays_for(entry, function)
    name = array_names(function)[0]
    with pytest.raises(TypeError, match=rf"^{function.__name__}\(\) got {name} twice"):
        function(*arrays, **{name: arrays[0]})


@every(FUNCTIONS)
def test_an_unknown_name_is_named_and_the_call_is_shown(entry, function):
    with pytest.raises(TypeError) as said:
        function(*arrays_for(entry, function), qwertz=1)
    assert str(said.value) == (
        f"{function.__name__}() takes no qwertz=. Its call is {shown_call(function)}"
    )


def shown_call(function):
    return function.__name__ + str(
        inspect.signature(function, eval_str=False).replace(
            return_annotation=inspect.Signature.empty,
            parameters=[
                p.replace(annotation=p.empty)
                for p in inspect.signature(function).parameters.values()
            ],
        )
    ).replace("*, ", "")


# Names of PyTorch, Keras, scikit-learn, SciPy and JAX, with a part of what is said.
FOREIGN = [
    (activations.softmax, "dim", "write axis="),
    (activations.log_softmax, "dim", "write axis="),
    (activations.glu, "dim", "write axis="),
    (activations.relu, "dim", "no axis to choose"),
    (activations.relu, "input", "write x="),
    (activations.relu, "inplace", "the result is a new array"),
    (activations.relu, "negative_slope", "leaky_relu is the one with a slope, alpha="),
    (activations.relu, "max_value", "relu6"),
    (activations.leaky_relu, "negative_slope", "write alpha="),
    (activations.prelu, "weight", "write alpha="),
    (activations.elu, "lambd", "shrinkage"),
    (activations.gelu, "approximate", "gelu_tanh"),
    (activations.softplus, "threshold", "leave it out"),
    (activations.silu, "beta", "swish"),
    (activations.hard_tanh, "min_val", "np.clip"),
    (activations.softmax, "temp", "write temperature="),
    (activations.softmax_grad, "grad_output", "write upstream="),
    (losses.squared_error, "y_true", "write targets="),
    (losses.squared_error, "y_pred", "write predictions="),
    (losses.squared_error, "input", "write predictions="),
    (losses.squared_error, "target", "write targets="),
    (losses.squared_error, "reduction", ".mean() or .sum()"),
    (losses.squared_error, "size_average", ".mean() or .sum()"),
    (losses.squared_error, "sample_weight", "multiply the losses"),
    (losses.squared_error, "axis", "no axis to choose"),
    (losses.squared_error_grad, "y_true", "write targets="),
    (losses.huber_loss, "beta", "write delta="),
    (losses.huber_loss, "epsilon", "write delta="),
    (losses.quantile_loss, "alpha", "write quantile="),
    (losses.quantile_loss, "tau", "write quantile="),
    (losses.binary_cross_entropy, "y_true", "write labels="),
    (losses.binary_cross_entropy, "y_pred", "write probabilities="),
    (losses.binary_cross_entropy, "y_prob", "write probabilities="),
    (losses.binary_cross_entropy, "from_logits", "binary_cross_entropy_with_logits"),
    (losses.binary_cross_entropy, "eps", "no probability is clipped"),
    (losses.binary_cross_entropy_with_logits, "weight", "multiply the losses"),
    (losses.binary_cross_entropy_with_logits, "pos_weight", "pos_weight"),
    (losses.softmax_cross_entropy, "label_smoothing", "smooth_labels"),
    (losses.softmax_cross_entropy, "dim", "write axis="),
    (losses.sparse_softmax_cross_entropy, "ignore_index", "labels != ignore_index"),
    (losses.sparse_softmax_cross_entropy, "target", "write labels="),
    (losses.sparse_softmax_cross_entropy, "from_logits", "take logits"),
    (losses.focal_loss, "alpha", "multiply the losses"),
    (losses.hinge_loss, "pred_decision", "write logits="),
    (losses.kl_divergence, "log_target", "np.exp(labels)"),
    (losses.triplet_loss, "anchor", "write anchors="),
    (losses.triplet_loss, "negative", "write negatives="),
    (losses.info_nce_loss, "logit_scale", "write temperature="),
    (losses.smooth_labels, "label_smoothing", "write epsilon="),
    (losses.entropy, "base", "np.log(base)"),
]


@pytest.mark.parametrize(("function", "name", "advice"), FOREIGN)
def test_names_that_people_bring_along(function, name, advice):
    with pytest.raises(TypeError, match=rf"^{function.__name__}\(\) takes no {name}=: ") as said:
        function(1.0, **{name: 1})
    assert advice in str(said.value)


@every(OF_LOSSES)
@pytest.mark.parametrize(
    "name", ["reduction", "y_true", "weight", "sample_weight", "label_smoothing"]
)
def test_every_loss_knows_what_its_peers_take(entry, function, name):
    if name == "y_true" and len(entry.takes) == 1:
        return
    with pytest.raises(TypeError, match=rf"takes no {name}=: \w"):
        function(1.0, **{name: 1})


def test_several_wrong_names_at_once():
    with pytest.raises(TypeError) as said:
        losses.squared_error(y_true=[1.0], y_pred=[2.0])
    assert str(said.value) == (
        "squared_error() takes no y_true= (write targets=) or y_pred= (write predictions=). "
        "Its call is squared_error(predictions, targets)"
    )


def test_a_misspelt_name():
    with pytest.raises(TypeError, match=r"takes no temperatures=: write temperature=\."):
        activations.softmax([1.0], temperatures=2.0)


def test_metrics_know_wrong_names_too():
    for metric in (reliability, expected_calibration_error):
        with pytest.raises(TypeError, match="takes no n_bins=: write bins="):
            metric([0.5], [1], n_bins=10)
        with pytest.raises(TypeError, match=r"needs correct, as in"):
            metric([0.5])
        with pytest.raises(TypeError, match="confidence is a masked array"):
            metric(np.ma.masked_array([0.5, 0.6], [0, 1]), [1, 0])
