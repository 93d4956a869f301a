"""What a site says about itself once its address is known: which pages there are, and their cards.

`SITE_URL`, which the publish step sets, is the address that the book will have. Without it there is
no sitemap, no card and no address in any page: none of these can do without.
"""

import hashlib
import html
import os
import re
import textwrap
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import matplotlib.pyplot as plt
import numpy as np
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.errors import ConfigError

from actloss.activations import relu, swish

CARD = (1200, 630)  # pixels
PAPER, INK, BLUE, FAINT = "#fffefb", "#23262d", "#1f56c2", "#5d6470"
LETTERS_IN_LINE = 22
FONT = "source-serif-4-latin-600-normal.woff2"
RELATIVE_ADDRESS = re.compile(r'<meta property="og:url" [^>]*>\n?')
HALF_A_CODE = re.compile(r"&[a-z]*\.\.\.")
TAG = re.compile(r"<[^>]+>")


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


def draw_card(title: str, site: str, font: Path) -> bytes:
    """A picture of a page for whoever passes its address on: its title, beside a live figure."""
    x = np.linspace(-5, 5, 500)
    width, height = CARD
    figure = plt.figure(figsize=(width / 100, height / 100), dpi=100, facecolor=PAPER)
    axes = figure.add_axes((0.6, 0.08, 0.4, 0.84))
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.plot(x, relu(x), color=FAINT, linewidth=3, linestyle=":")
    axes.plot(x, swish(x), color=BLUE, linewidth=6)
    axes.set_axis_off()
    lines = textwrap.wrap(html.unescape(TAG.sub("", title)), LETTERS_IN_LINE)
    style = {"font": font, "color": INK, "verticalalignment": "center", "parse_math": False}
    figure.text(0.06, 0.56, "\n".join(lines), fontsize=46, linespacing=0.95, **style)
    figure.text(0.06, 0.1, site, fontsize=21, **(style | {"color": FAINT}))
    picture = BytesIO()
    figure.savefig(picture, metadata={"Software": None})
    plt.close(figure)
    return picture.getvalue()


@cache
def font_of_headings(folder: Path) -> Path:
    """The font of the pages, in a form that matplotlib reads."""
    with TTFont(folder / FONT) as font:
        font.flavor = None
        unpacked = folder.parent / "card.ttf"
        font.save(unpacked)
    return unpacked


def setup(app: Sphinx) -> dict:
    app.connect("config-inited", use_address)
    app.connect("html-page-context", add_card, priority=100)  # before the social tags
    app.connect("html-page-context", mend_social_tags, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
