"""What a page offers beyond reading."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sphinx.errors import ConfigError

from tools.stamps import ROOT
from web.sphinx import page_actions

PLACE = page_actions.Repository("someone", "course", "main")


@pytest.fixture(autouse=True)
def no_repository(monkeypatch):
    for name in ("REPOSITORY_URL", "REPOSITORY_BRANCH"):
        monkeypatch.delenv(name, raising=False)


def offered(page, source, place):
    return {a["name"]: a["address"] for a in page_actions.actions_of(page, source, place)}


@pytest.mark.parametrize("suffix", ["", "/", ".git"])
def test_the_repository_is_the_one_that_the_environment_names(monkeypatch, suffix):
    assert page_actions.repository() is None
    monkeypatch.setenv("REPOSITORY_URL", f"https://github.com/some-one/the.course{suffix}")
    assert page_actions.repository() == ("some-one", "the.course", "main")
    monkeypatch.setenv("REPOSITORY_BRANCH", "next")
    assert page_actions.repository().branch == "next"


@pytest.mark.parametrize(
    "url", ["github.com/someone/course", "https://gitlab.com/a/b", "https://github.com/someone"]
)
def test_other_addresses_are_refused(monkeypatch, url):
    monkeypatch.setenv("REPOSITORY_URL", url)
    with pytest.raises(ConfigError, match=r"expected https://github\.com/OWNER/NAME"):
        page_actions.repository()


def test_without_a_repository_only_downloads_are_offered():
    assert offered("chapters/one", "chapters/one.ipynb", None) == {
        "Download notebook": "_sources/chapters/one.ipynb",
        "Download the course": "_static/actloss-course.zip",
    }
    assert offered("chapters/notes", "chapters/notes.md", None) == {}


def test_a_notebook_with_a_repository():
    found = offered("chapters/one", "chapters/one.ipynb", PLACE)
    binder = urlsplit(found.pop("Open in Binder"))
    assert binder.path == "/v2/gh/someone/course/main"
    assert parse_qs(binder.query) == {"urlpath": ["lab/tree/chapters/one.ipynb"]}
    assert found == {
        "Download notebook": "_sources/chapters/one.ipynb",
        "Download the course": "_static/actloss-course.zip",
        "Open in Colab": "https://colab.research.google.com/github/someone/course"
        "/blob/gh-pages/_sources/chapters/one.ipynb",
        "Suggest an edit": "https://github.dev/someone/course/blob/main/chapters/one.ipynb",
        "Report a mistake": "https://github.com/someone/course/issues/new"
        "?template=mistake.yml&page=chapters%2Fone",
    }


def test_a_page_of_text_with_a_repository():
    found = offered("chapters/notes", "chapters/notes.md", PLACE)
    assert list(found) == ["Suggest an edit", "Report a mistake"]
    address = "https://github.com/someone/course/edit/main/chapters/notes.md"
    assert found["Suggest an edit"] == address


def test_the_form_that_reports_a_mistake_has_the_field_that_the_link_fills():
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "mistake.yml").read_text(encoding="utf-8")
    assert "id: page\n" in form


def test_a_page_that_sphinx_makes_offers_nothing():
    context = {}
    page_actions.offer_actions(None, "search", "search.html", context, None)
    assert context == {}
