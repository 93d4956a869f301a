"""The chooser: each path of its questions ends in advice that the chapters give."""

import json
import re
from itertools import pairwise

import nbformat
import pytest
from docutils.nodes import make_id
from traitlets import TraitError

from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS
from actloss.catalogue import LOSSES as LOSSES_OF_CATALOGUE
from actloss.widgets import Chooser
from actloss.widgets.chooser import (
    MOST_ANSWERS,
    branches,
    from_digits,
    place,
    title_of,
    to_digits,
    trees_module,
)
from actloss.widgets.chooser_trees import TREES, Advice, Question, follow, paths
from actloss.widgets.module import join_module
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_stands_alone,
    assert_state_can_be_stored,
    from_page,
    plot_of,
)
from tools.stamps import ROOT

PATHS = [(about, *path) for about, tree in TREES.items() for path in paths(tree)]
NAMES = ["-".join([about, *map(str, answers)]) for about, answers, _ in PATHS]
TABLES = {"losses": [LOSSES_OF_CATALOGUE], "activations": [ACTIVATIONS, AXIS_ACTIVATIONS]}
MODULE = join_module("chooser.js", chooser_trees=trees_module())


def text_of_chapter(slug):
    notebook = nbformat.read(ROOT / "chapters" / f"{slug}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in notebook.cells)


def test_there_is_much_to_choose_from():
    assert len(list(paths(TREES["losses"]))) > 20
    assert len(list(paths(TREES["activations"]))) > 12


@pytest.mark.parametrize(("about", "answers", "advice"), PATHS, ids=NAMES)
def test_each_path_ends_in_functions_of_the_catalogue(about, answers, advice):
    assert follow(TREES[about], answers) is advice
    assert advice.functions
    for name in advice.functions:
        assert any(name in table for table in TABLES[about])


@pytest.mark.parametrize(("about", "answers", "advice"), PATHS, ids=NAMES)
def test_each_name_leads_to_a_section_that_speaks_of_it(about, answers, advice):
    for name, where in advice.functions.items():
        slug, section = where.split("#")
        chapter = text_of_chapter(slug)
        headings = re.findall("^#{1,4} (.+)$", chapter, re.MULTILINE)
        assert section in [make_id(heading) for heading in headings]
        title = title_of(name).lower().removesuffix(" with logits")
        words = (name, title, name.removesuffix("_loss").replace("_", " "))
        assert any(word in chapter.lower() for word in words), (name, slug)


@pytest.mark.parametrize(("about", "answers", "advice"), PATHS, ids=NAMES)
def test_advice_has_a_reason_and_what_would_change_it(about, answers, advice):
    assert len(advice.label) <= 26  # what the drawing has room for
    for text in (advice.reason, advice.unless):
        assert text.endswith(".")
        assert 30 < len(text) < 220


def test_answers_of_a_question_differ():
    def visit(tree):
        if isinstance(tree, Question):
            assert tree.text.endswith("?")
            assert 2 <= len(tree.answers) <= 9  # each is one digit of a link
            for branch in tree.answers.values():
                visit(branch)

    for tree in TREES.values():
        visit(tree)


@pytest.mark.parametrize(("about", "answers", "advice"), PATHS, ids=NAMES)
def test_answers_are_digits_of_a_link(about, answers, advice):
    assert from_digits(to_digits(answers)) == answers
    assert to_digits(answers) <= MOST_ANSWERS
    assert from_digits(to_digits(())) == ()


# --- the page -------------------------------------------------------------------------------


def test_the_page_walks_as_python_does():
    digits = [[about, to_digits(answers)] for about, answers, _ in PATHS]
    expression = f"{json.dumps(digits)}.map(([about, d]) => walk(TREES[about], d).end.label)"
    assert in_node(MODULE, expression) == [advice.label for *_, advice in PATHS]


@pytest.mark.parametrize(("digits", "walked"), [(0, 0), (9, 0), (109, 1), (1129, 3), (41, 1)])
def test_the_page_leaves_out_answers_that_there_are_not(digits, walked):
    assert in_node(MODULE, f"walk(TREES.losses, {digits}).asked.length") == walked


@pytest.mark.parametrize("about", TREES)
def test_the_page_lays_out_what_python_lays_out(about):
    tree = TREES[about]
    laid = in_node(MODULE, f"layOut(TREES.{about}).places.map(({{ path, row }}) => [path, row])")
    expected = [(), *(end for _, end in branches(tree))]
    assert [path for path, _ in laid] == ["".join(map(str, answers)) for answers in expected]
    assert [row for _, row in laid] == pytest.approx([place(tree, one)[1] for one in expected])
    rows = [place(tree, answers)[1] for answers, _ in paths(tree)]
    assert all(second - first == 1 for first, second in pairwise(rows))


def test_module_stands_alone():
    assert_stands_alone(MODULE.replace("import.meta", "meta"))


# --- from Python ----------------------------------------------------------------------------


def test_state_can_be_read_and_set():
    chooser = Chooser("losses", answers=(1, 1, 2))
    assert plot_of(chooser).answers == 112
    assert isinstance(chooser.advice, Advice)
    chooser.answers = (1,)
    assert plot_of(chooser).answers == 1
    assert chooser.advice is None
    from_page(plot_of(chooser), answers=31)
    assert repr(chooser) == "Chooser('losses', answers=(3, 1))"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"about": "optimisers"}, "about must be one of losses, activations, but got 'optimisers'"),
        ({"answers": (6,)}, "one of 1 to 5 for the question 'What does the output mean\\?'.*got 6"),
        ({"answers": (0,)}, "each of answers must be one of 1 to 5 .* but got 0"),
        ({"answers": (4, 1)}, "must end where they lead to advice .*each'\\), but got \\(4, 1\\)"),
    ],
)
def test_errors_say_what_was_expected(settings, message):
    with pytest.raises(ValueError, match=message):
        Chooser(**{"about": "losses"} | settings)


def test_answers_are_a_tuple():
    with pytest.raises(TraitError, match="answers"):
        Chooser("losses", answers=3)


@pytest.mark.parametrize("about", TREES)
def test_still_picture_and_state(about):
    chooser = Chooser(about)
    assert_bundle_has_a_still_picture(chooser)
    assert_picture_follows(chooser, answers=(1, 1))
    assert_state_can_be_stored(chooser)
