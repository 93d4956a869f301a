"""What a site says about itself once its address is known: which pages there are, and their cards.

`SITE_URL`, which the publish step sets, is the address that the book will have. Without it there is
no sitemap, no card and no address in any page: none of these can do without.
"""

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ConfigError

RELATIVE_ADDRESS = re.compile(r'<meta property="og:url" [^>]*>\n?')
HALF_A_CODE = re.compile(r"&[a-z]*\.\.\.")


def site_address() -> str:
    """The address in SITE_URL, with a slash at its end; empty where there is none."""
    address = os.environ.get("SITE_URL", "").strip()
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise ConfigError(
            f"SITE_URL is {address!r}; expected the address of the published book, such as "
            "https://name.github.io/course/. Mend it, or unset it to build without an address"
        )
    return f"{address.rstrip('/')}/" if address else ""


def use_address(app: Sphinx, config) -> None:
    """Give the address to those who ask for it under names of their own."""
    if address := site_address():
        app.config.html_baseurl = app.config.ogp_site_url = address
        app.config.sitemap_url_scheme = "{link}"  # one language, one version
        app.config.sitemap_excludes = ["search.html"]
        app.setup_extension("sphinx_sitemap")


def add_card(app, pagename, templatename, context, doctree) -> None:
    """Name the card of a page, before the social tags are written."""
    if doctree is None or not app.config.ogp_site_url:
        return
    from cards import CARD, draw_card, font_of_headings  # brings matplotlib, which is slow to load

    card = draw_card(
        context["title"],
        app.config.ogp_site_name,
        font_of_headings(Path(app.confdir, "web", "build", "fonts")),
    )
    name = f"{hashlib.sha256(card).hexdigest()[:16]}.png"
    path = Path(app.outdir, "_static", "cards", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(card)
    width, height = CARD
    context["meta"] = (context["meta"] or {}) | {
        "og:image": urljoin(app.config.ogp_site_url, f"_static/cards/{name}"),
        "og:image:alt": f"{context['title']}: a page of {app.config.ogp_site_name}",
        "og:image:width": str(width),
        "og:image:height": str(height),
    }


def mend_social_tags(app, pagename, templatename, context, doctree) -> None:
    """Leave out an address that leads nowhere, and half of a letter's code where a text ends."""
    tags = context.get("metatags", "")
    if not app.config.ogp_site_url:
        tags = RELATIVE_ADDRESS.sub("", tags)
    context["metatags"] = HALF_A_CODE.sub("...", tags)


def setup(app: Sphinx) -> dict:
    app.connect("config-inited", use_address)
    app.connect("html-page-context", add_card, priority=100)  # before the social tags
    app.connect("html-page-context", mend_social_tags, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
