"""Two figures that look alike are alike, and what an eye can see differ is named."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from actloss.book import figures
from tools.pictures import svg_difference

PIXEL = 72 / 96  # points of the figure to a pixel of the page
DOTS = np.array([[0.2, 0.3], [0.5, 0.6], [0.8, 0.4]])


def drawing(*, move=0.0, colour=figures.BLUE, label="loss", dots=DOTS, noise=0.0):
    """A figure with a line, dots, a band, a map of colours and labels."""
    figure, axes = plt.subplots(figsize=(4, 3))
    x = np.linspace(0, 1, 400)
    y = x * x * (1 + noise * np.sin(1e5 * x))
    axes.plot(x, y, color=colour)
    axes.fill_between(x, y - 0.1, y + 0.1, alpha=0.3)
    axes.scatter(*dots.T, c=dots[:, 1] * (1 + noise), cmap="viridis")
    axes.imshow(dots * (1 + noise), extent=(0, 0.2, 0.8, 1), aspect="auto")
    axes.axis((0, 1, 0, 1))
    axes.set_xlabel(label)
    figure.canvas.draw()
    width = axes.get_window_extent().width * 72 / figure.dpi
    (line,) = [line for line in axes.lines if len(line.get_xdata()) == 400]
    line.set_xdata(x + move / width)
    return figures.to_svg(figure)


SOUND = drawing()


def test_a_figure_is_like_itself_drawn_again():
    assert svg_difference(SOUND, drawing()) == ""


@pytest.mark.parametrize("noise", [1e-15, 1e-9, 1e-6])
def test_the_last_digits_do_not_show(noise):
    assert svg_difference(SOUND, drawing(noise=noise)) == ""


def test_a_quarter_of_a_pixel_does_not_show():
    assert svg_difference(SOUND, drawing(move=0.25 * PIXEL)) == ""


def test_a_line_two_pixels_away_shows():
    assert re.match("d of <path>.* is `M .*, drawn `M ", svg_difference(SOUND, drawing(move=1.5)))


@pytest.mark.parametrize("axis", [0, 1])
def test_one_point_two_pixels_away_shows(axis):
    moved = re.sub(
        rf'(<use xlink:href="#C[^>]* {"xy"[axis]}=")([\d.]+)',
        lambda found: f"{found[1]}{float(found[2]) + 2 * PIXEL:.2f}",
        SOUND,
        count=1,
    )
    assert moved != SOUND
    assert f"{'xy'[axis]} of <use>" in svg_difference(SOUND, moved)


def test_a_point_of_a_line_two_pixels_away_shows():
    moved = re.sub(
        r"(L [\d.]+ )([\d.]+)",
        lambda found: f"{found[1]}{float(found[2]) + 1.5:.2f}",
        SOUND,
        count=1,
    )
    assert moved != SOUND
    assert "d of <path>" in svg_difference(SOUND, moved)


def test_a_line_that_keeps_other_points_of_itself_looks_the_same():
    coarse = '<svg><path d="M 0 0 L 10 10 L 100 100"/></svg>'
    fine = '<svg><path d="M 0 0 L 50 50.01 L 60 60 L 100 100"/></svg>'
    bent = '<svg><path d="M 0 0 L 50 52 L 60 60 L 100 100"/></svg>'
    assert svg_difference(coarse, fine) == ""
    assert svg_difference(coarse, bent) != ""


def test_a_scale_is_heeded():
    """Half a unit is nothing at full size and fifty points a hundred times magnified."""
    pair = [
        f'<svg><g transform="scale({{}})"><path d="M 0 0 L {x} 0"/></g></svg>' for x in (9, 9.3)
    ]
    assert svg_difference(*(text.format(1) for text in pair)) == ""
    assert svg_difference(*(text.format(100) for text in pair)) != ""


def test_a_shift_is_measured_outside_its_scale():
    near, far = (
        f'<svg><g transform="translate({x} 5) scale(0.1)"><path d="M 0 0"/></g></svg>'
        for x in (10, 12)
    )
    assert "transform of <g>" in svg_difference(near, far)


@pytest.mark.parametrize("colour", [figures.ORANGE, "#2f56c2"])
def test_another_colour_shows(colour):
    assert "style of <path>" in svg_difference(SOUND, drawing(colour=colour))


def test_another_label_shows():
    assert svg_difference(SOUND, drawing(label="cost")) != ""


def test_another_text_shows():
    assert (
        svg_difference("<svg><text>1.2</text></svg>", "<svg><text>1.3</text></svg>")
        == "the text “1.2” is drawn as “1.3”"
    )


def test_one_point_more_and_one_point_less_show():
    fewer = drawing(dots=DOTS[:2])
    assert svg_difference(SOUND, fewer) != ""
    assert svg_difference(fewer, SOUND) != ""


def test_what_is_no_svg_is_said():
    assert "it is no SVG" in svg_difference(SOUND, "<svg>")
