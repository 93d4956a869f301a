"""Draws the card of a page: the picture that is shown where its address is passed on."""

import html
import re
import textwrap
from functools import cache
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from fontTools.ttLib import TTFont

from actloss.activations import relu, swish

CARD = (1200, 630)  # pixels
PAPER, INK, BLUE, FAINT = "#fffefb", "#23262d", "#1f56c2", "#5d6470"
LETTERS_IN_LINE = 22
FONT = "source-serif-4-latin-600-normal.woff2"
TAG = re.compile(r"<[^>]+>")


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
