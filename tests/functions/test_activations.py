"""What every element-wise activation promises. One table, the catalogue, drives every test."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from actloss import activations
from actloss.arguments import BLOCK_SIZE
from actloss.catalogue import ACTIVATIONS
from tests.functions.pytorch import twin_of

ORDINARY = np.concatenate([np.linspace(-8.0, 8.0, 161), [-3.3, -0.77, 0.003, 5.999]])
EXTREME = np.array(
    [sign * x for x in (1e308, 1e300, 1e17, 1000, 745, 1e-300, 5e-324, 0.0) for sign in (-1, 1)]
)
FUNCTIONS = [
    pytest.param(entry, function, id=function.__name__)
    for entry in ACTIVATIONS.values()
    for function in (entry.function, entry.gradient)
] + [pytest.param(ACTIVATIONS["prelu"], activations.prelu_alpha_grad, id="prelu_alpha_grad")]
ENTRIES = [pytest.param(entry, id=entry.name) for entry in ACTIVATIONS.values()]
SETTINGS = [  # each entry with its default parameters and at the ends of their sliders
    pytest.param(entry, parameters, id=f"{entry.name}{list(parameters.values()) or ''}")
    for entry in ACTIVATIONS.values()
    for parameters in (
        [entry.defaults]
        + [
            {name: value}
            for name, slider in entry.parameters.items()
            for value in (slider.minimum, slider.maximum)
        ]
    )
]

every_function = pytest.mark.parametrize(("entry", "function"), FUNCTIONS)
every_entry = pytest.mark.parametrize("entry", ENTRIES)
every_setting = pytest.mark.parametrize(("entry", "parameters"), SETTINGS)


def away_from_kinks(x, entry, parameters, distance):
    kinks = np.array(entry.at("kinks", **parameters))
    return x[np.all(np.abs(x[:, None] - kinks) > distance, axis=1)]


# --- PyTorch -------------------------------------------------------------------------------


@every_setting
def test_value_and_gradient_are_those_of_pytorch_also_at_kinks(entry, parameters):
    kinks = entry.at("kinks", **parameters)
    x = np.unique(np.concatenate([ORDINARY, kinks, [0.0]]))
    tensor = torch.tensor(x, requires_grad=True)
    expected = twin_of(entry, tensor, **parameters)
    ours = entry.function(x, **parameters)
    # PyTorch keeps some constants of float64 functions in float32, such as the 1/6 of hardsigmoid's
    # gradient, and so has 7 digits there.
    np.testing.assert_allclose(ours, expected.detach(), rtol=1e-6, atol=1e-13)
    if entry.name == "step":
        with pytest.raises(RuntimeError, match="heaviside is not implemented"):
            expected.sum().backward()  # PyTorch has no derivative of it
        return
    expected.sum().backward()
    gradient = entry.gradient(x, **parameters)
    np.testing.assert_allclose(gradient, tensor.grad, rtol=1e-6, atol=1e-13)


@every_entry
def test_defaults_are_those_of_pytorch(entry):
    """The twin with its parameters taken out gives the same: nothing to pass but x."""
    x = torch.tensor(ORDINARY)
    if entry.name in {"leaky_relu", "elu", "celu", "softplus"}:
        twin = getattr(torch.nn.functional, entry.name)(x)
    elif entry.name == "prelu":
        twin = torch.nn.PReLU(dtype=torch.float64)(x).detach()
    else:
        twin = twin_of(entry, x)
    np.testing.assert_allclose(entry.function(ORDINARY), twin, rtol=1e-9, atol=1e-13)


# --- gradients -----------------------------------------------------------------------------


@every_setting
def test_gradient_is_the_slope(entry, parameters):
    x = away_from_kinks(ORDINARY, entry, parameters, distance=1e-3)
    h = 1e-6
    slope = entry.function(x + h, **parameters) - entry.function(x - h, **parameters)
    gradient = entry.gradient(x, **parameters)
    # Where the slope bends, as at 0 for squared ReLU, the difference quotient is off by a few h.
    np.testing.assert_allclose(gradient, slope / (2 * h), rtol=1e-6, atol=10 * h)


@every_setting
def test_kinks_are_where_the_slopes_from_left_and_right_differ(entry, parameters):
    """Every recorded kink is one, and there is no other on the grid."""
    kinks = entry.at("kinks", **parameters)
    x = np.unique(np.concatenate([ORDINARY, kinks, np.arange(-8.0, 9.0)]))
    h = 1e-7
    f = entry.function
    left = (f(x, **parameters) - f(x - h, **parameters)) / h
    right = (f(x + h, **parameters) - f(x, **parameters)) / h
    is_kink = np.abs(left - right) > 1e-3
    assert sorted(x[is_kink]) == sorted(kinks)


def test_prelu_alpha_grad_is_the_slope_in_alpha():
    h = 1e-6
    slope = activations.prelu(ORDINARY, 0.25 + h) - activations.prelu(ORDINARY, 0.25 - h)
    ours = activations.prelu_alpha_grad(ORDINARY, 0.25)
    np.testing.assert_allclose(ours, slope / (2 * h), atol=1e-8)


def test_prelu_alpha_grad_is_that_of_pytorch():
    x = torch.tensor(ORDINARY.reshape(-1, 1, 3), dtype=torch.float64)  # channels on axis 1
    alpha = torch.tensor([0.25], dtype=torch.float64, requires_grad=True)
    torch.nn.functional.prelu(x, alpha).sum().backward()
    ours = activations.prelu_alpha_grad(ORDINARY, 0.25).sum()
    np.testing.assert_allclose(ours, alpha.grad.item())


def test_prelu_learns_one_alpha_a_unit():
    x = np.array([[-2.0, -2.0, 3.0], [1.0, -4.0, -1.0]])
    alpha = [0.0, 0.5, 1.0]
    expected = [[-0.0, -1.0, 3.0], [1.0, -2.0, -1.0]]
    np.testing.assert_array_equal(activations.prelu(x, alpha), expected)
    expected = [[0.0, 0.5, 1.0], [1.0, 0.5, 1.0]]
    np.testing.assert_array_equal(activations.prelu_grad(x, alpha), expected)


def test_prelu_with_a_slope_of_0_has_the_limit_0():
    x = np.array([-np.inf, -1.0, np.inf])
    np.testing.assert_array_equal(activations.prelu(x, 0.0), [0.0, 0.0, np.inf])
    np.testing.assert_array_equal(activations.prelu(x, [0.0, 0.5, 0.0]), [0.0, -0.5, np.inf])


# --- extremes ------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@every_function
def test_no_finite_number_gives_nan_or_a_warning(entry, function, dtype):
    x = np.concatenate([EXTREME, ORDINARY])
    x = x[np.abs(x) <= np.finfo(dtype).max].astype(dtype)
    result = function(np.append(x, np.array([np.finfo(dtype).max], dtype)))
    assert not np.isnan(result).any()


@every_function
def test_nan_stays_nan(entry, function):
    result = function(np.array([np.nan, 1.0, -np.nan]))
    np.testing.assert_array_equal(np.isnan(result), [True, False, True])


@every_setting
@pytest.mark.parametrize("what", ["function", "gradient"])
def test_infinity_gives_the_limit(entry, parameters, what):
    """The value at ±∞ is that at ±1e308, or the infinity that it is on the way to."""
    function = getattr(entry, what)
    far = function(np.array([-1e308, 1e308]), **parameters)
    expected = np.where(np.abs(far) > 1e100, np.copysign(np.inf, far), far)
    result = function(np.array([-np.inf, np.inf]), **parameters)
    np.testing.assert_array_equal(result, expected)


# --- arrays --------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@every_function
def test_float_dtype_is_kept(entry, function, dtype):
    for x in (ORDINARY.astype(dtype), dtype(0.5), np.zeros((0, 2), dtype)):
        assert function(x).dtype == dtype
    for name, default in entry.defaults.items():  # a np.float64 parameter changes nothing
        assert function(ORDINARY.astype(dtype), **{name: np.float64(default)}).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@every_function
def test_short_floats_are_right_to_their_precision(entry, function, dtype):
    x = np.unique(ORDINARY.astype(dtype))
    exact = function(x.astype(np.float64))
    near_kink = np.isin(x, entry.at("kinks"))
    tolerance = 8 * np.finfo(dtype).eps
    np.testing.assert_allclose(
        function(x)[~near_kink], exact[~near_kink], rtol=tolerance, atol=tolerance
    )


@pytest.mark.parametrize("x", [[-1, 0, 2], (True, False), 3, -2, np.int8([5, -5]), [[1], [2]]])
@every_function
def test_whatever_is_not_float_becomes_float64(entry, function, x):
    result = function(x)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, function(np.array(x, np.float64)))


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3, 4)])
@every_function
def test_shape_is_kept(entry, function, shape):
    x = np.random.default_rng(0).normal(size=shape)
    result = function(x)
    assert np.shape(result) == shape
    np.testing.assert_array_equal(np.ravel(result), function(np.ravel(x)))


@every_function
def test_memory_layout_does_not_matter(entry, function):
    x = np.random.default_rng(0).normal(size=(6, 8)) * 4
    for view in (x.T, x[::2, ::-3], np.asfortranarray(x), np.broadcast_to(x[0], (3, 8))):
        np.testing.assert_allclose(function(view), function(view.copy()), rtol=1e-15)


@every_function
def test_large_arrays_are_computed_as_small_ones(entry, function):
    size = 5 * (BLOCK_SIZE // 2)
    x = np.linspace(-9.0, 9.0, size).reshape(-1, 5)
    assert x.size > 2 * BLOCK_SIZE
    result = function(x)
    assert result.shape == x.shape
    some = np.arange(0, len(x), 997)
    # Vector instructions take the last few numbers of an array another way.
    np.testing.assert_allclose(result[some], function(x[some]), rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize(("entry", "parameters"), [p.values for p in SETTINGS if p.values[1]])
def test_large_arrays_are_computed_with_the_same_parameters(entry, parameters):
    x = np.linspace(-9.0, 9.0, BLOCK_SIZE + 7)
    for function in (entry.function, entry.gradient):
        result = function(x, **parameters)[::5000]
        np.testing.assert_allclose(result, function(x[::5000], **parameters), rtol=1e-14)


@every_function
def test_input_is_not_written_and_not_returned(entry, function):
    x = ORDINARY.copy()
    x.setflags(write=False)
    result = function(x)
    assert not np.shares_memory(result, x)
    np.testing.assert_array_equal(x, ORDINARY)


@pytest.mark.parametrize("x", [1j, [1.0, 2j], "1.0", ["a"], [None], object(), np.datetime64("now")])
@every_function
def test_what_is_no_real_number_is_refused(entry, function, x):
    with pytest.raises(TypeError, match=r"^x must hold real numbers, but got an array of dtype"):
        function(x)


# --- parameters ----------------------------------------------------------------------------

WITH_PARAMETER = [
    pytest.param(entry, function, name, id=f"{function.__name__}-{name}")
    for entry in ACTIVATIONS.values()
    if entry.name != "prelu"
    for name in entry.parameters
    for function in (entry.function, entry.gradient)
]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("entry", "function", "name"), WITH_PARAMETER)
def test_parameters_must_be_finite(entry, function, name, value):
    with pytest.raises(ValueError, match=rf"^{name} must be a .*number.*, but got {value}$"):
        function(1.0, **{name: value})


@pytest.mark.parametrize("value", ["0.1", None, [0.1, 0.2], np.ones(3), 1j, True])
@pytest.mark.parametrize(("entry", "function", "name"), WITH_PARAMETER)
def test_parameters_must_be_numbers(entry, function, name, value):
    with pytest.raises(TypeError, match=rf"^{name} must be a .*number.*, but got"):
        function(1.0, **{name: value})


@pytest.mark.parametrize(
    ("name", "parameter", "value", "expected"),
    [
        ("elu", "alpha", -0.5, "a finite number of at least 0"),
        ("celu", "alpha", 0.0, "a number between 1e-30 and 1e[+]30"),
        ("softcap", "cap", -1.0, "a number between 1e-30 and 1e[+]30"),
        ("softplus", "beta", 0.0, "a number between 1e-30 and 1e[+]30"),
        ("swish", "beta", -2.5, "a number between 1e-30 and 1e[+]30"),
    ],
)
def test_parameters_out_of_range_are_refused(name, parameter, value, expected):
    for function in (ACTIVATIONS[name].function, ACTIVATIONS[name].gradient):
        with pytest.raises(ValueError, match=f"^{parameter} must be {expected}, but got {value}$"):
            function([1.0, 2.0], **{parameter: value})


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("value", [1e-30, 1e30])
@pytest.mark.parametrize("name", ["celu", "softcap", "softplus", "swish"])
def test_parameters_at_the_ends_of_their_range_give_no_nan(name, value, dtype):
    entry = ACTIVATIONS[name]
    x = np.concatenate([EXTREME, ORDINARY, [np.inf, -np.inf]])
    x = x[(np.abs(x) <= np.finfo(dtype).max) | np.isinf(x)].astype(dtype)
    for function in (entry.function, entry.gradient):
        result = function(x, **dict.fromkeys(entry.parameters, value))
        assert not np.isnan(result).any()
        assert result.dtype == dtype


@pytest.mark.parametrize(
    "function", [activations.prelu, activations.prelu_grad, activations.prelu_alpha_grad]
)
def test_prelu_refuses_an_alpha_that_does_not_fit(function):
    with pytest.raises(
        ValueError, match=r"^alpha must have .* that of x, \(2, 3\), but has shape \(2,\)$"
    ):
        function(np.zeros((2, 3)), alpha=[0.1, 0.2])
    with pytest.raises(ValueError, match=r"\(3,\), but has shape \(2, 3\)$"):
        function(np.zeros(3), alpha=np.zeros((2, 3)))  # would change the shape of the result
    with pytest.raises(TypeError, match=r"^alpha must hold real numbers"):
        function(np.zeros(3), alpha="0.1")


@pytest.mark.parametrize(("entry", "function", "name"), WITH_PARAMETER)
def test_parameters_are_passed_by_keyword(entry, function, name):
    with pytest.raises(TypeError, match="positional argument"):
        function(1.0, 0.5)


# --- claims of the catalogue ---------------------------------------------------------------

# Far enough for every limit, and dense enough to see every bend.
WIDE = np.unique(np.concatenate([np.linspace(-60, 60, 4801), EXTREME, [-1e4, 1e4]]))


@every_setting
def test_range_is_as_claimed(entry, parameters):
    low, high = entry.at("range", **parameters)
    values = entry.function(WIDE, **parameters)
    rounding = 4 * np.finfo(float).eps * max(1.0, abs(low) if np.isfinite(low) else 1.0)
    assert values.min() >= low - rounding
    assert values.max() <= high + rounding
    for reached, limit in ((values.min(), low), (values.max(), high)):
        if np.isinf(limit):
            assert abs(reached) > 1e100
        else:
            assert abs(reached - limit) < 1e-3


@every_setting
def test_monotonic_as_claimed(entry, parameters):
    values = entry.function(WIDE[np.abs(WIDE) < 1e150], **parameters)  # the square of which is ∞
    falls = np.diff(values) < -4 * np.spacing(np.abs(values[1:]))
    assert entry.at("monotonic", **parameters) == (not falls.any())


@every_setting
def test_convex_as_claimed(entry, parameters):
    """Convex: no slope is smaller than one further left."""
    x = np.arange(-60, 60, 1 / 32)  # on which straight lines stay straight
    values = entry.function(x, **parameters)
    bends = np.diff(values, 2)
    rounding = 16 * np.finfo(float).eps * np.maximum(1.0, np.abs(values[1:-1]))
    assert entry.at("convex", **parameters) == bool(np.all(bends >= -rounding))


# --- identities ----------------------------------------------------------------------------

numbers = st.floats(-800, 800)
betas = st.floats(0.05, 20)


def same(a, b, rtol=1e-13, atol=1e-300):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


@given(numbers)
def test_sigmoid_mirrors_itself(x):
    same(activations.sigmoid(x) + activations.sigmoid(-x), 1.0)
    same(activations.sigmoid_grad(x), activations.sigmoid_grad(-x))
    same(activations.sigmoid_grad(x), activations.sigmoid(x) * activations.sigmoid(-x))


@given(numbers)
def test_tanh_is_a_stretched_sigmoid(x):
    same(activations.tanh(x), 2.0 * activations.sigmoid(2.0 * x) - 1.0, atol=1e-15)
    same(activations.tanh_grad(x), 4.0 * activations.sigmoid_grad(2.0 * x))


@given(numbers, betas)
def test_smooth_rectifiers_differ_from_their_mirror_image_by_x(x, beta):
    """f(x) − f(−x) = x, so the shortfall from ReLU is the same on both sides."""
    for f in (activations.relu, activations.silu, activations.gelu, activations.gelu_tanh):
        same(f(x) - f(-x), x)
    same(activations.swish(x, beta=beta) - activations.swish(-x, beta=beta), x)
    softplus, mirrored = (activations.softplus(t, beta=beta) for t in (x, -x))
    same(softplus - mirrored, x, atol=1e-15 / beta)


@given(numbers, betas)
def test_a_parameter_rescales_the_plain_function(x, beta):
    same(activations.softplus(x, beta=beta), activations.softplus(beta * x) / beta, rtol=1e-11)
    same(activations.swish(x, beta=beta), activations.silu(beta * x) / beta, rtol=1e-11)
    same(activations.celu(x, alpha=beta), beta * activations.elu(x / beta))
    same(activations.softcap(x, cap=beta), beta * activations.tanh(x / beta))


@given(numbers)
def test_special_cases_are_the_simpler_functions(x):
    same(activations.leaky_relu(x, alpha=0.0), activations.relu(x))
    same(activations.leaky_relu(x, alpha=1.0), x)
    same(activations.leaky_relu(x, alpha=0.25), activations.prelu(x))
    same(activations.elu(x, alpha=0.0), activations.relu(x))
    same(activations.elu(x), activations.celu(x))
    same(activations.swish(x), activations.silu(x), rtol=1e-15)
    same(activations.log_sigmoid(x), -activations.softplus(-x))
    same(activations.hard_swish(x), x * activations.hard_sigmoid(x))
    same(activations.relu(x), np.maximum(x, 0.0))
    same(activations.step(x), np.heaviside(x, 1.0))


@given(numbers, st.floats(0.0, 1.0))
def test_leaky_relu_is_a_maximum_for_alpha_up_to_one(x, alpha):
    same(activations.leaky_relu(x, alpha=alpha), max(alpha * x, x))


def test_selu_keeps_mean_0_and_variance_1():
    """The fixed point for which its constants were computed, by numerical integration."""
    z = np.linspace(-40, 40, 800_001)
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    y = activations.selu(z)
    assert abs(np.trapezoid(y * density, z)) < 1e-7
    assert abs(np.trapezoid(y * y * density, z) - 1.0) < 1e-7


def test_gelu_tanh_is_as_close_to_gelu_as_its_docstring_says():
    x = np.linspace(-10, 10, 200_001)
    difference = np.abs(activations.gelu_tanh(x) - activations.gelu(x))
    assert 4.6e-4 < difference.max() < 4.75e-4
    assert 2.6 < abs(x[difference.argmax()]) < 2.8
