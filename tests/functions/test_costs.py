"""What a function costs beside its result: memory for large arrays, calls for small ones.

No clock is asked here: ``benchmarks.functions`` does that. A new entry of the catalogue is tested
by being added.
"""

import inspect
import sys
import tracemalloc

import numpy as np
import pytest

from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES
from benchmarks.peers import ELEMENTS, ROWS, arrays_of

ENTRIES = [*ACTIVATIONS.values(), *AXIS_ACTIVATIONS.values(), *LOSSES.values()]
FUNCTIONS = {
    function.__name__: (entry, function)
    for entry in ENTRIES
    for function in (
        entry.function,
        entry.gradient,
        getattr(entry, "hessian", None),
        *getattr(entry, "other_gradients", {}).values(),
    )
    if function is not None
}


def every_function(test):
    return pytest.mark.parametrize(("entry", "function"), FUNCTIONS.values(), ids=FUNCTIONS)(test)


def along_axis(entry):
    return entry.name in AXIS_ACTIVATIONS or not getattr(entry, "elementwise", True)


def arguments(entry, function, shape, dtype):
    arrays = arrays_of(entry, shape, dtype)
    if "upstream" in inspect.signature(function).parameters:
        arrays.append(np.ones_like(entry.function(*arrays)))
    return arrays


def peak_memory(function, arrays):
    """The most memory that a call takes, its result included, in sizes of its first argument."""
    tracemalloc.start()
    try:
        function(*arrays)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak / arrays[0].nbytes


@every_function
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_peak_memory_is_at_most_three_times_the_input(entry, function, dtype):
    arrays = arguments(entry, function, ROWS if along_axis(entry) else (ELEMENTS,), dtype)
    assert peak_memory(function, arrays) < 3.01


SQUARE = {"matrix"}  # of similarities: it has no more rows than columns
OVER_SHAPES = {
    name: found
    for name, found in FUNCTIONS.items()
    if along_axis(found[0]) and not SQUARE & set(getattr(found[0], "takes", ()))
}


@pytest.mark.parametrize(("entry", "function"), OVER_SHAPES.values(), ids=OVER_SHAPES)
@pytest.mark.parametrize("shape", [(100_000, 10), (10, 100_000)])
def test_peak_memory_does_not_depend_on_the_number_of_classes(entry, function, shape):
    arrays = arguments(entry, function, shape, "float64")
    assert peak_memory(function, arrays) < 3.01


@every_function
def test_a_call_on_ten_numbers_takes_few_steps(entry, function):
    """Steps are calls of functions, of Python and of C; the arithmetic of arrays is none."""
    shape = (2, 6) if along_axis(entry) else (10,)
    arrays = arguments(entry, function, shape, "float64")
    function(*arrays)  # what is kept from the first call on does not count
    steps = 0

    def count(frame, event, argument):
        nonlocal steps
        steps += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function(*arrays)
    finally:
        sys.setprofile(before)
    assert steps < 100
