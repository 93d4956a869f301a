"""float16.js rounds as NumPy does."""

import json

import numpy as np
import pytest

from actloss.widgets.module import join_module
from tests.node import in_node


def in_javascript(numbers):
    """`toFloat16` of each number, with the sign of zeros."""
    rounded = f"{json.dumps(list(numbers))}.map((x) => toFloat16(x))"
    return np.array(in_node(join_module("float16.js"), rounded), dtype=float)


def in_numpy(numbers):
    with np.errstate(over="ignore", under="ignore"):
        return np.float64(np.float16(numbers))


def assert_same(numbers):
    numbers = np.ravel(np.asarray(numbers, dtype=np.float64))
    numbers = np.concatenate([numbers, -numbers])
    found, expected = in_javascript(numbers), in_numpy(numbers)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


ALL = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)  # finite, from zero up


def test_every_float16_stays():
    assert_same(ALL)


def test_every_tie_goes_to_the_even_digit():
    assert_same((ALL[:-1] + ALL[1:]) / 2)


@pytest.mark.parametrize("towards", [-np.inf, np.inf])
def test_next_to_every_tie(towards):
    assert_same(np.nextafter((ALL[:-1] + ALL[1:]) / 2, towards))


def test_next_to_powers_of_two():
    powers = 2.0 ** np.arange(-30, 20)
    assert_same([np.nextafter(powers, 0), np.nextafter(powers, np.inf)])


def test_extremes_round_as_numpys():
    """Infinity begins half a step above the largest number; below the smallest there is zero."""
    assert_same(
        [0.0, 5e-324, 2.0**-25, 2.0**-24, 2.0**-14, 65504, 65519.999, 65520, 65536, 1e308, np.inf]
    )
    assert np.isnan(in_javascript([np.nan])).all()


def test_random_numbers_round_as_numpys():
    rng = np.random.default_rng(0)
    assert_same(rng.normal(size=5000) * 10.0 ** rng.uniform(-10, 6, size=5000))
