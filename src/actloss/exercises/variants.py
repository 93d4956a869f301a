"""Exercises whose numbers can be drawn anew for each student, so that no answer can be passed on.

A variant is a whole number. It draws the numbers of every such exercise in a notebook, the same
ones whenever and wherever it is asked; the notebook's ``check`` is told which one it is. A class is
graded by what each student was given, and not by what a notebook says of itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq

from actloss.activations import softmax, softplus
from actloss.exercises.definitions import Exercise, NumberExercise

Mistakes = Sequence[tuple[float | Callable[[float], Any], str]]


class Variant(NamedTuple):
    """An exercise with other numbers."""

    texts: tuple[tuple[str, str], ...]  # what the question says, and what it says instead
    answer: float
    mistakes: Mistakes


class Drawn(NamedTuple):
    """How the numbers are drawn, and what follows from them."""

    draw: Callable[[random.Random], tuple]
    make: Callable[..., Variant]


def second_probability(common: int, ratio: int) -> Variant:
    return Variant(
        (
            (r"z = (7,\; 7 + \ln 3)", rf"z = ({common},\; {common} + \ln {ratio})"),
            ("does the 7 play", f"does the {common} play"),
        ),
        ratio / (1 + ratio),
        [
            (1 / (1 + ratio), "That is the probability of the first class."),
            (float(ratio), "That is the ratio of the two probabilities. They must also sum to 1."),
            (1 / ratio, "That is a ratio of the two probabilities. They must also sum to 1."),
            (np.log(ratio), "That is the lead. What does softmax make of a lead?"),
            (1.0, "That is argmax. Softmax gives the other class a share too."),
        ],
    )


def even_temperature(first: int, second: int) -> Variant:
    logits = np.array([first, second, 0.0])
    found = brentq(lambda t: float(softmax(logits, temperature=t)[0]) - 0.5, 0.1, 100.0)
    return Variant(
        (("(3, 1, 0)", f"({first}, {second}, 0)"),),
        found,
        [
            (
                lambda number: abs(number - 1 / found) < 0.002,
                "That is what the logits are multiplied by. The temperature divides them.",
            ),
            (1.0, "At T = 1 the first class has more than one half. Hotter or colder?"),
            (
                (first - second) / np.log(2),
                "That makes the first class twice the second. There is a third one too.",
            ),
            (
                lambda number: abs(number - found) < 0.1,
                "Close. It is wanted to two decimals: halve the interval a few more times.",
            ),
            (
                lambda number: 0 < number < 1,
                "Below 1 the temperature sharpens, and the first class has too much already.",
            ),
            (lambda number: number <= 0, "A temperature is positive."),
        ],
    )


def chain_of_wins(first: int, second: int) -> Variant:
    """Odds of A over B, and of B over C."""
    odds = first * second
    product = first / (1 + first) * second / (1 + second)
    return Variant(
        (
            ("beats B in three games of four", f"beats B in {first} games of {first + 1}"),
            ("beats C in two games of three", f"beats C in {second} games of {second + 1}"),
            ("more or less than three quarters", f"more or less than {first}/{first + 1}"),
        ),
        odds / (1 + odds),
        [
            (
                product,
                "That is the product. But A can beat C without anybody beating B; and should A "
                "not be better against C than against B?",
            ),
            (
                (first / (1 + first) + second / (1 + second)) / 2,
                "That is the mean of the two. A leads C by more than it leads B.",
            ),
            (float(odds), "Those are the odds. Which probability belongs to them?"),
            (np.log(odds), "That is the difference of the scores. What does the model make of it?"),
            (1 / (1 + odds), "That is the chance that C beats A."),
            (
                (first + second) / (1 + first + second),
                "The odds were added. It is the scores that add, and these are logarithms.",
            ),
        ],
    )


def aim_of_relative_error(cheap: int, dear: int) -> Variant:
    prices = np.array([cheap, dear], dtype=float)
    mean = float(prices.mean())
    return Variant(
        (
            ("cost 100, the other half 300", f"cost {cheap}, the other half {dear}"),
            ("the mean price of 200", f"the mean price of {mean:g}"),
        ),
        float(np.sum(1 / prices) / np.sum(1 / prices**2)),
        [
            (mean, "That is the mean: the aim if both misses counted in the same unit."),
            (
                float(2 / np.sum(1 / prices)),
                "That is the harmonic mean. The inner derivative of (c − y)/y in c is 1/y: each "
                "sample brings a second 1/y.",
            ),
            (float(cheap), "That is the cheaper price, the aim of the absolute relative error."),
            (
                float(np.sum(prices**2) / np.sum(prices)),
                "That divides by the prediction c. The loss divides by the price y.",
            ),
            (
                lambda number: number > mean,
                "Above the mean. A miss counts more on a cheap house: to which side does it pull?",
            ),
        ],
    )


def loaves_to_bake(*sold: int) -> Variant:
    ordered = sorted(sold)
    listed = r", \quad ".join(map(str, sold))
    return Variant(
        (
            (r"28, \quad 22, \quad 40, \quad 25, \quad 58, \quad 30, \quad 20, \quad 34, \quad 26",
             listed),
            ("if the 58 was really a 580", f"if the {ordered[-1]} was really a {ordered[-1]}0"),
        ),
        float(ordered[7]),  # four fifths of nine days, from below
        [
            (
                float(ordered[4]),
                "That is the median. It would be right if both kinds of miss cost the same.",
            ),
            (
                float(ordered[1]),
                "The costs have changed places: which is dearer, a loaf too many or one too few?",
            ),
            (
                float(ordered[-1]),
                "That is safe, and dear: on most days very many loaves would be left over.",
            ),
            (
                lambda number: abs(number - np.mean(sold)) < 0.6,
                "That is the mean, the best constant of the squared error. What does a loaf cost "
                "that is missing, and one that is left over?",
            ),
            (
                lambda number: number < ordered[4],
                "Too few cost more than too many: should the number lie above the median or below?",
            ),
        ],
    )  # fmt: skip


def undecided_measurement(often: int) -> Variant:
    return Variant(
        (("*three times as frequent*", f"*{often} times as frequent*"),),
        -float(np.log(often)) / 2,
        [
            (0.0, "That is the place for classes that are equally frequent."),
            (
                float(np.log(often)) / 2,
                "The right distance, on the wrong side. Would you say yes more readily if yes is "
                "the frequent answer, or less?",
            ),
            (
                -float(np.log(often)),
                "That is the log-odds of the class. How many of them does one step in x add?",
            ),
            (
                lambda number: number > 0,
                "Class 1 is the frequent one. On which side of 0 does it take some convincing to "
                "say no?",
            ),
        ],
    )


def start_of_softplus(hundredths: int) -> Variant:
    first = hundredths / 100
    bias = float(np.log(np.expm1(first)))
    return Variant(
        (
            ("lie around 0.1.", f"lie around {first:g}."),
            ("the first prediction 0.1?", f"the first prediction {first:g}?"),
        ),
        bias,
        [
            (
                float(np.log(first)),
                "That is right for an exponential output. Softplus is near it down here, but "
                "three digits are asked for.",
            ),
            (first, "That is what the unit should say. Softplus stands in between."),
            (
                float(softplus(first)),
                f"That is softplus of {first:g}. Here {first:g} is the result: go backwards.",
            ),
            (
                lambda number: abs(number + bias) < 0.01,
                "The size is right. A softplus says 0.69 at a sum of 0: to which side is "
                f"{first:g}?",
            ),
            (
                lambda number: number > np.log(2),
                "Where the sum is positive, softplus is larger than 0.69.",
            ),
        ],
    )


def two_kinds_of_days(low: int, high: int, shortage: int) -> Variant:
    def best(low_weight, high_weight):
        return (low_weight * low + high_weight * high) / (low_weight + high_weight)

    mean = (low + high) / 2
    return Variant(
        (
            ("ask for 80 loaves, on the other days for 120",
             f"ask for {low} loaves, on the other days for {high}"),
            (r"+ 4 \min(e, 0)^2", rf"+ {shortage} \min(e, 0)^2"),
            ("nearer to 100, to 110 or to 120",
             f"nearer to {mean:g}, to {(mean + high) / 2:g} or to {high}"),
        ),
        best(1, shortage),
        [
            (mean, "That is the mean, the best answer if both mistakes cost the same."),
            (best(shortage, 1), "The weight is on the wrong side: the shortage costs more."),
            (
                float(high),
                "That would be best if the cost grew in proportion to the error. Squared, the "
                "last few loaves of a shortage cost little.",
            ),
            (float(low), "This leaves every second day short, at the higher cost."),
            (best(1, shortage**2), "The weight stands outside the square. Is it squared here?"),
            (
                lambda number: not low <= number <= high,
                "Below the smaller demand and above the larger one every step back is better.",
            ),
        ],
    )  # fmt: skip


def _draw_temperature(chance):
    first = chance.randrange(3, 10)
    return first, chance.randrange(1, first)


def _draw_prices(chance):
    cheap = chance.randrange(80, 200, 10)
    return cheap, cheap + chance.randrange(100, 400, 20)  # their mean is a whole number


def _draw_sold(chance):
    left, sold = list(range(18, 60)), []
    while len(sold) < 9:
        sold.append(left.pop(chance.randrange(len(left))))
    return tuple(sold)


def _draw_days(chance):
    low = chance.randrange(40, 120, 10)
    return low, low + chance.randrange(20, 100, 20), chance.randrange(3, 10)


VARIANTS = {
    "second_probability": Drawn(
        lambda chance: (chance.randrange(2, 30), chance.randrange(2, 30)), second_probability
    ),
    "even_temperature": Drawn(_draw_temperature, even_temperature),
    "chain_of_wins": Drawn(
        lambda chance: (chance.randrange(3, 9), chance.randrange(2, 8)), chain_of_wins
    ),
    "aim_of_relative_error": Drawn(_draw_prices, aim_of_relative_error),
    "loaves_to_bake": Drawn(_draw_sold, loaves_to_bake),
    "undecided_measurement": Drawn(
        lambda chance: (chance.randrange(2, 60),), undecided_measurement
    ),
    "start_of_softplus": Drawn(lambda chance: (chance.randrange(5, 60),), start_of_softplus),
    "two_kinds_of_days": Drawn(_draw_days, two_kinds_of_days),
}


def variant_of(name: str, number: int) -> Variant:
    """The variant of this number; the same in every run and on every machine.

    Raises
    ------
    KeyError
        If the exercise has the same numbers for all.
    """
    drawn = VARIANTS[name]
    # Of Python's own generator only this method: its numbers are the same in all versions.
    return drawn.make(*drawn.draw(random.Random(f"{number}/{name}")))


def with_variant(exercise: Exercise | NumberExercise, number: int) -> Exercise | NumberExercise:
    """The exercise with the numbers of a variant; itself if all have the same."""
    if exercise.name not in VARIANTS or not isinstance(exercise, NumberExercise):
        return exercise
    variant = variant_of(exercise.name, number)
    return replace(exercise, answer=lambda: variant.answer, mistakes=variant.mistakes)
