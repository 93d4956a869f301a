"""A page opened from a disk says why its figures do not move; a served one says nothing."""

import pytest
from playwright.sync_api import expect

from tools.serve import BOOK

PAGE = "chapters/neuron.html"


@pytest.mark.usefixtures("site")
def test_a_page_from_disk_says_why_figures_stand_still(browser):
    page = browser.new_page()
    page.goto((BOOK / PAGE).as_uri())
    note = page.get_by_role("note")
    expect(note).to_be_visible()
    expect(note).to_contain_text("so its figures do not move and its code does not run")
    expect(note).to_contain_text("make serve")
    assert note.bounding_box()["y"] < 300, "before all that stands still"
    page.close()


def test_a_served_page_says_nothing(open_page):
    expect(open_page(PAGE).locator(".from-disk")).to_have_count(0)


def test_without_scripts_nothing_is_left_behind(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + PAGE)
    expect(page.locator(".from-disk")).to_have_count(0)
    context.close()
