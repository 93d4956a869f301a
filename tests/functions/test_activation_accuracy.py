"""Every activation and gradient in three dtypes, in units in the last place (ULP) of the result.

float64 is held against mpmath. Its errors are a billionth of a unit of float32, so that float32 and
float16 are held against our own float64: float16 at each of its numbers. The grids hold both tails,
subnormals, extremes, the neighbourhood of the gradients' zeros and many ordinary numbers. Each test
prints our worst error beside those of PyTorch and SciPy on the same grid (``pytest -rP`` shows it).
"""

import mpmath
import numpy as np
import pytest
import scipy.special
import torch
from mpmath import mpf

from actloss.catalogue import ACTIVATIONS
from tests.functions import pytorch
from tests.functions.ulp import narrow_ulp_errors, ulp_errors

GOALS = {np.float64: 4.0, np.float32: 4.0, np.float16: 1.0}  # ULP
ONE_ROUNDING = 0.5  # by so much the better peer may be ahead,
CLOSE = 2.5  # or by any part of this: so near, the order changes with the processor's exp and tanh
DIGITS = 50

SELU_ALPHA = mpf("1.6732632423543772848170429916717")
SELU_SCALE = mpf("1.0507009873554804934193349852946")


# --- the definitions, in 50 digits ---------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def normal_cdf(x):
    if abs(x) < mpf("1e-40"):  # mpmath's erfc fails for subnormals and for 1e300
        return mpf(1) / 2
    if abs(x) > 1e5:
        return mpf(int(x > 0))
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def normal_density(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def gelu_tanh_argument(x):
    return 2 * mpmath.sqrt(2 / mpmath.pi) * (x + mpf("0.044715") * x**3)


def gelu_tanh_grad(x):
    gate = sigmoid(gelu_tanh_argument(x))
    inner = 2 * mpmath.sqrt(2 / mpmath.pi) * (1 + 3 * mpf("0.044715") * x * x)
    return gate + x * inner * gate * sigmoid(-gelu_tanh_argument(x))


def mish_gate(x):
    return mpmath.tanh(mpmath.log1p(mpmath.exp(x)))


def mish_grad(x):
    return mish_gate(x) + x * mpmath.sech(mpmath.log1p(mpmath.exp(x))) ** 2 * sigmoid(x)


def clip(x, low, high):
    return min(max(x, mpf(low)), mpf(high))


EXACT = {  # name → (function, derivative)
    "identity": (lambda x: x, lambda x: mpf(1)),
    "step": (lambda x: mpf(x >= 0), lambda x: mpf(0)),
    "relu": (lambda x: max(x, mpf(0)), lambda x: mpf(x > 0)),
    "leaky_relu": (
        lambda x, alpha: x if x > 0 else alpha * x,
        lambda x, alpha: mpf(1) if x > 0 else alpha,
    ),
    "prelu": (
        lambda x, alpha: x if x > 0 else alpha * x,
        lambda x, alpha: mpf(1) if x > 0 else alpha,
    ),
    "relu6": (lambda x: clip(x, 0, 6), lambda x: mpf(0 < x < 6)),
    "squared_relu": (lambda x: max(x, mpf(0)) ** 2, lambda x: 2 * max(x, mpf(0))),
    "elu": (
        lambda x, alpha: x if x > 0 else alpha * mpmath.expm1(x),
        lambda x, alpha: mpf(1) if x > 0 else alpha * mpmath.exp(x),
    ),
    "celu": (
        lambda x, alpha: x if x > 0 else alpha * mpmath.expm1(x / alpha),
        lambda x, alpha: mpf(1) if x > 0 else mpmath.exp(x / alpha),
    ),
    "selu": (
        lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * mpmath.expm1(x)),
        lambda x: SELU_SCALE * (1 if x > 0 else SELU_ALPHA * mpmath.exp(x)),
    ),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "log_sigmoid": (lambda x: -mpmath.log1p(mpmath.exp(-x)), lambda x: sigmoid(-x)),
    "tanh": (mpmath.tanh, lambda x: mpmath.sech(x) ** 2),
    "hard_sigmoid": (lambda x: clip(x + 3, 0, 6) / 6, lambda x: mpf(abs(x) < 3) / 6),
    "hard_tanh": (lambda x: clip(x, -1, 1), lambda x: mpf(abs(x) < 1)),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "softcap": (
        lambda x, cap: cap * mpmath.tanh(x / cap),
        lambda x, cap: mpmath.sech(x / cap) ** 2,
    ),
    "softplus": (
        lambda x, beta: mpmath.log1p(mpmath.exp(beta * x)) / beta,
        lambda x, beta: sigmoid(beta * x),
    ),
    "swish": (
        lambda x, beta: x * sigmoid(beta * x),
        lambda x, beta: sigmoid(beta * x) * (1 + beta * x * sigmoid(-beta * x)),
    ),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x))),
    "gelu": (lambda x: x * normal_cdf(x), lambda x: normal_cdf(x) + x * normal_density(x)),
    "gelu_tanh": (lambda x: x * sigmoid(gelu_tanh_argument(x)), gelu_tanh_grad),
    "mish": (lambda x: x * mish_gate(x), mish_grad),
    "hard_swish": (
        lambda x: x * (clip(x + 3, 0, 6) / 6),
        lambda x: mpf(0) if x <= -3 else mpf(1) if x >= 3 else x / 3 + mpf(1) / 2,
    ),
}

SCIPY = {
    "sigmoid": scipy.special.expit,
    "log_sigmoid": scipy.special.log_expit,
    "gelu": lambda x: x * scipy.special.ndtr(x),
    "softplus": lambda x: np.logaddexp(x, 0.0),  # NumPy's; SciPy has none
    "tanh": np.tanh,
}


LOWEST_POINTS = (-1.2784645427610737, -0.7517915246935645, -0.7524614220710163, -1.1924312145154952)


def make_grid():
    rng = np.random.default_rng(20240601)
    signs = rng.choice([-1.0, 1.0], 300)
    magnitudes = 10.0 ** rng.uniform(-323, 308, 300)
    return np.unique(
        np.concatenate(
            [
                rng.normal(size=500),
                rng.uniform(-10, 10, 400),
                rng.uniform(-45, 45, 300),
                rng.uniform(-760, 760, 250),
                rng.uniform(-748, -705, 60),  # where exp(x) is subnormal
                rng.uniform(-38.7, -37, 40),  # where exp(−x²/2) is
                signs * magnitudes,
                [0.0, 5e-324, -5e-324, 1e-308, -1e-308, 1e308, -1e308, -745.0, -744.0, -37.0, 37.0],
                [-6.0, -3.0, -1.0, 1.0, 3.0, 6.0, 20.0, 40.0, 709.0, 710.0, 711.0],
                # towards the zeros of the gradients of SiLU, GELU, gelu_tanh and Mish
                *(zero * (1 + signs[:34] * np.logspace(-16, -1, 34)) for zero in LOWEST_POINTS),
            ]
        )
    )


def make_float32_grid():
    rng = np.random.default_rng(20240602)
    signs = rng.choice([-1.0, 1.0], 4000)
    numbers = np.concatenate(
        [
            rng.normal(size=8000),
            rng.uniform(-10, 10, 8000),
            rng.uniform(-110, 110, 12000),
            rng.uniform(-105, -85, 4000),  # where exp(x) is subnormal
            rng.uniform(-14.5, -12, 4000),  # where exp(−x²/2) is
            signs * 10.0 ** rng.uniform(-45, 38.5, 4000),
            *(zero * (1 + signs[:500] * np.logspace(-8, -1, 500)) for zero in LOWEST_POINTS),
            GRID[np.abs(GRID) < 1e38],
        ]
    )
    return np.unique(numbers.astype(np.float32))


def every_float16():
    numbers = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    return numbers[np.isfinite(numbers)]


GRID = make_grid()
NARROW_GRIDS = {np.float32: make_float32_grid(), np.float16: every_float16()}
CASES = [
    pytest.param(entry, parameters, id=f"{entry.name}{list(parameters.values()) or ''}")
    for entry in ACTIVATIONS.values()
    for parameters in (
        [entry.defaults]
        + [
            {name: value}
            for name, slider in entry.parameters.items()
            for value in (0.7, slider.minimum, slider.maximum)
            if value != entry.defaults[name]
        ]
    )
]


# --- the measure ---------------------------------------------------------------------------


def exact_values(function, parameters):
    parameters = {name: mpf(value) for name, value in parameters.items()}
    with mpmath.workdps(DIGITS):
        return [function(mpf(x), **parameters) for x in GRID.tolist()]


def torch_twin(entry, parameters, grid):
    """Value and derivative."""
    x = torch.tensor(grid, requires_grad=True)
    y = pytorch.twin_of(entry, x, **parameters)
    if entry.name == "step":  # torch.heaviside has no derivative
        return y.detach().numpy(), np.zeros_like(grid)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    return y.detach().numpy(), gradient.numpy()


def report(name, grid, ours, theirs):
    at = grid[int(np.argmax(ours))]
    peers = "  ".join(f"{peer} {np.max(errors):.3g}" for peer, errors in theirs.items())
    print(f"{grid.dtype} {name:24s} worst {np.max(ours):.2f} ULP at x = {at:.6g};  {peers}")


def check(name, ours, theirs):
    report(name, GRID, ours, theirs)
    assert np.max(ours) <= GOALS[np.float64]
    for peer, errors in theirs.items():
        allowed = max(np.max(errors) + ONE_ROUNDING, CLOSE)
        assert np.max(ours) <= allowed, f"{peer} is more accurate than we are"


@pytest.mark.parametrize(("entry", "parameters"), CASES)
def test_value_to_the_last_digits(entry, parameters):
    exact = exact_values(EXACT[entry.name][0], parameters)
    ours = ulp_errors(entry.function(GRID, **parameters), exact)
    theirs = {"PyTorch": ulp_errors(torch_twin(entry, parameters, GRID)[0], exact)}
    if entry.name in SCIPY and parameters == entry.defaults:
        theirs["SciPy"] = ulp_errors(SCIPY[entry.name](GRID), exact)
    check(entry.name, ours, theirs)


@pytest.mark.parametrize(("entry", "parameters"), CASES)
def test_gradient_to_the_last_digits(entry, parameters):
    exact = exact_values(EXACT[entry.name][1], parameters)
    ours = ulp_errors(entry.gradient(GRID, **parameters), exact)
    theirs = {"PyTorch": ulp_errors(torch_twin(entry, parameters, GRID)[1], exact)}
    check(entry.name + "_grad", ours, theirs)


@pytest.mark.parametrize("which", [0, 1], ids=["value", "gradient"])
@pytest.mark.parametrize("dtype", NARROW_GRIDS)
@pytest.mark.parametrize(("entry", "parameters"), CASES)
def test_narrow_floats_to_the_last_digits(entry, parameters, dtype, which):
    grid = NARROW_GRIDS[dtype]
    function = (entry.function, entry.gradient)[which]
    exact = function(grid.astype(np.float64), **parameters)
    ours = narrow_ulp_errors(function(grid, **parameters), exact)
    theirs = {"PyTorch": narrow_ulp_errors(torch_twin(entry, parameters, grid)[which], exact)}
    report(entry.name + "_grad" * which, grid, ours, theirs)
    assert np.max(ours) <= GOALS[dtype]


@pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=lambda entry: entry.name)
def test_the_exact_derivatives_are_those_of_the_exact_functions(entry):
    """The oracle has an oracle: mpmath's numerical derivative."""
    function, derivative = EXACT[entry.name]
    parameters = {name: mpf(value) for name, value in entry.defaults.items()}
    with mpmath.workdps(DIGITS):
        for x in (-7.3, -2.2, -0.4, 0.3, 1.9, 5.5):
            numerical = mpmath.diff(lambda t: function(t, **parameters), mpf(x))
            exact = derivative(mpf(x), **parameters)
            assert abs(numerical - exact) <= mpf("1e-12") * (1 + abs(exact))
