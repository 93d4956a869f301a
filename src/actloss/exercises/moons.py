"""The exercises of ``chapters/exercises/moons``."""

import numpy as np

from actloss.activations import sigmoid, sigmoid_grad, softplus
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array
from actloss.losses import binary_cross_entropy_with_logits

CHAPTER = "moons"


# 1. Predict a number: how plainly a check shows the wrong gradient


def least_error():
    """The factor σ′(z) is largest at 0, and the relative error is what it leaves out."""
    return float(1 - sigmoid_grad(0.0))


# 2. Find the bug: a scale for the training set and for the rest


def in_training_scale(train, other):
    if not ((train.std(axis=0) > 1e-6).all() and other.ndim == 2):
        raise ValueError("every column of the training set must vary")
    return (other - train.mean(axis=0)) / train.std(axis=0)


def draw_sets(rng):
    columns = rng.integers(2, 4)
    middle, spread = rng.normal(scale=5.0, size=columns), rng.uniform(0.5, 4.0, size=columns)
    sizes = rng.integers(3, 6), rng.integers(2, 4)
    train, other = (middle + spread * rng.normal(size=(size, columns)) for size in sizes)
    return {"train": train, "other": other}


def standardised(middle, spread):
    return lambda train, other: (other - middle(train, other)) / spread(train, other)


def train_mean(train, other):
    return train.mean(axis=0)


def train_spread(train, other):
    return train.std(axis=0)


# 3. The loss whose gradient the article takes


def hidden_loss(z, y):
    return 0.5 * (sigmoid(z) - y) ** 2


def draw_soft(rng):
    z = any_array(rng)
    return {"z": z, "y": np.asarray(rng.choice([0.0, 1.0, 0.3], size=z.shape))}


# 4. The way back to the weights of the first layer


def forward(x, weights, bias, out_weights):
    sums = x @ weights + bias
    hidden = np.maximum(sums, 0)
    return sums, hidden, hidden @ out_weights


def mean_loss(x, y, weights, bias, out_weights):
    logits = forward(x, weights, bias, out_weights)[2]
    return np.mean(softplus(logits) - y * logits)


def weights_gradient(x, y, weights, bias, out_weights):
    sums = forward(x, weights, bias, out_weights)[0]
    if (sums == 0).any() or not ((y >= 0) & (y <= 1)).all():
        raise ValueError("no sum may lie on the kink, and labels lie between 0 and 1")
    return backward(x, y, weights, bias, out_weights)


def backward(x, y, weights, bias, out_weights):
    sums, _, logits = forward(x, weights, bias, out_weights)
    return x.T @ ((sigmoid(logits) - y) / len(x) @ out_weights.T * (sums > 0))


def draw_network(rng):
    n, units = rng.choice([3, 5]), rng.integers(3, 5)
    return {
        "x": rng.normal(size=(n, 2)),
        "y": rng.choice([0.0, 1.0], size=(n, 1)),
        "weights": rng.normal(size=(2, units)),
        "bias": rng.normal(size=units),
        "out_weights": rng.normal(size=(units, 1)),
    }


def with_top(top):
    """The gradient, if `top` of the logits and the labels is what enters above."""

    def wrong(x, y, weights, bias, out_weights):
        sums, _, logits = forward(x, weights, bias, out_weights)
        return x.T @ (top(logits, y) / len(x) @ out_weights.T * (sums > 0))

    return wrong


def with_slope(slope):
    """The gradient, if `slope` is taken for that of the hidden units."""

    def wrong(x, y, weights, bias, out_weights):
        sums, _, logits = forward(x, weights, bias, out_weights)
        return x.T @ ((sigmoid(logits) - y) / len(x) @ out_weights.T * slope(sums))

    return wrong


def without_out_weights(x, y, weights, bias, out_weights):
    sums, _, logits = forward(x, weights, bias, out_weights)
    return x.T @ ((sigmoid(logits) - y) / len(x) * (sums > 0))


def without_bias(x, y, weights, bias, out_weights):
    return backward(x, y, weights, 0 * bias, out_weights)


add(
    NumberExercise(
        "least_relative_error",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=least_error,
        tolerance=1e-3,
        mistakes=[
            (0.25, "That is the factor itself, at its largest. By how much is the result off?"),
            (3.0, "That divides by the smaller of the two numbers; the check takes the larger."),
            (4.0, "That is the ratio of the two gradients. The error is their difference."),
            (
                0.5,
                "One half is the value of the sigmoid at 0. The wrong gradient holds its slope.",
            ),
            (
                1.0,
                "That is the limit for a logit far from 0, where the error is largest. Where is "
                "it smallest?",
            ),
            (0.0, "It would be, if the factor could be 1. How large can the slope of σ be?"),
            (
                0.76,
                "That is the number from the chapter, for 20 samples together. Work it out for "
                "one sample that you may choose.",
            ),
            (lambda number: number < 0, "A relative error has no sign."),
            (lambda number: number > 1, "Divided by the larger of the two, it cannot exceed 1."),
        ],
    ),
    Exercise(
        "in_training_scale",
        chapter=CHAPTER,
        points=2,
        difficulty=1,
        reference=in_training_scale,
        draw=draw_sets,
        axes=2,
        extremes=(),
        smallest=1e-9,
        mistakes=[
            (
                standardised(lambda train, other: other.mean(), lambda train, other: train.std()),
                "So far this does what the given function does. Which mean may the network know, "
                "and how many means does a set with two columns have?",
            ),
            (
                standardised(lambda train, other: other.mean(axis=0), train_spread),
                "Each column has its own scale now. But a point must get the same coordinates "
                "whatever stands beside it: whose mean is taken away?",
            ),
            (
                standardised(lambda train, other: train.mean(), lambda train, other: train.std()),
                "All numbers come from the training set now. But the two columns may lie in "
                "different places: one mean for both?",
            ),
            (
                standardised(
                    lambda train, other: other.mean(axis=0), lambda train, other: other.std(axis=0)
                ),
                "Each set is scaled by itself here. The same point then gets two different "
                "coordinates, and the network was trained on only one of them.",
            ),
            (
                standardised(
                    lambda train, other: np.vstack([train, other]).mean(axis=0),
                    lambda train, other: np.vstack([train, other]).std(axis=0),
                ),
                "This looks at both sets together, so the test set has a say in the scale.",
            ),
            (
                standardised(train_mean, lambda train, other: train.std()),
                "The means are right. The spread is still one number for all columns.",
            ),
            (
                standardised(lambda train, other: train.mean(), train_spread),
                "The spreads are right. The mean is still one number for all columns.",
            ),
            (
                standardised(train_mean, lambda train, other: other.std(axis=0)),
                "The means are right. Whose spread is this?",
            ),
            (
                standardised(train_mean, lambda train, other: train.var(axis=0)),
                "The variance has the unit of a square. What has the unit of the data?",
            ),
            (
                standardised(train_mean, lambda train, other: train.std(axis=0, ddof=1)),
                "Nearly. With ddof 1 this divides by n − 1; the chapter, like most code for "
                "networks, divides by n.",
            ),
            (
                lambda train, other: in_training_scale(train, train),
                "This scales the training set. What is asked for is the other one.",
            ),
        ],
    ),
    Exercise(
        "hidden_loss",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=hidden_loss,
        draw=draw_soft,
        mistakes=[
            (
                binary_cross_entropy_with_logits,
                "The gradient of this is p − y, without the factor. Which function of p has the "
                "derivative p − y in p, not in z?",
            ),
            (
                lambda z, y: (sigmoid(z) - y) ** 2,
                "Differentiate it: there is a 2 too many.",
            ),
            (
                lambda z, y: (sigmoid(z) - y) * sigmoid_grad(z),
                "This is the gradient itself. Of which loss is it the gradient?",
            ),
            (
                lambda z, y: binary_cross_entropy_with_logits(z, y) * sigmoid_grad(z),
                "A gradient with a factor is not the gradient of the loss with that factor: the "
                "product rule would bring a second term.",
            ),
            (
                lambda z, y: 0.5 * (z - y) ** 2,
                "The gradient of this is z − y. Which p has the gradient of the article?",
            ),
            (
                lambda z, y: np.abs(sigmoid(z) - y),
                "Differentiate it: the size of p − y is lost, only its sign is left.",
            ),
            (
                lambda z, y: sigmoid(z) - y,
                "This is the gradient of cross-entropy. What is asked for is a loss.",
            ),
            (
                lambda z, y: 0.5 * sigmoid(z) ** 2 - y * sigmoid(z),
                "Right up to a constant. It is to be 0 where p is y.",
            ),
            (
                lambda z, y: -hidden_loss(z, y),
                "The sign is turned round: steps against the gradient must make it smaller.",
            ),
            ("shape", "One loss for each entry: no sum, no mean."),
        ],
    ),
    Exercise(
        "first_weights_grad",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=weights_gradient,
        draw=draw_network,
        axes=2,
        derivative_of=(mean_loss, "weights"),
        extremes=(),
        mistakes=[
            (
                with_top(lambda z, y: (sigmoid(z) - y) * sigmoid_grad(z)),
                "One derivative too many: the way back through the sigmoid is already in p − y. "
                "This is the mistake of the article.",
            ),
            (
                with_top(lambda z, y: (sigmoid(z) - y) * len(y)),
                "The loss is a mean over the samples. Where is their number?",
            ),
            (
                with_top(lambda z, y: (sigmoid(z) - y) / len(y)),
                "The loss is one mean. This takes two.",
            ),
            (
                with_top(lambda z, y: y - sigmoid(z)),
                "The sign is turned round: truth minus prediction.",
            ),
            (
                with_top(lambda z, y: z - y),
                "This compares the logit with the label. Which function makes it a probability?",
            ),
            (
                with_top(lambda z, y: (z > 0) - y),
                "This compares the decision with the label. The gradient wants the probability.",
            ),
            (
                with_top(lambda z, y: np.mean(sigmoid(z) - y, keepdims=True) * len(z)),
                "This takes the mean of p − y first, and then the same number for all samples. "
                "Each sample brings its own input along: multiply first.",
            ),
            (
                with_slope(np.ones_like),
                "A unit whose sum is negative gives 0 and passes nothing back. Where is the slope "
                "of ReLU?",
            ),
            (
                with_slope(lambda sums: np.maximum(sums, 0)),
                "On the way back the slope of ReLU is needed, not its value.",
            ),
            (
                with_slope(sigmoid_grad),
                "This takes the slope of the sigmoid for that of the hidden units. They are ReLUs.",
            ),
            (
                without_out_weights,
                "How much a hidden unit matters for the logit depends on its output weight.",
            ),
            (
                without_bias,
                "The bias is missing on the way forward: it decides which units are active.",
            ),
            (
                lambda **parts: backward(**parts).T,
                "The gradient of the weights has the shape of the weights, inputs × units.",
            ),
            (
                "shape",
                "The gradient of the weights has the shape of the weights. Write the shape beside "
                "each factor: which product of a (2, n) and an (n, h) array gives (2, h)?",
            ),
        ],
    ),
)
