"""What was written in a page comes out as a notebook that is graded alike, and goes in again."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from actloss.exercises import of_chapter
from exercises.submissions import notebook, solutions_of, solved
from tests.browser.conftest import quiet_context
from tests.browser.laboratory import (
    WHILE_PYTHON_STARTS,
    answer_of,
    code_of,
    needs_python,
    score_of,
    write,
)
from tests.browser.test_keeping import NO_STORE
from tools.stamps import ROOT
from web.sphinx.downloads import FIRST_CELL

pytestmark = needs_python

SLUGS = sorted(path.stem for path in (ROOT / "chapters" / "exercises").glob("*.ipynb"))
# To check all solutions in their own pages takes as many starts of Python: minutes.
CHECKED = SLUGS if os.environ.get("EVERY_SET") else ["softmax"]
POINTS = re.compile(r"(\d+) of (\d+) points")


@pytest.fixture(scope="module")
def context(browser, site):
    with quiet_context(browser, site) as (context, _):
        yield context


def test_the_notebook_that_a_page_offers_begins_with_the_cell_that_fetches_the_course(at, tmp_path):
    """It opens in the page as any other does, also where it lost its ids."""
    page = at("softmax")
    with page.expect_download() as download:
        page.get_by_role("link", name="download the notebook").click()
    content = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    fetching = content["cells"][0]
    assert "actloss" in "".join(fetching["source"])
    assert fetching["id"] == FIRST_CELL
    for cell in content["cells"]:
        del cell["id"]
    expect(hand_over(page, written(tmp_path, content))).not_to_contain_text("no place for")


@pytest.fixture
def at(context):
    """Open the exercises of a chapter, with nothing kept in the browser."""
    pages = []

    def at(slug):
        page = context.new_page()
        pages.append(page)
        page.goto(f"chapters/exercises/{slug}.html")
        return page

    yield at
    for page in pages:
        page.evaluate("indexedDB.deleteDatabase('actloss-laboratory')")
        page.close()


def hand_over(page, path):
    """Open a file in the page."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a notebook").click()
    chooser.value.set_files(path)
    said = page.locator(".run-page .run-note")
    expect(said).to_be_visible()
    return said


def take_out(page, folder):
    """The notebook that the page gives, and where it lies."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my notebook").first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return json.loads(path.read_text(encoding="utf-8")), path


def written(folder, content, name="mine.ipynb"):
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def sources(content):
    return ["".join(cell["source"]) for cell in content["cells"]]


def without_run(content):
    """A notebook without what came of running it."""
    return {
        **content,
        "cells": [
            {**cell, "source": "".join(cell["source"])}
            | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})
            for cell in content["cells"]
        ],
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_every_set_goes_round(at, slug, tmp_path):
    page = at(slug)
    before = [code_of(answer_of(page, exercise.name)) for exercise in of_chapter(slug)]
    expect(hand_over(page, written(tmp_path, solved(slug)))).to_contain_text("are here")
    for name, code in solutions_of(slug).items():
        assert code_of(answer_of(page, name)) == code
    given, path = take_out(page, tmp_path)
    assert path.name == f"{slug}.ipynb"
    fetching, *others = given["cells"]
    assert fetching["id"] == FIRST_CELL
    assert without_run({**given, "cells": others}) == without_run(solved(slug))
    nbformat.validate(given)
    hand_over(page, path)
    said = page.locator(".run-page .run-note")
    expect(said).to_contain_text("that stand here already")
    expect(said).not_to_contain_text("no place for")
    page.get_by_role("button", name="Undo the opening").click()
    for exercise, code in zip(of_chapter(slug), before, strict=True):
        assert code_of(answer_of(page, exercise.name)) == code


@pytest.fixture
def graded(tmp_path):
    """Grade a notebook: the points that a teacher sees."""

    def grade(path):
        folder, out = tmp_path / "class", tmp_path / "grades"
        (folder / "ada").mkdir(parents=True)
        shutil.copy(path, folder / "ada")
        command = [sys.executable, "-m", "actloss", "grade", folder, "--out", out]
        command += ["--trust-submissions"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        with (out / "grades.csv").open(encoding="utf-8") as file:
            (row,) = csv.DictReader(file)
        return float(row["score"])

    return grade


def check_all(page):
    """Check every answer; returns the points that the page then shows."""
    page.get_by_role("button", name="Check all").first.click()
    stop = page.get_by_role("button", name="Stop")
    expect(stop.first).to_be_visible()  # Python starts first, so this is not missed
    expect(stop).to_have_count(0, timeout=WHILE_PYTHON_STARTS)
    return float(POINTS.search(score_of(page).text_content())[1])


@pytest.mark.parametrize("slug", CHECKED)
def test_the_grader_gives_the_points_that_the_page_shows(at, graded, slug, tmp_path):
    """Of a notebook with all solutions but one, whose place an import takes."""
    page = at(slug)
    answers = solutions_of(slug)
    missing = of_chapter(slug)[1]
    answers[missing.name] = f"import math as {missing.name}"
    hand_over(page, written(tmp_path, notebook(slug, answers)))
    shown = check_all(page)
    expect(page.get_by_role("button", name="Undo the opening")).to_be_visible()
    assert shown == sum(exercise.points for exercise in of_chapter(slug)) - missing.points
    _, path = take_out(page, tmp_path)
    assert graded(path) == shown


def own_cells(slug, *codes):
    """A solved notebook, with cells of the reader's own before the first answer, marks lost."""
    content = solved(slug)
    for cell in content["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    content["nbformat_minor"] = 4
    own = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": code,
            "outputs": [],
            "execution_count": None,
        }
        for code in codes
    ]
    content["cells"][3:3] = own
    return content


def test_a_readers_own_cells_stand_before_the_answer_that_follows(at, tmp_path):
    page = at("softmax")
    content = own_cells("softmax", "helper = 3", "%pip list", "")
    said = hand_over(page, written(tmp_path, content))
    expect(said).to_contain_text("Cells of yours that a page has no place for: 1.")
    first = solutions_of("softmax")["second_probability"]
    assert code_of(answer_of(page, "second_probability")) == f"helper = 3\n\n{first}"
    assert code_of(answer_of(page, "log_sum_exp")) == solutions_of("softmax")["log_sum_exp"]


OLD = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.png", "\x89PNG", "photo.png is no notebook. Choose a file .ipynb"),
        ("empty.ipynb", "", "empty.ipynb is no notebook"),
        ("list.ipynb", "[1, 2]", "list.ipynb is no notebook"),
        ("null.ipynb", "null", "null.ipynb is no notebook"),
        ("old.ipynb", OLD, "old version: open it in JupyterLab"),
        (
            "other.ipynb",
            notebook("relu-family", {}),
            "no answer to an exercise of this page; its title is “Exercises: the ReLU family”",
        ),
    ],
)
def test_a_wrong_file_is_said_to_be_one_and_changes_nothing(at, name, content, words, tmp_path):
    page = at("softmax")
    answer = answer_of(page, "second_probability")
    write(answer, "second_probability = 1 / 4")
    expect(hand_over(page, written(tmp_path, content, name))).to_contain_text(words)
    assert code_of(answer) == "second_probability = 1 / 4"
    expect(page.get_by_role("button", name="Undo the opening")).to_have_count(0)


def test_what_stood_there_comes_back_and_absent_answers_stay(at, tmp_path):
    page = at("softmax")
    answer, other = answer_of(page, "second_probability"), answer_of(page, "even_temperature")
    write(answer, "second_probability = 1 / 4")
    write(other, "even_temperature = 5")
    content = solved("softmax")
    content["cells"] = content["cells"][:-5]  # without the last exercise
    said = hand_over(page, written(tmp_path, content))
    expect(said).to_contain_text("It has none to 1 of the exercises")
    assert code_of(answer) == solutions_of("softmax")["second_probability"]
    assert code_of(other) == "even_temperature = 5"
    page.get_by_role("button", name="Undo the opening").click()
    assert code_of(answer) == "second_probability = 1 / 4"
    page.reload()
    expect(answer.locator(".cm-line")).to_have_text("second_probability = 1 / 4")


def test_a_notebook_that_cannot_be_fetched_is_said_to_be_so(at):
    page = at("neuron")
    page.evaluate("() => { globalThis.fetch = () => Promise.reject(new Error('no network')); }")
    page.get_by_role("button", name="Download my notebook").first.click()
    expect(page.locator(".run-page .run-note")).to_contain_text("could not be fetched (no network)")


def test_where_nothing_is_kept_an_answer_can_be_handed_in(open_page, tmp_path):
    page = open_page("chapters/intro.html")
    page.context.add_init_script(NO_STORE)
    page.goto("chapters/exercises/softmax.html")
    write(answer_of(page, "second_probability"), "second_probability = 3 / 4")
    expect(page.locator(".run-note")).to_contain_text("keeps nothing")
    given, _ = take_out(page, tmp_path)
    assert "second_probability = 3 / 4" in sources(given)
