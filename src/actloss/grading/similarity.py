"""Which answers of a class are alike in ways that few of the class share.

Only what is rare counts, and the class itself says what is rare: a passage, a wrong value, a name
or a comment that n of N students have weighs log2(N / n), and nothing if many have it. So the
formula that everybody writes says nothing of anybody. What agreement chance gives, classes tell in
which the answers to each exercise were handed out anew: whoever agrees in one of them need not
agree in the next.

Nobody is compared with everybody: students meet where they share what is rare, so the work grows
with the class and not with its square.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

import numpy as np

from actloss.grading import fingerprints
from actloss.grading.fingerprints import RUN, WINDOW

MOST = 30  # students that share what is still called rare, in a class of any size
RARE = 1 / 10  # of the class, at most
SHORTEST = 25  # tokens of an answer's own: what is shorter has few ways to be written
PASSAGE = WINDOW + RUN - 1  # tokens that weigh as much as one name
NAME_LETTERS, COMMENT_LETTERS = 3, 12  # shorter ones are anybody's
SHUFFLES = 20


class Answer(NamedTuple):
    """What a student handed in for an exercise, and what of it was wrong, "" for nothing."""

    student: str
    source: str
    mistake: str = ""


@dataclass
class Exercise:
    """How the answers to one exercise compare."""

    name: str
    answers: int
    short: int  # of these, whose code is too short to tell anything
    agreement: float  # how likely two answers, drawn at random, are alike token by token


class Shared(NamedTuple):
    """Something that two students share, and that few others do."""

    exercise: str  # "" for what belongs to the whole notebook
    kind: str  # "code", "mistake", "name" or "comment"
    what: str
    students: int
    of: int
    bits: float
    tokens: int = 0


@dataclass
class Pair:
    """Two students, and what they share."""

    students: tuple[str, str]
    shared: list[Shared] = field(default_factory=list)
    rare: dict[str, set[int]] = field(default_factory=dict)  # fingerprints, by exercise

    @property
    def bits(self) -> float:
        return sum(item.bits for item in self.shared)


@dataclass
class Comparison:
    """A class, compared; the pairs that share most first."""

    students: int
    exercises: list[Exercise]
    pairs: list[Pair]
    chance: list[float]  # the bits of the most alike pair of each shuffled class

    @property
    def above_chance(self) -> list[Pair]:
        """The pairs that share more than the most alike pair of any shuffled class."""
        return [pair for pair in self.pairs if pair.bits > self.chance[-1]]


def compare(
    answers: Mapping[str, Sequence[Answer]], given: Iterable[str], *, seed: int = 0
) -> Comparison:
    """Compare the answers of a class, by exercise.

    Parameters
    ----------
    answers : mapping
        From the name of each exercise to its answers.
    given : iterable of str
        Sources that students had from the course: what stands there is nobody's own.
    seed : int
        Shuffles the class.
    """
    pieces = [fingerprints.split(source) for source in given]
    known = {value for piece in pieces for value in fingerprints.runs(piece.tokens)}
    known_names = set().union(*(piece.names for piece in pieces))
    known_comments = set().union(*(piece.comments for piece in pieces))
    pairs: dict[tuple[str, str], Pair] = {}
    names: dict[str, set[str]] = defaultdict(set)
    comments: dict[str, set[str]] = defaultdict(set)
    exercises = []
    for name, given_in in sorted(answers.items()):
        own = {}
        for answer in given_in:
            piece = fingerprints.split(answer.source)
            names[answer.student] |= piece.names - known_names
            comments[answer.student] |= piece.comments - known_comments
            own[answer] = _Own(piece.tokens, known)
        exercises.append(_in_one_exercise(name, own))
        _pair_by_code(name, own, pairs)
        mistakes = {answer.student: {answer.mistake} - {""} for answer in given_in}
        _pair_by_words(name, "mistake", mistakes, len(mistakes), pairs)
    for kind, words, shortest in (
        ("name", names, NAME_LETTERS), ("comment", comments, COMMENT_LETTERS),
    ):  # fmt: skip
        long = {who: {w for w in said if len(w) >= shortest} for who, said in words.items()}
        _pair_by_words("", kind, long, len(long), pairs)
    found = sorted(pairs.values(), key=lambda pair: (-round(pair.bits, 6), pair.students))
    for pair in found:
        pair.shared.sort(key=lambda item: (-item.bits, item))
    return Comparison(len(names), exercises, found, _by_chance(found, sorted(names), seed))


class _Own:
    """The part of an answer that was not given."""

    def __init__(self, tokens, known):
        self.said = tuple(token.says for token in tokens)
        self.hashes = fingerprints.runs(tokens)
        self.length = len(tokens) - sum(fingerprints.covered(self.hashes, known))
        self.prints = fingerprints.winnow(self.hashes) - known

    @property
    def short(self):
        return self.length < SHORTEST


def _in_one_exercise(name, own):
    written = [one for one in own.values() if one.length]
    alike: dict[tuple, int] = defaultdict(int)
    for one in written:
        alike[one.said] += 1
    pairs = math.comb(len(written), 2)
    agreement = sum(math.comb(count, 2) for count in alike.values()) / pairs if pairs else 0.0
    return Exercise(name, len(written), sum(one.short for one in written), agreement)


def _pair_by_code(name, own, pairs):
    holders: dict[int, dict[str, _Own]] = defaultdict(dict)
    for answer, one in own.items():
        for value in one.prints if not one.short else ():
            holders[value].setdefault(answer.student, one)
    of = len({answer.student for answer, one in own.items() if one.length})
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    for value, students in holders.items():
        if 1 < len(students) <= _most(of):
            for two in combinations(sorted(students), 2):
                together[two].append(value)
    for two, values in together.items():
        rare = set(values)
        holding = [holders[values[0]][student] for student in two]
        tokens = min(sum(fingerprints.covered(one.hashes, rare)) for one in holding)
        often = [len(holders[value]) for value in values]
        # A passage is as rare as most of its fingerprints.
        students = sorted(often)[len(often) // 2]
        bits = max(tokens, PASSAGE) / PASSAGE * math.log2(of / students)
        pair = pairs.setdefault(two, Pair(two))
        pair.shared.append(Shared(name, "code", "", students, of, bits, tokens))
        pair.rare[name] = rare


def _pair_by_words(exercise, kind, words, of, pairs):
    holders: dict[str, list[str]] = defaultdict(list)
    for student in sorted(words):
        for word in words[student]:
            holders[word].append(student)
    for word, students in sorted(holders.items()):
        if 1 < len(students) <= _most(of):
            bits = math.log2(of / len(students))
            for two in combinations(students, 2):
                pair = pairs.setdefault(two, Pair(two))
                pair.shared.append(Shared(exercise, kind, word, len(students), of, bits))


def _most(of):
    """Of so many students, how many may share what is rare."""
    return min(MOST, max(2, int(of * RARE)))


def _by_chance(pairs, students, seed):
    """The bits of the most alike pair, in each of some classes whose answers were dealt out anew.

    What one exercise, the names or the comments weigh stays as it is, within that layer.
    """
    place = {student: number for number, student in enumerate(students)}
    layers: dict[tuple[str, str], dict[tuple[int, int], float]] = defaultdict(dict)
    for pair in pairs:
        two = place[pair.students[0]], place[pair.students[1]]
        for item in pair.shared:
            layer = layers[item.exercise, "" if item.exercise else item.kind]
            layer[two] = layer.get(two, 0.0) + item.bits
    if not layers:
        return [0.0] * SHUFFLES
    ends = [np.array(list(layer)) for _, layer in sorted(layers.items())]
    bits = np.concatenate([list(layer.values()) for _, layer in sorted(layers.items())])
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(SHUFFLES):
        dealt = [rng.permutation(len(students))[two] for two in ends]
        two = np.sort(np.concatenate(dealt), axis=1)
        _, which = np.unique(two[:, 0] * len(students) + two[:, 1], return_inverse=True)
        found.append(float(np.bincount(which, weights=bits).max()))
    return sorted(found)
