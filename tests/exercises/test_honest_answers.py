"""Right values earn their points, however they were computed.

Each solution is written again as honest students write: for single numbers and np.vectorize, in
float64 throughout, with Python's own numbers, with constants in np.where, with arguments by place.
"""

import functools
import runpy
import sys

import numpy as np
import pytest

from actloss import activations
from actloss.exercises import EXERCISES, Exercise, NumberExercise, add, check, of_chapter, running
from actloss.exercises.engine import questions
from tools.stamps import ROOT

PATHS = sorted((ROOT / "exercises" / "solutions").glob("*.py"))
SOLUTIONS = {
    exercise.name: runpy.run_path(str(path))[exercise.name]
    for path in PATHS
    for exercise in of_chapter(path.stem)
}
FUNCTIONS = [name for name in SOLUTIONS if isinstance(EXERCISES[name], Exercise)]
NUMBERS = [name for name in SOLUTIONS if isinstance(EXERCISES[name], NumberExercise)]
SEEDS = range(3)


# --- a solution, written again ----------------------------------------------------------------


def in_float64(solution):
    def answer(*given):
        return np.float64(1) * solution(*(_widened(value) for value in given))

    return answer


def _widened(value):
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float64)
    return value


def by_place_alone(solution):
    """np.vectorize seems to take names, and what it is put around may not."""

    def answer(*given, **named):
        assert not named, f"unexpected keyword argument {next(iter(named))!r}"
        return solution(*given)

    return answer


def wrapped(solution):
    """By a decorator that says whose arguments it passes on, and passes them by place."""

    @functools.wraps(solution)
    def answer(*given):
        return solution(*given)

    return answer


def pythons_numbers(solution):
    """float(np.mean(...)) where the answer is one number."""

    def answer(*given):
        result = solution(*given)
        return float(result) if np.ndim(result) == 0 else result

    return answer


def with_constants_in_where(solution):
    """np.where of two Python numbers is float64, whatever was given."""

    def answer(*given):
        result = solution(*given)
        return result * np.where(result == result, 1.0, 1)

    return answer


def into_zeros(solution):
    """np.zeros(n) is float64, whatever was given."""

    def answer(*given):
        result = np.asarray(solution(*given))
        filled = np.zeros(result.shape)
        filled[...] = result
        return filled

    return answer


WAYS = (
    in_float64,
    by_place_alone,
    wrapped,
    pythons_numbers,
    with_constants_in_where,
    into_zeros,
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_solution_written_again_earns_its_points(name, way):
    for seed in SEEDS:
        report = check(name, way(SOLUTIONS[name]), seed=seed)
        assert report.solved, report
        assert report.earned == EXERCISES[name].points


def element_by_element(name):
    """Whether each entry of the result depends on the entries at its own place alone."""
    exercise = EXERCISES[name]
    for _, given, right in questions(exercise, np.random.default_rng(5)):
        arrays = [value for value in given.values() if isinstance(value, np.ndarray)]
        if right.shape != arrays[0].shape or any(a.shape != right.shape for a in arrays):
            return False
        for place in np.ndindex(right.shape):
            alone = {
                key: value[place].reshape(()) if isinstance(value, np.ndarray) else value
                for key, value in given.items()
            }
            try:
                with np.errstate(all="ignore"):
                    one = exercise.reference(**alone)
            except (ValueError, TypeError, IndexError):
                return False
            if not np.allclose(one, right[place], equal_nan=True):
                return False
    return True


ELEMENTWISE = [name for name in FUNCTIONS if element_by_element(name)]


def test_some_exercises_go_element_by_element():
    assert {"leaky_relu", "sigmoid_slope", "leaky_backward", "half_width_grad"} <= {*ELEMENTWISE}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_vectorized_solution_earns_its_points(name):
    """A function of single numbers, and np.vectorize around it."""
    solution = SOLUTIONS[name]
    for seed in SEEDS:
        report = check(name, np.vectorize(lambda *given: float(solution(*given))), seed=seed)
        assert report.solved, report


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.asarray, lambda x: [x]])
def test_number_earns_its_points_in_any_wrapping(name, kind):
    report = check(name, kind(EXERCISES[name].answer()))
    assert report.solved, report


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_at_the_end_of_its_tolerance_is_right(name):
    """1.19 is within 0.06 of 1.25, though the float next to their difference is not."""
    exercise = EXERCISES[name]
    for end in (exercise.answer() - exercise.tolerance, exercise.answer() + exercise.tolerance):
        assert check(name, end).solved
    assert not check(name, exercise.answer() + 1.01 * exercise.tolerance).solved
    assert not any(check(name, odd).solved for odd in (np.inf, -np.inf, np.nan))


@pytest.mark.parametrize(
    ("name", "number"), [("growth_a_layer", 1.19), ("quantile_above_zeros", 0.063)]
)
def test_a_rounded_number_is_right(name, number):
    assert check(name, number).solved


# --- what is remarked on, and what earns nothing ----------------------------------------------


def test_float64_is_a_remark():
    report = check("leaky_relu", lambda x, alpha: x * np.where(x > 0, np.float64(1), alpha))
    assert report.solved
    assert report.earned == EXERCISES["leaky_relu"].points
    assert "costs no points: Given float32 it returns float64." in repr(report)
    assert "Given float32 it returns float64." in report._repr_html_()
    assert not check("leaky_relu", SOLUTIONS["leaky_relu"]).remarks


def test_a_warning_is_a_remark():
    report = check("sigmoid_slope", lambda x: 1 / (4 * np.cosh(x / 2) ** 2))
    assert report.solved
    assert "NumPy warns of a step on the way (RuntimeWarning: overflow" in repr(report)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("number", [np.float32(-7), np.float32(0)])
def test_a_value_for_float32_is_compared(name, number):
    """Right for float64, and a constant for float32."""
    solution = SOLUTIONS[name]

    def answer(*given):
        result = np.asarray(solution(*given))
        single = any(getattr(value, "dtype", None) == np.float32 for value in given)
        return np.full(result.shape, number) if single else result

    report = check(name, answer)
    assert not report.solved
    assert ("gives the right values for float32 too", False) in report.properties
    assert "float32" in dict(report.example)[next(iter(dict(report.example)))]


def own_of_the_course():
    def imported(z):
        from actloss.activations import softmax

        return softmax(z)

    return [
        activations.softmax,
        lambda z: activations.softmax(z),
        functools.partial(activations.softmax, temperature=1.0),
        imported,
    ]


@pytest.mark.parametrize("answer", own_of_the_course())
def test_a_function_of_the_course_is_remarked_on(answer):
    report = check("stable_softmax", answer)
    assert any("This calls softmax of the course" in remark for remark in report.remarks)


def test_a_function_of_the_course_may_be_a_part_of_an_answer():
    assert not check("stable_softmax", lambda z: np.exp(activations.log_softmax(z))).remarks


# --- how an answer is called ------------------------------------------------------------------


def test_arguments_in_another_order_come_by_name():
    assert check("leaky_relu", lambda alpha, x: np.where(x > 0, x, alpha * x)).solved
    assert check("leaky_relu", lambda x, /, alpha: np.where(x > 0, x, alpha * x)).solved
    assert check("leaky_relu", lambda x, *, alpha: np.where(x > 0, x, alpha * x)).solved


def test_first_import_of_a_large_package_takes_nothing_from_the_time_limit(tmp_path, monkeypatch):
    """As of torch, which takes seconds, in the first line of an answer."""
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(1.0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("actloss.exercises.engine.SECONDS", 0.4)

    def answer(x):
        import slow_to_import  # noqa: F401

        return 2 * x

    add(Exercise("twice", "example", 1, 1, lambda x: 2 * x, lambda rng: {"x": rng.normal(size=2)}))
    try:
        assert check("twice", answer).solved
        sys.modules.pop("slow_to_import")
        monkeypatch.setattr(running, "IMPORT_SECONDS", 0.0)
        assert "Stopped after" in check("twice", answer).message
    finally:
        del EXERCISES["twice"]
        sys.modules.pop("slow_to_import", None)
