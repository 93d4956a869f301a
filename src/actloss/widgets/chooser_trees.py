"""The questions that lead to a loss or to an activation, as data: what :class:`Chooser` shows.

Each path ends in a piece of advice that the chapters *Choosing a loss* and *Choosing an activation*
give, with its reason, and what would speak against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias


class Advice(NamedTuple):
    """What to take: at the end of a path."""

    label: str  # in the drawing, where there is room for some 24 letters
    functions: dict[str, str]  # name in the catalogue: chapter and section that argue for it
    reason: str
    unless: str


class Question(NamedTuple):
    """A question, and where each answer leads."""

    text: str
    answers: dict[str, Tree]


Tree: TypeAlias = Question | Advice

BINARY = "cross-entropy#two-classes-binary-cross-entropy"
SEVERAL = "cross-entropy#several-classes-p-y-again"
SMOOTHING = "cross-entropy#label-smoothing"
PAIRS_OF_VECTORS = "similarity#when-to-use-which"

LOSSES = Question(
    "What does the output mean?",
    {
        "a number": Question(
            "Which number, where the data leave it open?",
            {
                "the mean": Question(
                    "Are some targets wrong or far off?",
                    {
                        "no": Advice(
                            "squared error",
                            {"squared_error": "regression-losses#which-constant-is-best"},
                            "The mean is what it asks for. Its slope grows with the error, so "
                            "every sample has its say.",
                            "One target far off can rule the fit. Look at the largest errors "
                            "before you trust it.",
                        ),
                        "yes, and they shall count less": Advice(
                            "Huber",
                            {"huber_loss": "regression-losses#huber-put-a-ceiling-on-the-pull"},
                            "Up to an error of δ it is half the squared error; beyond it no "
                            "sample pulls harder than δ. A small δ makes it ask for the "
                            "median, a large one for the mean.",
                            "δ must fit the unit of the target. And if the far targets are "
                            "real and their sum is what counts, keep the squared error.",
                        ),
                        "yes, and they shall not count": Advice(
                            "Cauchy, Tukey",
                            {
                                "cauchy_loss": "regression-losses#give-an-outlier-up",
                                "tukey_loss": "regression-losses#give-an-outlier-up",
                            },
                            "Far out the pull of Cauchy's loss fades, and Tukey's ends. Start "
                            "from a Huber fit: these losses are not convex, and find the heap "
                            "of targets in which they start.",
                            "If most of the targets are not in one heap, the answer depends on "
                            "the start. Take Huber.",
                        ),
                    },
                ),
                "the median": Advice(
                    "absolute error",
                    {"absolute_error": "regression-losses#which-constant-is-best"},
                    "Half of the targets lie above what it asks for, half below, however far. "
                    "No sample pulls harder than another.",
                    "Its slope does not shrink near the answer: let the step decay, or take Huber.",
                ),
                "a bound or an interval": Advice(
                    "quantile loss",
                    {"quantile_loss": "regression-losses#two-quantiles-make-an-interval"},
                    "Too low costs q and too high 1 − q for each unit, so a share q of the "
                    "targets lies below the answer. Two of them make an interval.",
                    "Each q is a fit of its own. If the noise is Gaussian, one fit of mean and "
                    "variance gives every interval.",
                ),
                "a mean and how noisy it is": Advice(
                    "Gaussian likelihood",
                    {
                        "gaussian_nll_loss": "regression-losses"
                        "#counts-and-predictions-that-know-their-noise"
                    },
                    "It learns mean and variance together, and trusts a sample the less the "
                    "noisier its kind is.",
                    "It believes in Gaussian noise. Where tails are long, two quantiles "
                    "promise less and keep it.",
                ),
                "the rate of a count": Advice(
                    "Poisson likelihood",
                    {
                        "poisson_nll_loss": "regression-losses"
                        "#counts-and-predictions-that-know-their-noise"
                    },
                    "Counts are never negative, and spread more where they are large. The "
                    "output is read as the logarithm of the rate.",
                    "It takes the variance to be equal to the mean. Check that.",
                ),
            },
        ),
        "yes or no": Question(
            "What will be read from it?",
            {
                "a probability": Question(
                    "What is true of the labels?",
                    {
                        "nothing unusual": Advice(
                            "binary cross-entropy",
                            {"binary_cross_entropy_with_logits": BINARY},
                            "It asks for the true probability, and its slope p − y is loud "
                            "wherever the answer is wrong. Give it the logit.",
                            "If nobody will ever read the probability, a hinge will do.",
                        ),
                        "one answer is very rare": Advice(
                            "the same, other threshold",
                            {"binary_cross_entropy_with_logits": BINARY},
                            "A proper loss keeps the probabilities honest. Then choose the "
                            "threshold by what each mistake costs: there the trade-off can be "
                            "seen.",
                            "If easy negatives drown all else and only the ranking counts, try "
                            "the focal loss. Its probabilities are drawn to ½.",
                        ),
                        "a few per cent are wrong": Advice(
                            "the same, labels smoothed",
                            {"binary_cross_entropy_with_logits": SMOOTHING},
                            "A wrong label pulls with full force at a prediction that is "
                            "rightly sure. Smoothed labels give the logits a finite goal.",
                            "With ε too large the probabilities are too modest: measure the "
                            "calibration.",
                        ),
                    },
                ),
                "a share between 0 and 1": Advice(
                    "the same, shares as labels",
                    {"binary_cross_entropy_with_logits": BINARY},
                    "It takes a share as its label, and asks for the mean share. Unlike "
                    "squared error behind a sigmoid it still pulls where the answer is badly "
                    "wrong.",
                    "If the target can leave the range from 0 to 1 it is a number: take the "
                    "squared error, and no sigmoid.",
                ),
                "only the side": Advice(
                    "hinge",
                    {"hinge_loss": "margin-losses#a-loss-that-can-be-satisfied"},
                    "It asks for the likelier side, and is done with a sample that lies beyond "
                    "the margin.",
                    "As soon as somebody asks how sure it is: its score is no probability. "
                    "Take cross-entropy.",
                ),
                "a small region of pixels": Advice(
                    "Dice, Tversky",
                    {
                        "dice_loss": "custom-losses#when-almost-all-is-background",
                        "tversky_loss": "custom-losses#when-almost-all-is-background",
                    },
                    "A mean over pixels is small as soon as the background is right. These "
                    "compare the two regions; with Tversky a miss may cost more than a false "
                    "alarm.",
                    "They ask for a region, never for a probability. If you need one for each "
                    "pixel, take cross-entropy.",
                ),
            },
        ),
        "one class of several": Question(
            "What are the labels?",
            {
                "class numbers": Advice(
                    "softmax cross-entropy",
                    {"sparse_softmax_cross_entropy": SEVERAL},
                    "It asks for the whole distribution, and its slope is p − y. Give it "
                    "logits and integers, and no softmax before it.",
                    "If classes are not exclusive, each needs a sigmoid of its own.",
                ),
                "class numbers, a few wrong": Advice(
                    "the same, labels smoothed",
                    {"softmax_cross_entropy": SMOOTHING},
                    "One-hot labels ask for infinite logits, also where they are wrong. "
                    "Smoothed ones give them a finite goal.",
                    "It can make the network too modest: measure the calibration.",
                ),
                "distributions": Advice(
                    "the same, soft labels",
                    {"softmax_cross_entropy": "cross-entropy#one-hot-or-integers"},
                    "Its labels may be any distribution, and p = y is where it is least.",
                    "The divergence has the same slope, and is 0 for a perfect answer. Take it "
                    "if you want to read the value.",
                ),
                "the next tokens": Advice(
                    "the same, with a mask",
                    {"sparse_softmax_cross_entropy": "large-vocabularies#some-tokens-at-a-time"},
                    "Padding must not count: leave it out by where=. With a large vocabulary "
                    "the logits are what fills the memory; take some tokens at a time.",
                    "With a few thousand classes nothing of the kind is needed.",
                ),
            },
        ),
        "several labels at once": Advice(
            "a binary one for each",
            {"binary_cross_entropy_with_logits": "cross-entropy#when-to-use-which"},
            "Labels that can hold together are so many questions of yes or no. A softmax would "
            "make them compete.",
            "If exactly one label holds at a time, take softmax cross-entropy.",
        ),
        "better, or alike": Question(
            "What do you know of the samples?",
            {
                "which of two is better": Advice(
                    "preference loss",
                    {"preference_loss": "preference#which-of-the-two-is-better"},
                    "It is the likelihood of the comparison, given the difference of two "
                    "scores, and it is convex in them.",
                    "If one always wins, the scores grow without end: penalise them. Where a "
                    "program can check the answer, optimise that.",
                ),
                "the order is all that counts": Advice(
                    "margin ranking",
                    {"margin_ranking_loss": "preference#when-to-use-which"},
                    "It is done with a pair once the better one leads by the margin, so scores "
                    "stay finite.",
                    "With a margin of 0 a tie costs nothing. And its scores are no probabilities.",
                ),
                "pairs that belong together": Advice(
                    "InfoNCE",
                    {"info_nce_loss": "similarity#infonce-which-of-these-is-mine"},
                    "All others of the batch are the wrong answers, the hard ones weighted "
                    "most. There is nothing to mine, and one temperature to set.",
                    "With several right partners or none, with small batches, or with batches "
                    "spread over machines: the sigmoid loss.",
                ),
                "A is more like B than C": Advice(
                    "triplet loss",
                    {"triplet_loss": "similarity#triplets-nearer-by-a-margin"},
                    "It says just this: nearer, by a margin.",
                    "Negatives must be chosen with care. If you have pairs and not triplets, "
                    "take InfoNCE.",
                ),
                "a class of each vector": Advice(
                    "ArcFace",
                    {"arcface_loss": "similarity#older-and-narrower-losses-of-comparison"},
                    "It draws the vectors of a class together, by an angle.",
                    "Where the classes are fixed, begin with softmax cross-entropy.",
                ),
            },
        ),
    },
)

CHOICE = "choosing-an-activation"
GATES_THAT_REMEMBER = "gates-and-modern-activations#gates-that-remember"
LANGUAGE_MODELS = "gates-and-modern-activations#what-language-models-use"
SMALL_DEVICES = "smooth-rectifiers#hard-variants-for-small-devices"

ACTIVATIONS = Question(
    "Where does the unit stand?",
    {
        "at the output": Question(
            "What can the target be?",
            {
                "any number": Advice(
                    "none: identity",
                    {"identity": f"{CHOICE}#the-output-unit-ask-the-target"},
                    "It reaches every number, and its slope is nowhere zero.",
                    "If the target has a bound that the answer must keep, choose the unit "
                    "with that range.",
                ),
                "a positive number": Advice(
                    "softplus",
                    {"softplus": "smooth-rectifiers#softplus-relu-with-a-round-corner"},
                    "Its range is the positive numbers, and its slope is nowhere zero. An "
                    "exponential does as well. A ReLU that answers 0 learns nothing from the "
                    "sample.",
                    "Counts: no unit at all, read as a logarithm, with the Poisson likelihood.",
                ),
                "between −1 and 1": Advice(
                    "tanh",
                    {"tanh": "sigmoid-and-tanh#tanh-is-the-same-curve-drawn-twice-as-large"},
                    "It has that range, and its slope is nowhere zero.",
                    "With squared error it stalls where it is sure and wrong.",
                ),
                "yes or no, or a share": Advice(
                    "sigmoid",
                    {"sigmoid": "sigmoid-and-tanh#from-a-score-to-a-probability"},
                    "It makes a probability of a score. With binary cross-entropy the "
                    "gradient is p − y.",
                    "Most losses take the logit and hold the sigmoid themselves: then the "
                    "network ends without it.",
                ),
                "one class of several": Advice(
                    "softmax",
                    {"softmax": "softmax#from-scores-to-probabilities"},
                    "It turns the row of scores into one distribution, so that the classes "
                    "exclude each other.",
                    "If two may hold together, each gets a sigmoid. And the loss takes logits: "
                    "no softmax before it.",
                ),
                "several labels at once": Advice(
                    "a sigmoid for each",
                    {"sigmoid": "softmax#several-labels-at-once-a-sigmoid-for-each"},
                    "Labels that can hold together need no common sum.",
                    "If exactly one holds at a time, take softmax.",
                ),
            },
        ),
        "in a hidden layer": Question(
            "Do you build on an architecture that others have trained?",
            {
                "yes": Advice(
                    "what it has",
                    {
                        "gelu": LANGUAGE_MODELS,
                        "swiglu": LANGUAGE_MODELS,
                        "geglu": LANGUAGE_MODELS,
                    },
                    "Keep its activation: its rate, initialisation and normalisation were "
                    "found with it. In transformers that is one of these.",
                    "If you train from the beginning and tune every rate anew, you may compare.",
                ),
                "no": Question(
                    "What is its value?",
                    {
                        "a gate or a share": Advice(
                            "sigmoid",
                            {"sigmoid": GATES_THAT_REMEMBER},
                            "A gate lets a share through, between 0 and 1.",
                            "If it need not be a share, it is a feature like the others.",
                        ),
                        "a state that is fed back": Advice(
                            "tanh",
                            {"tanh": GATES_THAT_REMEMBER},
                            "A bound keeps a loop from growing, and a state wants either sign.",
                            "Without the loop there is no need for a bound.",
                        ),
                        "a feature": Question(
                            "What must the network do besides?",
                            {
                                "be differentiated in its inputs": Advice(
                                    "a smooth one",
                                    {
                                        "gelu": "smooth-rectifiers#gelu-the-average-of-a-coin-toss",
                                        "silu": "smooth-rectifiers#swish-a-unit-that-gates-itself",
                                        "softplus": "smooth-rectifiers"
                                        "#softplus-relu-with-a-round-corner",
                                        "tanh": "sigmoid-and-tanh#when-to-use-which",
                                    },
                                    "A network of ReLUs has a staircase for a slope, and "
                                    "nothing for the slope of that.",
                                    "If you only train it, and never ask for the slope in its "
                                    "inputs, a kink does no harm.",
                                ),
                                "run on small or integer hardware": Advice(
                                    "ReLU, ReLU6, hard swish",
                                    {
                                        "relu": "relu-family#when-to-use-which",
                                        "relu6": SMALL_DEVICES,
                                        "hard_swish": SMALL_DEVICES,
                                    },
                                    "A comparison, or a clip and a product or two, and no "
                                    "exponential. ReLU6 has a bound as well.",
                                    "Measure on the device: what takes time is code, not formulas.",
                                ),
                                "neither": Question(
                                    "What have you built, and measured?",
                                    {
                                        "deep, no normalisation, no skips": Advice(
                                            "SELU",
                                            {
                                                "selu": "smooth-rectifiers#selu-two-constants-"
                                                "that-hold-a-network-together"
                                            },
                                            "Its constants hold mean and variance, with "
                                            "LeCun's weights and standardised inputs.",
                                            "Better: add the normalisation. Then ReLU will do.",
                                        ),
                                        "dead units, at lower rates too": Advice(
                                            "Leaky ReLU, PReLU, ELU",
                                            {
                                                "leaky_relu": "relu-family#leaky-relu-leave-"
                                                "the-door-ajar",
                                                "prelu": "relu-family#prelu-let-the-network-choose",
                                                "elu": "smooth-rectifiers#elu-a-left-side-that-"
                                                "settles",
                                            },
                                            "A slope on the left brings units back, if it does "
                                            "not fade away: ELU's does, far out.",
                                            "Lower the learning rate first. In our experiment "
                                            "that alone was the cure.",
                                        ),
                                        "neither": Advice(
                                            "ReLU",
                                            {"relu": "relu-family#when-to-use-which"},
                                            "It is cheap and sparse, and the initialisation "
                                            "was made for it. The learning rate matters more "
                                            "than the activation: tune that.",
                                            "With time left, try GELU or SiLU, tuned just as "
                                            "well. A difference below that of two seeds is "
                                            "none.",
                                        ),
                                    },
                                ),
                            },
                        ),
                    },
                ),
            },
        ),
    },
)

TREES: dict[str, Tree] = {"losses": LOSSES, "activations": ACTIVATIONS}


def follow(tree: Tree, answers: tuple[int, ...]) -> Tree:
    """Where these answers, counted from 1, lead.

    >>> follow(LOSSES, (1, 2)).label
    'absolute error'
    """
    for number in answers:
        if isinstance(tree, Advice):
            raise ValueError(
                f"answers must end where they lead to advice ({tree.label!r}), but got {answers}"
            )
        if not 1 <= number <= len(tree.answers):
            raise ValueError(
                f"each of answers must be one of 1 to {len(tree.answers)} for the question "
                f"{tree.text!r}, but got {number}"
            )
        tree = list(tree.answers.values())[number - 1]
    return tree


def paths(tree: Tree, answers: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Advice]]:
    """Every path of answers with the advice at its end, from first to last.

    >>> [answers for answers, advice in paths(ACTIVATIONS) if advice.label == "softmax"]
    [(1, 5)]
    """
    if isinstance(tree, Advice):
        yield answers, tree
        return
    for number, branch in enumerate(tree.answers.values(), start=1):
        yield from paths(branch, (*answers, number))
