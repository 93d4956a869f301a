"""What SITE_URL adds to the pages: an address, a card and a sitemap; and nothing without it."""

import io
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util.docutils import docutils_namespace

from tools.stamps import ROOT

ADDRESS = "https://name.example/course"
TITLE = "A & B: gates, and what comes after all the gates"
PAGE = f"{TITLE}\n{'=' * len(TITLE)}\n\n{'x' * 190} &&&&&\n"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build a book of one page for this address; returns its folder and the page."""
    monkeypatch.syspath_prepend(ROOT / "web" / "sphinx")

    def build(address):
        monkeypatch.setenv("SITE_URL", address)
        (tmp_path / "index.rst").write_text(PAGE, encoding="utf-8")
        fonts = tmp_path / "web" / "build" / "fonts"
        fonts.parent.mkdir(parents=True, exist_ok=True)
        if not fonts.exists():
            fonts.symlink_to(ROOT / "web" / "build" / "fonts")
        settings = {
            "extensions": ["sphinxext.opengraph", "site_address"],
            "html_use_index": False,
            "ogp_site_name": "The course",
            "ogp_social_cards": {"enable": False},
        }
        said, out = io.StringIO(), tmp_path / "out"
        with docutils_namespace():
            app = Sphinx(
                tmp_path, None, out, tmp_path / "trees", "html", settings, None, said, freshenv=True
            )
            app.build(force_all=True)
        assert said.getvalue() == ""
        page = BeautifulSoup((out / "index.html").read_text(encoding="utf-8"), "html.parser")
        return out, page

    return build


def social_tags(page):
    return {tag["property"]: tag["content"] for tag in page.select("meta[property^='og:']")}


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/"])
def test_with_an_address_pages_name_it_and_have_cards(build, address):
    site, page = build(address)
    (canonical,) = page.select("link[rel=canonical]")
    tags = social_tags(page)
    assert canonical["href"] == tags["og:url"] == f"{ADDRESS}/index.html"
    assert tags["og:image:alt"] == f"{TITLE}: a page of The course"
    base, name = tags["og:image"].split("_static/")
    assert base == f"{ADDRESS}/"
    with Image.open(site / "_static" / name) as card:
        assert card.size == (int(tags["og:image:width"]), int(tags["og:image:height"]))
        assert card.size == (1200, 630)
        darkest, _ = card.convert("L").crop((0, 0, 700, 630)).getextrema()
        assert darkest < 60, "there is no title"
    pages = ElementTree.parse(site / "sitemap.xml").getroot()
    places = [place.text for place in pages.iter() if place.tag.endswith("loc")]
    assert places == [f"{ADDRESS}/index.html"]


def test_without_an_address_pages_name_none(build):
    site, page = build("")
    assert page.select("link[rel=canonical]") == []
    assert set(social_tags(page)) == {"og:title", "og:type", "og:site_name", "og:description"}
    assert not (site / "sitemap.xml").exists()
    assert not (site / "_static" / "cards").exists()


def test_a_description_ends_with_whole_letters(build):
    _, page = build("")
    (description,) = page.select("meta[name=description]")
    assert description["content"].endswith("...")
    assert "&" not in str(description).replace("&amp;", "")


@pytest.mark.parametrize("address", ["name.example", "ftp://name.example/", "https:///course"])
def test_an_address_that_is_none(build, address):
    with pytest.raises(ConfigError, match=r"SITE_URL is '.*'; expected the address"):
        build(address)
