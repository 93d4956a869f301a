"""The exercises of ``chapters/exercises/preference``."""

import functools

import numpy as np

from actloss.activations import sigmoid, softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add
from actloss.losses import preference_loss, preference_loss_grad, sparse_softmax_cross_entropy

CHAPTER = "preference"


# 1. Predict a number: who beats whom

A_OVER_B, B_OVER_C = 3 / 4, 2 / 3


def odds(probability):
    return probability / (1 - probability)


def chance_of_a_over_c():
    return float(sigmoid(np.log(odds(A_OVER_B)) + np.log(odds(B_OVER_C))))


# 2. Find the bug: DPO from the words of the answers


def draw_answers(rng):
    pairs, words = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    lengths = rng.integers(1, words + 1, size=(2, pairs, 1))
    padded = np.arange(words) >= lengths
    chosen, rejected = np.where(padded, 0.0, -rng.exponential(2.0, size=padded.shape))
    change = np.where(padded, 0.0, rng.normal(size=padded.shape))
    return {
        "chosen": chosen,
        "rejected": rejected,
        "ref_chosen": np.minimum(chosen + change[0], 0),
        "ref_rejected": np.minimum(rejected + change[1], 0),
        "beta": float(rng.uniform(0.05, 0.9)),
    }


def dpo_of(chosen, rejected, ref_chosen, ref_rejected, beta):
    if max(map(np.max, (chosen, rejected, ref_chosen, ref_rejected))) > 0:
        raise ValueError("a log-probability is at most 0")
    ratio = (chosen - ref_chosen).sum(axis=-1)
    return preference_loss(ratio, (rejected - ref_rejected).sum(axis=-1), beta=beta)


def dpo_with(lead, over_words=np.sum, surprise=lambda x: np.logaddexp(0, -x)):
    """The loss from a lead: a function of the policy's lead, that of the reference, and β."""

    def wrong(chosen, rejected, ref_chosen, ref_rejected, beta):
        policy = over_words(chosen, axis=-1) - over_words(rejected, axis=-1)
        reference = over_words(ref_chosen, axis=-1) - over_words(ref_rejected, axis=-1)
        return surprise(lead(policy, reference, beta))

    return wrong


def right_lead(policy, reference, beta):
    return beta * (policy - reference)


def without_bracket(policy, reference, beta):
    return beta * policy - reference


def both_ratios_added(chosen, rejected, ref_chosen, ref_rejected, beta):
    ratios = (chosen - ref_chosen).sum(axis=-1) + (rejected - ref_rejected).sum(axis=-1)
    return np.logaddexp(0, -beta * ratios)


def mean_of_own_words(chosen, rejected, ref_chosen, ref_rejected, beta):
    """Padding left out."""
    won = (chosen - ref_chosen).sum(axis=-1) / (chosen != 0).sum(axis=-1)
    lost = (rejected - ref_rejected).sum(axis=-1) / (rejected != 0).sum(axis=-1)
    return np.logaddexp(0, -beta * (won - lost))


def ratios_without_log(chosen, rejected, ref_chosen, ref_rejected, beta):
    ratio = np.exp((chosen - ref_chosen).sum(axis=-1))
    return np.logaddexp(0, -beta * (ratio - np.exp((rejected - ref_rejected).sum(axis=-1))))


def clipped(smallest):
    return lambda x: -np.log(np.maximum(sigmoid(x), smallest))


# 3. An experiment: what careless judges do to the scores

HIDDEN, CARELESS = np.array([3.0, 1.0, -1.0, -3.0]), 0.1


@functools.cache
def fitted_lead(careless=CARELESS, coin=0.5):
    """Of the best item over the worst; a careless judge is right with the probability `coin`."""
    right = sigmoid(HIDDEN[:, np.newaxis] - HIDDEN)
    wins = (1 - careless) * right + careless * (coin * right + (1 - coin) * (1 - right))
    scores = np.zeros_like(HIDDEN)
    for _ in range(500):
        lead = scores[:, np.newaxis] - scores
        pull = wins * preference_loss_grad(lead, 0.0) - wins.T * preference_loss_grad(-lead, 0.0)
        scores -= pull.sum(axis=1) / 2
    return float(scores[0] - scores[-1])


# 4. The gradient of a ranking


def draw_ranking(rng):
    return {"s": rng.normal(scale=2.0, size=int(rng.integers(2, 6)))}


def ranking_loss(s):
    """One choice after the other, each among those that are left."""
    return sum(sparse_softmax_cross_entropy(s[place:], 0) for place in range(len(s)))


def ranking_slope(s):
    gradient = np.zeros_like(s)
    for place in range(len(s)):
        gradient[place:] += softmax(s[place:])
        gradient[place] -= 1
    return gradient


def ranking_from(chances, placed=1):
    """A gradient from other probabilities of each choice."""

    def wrong(s):
        return sum(chances(s, place) for place in range(len(s))) - placed

    return wrong


def in_pairs(s, farthest):
    """Every pair, or every pair of neighbours, by Bradley and Terry."""
    lead = s[:, np.newaxis] - s
    above = np.triu(np.ones_like(lead), 1) - np.triu(np.ones_like(lead), farthest + 1)
    push = sigmoid(-lead) * above
    return push.sum(axis=0) - push.sum(axis=1)


def all_left(s, place):
    """The probabilities of the items that are left, 0 for those already placed."""
    e = np.exp(s - s.max())
    e[:place] = 0
    return e / e.sum()


add(
    NumberExercise(
        "chain_of_wins",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=chance_of_a_over_c,
        tolerance=1e-3,
        mistakes=[
            (
                0.5,
                "That is the product. But A can beat C without anybody beating B; and should A "
                "not be better against C than against B?",
            ),
            (17 / 24, "That is the mean of the two. A leads C by more than it leads B."),
            (6.0, "Those are the odds. Which probability belongs to odds of six to one?"),
            (np.log(6.0), "That is the difference of the scores. What does the model make of it?"),
            (1 / 7, "That is the chance that C beats A."),
            (5 / 6, "The odds were added. It is the scores that add, and these are logarithms."),
            (11 / 12, "This asks that A beats B or B beats C. Work with the scores."),
            (
                lambda number: number > 1 or number < 0,
                "A probability is asked for: between 0 and 1.",
            ),
        ],
    ),
    Exercise(
        "dpo_from_words",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=dpo_of,
        draw=draw_answers,
        axes=2,
        extremes=(
            [[-1e5, -1e5], [-1.0, 0.0]],
            [[-3e4, 0.0, 0.0], [-2.0, -1e5, -1.0], [-0.5, -0.25, -4.0]],
        ),
        mistakes=[
            (
                dpo_with(without_bracket, np.mean),
                "Try a policy that has not moved: the loss must be log 2, whatever β and the "
                "answers are. Then ask what the probability of a whole answer is.",
            ),
            (
                dpo_with(without_bracket),
                "The words add up now. But β is to multiply the difference of both log-ratios; "
                "what does it multiply here?",
            ),
            (
                dpo_with(right_lead, np.mean),
                "β is in its place now. The probability of an answer is the product of those of "
                "its words; which logarithm has a product?",
            ),
            (
                mean_of_own_words,
                "Each answer is divided by its own length now, and that is another loss: the "
                "derivation is about the probability of the whole answer.",
            ),
            (
                dpo_with(lambda policy, reference, beta: beta * policy),
                "Nothing here knows where the policy came from: the reference is missing.",
            ),
            (
                dpo_with(lambda policy, reference, beta: beta * (policy + reference)),
                "The reference is to be subtracted: a logarithm of a ratio is a difference.",
            ),
            (
                dpo_with(lambda policy, reference, beta: beta * (reference - policy)),
                "Turned round: with these signs the loss falls if the rejected answer gains.",
            ),
            (
                dpo_with(lambda policy, reference, beta: policy - reference),
                "Where has β gone?",
            ),
            (
                both_ratios_added,
                "Only what the chosen answer gained *more* than the rejected one counts.",
            ),
            (
                ratios_without_log,
                "These are ratios of probabilities. The reward of DPO is β times the logarithm.",
            ),
            (
                dpo_with(right_lead, surprise=sigmoid),
                "This is the probability of the choice. The loss is the surprise at it.",
            ),
            (
                dpo_with(right_lead, surprise=lambda x: -np.logaddexp(0, -x)),
                "This is the log-probability of the choice, and at most 0. A loss has the other "
                "sign.",
            ),
            *(
                (
                    dpo_with(right_lead, surprise=clipped(smallest)),
                    "Clipping the probability makes hopeless pairs all alike, and stops their "
                    "gradient. Find a form that never makes the small number.",
                )
                for smallest in (1e-12, 1e-8)
            ),
            (
                "shape",
                "One loss for each pair is asked for. Which axis holds the words, and which the "
                "pairs?",
            ),
            (
                "extremes",
                "Think of a pair that the policy ranks quite wrongly: exp overflows, or the "
                "sigmoid is 0. Softplus had the same trouble. Which form of it never makes a large "
                "number?",
            ),
        ],
    ),
    NumberExercise(
        "careless_judges",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=fitted_lead,
        tolerance=0.15,
        mistakes=[
            (6.0, "That is the lead that is true. Did any judge toss a coin?"),
            (5.4, "Nine tenths of the truth? Probabilities are mixed, not scores. Try it."),
            (
                fitted_lead(coin=0.0),
                "Here the careless judges always say the opposite. They toss a coin, and half "
                "of the time it is right.",
            ),
            (
                2.9,
                "The log-odds of the best against the worst, from their own games alone. The fit "
                "must serve all six pairs with four scores.",
            ),
            (
                5.04,
                "This adds up the three leads of neighbours. The other three pairs have a say in "
                "the fit too.",
            ),
            (
                fitted_lead() / 2,
                "Is this the score of the best item? The lead over the worst is asked for.",
            ),
            (
                lambda number: number < 0,
                "The best item should come out above the worst: who wins is turned round.",
            ),
            (
                lambda number: abs(number - fitted_lead()) < 0.6,
                "Near. Take more comparisons, and let the fit go on until nothing moves.",
            ),
            (
                lambda number: number < fitted_lead(),
                "Has the fit arrived? Go on until another thousand steps change nothing.",
            ),
        ],
    ),
    Exercise(
        "ranking_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=ranking_slope,
        draw=draw_ranking,
        derivative_of=(ranking_loss, "s"),
        axes=1,
        extremes=(
            [1000.0, 0.0, 1.0],
            [0.0, 1000.0],
            [-1000.0, 5.0, 1000.0, 999.0],
            [2000.0, 1000.0, 0.0, 1.0],
        ),
        mistakes=[
            (
                lambda s: softmax(s) - np.eye(len(s))[0],
                "This is the first choice alone. The second is made among those that are left.",
            ),
            (
                lambda s: np.array([softmax(s[place:])[0] for place in range(len(s))]) - 1,
                "This is what each item gets from its own choice. In the choices before, it was "
                "among the rivals, and was passed over.",
            ),
            (
                lambda s: in_pairs(s, len(s)),
                "Here every pair is a comparison of its own. A ranking of n items is n choices, "
                "each among all that are left.",
            ),
            (
                lambda s: in_pairs(s, 1),
                "Here each item is compared with its neighbour alone. A choice is made among all "
                "that are left.",
            ),
            (
                ranking_from(lambda s, place: softmax(s)),
                "Who has been placed cannot be chosen again: the sum over the rivals gets shorter "
                "with each choice.",
            ),
            (
                ranking_from(all_left, placed=0),
                "Every item is chosen once, and then its score stands alone in the loss: minus "
                "what?",
            ),
            (
                lambda s: -ranking_slope(s),
                "All signs are turned round. Should a higher score of the winner raise the loss?",
            ),
            (
                lambda s: np.where(np.arange(len(s)) == len(s) - 1, -1, 0) + ranking_slope(s),
                "Right but for the last item. Its own choice is made among one: probability 1.",
            ),
            (
                lambda s: ranking_slope(s[::-1])[::-1],
                "The order is the other way round: the first entry is the winner.",
            ),
            (
                ranking_loss,
                "This is the loss. Its derivatives are asked for, one for each score.",
            ),
            (
                "extremes",
                "Where the winner leads by 1000, all others underflow together, and 0/0 is NaN. "
                "One maximum for all choices is not enough.",
            ),
        ],
    ),
)
