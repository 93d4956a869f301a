"""Chromium with the built book in it, every other host out of reach, and each complaint noted.

A module that drives one live figure says which by a fixture `figure`, and takes `slot`.
"""

from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.figure import live_figure, put_back

A_MINUTE = 60_000  # milliseconds, for what takes a fraction of a second on a machine at rest
expect.set_options(timeout=A_MINUTE)

PHONE = {"width": 390, "has_touch": True}


# Not one for the whole session: while Playwright is open its event loop counts as running, and the
# kernels of the notebook tests, which may share this process, need their own.
@pytest.fixture(scope="module")
def browser(browser_options):
    arguments = [
        *browser_options["args"],
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**{**browser_options, "args": arguments})
        yield browser
        browser.close()


@contextmanager
def quiet_context(browser, site, *, width=1280, height=900, **options):
    """A browser context, with the list of what goes wrong in it, which must be empty at the end.

    `options` go to Playwright's ``new_context``.
    """
    viewport = {"width": width, "height": height}
    context = browser.new_context(base_url=site, viewport=viewport, **options)
    context.set_default_timeout(A_MINUTE)
    complaints = []
    note_complaints(context, site, complaints)
    yield context, complaints
    context.close()
    assert complaints == []


@pytest.fixture
def open_page(browser, site):
    """Open a page of the book: ``open_page("chapters/intro.html", width=390, has_touch=True)``."""
    with ExitStack() as contexts:

        def open_page(path, **options):
            context, _ = contexts.enter_context(quiet_context(browser, site, **options))
            page = context.new_page()
            page.goto(path)
            return page

        yield open_page


@contextmanager
def figure_alive(figure, browser, site, *, skip=True, **options):
    """A figure of the book, drawn and in view; the question before it is skipped."""
    with quiet_context(browser, site, **options) as (context, _):
        page = context.new_page()
        page.goto(figure.page)
        slot = live_figure(page, figure.slot)
        if figure.prediction and skip:
            slot.get_by_role("button", name="Skip").click()
        yield slot


@pytest.fixture(scope="module")
def at_desk(figure, browser, site):
    with figure_alive(figure, browser, site) as slot:
        yield slot


@pytest.fixture(scope="module")
def on_phone(figure, browser, site):
    with figure_alive(figure, browser, site, **PHONE) as slot:
        yield slot


@pytest.fixture
def slot(at_desk):
    """The figure as the notebook stored it, whatever the test before did to it."""
    return put_back(at_desk)


@pytest.fixture
def phone_slot(on_phone):
    return put_back(on_phone)


def note_complaints(context, site, complaints):
    """Note each request to another host, failed request, message of alarm and uncaught error."""

    def on_request(request):
        if not request.url.startswith((site, "blob:", "data:")):
            complaints.append(f"request to another host: {request.url}")

    def on_response(response):
        if response.status >= 400:
            complaints.append(f"status {response.status}: {response.url}")

    def on_failure(request):
        # A page that is left, or closed, gives up what it was still loading.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"failed request: {request.url} ({request.failure})")

    def on_console(message):
        if message.type in ("error", "warning"):
            complaints.append(f"console {message.type}: {message.text} ({message.location})")

    context.on("request", on_request)
    context.on("response", on_response)
    context.on("requestfailed", on_failure)
    context.on("console", on_console)
    context.on("weberror", lambda error: complaints.append(f"uncaught: {error.error}"))
