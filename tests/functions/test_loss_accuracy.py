"""Losses and gradients in three dtypes, beside PyTorch and SciPy: float64 against mpmath with 50
digits, float32 and float16 against our own float64, whose errors are far below their last place.

``pytest -s tests/functions/test_loss_accuracy.py`` prints the table. An error is counted in units
in the last place (ULP) of the exact result. The grids hold both tails, subnormals and extremes, and
stay off the points where the result is a small difference of large arguments: there no formula of
rounded arguments does well, and the docstrings say so.
"""

import numpy as np
import pytest
import torch
from mpmath import mp, mpf
from scipy import special

from actloss.catalogue import LOSSES
from tests.functions.pytorch import twin_of
from tests.functions.ulp import narrow_ulp_errors, ulp_errors

mp.dps = 50
GOAL = 4.0
NARROW_GOALS = {np.float32: 4.0, np.float16: 1.0}

# Where the goal is out of reach, and why. Nowhere may the better of PyTorch and SciPy be better.
ABOVE_GOAL = {
    # Distances are subtracted.
    "triplet_loss": 10.0,
    # û and v̂ have been rounded, and cos û − v̂ may be nearly 0.
    "cosine_loss_grad": 500.0,
    # exp magnifies the rounding of s c, which is up to 64.
    "arcface_loss": 100.0,
    "arcface_loss_grad": 100.0,
    # exp magnifies the rounding of a difference d of logits to |d|/2 ULP; here |d| is up to 740.
    "softmax_cross_entropy": 1000.0,
    "softmax_cross_entropy_grad": 1000.0,
    "sparse_softmax_cross_entropy": 1000.0,
    "sparse_softmax_cross_entropy_grad": 1000.0,
}

# The same in float32, where |d| is up to 104.
ABOVE_GOAL_IN_FLOAT32 = {
    # Sums of terms of both signs, and products, in float32 throughout.
    "gaussian_nll_loss": 6.0,
    "gaussian_nll_loss_grad": 6.0,
    "tversky_loss_grad": 6.0,
    "cosine_loss": 6.0,
    "cosine_loss_grad": 300.0,
    "arcface_loss": 100.0,
    "arcface_loss_grad": 100.0,
    # 1 − (e/δ)² is nearly 0 where e is nearly δ, and δ itself has been rounded.
    "tukey_loss_grad": 2e7,
    # As in float64.
    "triplet_loss": 10.0,
    "softmax_cross_entropy": 60.0,
    "softmax_cross_entropy_grad": 60.0,
    "sparse_softmax_cross_entropy": 60.0,
    "sparse_softmax_cross_entropy_grad": 60.0,
    "info_nce_loss_grad": 60.0,
}

TINY = [5e-324, 1e-310, 1e-300, 1e-160, 1e-100, 1e-30, 1e-16, 1e-10, 1e-8, 1e-5, 1e-3]
MIDDLE = [*np.arange(0.05, 3, 0.05), *np.arange(3, 60, 0.37)]
LARGE = [87.3, 88.8, 103.9, 300.1, 354.3, 355.7, 400.0, 520.25, 650.7]
LARGE += [700.3, 708.3, 709.9, 710.5, 711.0, 744.9, 745.2, 746.0, 800.0, 1e4, 1e10, 1e100]
REAL = np.array(sorted([-x for x in [*TINY, *MIDDLE, *LARGE]] + [0.0, *TINY, *MIDDLE, *LARGE]))
CHANCES = np.array([*TINY, *np.arange(0.01, 1, 0.01), *(1 - np.logspace(-16, -3, 40)), 0.0, 1.0])


def pairs(first, second):
    """Every first argument with every second one."""
    first, second = np.meshgrid(first, second)
    return first.ravel(), second.ravel()


def distributions(rng, count, classes):
    """From nearly uniform to nearly one-hot."""
    logits = rng.normal(size=(count, classes)) * np.logspace(-2, 1.5, count)[:, np.newaxis]
    return special.softmax(logits, axis=1)


def one_hot(rng, count, classes):
    return np.eye(classes)[rng.integers(0, classes, count)]


def logit_rows(rng):
    """Of every scale, with one class far ahead, and with equal huge logits."""
    spread = rng.normal(size=(60, 5)) * np.logspace(-3, 3, 60)[:, np.newaxis]
    leading = rng.normal(size=(60, 5))
    leading[:, 2] += np.linspace(1, 740, 60)
    equal = np.repeat(np.array([0.0, 1.0, -30.0, 1e4, -1e10, 1e100, 1e300]), 5).reshape(7, 5)
    return np.concatenate([spread, leading, equal])


def grids():
    """Arguments and parameters for every loss: a list of (arrays, parameters)."""
    rng = np.random.default_rng(0)
    # Away from 0 the targets are powers of two, near which differences are rounded too.
    numbers = [pairs(REAL, [0.0]), pairs(rng.normal(size=200), [0.5, -3.0])]
    signs = [pairs(REAL, [-1.0, 1.0])]
    rows = logit_rows(rng)
    classes = rng.integers(0, 5, len(rows))
    soft = distributions(rng, 80, 4)
    hard = one_hot(rng, 80, 4)
    labels_of_rows = np.concatenate([one_hot(rng, 120, 5), distributions(rng, 7, 5)])
    similarities = rng.uniform(-1, 1, size=(6, 8))
    grid = {
        name: [(arrays, {}) for arrays in numbers]
        for name in ("squared_error", "absolute_error", "log_cosh_loss")
    }
    grid["huber_loss"] = [
        (arrays, {"delta": delta})
        for arrays in numbers
        for delta in (1.0, 0.1, 1e-8, 1e-160, 1e-300, 30.0)
    ]
    grid["quantile_loss"] = [
        (arrays, {"quantile": q}) for arrays in numbers for q in (0.5, 0.1, 0.95)
    ]
    for name in ("zero_one", "perceptron", "hinge", "squared_hinge", "logistic"):
        grid[f"{name}_loss"] = [(arrays, {}) for arrays in signs]
    grid["multiclass_hinge_loss"] = [((rows, classes), {})]
    grid["entropy"] = [((soft,), {}), ((hard,), {})]
    for name in ("categorical_cross_entropy", "brier_score", "kl_divergence"):
        grid[name] = [((soft, hard), {}), ((soft, soft[::-1].copy()), {})]
    grid["binary_cross_entropy"] = [(pairs(CHANCES, [0.0, 1.0, 0.25, 1e-12]), {})]
    # The gradient σ(z) − y is 0 at z = −1.1 for y = 0.25.
    apart = REAL[abs(REAL + 1.1) > 0.6]
    grid["binary_cross_entropy_with_logits"] = [
        (pairs(REAL, [0.0, 1.0]), {}),
        (pairs(apart, [0.25]), {}),
    ]
    grid["focal_loss"] = [
        (pairs(REAL, [0.0, 1.0]), {"gamma": g}) for g in (0.0, 0.5, 1.0, 2.0, 5.0)
    ]
    grid["softmax_cross_entropy"] = [((rows, labels_of_rows), {})]
    grid["sparse_softmax_cross_entropy"] = [((rows, classes), {})]
    grid["triplet_loss"] = [(tuple(rng.normal(size=(3, 40, 3))), {"margin": 10.0})]
    grid["info_nce_loss"] = [((similarities,), {"temperature": t}) for t in (0.0625, 1.0)]
    grid["sigmoid_contrastive_loss"] = [((similarities,), {})]
    for name, deltas in (("cauchy_loss", (1.0, 0.1, 1e-8, 30.0)), ("tukey_loss", (4.685, 1e-8))):
        grid[name] = [(numbers[0], {"delta": delta}) for delta in deltas]
    # e^z − yz is 0 at one z or two for each count, e^z − y at log y: not near them.
    grid["poisson_nll_loss"] = [
        (pairs(REAL[REAL < 700], [0.0]), {}),
        (pairs(REAL[REAL < 0.06], [3.0]), {}),
        (pairs(REAL[(REAL > 3.0) & (REAL < 700)], [3.0]), {}),
    ]
    errors = np.concatenate([rng.normal(size=60), np.logspace(-200, 150, 40)])
    # s/2 and the squared error over 2 eˢ are of one sign, or far apart.
    grid["gaussian_nll_loss"] = [
        ((e, np.zeros_like(e), s), {})
        for e, s in (pairs(errors, [0.0, 0.5, 20.0, 600.0]), pairs(errors[:60], [-30.0, -600.0]))
    ]
    pixels = rng.uniform(size=(2, 400, 6))
    masks = (pixels[1] > 0.5).astype(float)
    grid["dice_loss"] = [((pixels[0], masks), {"smoothing": s}) for s in (1.0, 1e-30)]
    grid["tversky_loss"] = [((pixels[0], masks), {}), ((pixels[0], masks), {"alpha": 0.9})]
    grid["cosine_loss"] = [(tuple(np.random.default_rng(1).normal(size=(2, 40, 3))), {})]
    grid["contrastive_loss"] = [(pairs(REAL[REAL >= 0], [0.0, 1.0]), {"margin": 2.0})]
    grid["margin_ranking_loss"] = [(pairs(REAL, [0.0]), {}), (pairs(REAL, [0.0]), {"margin": 2.0})]
    cosines = rng.uniform(-1, 1, (40, 5))
    grid["arcface_loss"] = [
        ((cosines, rng.integers(0, 5, 40)), {"margin": m, "scale": s})
        for m, s in ((0.5, 8.0), (0.0, 8.0), (0.25, 64.0))
    ]
    grid["preference_loss"] = [(pairs(REAL, [0.0]), {"beta": beta}) for beta in (1.0, 0.1, 3.0)]
    return grid


GRIDS = grids()


# --- the exact values ----------------------------------------------------------------------


def xlogy(x, y):
    return mpf(0) if x == 0 else (-mp.inf if y == 0 else x * mp.log(y))


def sigma(z):
    return 1 / (1 + mp.exp(-z))


def softplus(z):
    return z + mp.log1p(mp.exp(-z)) if z > 0 else mp.log1p(mp.exp(z))


def over_zero(a, b):
    """a/b, where 0/0 is 0."""
    return mpf(0) if a == 0 else (mp.inf if b == 0 else a / b)


def bce(p, y):
    return -xlogy(y, p) - (0 if y == 1 else (1 - y) * mp.log1p(-p))


def bce_grad(p, y):
    return over_zero(1 - y, 1 - p) - over_zero(y, p)


def focal_grad(z, y, gamma):
    side = 1 - 2 * y
    wrong, right = sigma(side * z), sigma(-side * z)
    return side * wrong**gamma * (wrong + gamma * right * softplus(side * z))


def others(z, k):
    """Σ exp(z_j − z_k) over j ≠ k; the differences are exact."""
    return mp.fsum(mp.exp(mp.fsub(x, z[k], exact=True)) for j, x in enumerate(z) if j != k)


def minus_log_softmax(z, k):
    return mp.log1p(others(z, k))


def softmax_minus(z, y):
    """p Σy − y, for each class."""
    rest = [others(z, k) for k in range(len(z))]
    return [(mp.fsum(y[:k] + y[k + 1 :]) - y[k] * rest[k]) / (1 + rest[k]) for k in range(len(z))]


def one_hot_row(k, classes):
    return [mpf(j == k) for j in range(classes)]


def divided(z, temperature):
    return [x / temperature for x in z]


def hinge_rows(z, y):
    best, rival = max((x, -k) for k, x in enumerate(z) if k != y)
    loss = max(mpf(0), 1 + mp.fsub(best, z[y], exact=True))
    slopes = {y: mpf(-1), -rival: mpf(1)} if loss > 0 else {}
    return loss, [slopes.get(k, mpf(0)) for k in range(len(z))]


def triplet(a, p, n, margin):
    terms = [(x - y) ** 2 - (x - z) ** 2 for x, y, z in zip(a, p, n, strict=True)]
    loss = max(mpf(0), mp.fsum([*terms, margin]))
    return loss, [2 * (z - y) * (loss > 0) for y, z in zip(p, n, strict=True)]


def contrasts(s, i, temperature, bias):
    """The sign of each pair, and the logit of judging it wrongly."""
    signs = [mpf(1) if k == i else mpf(-1) for k in range(len(s))]
    return signs, [-y * (x / temperature + bias) for x, y in zip(s, signs, strict=True)]


def tversky(p, y, alpha, beta, smoothing):
    """The loss, and its derivatives as quotients are derived."""
    shared = mp.fsum(a * b for a, b in zip(p, y, strict=True))
    total = smoothing + mp.fsum(
        a * b + alpha * a * (1 - b) + beta * (1 - a) * b for a, b in zip(p, y, strict=True)
    )
    top = shared + smoothing
    slopes = [(top * (b + alpha * (1 - b) - beta * b) - b * total) / total**2 for b in y]
    return 1 - top / total, slopes


def tukey(v, delta):
    """δ²/6 (1 − (1 − v)³), expanded: 50 digits are not enough for a small v."""
    return delta**2 / 6 * v * (3 - 3 * v + v**2)


def dice(p, y, smoothing):
    return tversky(p, y, mpf(1) / 2, mpf(1) / 2, smoothing / 2)


def cosine(u, v):
    """The loss and its derivatives."""
    length, other = (mp.sqrt(mp.fsum(x * x for x in w)) for w in (u, v))
    cos = mp.fsum(x * y for x, y in zip(u, v, strict=True)) / (length * other)
    slopes = [(cos * x / length - y / other) / length for x, y in zip(u, v, strict=True)]
    return 1 - cos, slopes


def arcface(c, y, margin, scale):
    angle = mp.acos(c[y]) + margin
    slope = mp.sin(angle) / mp.sqrt(1 - c[y] ** 2) if angle <= mp.pi else mpf(1)
    own = mp.cos(angle) if angle <= mp.pi else c[y] - margin * mp.sin(margin)
    z = [scale * (own if k == y else x) for k, x in enumerate(c)]
    total = mp.fsum(mp.exp(x - z[y]) for x in z)
    slopes = [scale * mp.exp(x - z[y]) / total for x in z]
    slopes[y] = (
        -scale * slope * mp.fsum(mp.exp(x - z[y]) for k, x in enumerate(z) if k != y) / total
    )
    return mp.log(total), slopes


# Element by element for element-wise losses, else row by row; a matrix gives (rows, own column).
EXACT = {
    "squared_error": (lambda p, t: (p - t) ** 2, lambda p, t: 2 * (p - t)),
    "absolute_error": (lambda p, t: abs(p - t), lambda p, t: mp.sign(p - t)),
    "huber_loss": (
        lambda p, t, delta: (
            (p - t) ** 2 / 2 if abs(p - t) <= delta else delta * (abs(p - t) - delta / 2)
        ),
        lambda p, t, delta: max(-delta, min(p - t, delta)),
    ),
    "log_cosh_loss": (
        lambda p, t: mp.log1p(2 * mp.sinh((p - t) / 2) ** 2),
        lambda p, t: mp.tanh(p - t),
    ),
    "quantile_loss": (
        lambda p, t, quantile: max(quantile * (t - p), (quantile - 1) * (t - p)),
        lambda p, t, quantile: (1 + mp.sign(p - t)) / 2 - quantile,
    ),
    "cauchy_loss": (
        lambda p, t, delta: delta**2 / 2 * mp.log1p(((p - t) / delta) ** 2),
        lambda p, t, delta: (p - t) / (1 + ((p - t) / delta) ** 2),
    ),
    "tukey_loss": (
        lambda p, t, delta: tukey(min(((p - t) / delta) ** 2, mpf(1)), delta),
        lambda p, t, delta: (p - t) * max(0, 1 - ((p - t) / delta) ** 2) ** 2,
    ),
    "poisson_nll_loss": (lambda z, y: mp.exp(z) - y * z, lambda z, y: mp.exp(z) - y),
    "gaussian_nll_loss": (
        lambda m, t, s: s / 2 + (m - t) ** 2 / mp.exp(s) / 2,
        lambda m, t, s: (m - t) / mp.exp(s),
    ),
    "dice_loss": (lambda *a, **k: dice(*a, **k)[0], lambda *a, **k: dice(*a, **k)[1]),
    "tversky_loss": (lambda *a, **k: tversky(*a, **k)[0], lambda *a, **k: tversky(*a, **k)[1]),
    "cosine_loss": (lambda u, v: cosine(u, v)[0], lambda u, v: cosine(u, v)[1]),
    "contrastive_loss": (
        lambda d, y, margin: d**2 if y == 1 else max(0, margin - d) ** 2,
        lambda d, y, margin: 2 * d if y == 1 else -2 * max(0, margin - d),
    ),
    "margin_ranking_loss": (
        lambda c, r, margin: max(0, margin - (c - r)),
        lambda c, r, margin: mpf(-1) if c - r < margin else mpf(0),
    ),
    "arcface_loss": (lambda *a, **k: arcface(*a, **k)[0], lambda *a, **k: arcface(*a, **k)[1]),
    "zero_one_loss": (lambda z, y: mpf(y * z <= 0), lambda z, y: mpf(0)),
    "perceptron_loss": (lambda z, y: max(0, -y * z), lambda z, y: -y if y * z < 0 else mpf(0)),
    "hinge_loss": (lambda z, y: max(0, 1 - y * z), lambda z, y: -y if y * z < 1 else mpf(0)),
    "squared_hinge_loss": (
        lambda z, y: max(0, 1 - y * z) ** 2,
        lambda z, y: -2 * y * max(0, 1 - y * z),
    ),
    "logistic_loss": (lambda z, y: softplus(-y * z), lambda z, y: -y * sigma(-y * z)),
    "multiclass_hinge_loss": (
        lambda z, y: hinge_rows(z, y)[0],
        lambda z, y: hinge_rows(z, y)[1],
    ),
    "entropy": (
        lambda p: -mp.fsum(xlogy(x, x) for x in p),
        lambda p: [mp.inf if x == 0 else -mp.log(x) - 1 for x in p],
    ),
    "kl_divergence": (
        lambda p, y: mp.fsum(xlogy(b, b) - xlogy(b, a) for a, b in zip(p, y, strict=True)),
        lambda p, y: [-over_zero(b, a) for a, b in zip(p, y, strict=True)],
    ),
    "categorical_cross_entropy": (
        lambda p, y: -mp.fsum(xlogy(b, a) for a, b in zip(p, y, strict=True)),
        lambda p, y: [-over_zero(b, a) for a, b in zip(p, y, strict=True)],
    ),
    "brier_score": (
        lambda p, y: mp.fsum((a - b) ** 2 for a, b in zip(p, y, strict=True)),
        lambda p, y: [2 * (a - b) for a, b in zip(p, y, strict=True)],
    ),
    "binary_cross_entropy": (bce, bce_grad),
    "binary_cross_entropy_with_logits": (
        lambda z, y: y * softplus(-z) + (1 - y) * softplus(z),
        lambda z, y: (1 - y) * sigma(z) - y * sigma(-z),
    ),
    "focal_loss": (
        lambda z, y, gamma: sigma((1 - 2 * y) * z) ** gamma * softplus((1 - 2 * y) * z),
        focal_grad,
    ),
    "softmax_cross_entropy": (
        lambda z, y: mp.fsum(b * minus_log_softmax(z, k) for k, b in enumerate(y)),
        softmax_minus,
    ),
    "sparse_softmax_cross_entropy": (
        minus_log_softmax,
        lambda z, y: softmax_minus(z, one_hot_row(y, len(z))),
    ),
    "triplet_loss": (
        lambda a, p, n, margin: triplet(a, p, n, margin)[0],
        lambda a, p, n, margin: triplet(a, p, n, margin)[1],
    ),
    "info_nce_loss": (
        lambda s, i, temperature: minus_log_softmax(divided(s, temperature), i),
        lambda s, i, temperature: divided(
            softmax_minus(divided(s, temperature), one_hot_row(i, len(s))), temperature
        ),
    ),
    "sigmoid_contrastive_loss": (
        lambda s, i, temperature, bias: mp.fsum(
            map(softplus, contrasts(s, i, temperature, bias)[1])
        ),
        lambda s, i, temperature, bias: [
            -y * sigma(wrong) / temperature
            for y, wrong in zip(*contrasts(s, i, temperature, bias), strict=True)
        ],
    ),
    "preference_loss": (
        lambda c, r, beta: softplus(beta * (r - c)),
        lambda c, r, beta: -beta * sigma(beta * (r - c)),
    ),
}


def to_mp(value):
    if isinstance(value, np.integer):
        return int(value)
    return [mpf(float(x)) for x in value] if np.ndim(value) else mpf(float(value))


def exact(name, which, arrays, parameters):
    """A flat list of exact results."""
    function = EXACT[name][which]
    parameters = {key: mpf(value) for key, value in parameters.items()}
    parameters = {**{k: mpf(v) for k, v in LOSSES[name].defaults.items()}, **parameters}
    if LOSSES[name].takes == ("matrix",):
        arrays = (*arrays, np.arange(len(arrays[0])))
    results = [function(*map(to_mp, entry), **parameters) for entry in zip(*arrays, strict=True)]
    return [x for r in results for x in (r if isinstance(r, list) else [r])]


# --- the peers -----------------------------------------------------------------------------


def pytorch(name, which, arrays, parameters):
    tensors = [torch.tensor(array) for array in arrays]
    if which == 1:
        tensors[0].requires_grad_()
    value = twin_of(LOSSES[name], *tensors, **parameters)
    if which == 0:
        return value.numpy()
    value.sum().backward()
    return tensors[0].grad.numpy()


SCIPY = {
    "huber_loss": (lambda p, t, delta: special.huber(delta, p - t), None),
    "logistic_loss": (
        lambda z, y: -special.log_expit(y * z),
        lambda z, y: -y * special.expit(-y * z),
    ),
    "entropy": (lambda p: special.entr(p).sum(-1), None),
    "kl_divergence": (lambda p, y: special.rel_entr(y, p).sum(-1), None),
    "categorical_cross_entropy": (lambda p, y: -special.xlogy(y, p).sum(-1), None),
    "binary_cross_entropy": (
        lambda p, y: -special.xlogy(y, p) - special.xlog1py(1 - y, -p),
        None,
    ),
    "binary_cross_entropy_with_logits": (
        lambda z, y: -y * special.log_expit(z) - (1 - y) * special.log_expit(-z),
        lambda z, y: special.expit(z) - y,
    ),
    "focal_loss": (
        lambda z, y, gamma: (
            special.expit((1 - 2 * y) * z) ** gamma * -special.log_expit((2 * y - 1) * z)
        ),
        None,
    ),
    "softmax_cross_entropy": (
        lambda z, y: -(y * special.log_softmax(z, -1)).sum(-1),
        lambda z, y: special.softmax(z, -1) - y,
    ),
    "sparse_softmax_cross_entropy": (
        lambda z, y: -special.log_softmax(z, -1)[np.arange(len(y)), y],
        lambda z, y: special.softmax(z, -1) - np.eye(5)[y],
    ),
    "preference_loss": (
        lambda c, r, beta: -special.log_expit(beta * (c - r)),
        lambda c, r, beta: -beta * special.expit(beta * (r - c)),
    ),
}


def measure(name, which):
    """Worst ULP of ours, PyTorch and SciPy (None where it has no such function)."""
    worst = {"ours": 0.0, "pytorch": 0.0, "scipy": 0.0 if name in SCIPY else None}
    ours = (LOSSES[name].function, LOSSES[name].gradient)[which]
    scipy = SCIPY.get(name, (None, None))[which]
    for arrays, parameters in GRIDS[name]:
        expected = exact(name, which, arrays, parameters)
        results = {
            "ours": ours(*arrays, **parameters),
            "pytorch": pytorch(name, which, arrays, parameters),
        }
        if scipy is not None:
            with np.errstate(all="ignore"):
                results["scipy"] = scipy(*arrays, **parameters)
        for peer, result in results.items():
            worst[peer] = max(worst[peer], ulp_errors(result, expected).max())
    if scipy is None:
        worst["scipy"] = None
    return worst


@pytest.mark.parametrize("which", [0, 1], ids=["value", "gradient"])
@pytest.mark.parametrize("name", LOSSES)
def test_right_to_the_last_digits(name, which):
    worst = measure(name, which)
    label = name + ("_grad" if which else "")
    figures = "  ".join(
        f"{peer} {'-' if ulp is None else format(ulp, '.3g'):>9}" for peer, ulp in worst.items()
    )
    print(f"\n{label:42s} worst ULP: {figures}")
    best_peer = min(ulp for ulp in (worst["pytorch"], worst["scipy"]) if ulp is not None)
    assert worst["ours"] <= max(GOAL, ABOVE_GOAL.get(label, 0.0))
    assert worst["ours"] <= max(best_peer, 1.0)


# --- second derivatives, and derivatives in other arguments --------------------------------


def zero(*arrays, **parameters):
    return mpf(0)


def density(z):
    return sigma(z) * sigma(-z)


def focal_hess(z, y, gamma):
    q = sigma((1 - 2 * y) * z)
    p = sigma((2 * y - 1) * z)
    slope = (1 + 2 * gamma) * q + gamma * (gamma * p - q) * softplus((1 - 2 * y) * z)
    return q**gamma * p * slope


EXACT_HESSIANS = {
    "squared_error": lambda p, t: mpf(2),
    "absolute_error": zero,
    "huber_loss": lambda p, t, delta: mpf(abs(p - t) <= delta),
    "log_cosh_loss": lambda p, t: mp.sech(p - t) ** 2 if abs(p - t) < 1e5 else mpf(0),
    "quantile_loss": zero,
    "cauchy_loss": lambda p, t, delta: (
        (1 - ((p - t) / delta) ** 2) / (1 + ((p - t) / delta) ** 2) ** 2
    ),
    "tukey_loss": lambda p, t, delta: (
        max(0, 1 - ((p - t) / delta) ** 2) * (1 - 5 * ((p - t) / delta) ** 2)
    ),
    "poisson_nll_loss": lambda z, y: mp.exp(z),
    "gaussian_nll_loss": lambda m, t, s: mp.exp(-s),
    "zero_one_loss": zero,
    "perceptron_loss": zero,
    "hinge_loss": zero,
    "squared_hinge_loss": lambda z, y: mpf(2 * (y * z < 1)),
    "logistic_loss": lambda z, y: density(z),
    "binary_cross_entropy": lambda p, y: over_zero(y, p**2) + over_zero(1 - y, (1 - p) ** 2),
    "binary_cross_entropy_with_logits": lambda z, y: density(z),
    "focal_loss": focal_hess,
    "preference_loss": lambda c, r, beta: beta**2 * density(beta * (c - r)),
    "contrastive_loss": lambda d, y, margin: mpf(2 * (y == 1 or d < margin)),
    "margin_ranking_loss": zero,
}
HESSIANS_ABOVE_GOAL = {
    # Each is 0 at some point, where what is subtracted has been rounded.
    "tukey_loss": 200.0,
    "focal_loss": 5000.0,
}


@pytest.mark.parametrize("name", EXACT_HESSIANS)
def test_second_derivatives_to_the_last_digits(name):
    worst = 0.0
    for arrays, parameters in GRIDS[name]:
        if LOSSES[name].takes[1] == "number":  # their difference shall be exact
            arrays = [array[arrays[1] == 0.0] for array in arrays]
        if arrays[0].size == 0:
            continue
        settings = {k: mpf(v) for k, v in {**LOSSES[name].defaults, **parameters}.items()}
        exact_values = [
            EXACT_HESSIANS[name](*map(to_mp, entry), **settings)
            for entry in zip(*arrays, strict=True)
        ]
        ours = LOSSES[name].hessian(*arrays, **parameters)
        worst = max(worst, ulp_errors(ours, exact_values).max())
    print(f"\n{name + '_hess':42s} worst ULP: ours {worst:9.3g}")
    assert worst <= HESSIANS_ABOVE_GOAL.get(name, GOAL)


def test_every_second_derivative_has_an_oracle():
    assert set(EXACT_HESSIANS) == {name for name, entry in LOSSES.items() if entry.hessian}


def contrast_sums(s, i, temperature, bias):
    """The derivatives in temperature and bias."""
    signs, wrong = contrasts(s, i, temperature, bias)
    pulls = [-y * sigma(z) for y, z in zip(signs, wrong, strict=True)]
    by_similarity = mp.fsum(p * x for p, x in zip(pulls, s, strict=True))
    return -by_similarity / temperature**2, mp.fsum(pulls)


EXACT_OTHERS = {
    ("triplet_loss", "positives"): lambda a, p, n, margin: [
        2 * (y - x) * (triplet(a, p, n, margin)[0] > 0) for x, y in zip(a, p, strict=True)
    ],
    ("triplet_loss", "negatives"): lambda a, p, n, margin: [
        2 * (x - z) * (triplet(a, p, n, margin)[0] > 0) for x, z in zip(a, n, strict=True)
    ],
    ("info_nce_loss", "temperature"): lambda s, i, temperature: (
        mp.fsum(mp.exp((x - s[i]) / temperature) * (s[i] - x) for x in s)
        / mp.fsum(mp.exp((x - s[i]) / temperature) for x in s)
        / temperature**2
    ),
    ("sigmoid_contrastive_loss", "temperature"): lambda *a, **k: contrast_sums(*a, **k)[0],
    ("sigmoid_contrastive_loss", "bias"): lambda *a, **k: contrast_sums(*a, **k)[1],
    ("preference_loss", "rejected"): lambda c, r, beta: beta * sigma(beta * (r - c)),
    ("gaussian_nll_loss", "log_variances"): lambda m, t, s: (1 - (m - t) ** 2 / mp.exp(s)) / 2,
}
# Sums of both signs, of terms that exp has magnified; and a difference from 1.
OTHERS_ABOVE_GOAL = {"sigmoid_contrastive_loss": 20.0, "gaussian_nll_loss": 100.0}


@pytest.mark.parametrize(("name", "argument"), EXACT_OTHERS)
def test_other_derivatives_to_the_last_digits(name, argument):
    entry, worst = LOSSES[name], 0.0
    for arrays, parameters in GRIDS[name]:
        settings = {k: mpf(v) for k, v in {**entry.defaults, **parameters}.items()}
        rows = (*arrays, np.arange(len(arrays[0]))) if entry.takes == ("matrix",) else arrays
        found = [
            EXACT_OTHERS[name, argument](*map(to_mp, row), **settings)
            for row in zip(*rows, strict=True)
        ]
        exact_values = [x for r in found for x in (r if isinstance(r, list) else [r])]
        ours = entry.other_gradients[argument](*arrays, **parameters)
        worst = max(worst, ulp_errors(ours, exact_values).max())
    print(f"\n{name + ' in ' + argument:42s} worst ULP: ours {worst:9.3g}")
    assert worst <= OTHERS_ABOVE_GOAL.get(name, GOAL)


# --- narrower floats ----------------------------------------------------------------------


def rounded_to(dtype, arrays):
    """The arrays as `dtype`, without the rows that it cannot hold."""
    with np.errstate(over="ignore"):
        narrow = [array if array.dtype.kind == "i" else array.astype(dtype) for array in arrays]
    fits = np.all([np.isfinite(a).reshape(len(a), -1).all(axis=1) for a in narrow], axis=0)
    return [array[fits] for array in narrow]


def widened(arrays):
    return [array if array.dtype.kind == "i" else array.astype(np.float64) for array in arrays]


@pytest.mark.parametrize("which", [0, 1], ids=["value", "gradient"])
@pytest.mark.parametrize("dtype", NARROW_GOALS)
@pytest.mark.parametrize("name", LOSSES)
def test_narrow_floats_to_the_last_digits(name, dtype, which):
    ours = (LOSSES[name].function, LOSSES[name].gradient)[which]
    label = name + "_grad" * which
    worst = {"ours": 0.0, "pytorch": 0.0}
    for grid, parameters in GRIDS[name]:
        arrays = rounded_to(dtype, grid)
        expected = ours(*widened(arrays), **parameters)
        results = {
            "ours": ours(*arrays, **parameters),
            "pytorch": pytorch(name, which, arrays, parameters),
        }
        for peer, result in results.items():
            worst[peer] = max(worst[peer], narrow_ulp_errors(result, expected).max())
    figures = "  ".join(f"{peer} {ulp:>9.3g}" for peer, ulp in worst.items())
    print(f"\n{np.dtype(dtype)} {label:42s} worst ULP: {figures}")
    above = ABOVE_GOAL_IN_FLOAT32.get(label, 0.0) if dtype == np.float32 else 0.0
    assert worst["ours"] <= max(NARROW_GOALS[dtype], above)


def test_every_loss_has_a_grid_and_an_oracle():
    assert set(GRIDS) == set(EXACT) == set(LOSSES)
    assert set(EXACT_OTHERS) == {(n, a) for n, e in LOSSES.items() for a in e.other_gradients}
