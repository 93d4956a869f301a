"""Quizzes: what the file must hold, and the HTML that is made of it."""

import html
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser

import pytest
from IPython.display import HTML

from actloss.widgets import quiz
from tools.stamps import ROOT

FILES = sorted((ROOT / "chapters" / "quizzes").glob("*.toml"))

TWO_QUESTIONS = """
[[question]]
text = "Is `max(x, 0)` < 1 & \\"flat\\"?"
[[question.option]]
text = "<b>yes</b>"
why = "No `a < b` here."
[[question.option]]
text = "no"
why = "It grows."
right = true

[[question]]
text = "Second?"
[[question.option]]
text = "right"
why = "It is."
right = true
[[question.option]]
text = "wrong"
why = "It is not."
"""


@pytest.fixture
def quiz_of(tmp_path):
    """The quiz of a text, as if it stood in ``example.toml``."""

    def quiz_of(text):
        path = tmp_path / "example.toml"
        path.write_text(text, encoding="utf-8")
        return quiz(path)

    return quiz_of


class Outline(HTMLParser):
    """The tags of an HTML text, each closed by its own end tag, and the attributes of each."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def without_style(shown):
    return re.sub(r"<style>.*?</style>\n", "", shown.data, flags=re.DOTALL)


def test_a_quiz_is_escaped_html_that_opens_at_a_click(quiz_of):
    shown = quiz_of(TWO_QUESTIONS)
    assert isinstance(shown, HTML)
    assert without_style(shown) == (
        '<ol class="actloss-quiz">\n'
        '<li><p>Is <code>max(x, 0)</code> &lt; 1 &amp; "flat"?</p>\n'
        '<details class="wrong" name="quiz-example-1">'
        "<summary>&lt;b&gt;yes&lt;/b&gt;</summary>"
        "<p><strong>Not this one.</strong> No <code>a &lt; b</code> here.</p></details>\n"
        '<details class="right" name="quiz-example-1"><summary>no</summary>'
        "<p><strong>Right.</strong> It grows.</p></details></li>\n"
        "<li><p>Second?</p>\n"
        '<details class="right" name="quiz-example-2"><summary>right</summary>'
        "<p><strong>Right.</strong> It is.</p></details>\n"
        '<details class="wrong" name="quiz-example-2"><summary>wrong</summary>'
        "<p><strong>Not this one.</strong> It is not.</p></details></li>\n"
        "</ol>"
    )


def test_html_needs_nothing_else(quiz_of):
    """No script, no id, nothing loaded: it works wherever a notebook is shown."""
    outline = Outline(quiz_of(TWO_QUESTIONS).data)
    assert {tag for tag, _ in outline.tags} == {
        *("style", "ol", "li", "p", "code", "details", "summary", "strong")
    }
    assert not any({"id", "style", "onclick", "src", "href"} & set(a) for _, a in outline.tags)
    assert "url(" not in quiz_of(TWO_QUESTIONS).data


def test_html_is_the_same_in_every_run():
    code = f"from actloss.widgets import quiz; print(quiz({str(FILES[0])!r}).data)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout.decode("utf-8").rstrip() == quiz(FILES[0]).data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: "", r"example\.toml holds no \[\[question\]\]"),
        (
            lambda text: text.replace('text = "Second?"', ""),
            r"question 2 of .*example\.toml has no text",
        ),
        (lambda text: text.replace('"Second?"', '" "'), r"question 2 of .* has no text"),
        (
            lambda text: text[: text.rindex("[[question.option]]")],
            r"question 2 of .* needs two options or more, but has 1",
        ),
        (
            lambda text: text.replace("right = true", "", 1),
            r"question 1 of .* needs exactly one option with right = true, but has 0",
        ),
        (
            lambda text: text + "right = true",
            r"question 2 of .* needs exactly one option with right = true, but has 2",
        ),
        (
            lambda text: text.replace('why = "It is not."', ""),
            r"question 2 of .* has an option without 'why': .*wrong",
        ),
        (
            lambda text: text.replace('text = "wrong"', 'text = ""'),
            r"question 2 of .* has an option without 'text': .*It is not",
        ),
    ],
)
def test_errors_name_file_and_question(quiz_of, change, message):
    with pytest.raises(ValueError, match=message):
        quiz_of(change(TWO_QUESTIONS))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.toml"):
        quiz(tmp_path / "nowhere.toml")


# --- the quizzes of the book ---------------------------------------------------------------


def test_there_are_quizzes():
    """Or the tests below would run over nothing."""
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_quiz_has_questions_that_explain_themselves(path):
    """Five or six questions on a chapter; each option explains itself in its own words."""
    assert (ROOT / "chapters" / f"{path.stem}.ipynb").is_file()
    questions = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    assert len(questions) in (5, 6)
    texts = [question["text"] for question in questions]
    assert len(set(texts)) == len(questions)
    for question in questions:
        assert set(question) == {"text", "option"}
        options = question["option"]
        assert all(set(option) <= {"text", "why", "right"} for option in options)
        for part in ("text", "why"):
            assert len({option[part] for option in options}) == len(options)
        assert all(len(option["why"]) > len("Because.") for option in options)
    # The place of the right answer must not give it away.
    places = [[option.get("right", False) for option in q["option"]].index(True) for q in questions]
    assert len(set(places)) > 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_quiz_of_the_book_is_whole_html(path):
    shown = quiz(path)
    questions = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    outline = Outline(shown.data)
    assert len(outline.all("li")) == len(questions)
    assert len(outline.all("details")) == sum(len(question["option"]) for question in questions)
    rights = [option["name"] for option in outline.all("details") if option["class"] == "right"]
    assert rights == [f"quiz-{path.stem}-{number}" for number in range(1, len(questions) + 1)]
    words = html.unescape(re.sub("<[^>]+>", "", without_style(shown)))
    for question in questions:
        for option in question["option"]:
            assert option["why"].replace("`", "") in words
