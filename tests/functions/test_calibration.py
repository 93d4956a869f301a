"""Reliability, expected calibration error and temperature, against a loop and by their theory."""

import numpy as np
import pytest

from actloss.activations import softmax
from actloss.calibration import best_temperature, expected_calibration_error, reliability
from actloss.losses import sparse_softmax_cross_entropy


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1.0, 500)
    return confidence, rng.random(500) < confidence**2


@pytest.mark.parametrize("bins", [1, 2, 7, 10, 15])
def test_bins_are_those_of_a_plain_loop(predictions, bins):
    confidence, correct = predictions
    found = reliability(confidence, correct, bins=bins)
    error = 0.0
    for m in range(bins):
        inside = (confidence > m / bins) & (confidence <= (m + 1) / bins)
        assert found.counts[m] == inside.sum()
        if inside.any():
            assert found.confidence[m] == pytest.approx(confidence[inside].mean())
            assert found.accuracy[m] == pytest.approx(correct[inside].mean())
            gap = abs(correct[inside].mean() - confidence[inside].mean())
            error += inside.mean() * gap
        else:
            assert np.isnan(found.confidence[m])
            assert found.gaps[m] == 0.0
    np.testing.assert_array_equal(found.edges, np.linspace(0, 1, bins + 1))
    assert expected_calibration_error(confidence, correct, bins=bins) == pytest.approx(error)


def test_upper_edge_belongs_to_its_bin():
    """As in the definition, (m − 1)/M < c ≤ m/M; and 0 to the first."""
    found = reliability([0.0, 0.25, 0.5, 0.5000001, 1.0], [1, 1, 1, 1, 1], bins=4)
    np.testing.assert_array_equal(found.counts, [2, 1, 1, 1])


@pytest.mark.parametrize(
    ("confidence", "correct", "bins", "message"),
    [
        ([], [], 10, "a sample at least"),
        ([0.5, 0.5], [True], 10, r"shapes \(2,\) and \(1,\)"),
        ([1.2], [True], 10, "between 0 and 1"),
        ([0.5, np.nan], [True] * 2, 10, "between 0 and 1, but got nan at index 1"),
        ([[0.5], [0.5, 0.1]], [True], 10, "confidence must be .* rows of unequal lengths"),
        ([0.5, 0.5], [1, 0.3], 10, r"correct must be 0 or 1, but got 0.3 at index \(1,\)"),
        ([0.5], [True], 2.5, "bins must be an integer ≥ 1, but got 2.5"),
        ([0.5], [True], 0, "bins must be an integer ≥ 1, but got 0"),
    ],
)
def test_errors_say_what_was_expected(confidence, correct, bins, message):
    with pytest.raises(ValueError, match=message):
        reliability(confidence, correct, bins=bins)


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 3.0])
def test_temperature_is_found(true_temperature):
    """Labels drawn at a temperature give it back, and no other is better."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 4, (20_000, 4))
    p = softmax(logits, temperature=true_temperature)
    labels = (p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)
    found = best_temperature(logits, labels)
    assert found == pytest.approx(true_temperature, rel=0.05)
    loss = [
        sparse_softmax_cross_entropy(logits / (found * factor), labels).mean()
        for factor in (0.99, 1.0, 1.01)
    ]
    assert loss[1] == min(loss)


def test_temperature_stays_within_its_limits():
    assert best_temperature([[2.0, 0.0]], [0], limits=(0.5, 2.0)) == pytest.approx(0.5, rel=1e-4)
    assert best_temperature([[2.0, 0.0]], [1], limits=(0.5, 2.0)) == pytest.approx(2.0, rel=1e-4)


@pytest.mark.parametrize("limits", [(2.0, 0.5), (1.0, 1.0), (1.0,), (0.5, 1.0, 2.0)])
def test_limits_that_are_none(limits):
    with pytest.raises(ValueError, match=r"limits must be two numbers, the lower first, but got"):
        best_temperature([[2.0, 0.0]], [0], limits=limits)


def test_limit_of_zero():
    with pytest.raises(ValueError, match="limits must be a finite number greater than 0, but got"):
        best_temperature([[2.0, 0.0]], [0], limits=(0, 1))


def test_logits_that_are_no_numbers():
    with pytest.raises(TypeError, match="logits must hold real numbers"):
        best_temperature([["a", "b"]], [0])
