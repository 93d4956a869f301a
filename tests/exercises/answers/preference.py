"""Answers to the exercises on preference."""

from functools import partial

import numpy as np
from scipy.special import expit, log_expit, logsumexp, softmax

from tests.exercises.answers.cells import rewritten

DPO = """
def answer(chosen, rejected, ref_chosen, ref_rejected, beta):
    policy = chosen.mean(axis=-1) - rejected.mean(axis=-1)
    reference = ref_chosen.mean(axis=-1) - ref_rejected.mean(axis=-1)
    x = beta * policy - reference
    return -np.log(1 / (1 + np.exp(-x)))
"""


dpo = partial(rewritten, DPO)

WORDS = (".mean(axis=-1)", ".sum(axis=-1)")
BRACKET = ("beta * policy - reference", "beta * (policy - reference)")
STABLE = ("-np.log(1 / (1 + np.exp(-x)))", "np.maximum(-x, 0) + np.log1p(np.exp(-abs(x)))")


def dpo_by_ratios(chosen, rejected, ref_chosen, ref_rejected, beta):
    lead = (chosen - ref_chosen).sum(axis=-1) - (rejected - ref_rejected).sum(axis=-1)
    return -log_expit(beta * lead)


def dpo_pair_by_pair(chosen, rejected, ref_chosen, ref_rejected, beta):
    losses = np.zeros(len(chosen), dtype=chosen.dtype)
    for i in range(len(chosen)):
        lead = sum(chosen[i]) - sum(rejected[i]) - sum(ref_chosen[i]) + sum(ref_rejected[i])
        losses[i] = np.logaddexp(0, -beta * lead)
    return losses


def dpo_per_word(chosen, rejected, ref_chosen, ref_rejected, beta):
    won, lost = chosen - ref_chosen, rejected - ref_rejected
    won = won.sum(axis=-1) / np.count_nonzero(chosen, axis=-1)
    lost = lost.sum(axis=-1) / np.count_nonzero(rejected, axis=-1)
    return -log_expit(beta * (won - lost))


def dpo_in_place(chosen, rejected, ref_chosen, ref_rejected, beta):
    chosen -= ref_chosen
    rejected -= ref_rejected
    return -log_expit(beta * (chosen.sum(axis=-1) - rejected.sum(axis=-1)))


def choices(s, chances):
    """The sum of chances over the choices, less 1 for each item."""
    total = -np.ones_like(s)
    for place in range(len(s)):
        total[place:] += chances(s[place:])
    return total


def pairs(s, neighbours=False):
    gradient = np.zeros_like(s)
    for w in range(len(s)):
        for loser in range(w + 1, min(w + 2, len(s)) if neighbours else len(s)):
            push = expit(s[loser] - s[w])
            gradient[w] -= push
            gradient[loser] += push
    return gradient


def in_a_table(s):
    """All choices as the rows of a table, with −∞ for who has been placed."""
    table = np.where(np.tri(len(s), k=-1, dtype=bool), -np.inf, s)
    return softmax(table, axis=1).sum(axis=0) - 1


def less_one_at_the_end(s):
    gradient = -np.ones_like(s)
    for place in range(len(s) - 1):
        gradient[place:] += softmax(s[place:])
    return gradient


def from_suffix_sums(s):
    e = np.exp(s - s.max())
    return e * np.cumsum(1 / np.cumsum(e[::-1])[::-1]) - 1


RIGHT = {
    "chain_of_wins": [6 / 7, 0.857, np.float32(0.8571)],
    "dpo_from_words": [dpo(WORDS, BRACKET, STABLE), dpo_by_ratios, dpo_pair_by_pair],
    "careless_judges": [4.133, 4.05, 4.23],
    "ranking_gradient": [in_a_table, lambda s: choices(s, softmax)],
}

WRONG = {
    "chain_of_wins": [
        (0.5, "That is the product"),
        (0.7083, "mean of the two"),
        (6, "Those are the odds"),
        (1.7918, "difference of the scores"),
        (1 / 7, "C beats A"),
        (5 / 6, "odds were added"),
        (11 / 12, "or B beats C"),
        (-1, "between 0 and 1"),
    ],
    "dpo_from_words": [
        (dpo(), "a policy that has not moved"),
        (dpo(STABLE), "a policy that has not moved"),
        (dpo(WORDS, STABLE), "what does it multiply here"),
        (dpo(BRACKET, STABLE), "which logarithm has a product"),
        (dpo_per_word, "by its own length"),
        (dpo(WORDS, STABLE, (" - reference", "")), "the reference is missing"),
        (dpo(WORDS, BRACKET, STABLE, ("policy - r", "policy + r")), "is to be subtracted"),
        (dpo(WORDS, BRACKET, STABLE, ("x = beta", "x = -beta")), "if the rejected answer gains"),
        (dpo(WORDS, STABLE, ("beta * policy", "policy")), "Where has"),
        (
            dpo(WORDS, BRACKET, STABLE, (") - rej", ") + rej"), (") - ref_rej", ") + ref_rej")),
            "the rejected one counts",
        ),
        (
            lambda chosen, rejected, ref_chosen, ref_rejected, beta: (
                -log_expit(
                    beta
                    * (
                        np.exp((chosen - ref_chosen).sum(axis=-1))
                        - np.exp((rejected - ref_rejected).sum(axis=-1))
                    )
                )
            ),
            "ratios of probabilities",
        ),
        (
            dpo(WORDS, BRACKET, ("-np.log(1 / (1 + np.exp(-x)))", "1 / (1 + np.exp(-x))")),
            "surprise",
        ),
        (dpo(WORDS, BRACKET, ("-np.log(", "np.log(")), "at most 0"),
        (
            dpo(
                WORDS,
                BRACKET,
                ("return", "p = (1 + np.tanh(x / 2)) / 2\n    return"),
                ("1 / (1 + np.exp(-x))", "np.clip(p, 1e-12, 1)"),
            ),
            "hopeless pairs all alike",
        ),
        (dpo(WORDS, BRACKET), "ranks quite wrongly"),
        (
            dpo(WORDS, BRACKET, ("-np.log(1 / (1 + np.exp(-x)))", "np.log1p(np.exp(-x))")),
            "ranks quite wrongly",
        ),
        (dpo((".mean(axis=-1)", ".sum()"), BRACKET, STABLE), "which the pairs"),
        (
            dpo(WORDS, BRACKET, STABLE, ("return ", "return np.mean("), ("(x)))", "(x))))")),
            "which the pairs",
        ),
        (dpo_in_place, "The caller may still need"),
    ],
    "careless_judges": [
        (6, "Did any judge"),
        (5.4, "Nine tenths"),
        (3.13, "always say the opposite"),
        (2.9, "from their own games alone"),
        (5.04, "three leads of neighbours"),
        (2.07, "score of the best item"),
        (-4.13, "turned round"),
        (4.5, "let the fit go on"),
        (3.6, "Take more"),
        (1.2, "another thousand steps"),
    ],
    "ranking_gradient": [
        (lambda s: softmax(s) - np.eye(len(s))[0], "first choice alone"),
        (lambda s: np.exp(s - np.logaddexp.accumulate(s[::-1])[::-1]) - 1, "was passed over"),
        (pairs, "a comparison of its own"),
        (lambda s: pairs(s, neighbours=True), "its neighbour alone"),
        (lambda s: len(s) * softmax(s) - 1, "gets shorter"),
        (lambda s: choices(s, softmax) + 1, "minus what"),
        (lambda s: -choices(s, softmax), "turned round"),
        (less_one_at_the_end, "but for the last"),
        (lambda s: in_a_table(s[::-1])[::-1], "the first entry is the winner"),
        (
            lambda s: np.array(sum(logsumexp(s[i:]) - s[i] for i in range(len(s)))),
            "This is the loss",
        ),
        (from_suffix_sums, "all others underflow"),
    ],
}
