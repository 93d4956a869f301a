"""The search that answers while a reader types: what it finds first, by keys and by touch."""

import gzip
import json
from functools import cache

import pytest
import yaml
from playwright.sync_api import expect

from tests.browser.book import PAGES
from tests.browser.conftest import PHONE
from tests.browser.test_accessibility import AXE, RUN_AXE
from tools.serve import BOOK
from tools.stamps import ROOT

CHAPTER = "chapters/relu-family.html"

# What a reader types, and the page that should stand first.
QUERIES = {
    "relu": "relu-family",
    "dying relu": "relu-family",
    "dead neurons": "relu-family",
    "leaky": "relu-family",
    "bce": "cross-entropy",
    "cross entropy": "cross-entropy",
    "crossentropy": "cross-entropy",
    "log loss": "cross-entropy",
    "nn.CrossEntropyLoss": "cross-entropy",
    "label smoothing": "cross-entropy",
    "softmax overflow": "softmax",
    "sofmax": "softmax",
    "logsumexp": "softmax",
    "multilabel": "softmax",
    "softmax temperature": "softmax",
    "sigmod": "sigmoid-and-tanh",
    "tanh vs sigmoid": "sigmoid-and-tanh",
    "vanishing gradient": "gradient-flow",
    "xavier": "gradient-flow",
    "kaiming init": "gradient-flow",
    "gelu": "smooth-rectifiers",
    "swish vs gelu": "smooth-rectifiers",
    "swiglu": "gates-and-modern-activations",
    "which activation should I use": "choosing-an-activation",
    "which loss should I use": "choosing-a-loss",
    "mse": "regression-losses",
    "huber": "regression-losses",
    "smooth l1": "regression-losses",
    "quantile regression": "regression-losses",
    "outliers": "regression-with-outliers",
    "svm": "margin-losses",
    "hinge loss": "margin-losses",
    "ece": "calibration",
    "overconfident network": "calibration",
    "contrastive learning": "similarity",
    "dpo": "preference",
    "xor problem": "nonlinearity",
    "backprop": "neuron",
    "double softmax": "pairing",
    "mnist": "digits",
    "maximum likelihood": "what-a-loss-is",
    "chunked cross entropy": "large-vocabularies",
}


FIELD = "#pst-search-dialog input"
OPTIONS = "#search-options [role=option]"
FIRST_PAGE = """([field, typed]) => {
  const input = document.querySelector(field);
  input.value = typed;
  input.dispatchEvent(new Event("input"));
  return document.querySelector("#search-options [role=option]")?.href ?? "";
}"""


def open_search(page):
    """Open the search by its keys, and wait until it answers."""
    page.keyboard.press("Control+K")
    expect(page.locator(FIELD)).to_have_attribute("role", "combobox")
    page.locator(FIELD).fill("relu")
    expect(page.locator(OPTIONS).first).to_be_visible()
    page.locator(FIELD).fill("")
    return page.locator(FIELD)


@pytest.fixture(scope="module")
def searching(browser, site):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(CHAPTER)
    open_search(page)
    yield page
    context.close()


@pytest.mark.parametrize(("typed", "slug"), QUERIES.items())
def test_its_page_stands_first(searching, typed, slug):
    first = searching.evaluate(FIRST_PAGE, [FIELD, typed])
    assert f"/chapters/{slug}.html" in first, first


def test_it_answers_while_a_reader_types(open_page):
    page = open_page(CHAPTER)
    field = open_search(page)
    seen = []
    for letter in "sigmod":
        field.press_sequentially(letter)
        seen.append(page.locator(OPTIONS).count())
    assert all(seen), seen
    expect(page.locator(OPTIONS).first).to_contain_text("Sigmoid and tanh")


def test_keys_lead_through_what_is_found(open_page):
    """Down and up go round, the field included; Enter follows, and a word alone asks every text."""
    page = open_page(CHAPTER)
    field = open_search(page)
    field.press_sequentially("dying relu")
    options = page.locator(OPTIONS)
    expect(field).to_have_attribute("aria-expanded", "true")
    for key, number in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        page.keyboard.press(key)
        expect(options.nth(number)).to_have_attribute("aria-selected", "true")
        chosen = options.nth(number).get_attribute("id")
        expect(field).to_have_attribute("aria-activedescendant", chosen)
        expect(page.locator("[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chapters/relu-family.html#dead-units")
    expect(page.locator("#pst-search-dialog")).to_be_hidden()


def test_escape_empties_and_then_closes(open_page):
    page = open_page(CHAPTER)
    field = open_search(page)
    field.press_sequentially("relu")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(page.locator(OPTIONS)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#pst-search-dialog")).to_be_hidden()


def test_it_says_aloud_how_much_was_found(open_page):
    page = open_page(CHAPTER)
    field = open_search(page)
    said = page.locator("#pst-search-dialog").get_by_role("status")
    field.fill("huber")
    expect(said).to_contain_text("found")
    field.fill("xylophone")
    expect(said).to_contain_text("Nothing here is called “xylophone”")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_nothing_of_it_is_loaded_before_it_is_opened(open_page):
    page = open_page(CHAPTER)
    page.wait_for_load_state("networkidle")
    asked = "performance.getEntriesByType('resource').filter(({ name }) => /search\\//.test(name))"
    assert page.evaluate(f"{asked}.length") == 0
    open_search(page)
    assert page.evaluate(f"{asked}.length") == 2


def test_it_is_light(site):
    """The library and all that it looks through, as a host sends them."""
    folder = BOOK / "_static" / "search"
    sent = sum(len(gzip.compress((folder / name).read_bytes())) for name in FILES)
    assert 20_000 < sent <= 60_000


FILES = ("search.js", "entries.js")


def test_on_a_phone_a_tap_leads_on(open_page):
    page = open_page(CHAPTER, **PHONE)
    page.locator(".search-button:visible").tap()
    field = page.locator(FIELD)
    expect(field).to_have_attribute("role", "combobox")
    field.press_sequentially("softmax overflow")
    option = page.locator(OPTIONS).first
    expect(option).to_be_visible()
    box = option.bounding_box()
    assert box["height"] >= 44
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    option.tap()
    page.wait_for_url("**/chapters/softmax.html#*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_it_answers(open_page, scheme):
    page = open_page("chapters/glossary.html", color_scheme=scheme)
    field = open_search(page)
    field.fill("relu")
    page.keyboard.press("ArrowDown")
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE)["faults"] == []


def test_a_place_on_the_same_page_closes_the_dialog(open_page):
    page = open_page(CHAPTER)
    field = open_search(page)
    field.fill("dead units")
    page.locator(OPTIONS).first.click()
    expect(page.locator("#pst-search-dialog")).to_be_hidden()
    expect(page.locator("#dead-units > h2")).to_be_in_viewport()


@pytest.mark.usefixtures("site")
def test_it_works_in_a_page_from_a_disk(browser):
    page = browser.new_page()
    page.goto((BOOK / CHAPTER).as_uri())
    field = open_search(page)
    field.fill("huber")
    expect(page.locator(OPTIONS).first).to_contain_text("Huber")
    page.close()


def test_every_place_that_it_knows_is_there(site):
    """Also those that web/search/words.yml names."""
    text = (BOOK / "_static/search/entries.js").read_text("utf-8")
    found = json.loads(text.removeprefix("actlossSearch(").removesuffix(")\n"))
    built = {page for page in PAGES if page.startswith("chapters/")}
    assert {address for address, *_ in found["pages"]} == built
    lost = [
        (address, anchor)
        for number, (address, *_) in enumerate(found["pages"])
        for page, kind, title, anchor, *_ in found["entries"]
        if page == number
        and f'id="{f"actloss.{title}" if kind == "function" else anchor}"' not in content(address)
        and (anchor or kind == "function")
    ]
    assert lost == []
    words = yaml.safe_load((ROOT / "web/search/words.yml").read_text("utf-8"))
    assert [place for place in words if f"chapters/{place.split('#')[0]}.html" not in built] == []


@cache
def content(address):
    return (BOOK / address).read_text("utf-8")
