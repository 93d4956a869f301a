"""A chapter finds what it reads in whatever directory it runs."""

import asyncio
import copy
import re

import pytest

from actloss.book import course
from actloss.book.course import benchmark_record, course_file
from actloss.widgets import quiz
from tools import gates
from tools.execute import execute
from tools.notebooks import all_notebooks, code_cells, normalise, read
from tools.stamps import ROOT

QUIZ = "chapters/quizzes/softmax.toml"


@pytest.fixture
def other_course(tmp_path):
    folder = tmp_path / "other"
    (folder / "chapters" / "quizzes").mkdir(parents=True)
    (folder / "_toc.yml").touch()
    return folder


@pytest.fixture
def package_outside_a_course(tmp_path, monkeypatch):
    monkeypatch.setattr(course, "__file__", str(tmp_path / "site-packages" / "course.py"))


@pytest.mark.parametrize("folder", [ROOT, ROOT / "chapters" / "exercises", "/"], ids=str)
def test_found_from_anywhere(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert course_file(QUIZ) == ROOT / QUIZ
    assert "actloss-quiz" in quiz("quizzes/softmax.toml").data
    assert benchmark_record("moons")["rows"]


def test_the_course_that_one_works_in_comes_first(other_course, monkeypatch):
    (other_course / QUIZ).write_text("", encoding="utf-8")
    monkeypatch.chdir(other_course / "chapters")
    assert course_file(QUIZ) == other_course / QUIZ
    assert course_file("chapters/quizzes/relu-family.toml").is_relative_to(ROOT)


def test_a_file_in_the_working_directory_comes_before_the_courses(tmp_path, monkeypatch):
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "quizzes" / "softmax.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="holds no"):
        quiz("quizzes/softmax.toml")


def test_a_file_that_no_course_has(other_course, monkeypatch):
    monkeypatch.chdir(other_course)
    said = f"there is no chapters/sofmax.toml in the course {other_course}, {ROOT}: is the name"
    with pytest.raises(FileNotFoundError, match=re.escape(said)):
        quiz("sofmax.toml")


@pytest.mark.usefixtures("package_outside_a_course")
def test_no_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = f"neither the working directory {tmp_path} nor this package lies in one"
    with pytest.raises(FileNotFoundError, match=re.escape(said)):
        course_file(QUIZ)


@pytest.mark.parametrize("place", ["root", "elsewhere"])
def test_a_chapter_runs_from_any_working_directory(place, tmp_path):
    """One with a quiz, a benchmark's record and figures in it."""
    stored = read(ROOT / "chapters" / "large-vocabularies.ipynb")
    fresh = copy.deepcopy(stored)
    folder = ROOT if place == "root" else tmp_path
    asyncio.run(execute(fresh, folder / "large-vocabularies.ipynb"))
    normalise(fresh)
    assert gates.outputs_as_fresh(stored, fresh) == []
    for then, now in zip(code_cells(stored), code_cells(fresh), strict=True):
        assert len(then.outputs) == len(now.outputs)


@pytest.mark.parametrize("path", all_notebooks(), ids=lambda path: path.stem)
def test_no_chapter_reads_a_file_by_the_way_from_its_folder(path):
    relative = re.compile(r"""(Path|open|loadtxt|read_\w+|load)\(\s*f?["'](?!/)""")
    for cell in code_cells(read(path)):
        assert "../" not in cell.source
        assert not relative.search(cell.source), cell.source
