"""What the ten networks of the chapter on digits answer for 510 images by people they do not know.

The answers are kept in ``digit_answers.toml`` (7 kB), each with how sure it is, as the highest of
`THRESHOLDS` that its confidence reaches. To compute them again::

    python -m actloss.widgets.digit_answers
"""

from __future__ import annotations

import base64
import tomllib
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from actloss.network import SGD, SOFTMAX_CROSS_ENTROPY, Ensemble, Network
from actloss.widgets.module import HERE, read

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
SEEDS = range(10)
TRAINED, TESTED = slice(0, 1029), slice(1287, None)  # other people in each
STORE = "digit_answers.toml"


class Answers(NamedTuple):
    """`labels` of the images; of each network and image the `answers`, and the `levels` of trust.

    A level is the index of the highest of `THRESHOLDS` that the confidence reaches.
    """

    labels: NDArray[Any]
    answers: NDArray[Any]
    levels: NDArray[Any]


def compute() -> Answers:
    """Train the networks of the chapter, and let them read the images of the test."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images, labels = digits.data / 16, digits.target
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    networks = [Network([64, 32, 32, 10], pairing=SOFTMAX_CROSS_ENTROPY, rng=rng) for rng in rngs]
    ensemble = Ensemble(networks)
    for rate, epochs in ((0.2, 15), (0.02, 5)):
        ensemble.fit(
            images[TRAINED], labels[TRAINED], optimiser=SGD(rate), epochs=epochs, rngs=rngs
        )
    found = np.array([network.predict_proba(images[TESTED]) for network in networks])
    levels = np.searchsorted(THRESHOLDS, found.max(axis=-1), side="right") - 1
    return Answers(labels[TESTED], found.argmax(axis=-1), levels)


def write_answers() -> None:
    """Compute the answers, and store them: a letter a label, a byte an answer with its level."""
    labels, answers, levels = compute()
    digits = "".join(map(str, labels))
    packed = base64.b64encode((16 * answers + levels).astype(np.uint8).tobytes()).decode()
    head = "# Written by python -m actloss.widgets.digit_answers, which says what it holds.\n"
    text = f'{head}labels = "{digits}"\nanswers = "{packed}"\n'
    (HERE / STORE).write_text(text, encoding="utf-8")


@cache
def stored() -> dict[str, str]:
    """What ``digit_answers.toml`` holds."""
    return tomllib.loads(read(STORE))


@cache
def recorded() -> Answers:
    """The stored answers of ten networks for 510 images.

    >>> recorded().answers.shape
    (10, 510)
    """
    labels = np.array([int(digit) for digit in stored()["labels"]])
    packed = np.frombuffer(base64.b64decode(stored()["answers"]), np.uint8)
    both = packed.reshape(len(SEEDS), len(labels))
    return Answers(labels, both // 16, both % 16)


if __name__ == "__main__":
    write_answers()
