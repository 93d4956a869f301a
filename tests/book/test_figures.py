"""Figures come out the same in every run, described and readable; still pictures are true."""

import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from cards import draw_card

from actloss import widgets
from actloss.book import figures
from actloss.catalogue import ACTIVATIONS
from tests.widgets.live_figure import assert_is_svg
from tools.stamps import ROOT

DRAW = """
from matplotlib import pyplot as plt
from actloss.book import figures
{style}
figure, axes = plt.subplots()
axes.plot([0, 1, 2], [0.123456, 1 / 3, 2.0], "o", label="$x^2$")
axes.fill_between([0, 1], [0, 1])
axes.set_title("A title")
axes.legend()
print(figures.to_svg(figure))
"""


@pytest.fixture(autouse=True)
def own_style():
    """Each test has matplotlib's settings to itself, and leaves no figure open."""
    with matplotlib.rc_context():
        yield
    assert plt.get_fignums() == []


@pytest.fixture
def shown(monkeypatch):
    """What `figures.show` hands to the notebook."""
    bundles = []
    monkeypatch.setattr(figures, "display", lambda data, raw: bundles.append(data))
    return bundles


def simple_figure(title="A title"):
    figures.use_style()
    figure, axes = plt.subplots()
    axes.plot([0, 1, 2], [0.123456, 1 / 3, 2.0], "o")
    axes.set_title(title)
    return figure


# --- to_svg --------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["figures.use_style()", ""], ids=["style", "no style"])
def test_the_same_in_every_run(style):
    def run(seed):
        environment = os.environ | {"PYTHONHASHSEED": seed, "MPLBACKEND": "agg"}
        code = [sys.executable, "-c", DRAW.format(style=style)]
        return subprocess.run(code, env=environment, capture_output=True, check=True).stdout

    first, second = run("1"), run("2")
    assert len(first) > 1000
    assert first == second


def test_the_same_twice():
    figure = simple_figure()
    first = figures.to_svg(figure)
    assert figures.to_svg(figure) == first
    assert figures.to_svg(simple_figure()) == first


def test_svg_is_bare_and_well_formed():
    svg = figures.to_svg(simple_figure())
    assert svg.startswith("<svg")
    assert_is_svg(svg)
    for absent in ("<metadata", "<!DOCTYPE", "Matplotlib v", "date"):
        assert absent not in svg


def test_coordinates_are_rounded_and_scales_kept():
    svg = figures.to_svg(simple_figure())
    numbers = re.findall(r"-?\d+\.(\d+)", re.sub(r"scale\([^)]*\)", "", svg))
    assert numbers
    assert max(map(len, numbers)) == 2
    scales = re.findall(r"scale\(([^ )]*)", svg)
    assert scales
    assert all(float(scale) != 0 for scale in scales)


def test_rounding_moves_nothing_by_more_than_half_a_hundredth(monkeypatch):
    figure = simple_figure()
    rounded = figures.to_svg(figure)
    monkeypatch.setattr(figures, "COORDINATE", re.compile(r"(?P<scale>(?!))"))
    exact = figures.to_svg(figure)
    pattern = re.compile(r"-?\d+\.\d+")
    assert pattern.sub("#", rounded) == pattern.sub("#", exact)
    before, after = (
        np.array([float(number) for number in pattern.findall(svg)]) for svg in (exact, rounded)
    )
    assert np.abs(before - after).max() <= 0.005 + 1e-9
    assert np.any(before != after)


# --- show ----------------------------------------------------------------------------------


def test_show_hands_over_picture_and_description(shown):
    figure = simple_figure()
    svg = figures.to_svg(figure)
    figures.show(figure, "Three points that rise.")
    assert shown == [{"image/svg+xml": svg, "text/plain": "Three points that rise."}]
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_refuses_an_empty_description(shown, alt):
    figure = simple_figure()
    with pytest.raises(ValueError, match="alt must say what the figure shows, but it is empty"):
        figures.show(figure, alt)
    assert shown == []
    plt.close(figure)


def test_show_refuses_a_title_that_is_cut_off(shown):
    figure = simple_figure("A title that says much more than the width of the figure can hold " * 2)
    with pytest.raises(ValueError, match="runs out of the figure, shorten or break it: 'A title"):
        figures.show(figure, "Three points.")
    assert shown == []
    plt.close(figure)


def test_show_takes_a_broken_title(shown):
    figures.show(simple_figure("A title that says\nwhat it says in two lines"), "Three points.")
    assert len(shown) == 1


# --- style ---------------------------------------------------------------------------------


def contrast(one, other):
    """WCAG's ratio of two colours."""

    def luminance(colour):
        channels = np.array(matplotlib.colors.to_rgb(colour))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [*figures.COLOURS, figures.INK])
def test_colours_can_be_read_on_white(colour):
    assert contrast(colour, "white") >= 4.5


def test_the_page_uses_the_same_colours():
    """Live figures take theirs from the style-sheet: in light mode those of the still pictures."""
    sheet = (ROOT / "web" / "assets" / "course.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--course-(\w+): (#\w{6});", sheet[: sheet.index("data-theme")]))
    for name in ("blue", "orange", "green", "red", "ink"):
        assert light[name] == getattr(figures, name.upper())
    assert light["faint"] == figures.GREY


def test_style_holds_from_then_on():
    figures.use_style()
    assert matplotlib.rcParams["figure.figsize"] == [*figures.WIDE]
    assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][0] == figures.BLUE


READERS_OWN = {
    "axes.facecolor": "yellow",
    "axes.unicode_minus": False,
    "figure.dpi": 33,
    "font.family": "monospace",
    "lines.markersize": 19,
    "path.sketch": (1, 100, 2),
    "savefig.bbox": "tight",
    "svg.fonttype": "none",
    "xtick.direction": "in",
}
LIVE = {
    "ActivationExplorer": {"function": "gelu", "compare": "relu"},
    "Chooser": {"about": "losses", "answers": (1, 1)},
    "ConfusionExplorer": {},
    "CrossEntropyExplorer": {},
    "DeadUnitExplorer": {},
    "GradientFlowExplorer": {},
    "MarginExplorer": {},
    "OutlierFit": {},
    "RegressionLossExplorer": {},
    "SoftmaxExplorer": {},
    "TrainingTheatre": {},
}


def test_style_starts_from_matplotlibs_defaults():
    expected = figures.to_svg(simple_figure())
    matplotlib.rcParams.update(READERS_OWN)
    assert figures.to_svg(simple_figure()) == expected


def still(name):
    return getattr(widgets, name)(**LIVE[name]).picture()


@pytest.mark.parametrize("name", LIVE)
def test_what_a_reader_has_set_shows_in_no_still_picture(name):
    expected = still(name)
    matplotlib.rcParams.update(READERS_OWN)
    before = dict(matplotlib.rcParams)
    assert still(name) == expected
    assert dict(matplotlib.rcParams) == before


def test_nor_in_those_that_take_data():
    def stills():
        logits = np.random.default_rng(0).normal(size=(100, 3))
        calibration = widgets.CalibrationExplorer(logits, np.arange(100) % 3)
        return calibration.picture(), widgets.explore(bump, width=(0.5, 4, 0.1)).picture()

    expected = stills()
    matplotlib.rcParams.update(READERS_OWN)
    assert stills() == expected


def test_nor_in_the_cards_of_pages():
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"
    expected = draw_card("A title", "site.example", font)
    matplotlib.rcParams.update(READERS_OWN)
    assert draw_card("A title", "site.example", font) == expected


def bump(x, *, width=2.0):
    return np.exp(-((x / width) ** 2))


# --- the still picture of a live figure ----------------------------------------------------


@pytest.fixture
def panels(monkeypatch):
    """The two panels of the picture, kept before they become SVG."""

    def panels(*arguments, **settings):
        kept = []
        monkeypatch.setattr(figures, "to_svg", kept.append)
        figures.activation_picture(*arguments, **settings)
        plt.close(kept[0])
        return kept[0].axes

    return panels


def curves(axes):
    """The lines of a panel that are no straight lines: ghost first."""
    return [line.get_xydata().T for line in axes.lines if len(line.get_xdata()) > 2]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_still_picture_is_true(panels, name):
    entry, ghost = ACTIVATIONS[name], ACTIVATIONS["elu"]
    settings = {parameter: ends.maximum for parameter, ends in entry.parameters.items()}
    top, bottom = panels(entry, ghost, x=-1.5, height=(-2.0, 4.0), **settings)
    alpha = {"alpha": settings["alpha"]} if "alpha" in settings else {}
    for axes, method in ((top, "function"), (bottom, "gradient")):
        (x, ghost_y), (_, y) = curves(axes)
        assert (x[0], x[-1]) == axes.get_xlim() == (-5.0, 5.0)
        np.testing.assert_array_equal(y, getattr(entry, method)(x, **settings))
        np.testing.assert_array_equal(ghost_y, getattr(ghost, method)(x, **alpha))
        point = axes.lines[-1].get_xydata()[0]
        np.testing.assert_allclose(point, (-1.5, getattr(entry, method)(-1.5, **settings)))
    assert top.get_ylim() == (-2.0, 4.0)
    tangent = next(line for line in top.lines if line.get_linestyle() == "--")
    assert tangent.get_slope() == entry.gradient(-1.5, **settings)
    assert tangent.get_xy1() == (-1.5, entry.function(-1.5, **settings))


def test_still_picture_without_ghost(panels):
    top, bottom = panels(ACTIVATIONS["tanh"])
    assert len(curves(top)) == len(curves(bottom)) == 1


def test_still_picture_leaves_the_style_alone():
    before = dict(matplotlib.rcParams)
    svg = figures.activation_picture(ACTIVATIONS["tanh"], x=0.5)
    assert dict(matplotlib.rcParams) == before
    figures.use_style()
    assert figures.activation_picture(ACTIVATIONS["tanh"], x=0.5) == svg
