"""Chromium with the built book in it, every other host out of reach, and each complaint noted."""

import pytest
from playwright.sync_api import expect, sync_playwright

expect.set_options(timeout=10_000)


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


@pytest.fixture
def complaints():
    """What went wrong in the pages of a test; ``open_page`` asserts at the end that nothing did."""
    return []


@pytest.fixture
def open_page(browser, site, complaints):
    """Open a page of the book: ``open_page("chapters/intro.html", width=390)``.

    Further keywords go to Playwright's ``new_context``.
    """
    contexts = []

    def open_page(path, *, width=1280, height=900, **options):
        viewport = {"width": width, "height": height}
        context = browser.new_context(base_url=site, viewport=viewport, **options)
        context.set_default_timeout(10_000)
        note_complaints(context, site, complaints)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


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
