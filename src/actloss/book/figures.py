"""The book's matplotlib style, and what every figure goes through on its way to the page.

Matplotlib is loaded when something is drawn: a live figure in a browser does without it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from IPython.display import display

from actloss.catalogue import Activation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# Each keeps a contrast of 4.5 : 1 on white, and no two are alike in hue.
BLUE, ORANGE, GREEN, PURPLE, RED = "#1f56c2", "#b84a00", "#1a7446", "#7b3fa0", "#b3261e"
# In inches. Letters of 12 points in a figure of this width can still be read on a phone.
WIDTH = 6.4
WIDE = (WIDTH, 3.4)
INK, GREY, LINE = "#23262d", "#5d6470", "#dcdfe4"
# Every number with three decimals or more, but for the factors by which letters are scaled.
COORDINATE = re.compile(r"(?P<scale>scale\([^)]*\))|-?\d+\.\d{3,}")
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, GREY)

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 12.0,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.titlesize": 13.0,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.figsize": WIDE,
    "font.size": 12.0,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "legend.fontsize": 12.0,
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "lines.solid_capstyle": "round",
    "savefig.transparent": True,
    "text.color": INK,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
}


def use_style() -> None:
    """Draw all figures from here on in the style of the book.

    It starts from matplotlib's own defaults: what a ``matplotlibrc`` sets does not show.
    """
    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)
    matplotlib.rcParams["axes.prop_cycle"] = plt.cycler(color=COLOURS)


@contextmanager
def in_style(settings: Mapping[Any, Any] | None = None) -> Iterator[None]:
    """Draw in the style of the book, with `settings` of matplotlib on top, as long as it lasts."""
    import matplotlib

    with matplotlib.rc_context():
        use_style()
        matplotlib.rcParams.update(settings or {})
        yield


def to_svg(figure: Figure) -> str:
    """`figure` as SVG text that is the same in every run; the figure is closed.

    Coordinates are rounded to a hundredth of a point, which no eye sees: the file becomes smaller,
    and the last digits, which differ between machines, are gone.
    """
    import matplotlib
    import matplotlib.pyplot as plt

    buffer = io.StringIO()
    no_date = {"Date": None, "Creator": None}
    # The same figure gets the same ids in every run.
    with matplotlib.rc_context({"svg.hashsalt": "actloss"}):
        figure.savefig(buffer, format="svg", metadata=no_date, transparent=True)
    plt.close(figure)
    svg = buffer.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = COORDINATE.sub(lambda found: found["scale"] or f"{float(found[0]):.2f}", svg)
    return svg[svg.index("<svg") :]


def show(figure: Figure, alt: str) -> None:
    """Show `figure` with `alt`, the sentence that says what there is to see in it.

    Raises
    ------
    ValueError
        If `alt` says nothing, or a title is too long for the figure.
    """
    if not alt.strip():
        raise ValueError("alt must say what the figure shows, but it is empty")
    svg = to_svg(figure)
    _check_titles(figure)
    display({"image/svg+xml": svg, "text/plain": alt}, raw=True)


def _check_titles(figure: Figure) -> None:
    """Matplotlib cuts a title that is too long at the edge of the figure, and says nothing."""
    from matplotlib.text import Text

    figure.draw_without_rendering()  # at the figure's own resolution, which is not that of SVG
    titles = (text for axes in figure.axes for text in axes.findobj(Text) if _is_title(axes, text))
    for title in titles:
        if title.get_window_extent().x1 > figure.bbox.x1:
            raise ValueError(
                f"a title runs out of the figure, shorten or break it: {title.get_text()!r}"
            )


def _is_title(axes: Axes, text: Text) -> bool:
    titles = {axes.get_title(loc=side) for side in ("left", "center", "right")}
    return bool(text.get_text()) and text.get_text() in titles


def activation_picture(
    entry: Activation,
    ghost: Activation | None = None,
    *,
    x: float = 1.0,
    limits: tuple[float, float] = (-5.0, 5.0),
    height: tuple[float, float] | None = None,
    zoom: float = 1,
    float16: bool = False,
    **settings: float,
) -> str:
    """What a live activation figure shows before it comes alive: value above, slope below.

    `entry` and `ghost` are entries of the catalogue, `settings` the values of their parameters.
    The figure shows `limits` by `height`, or, magnified `zoom` times, what lies around the point.
    """

    import matplotlib.pyplot as plt

    def evaluate(of: Activation, name: str, at: Any) -> Any:
        arguments = {key: value for key, value in settings.items() if key in of.parameters}
        if not float16:
            return getattr(of, name)(at, **arguments)
        with np.errstate(over="ignore"):
            rounded = np.float64(np.float16(at))
            return np.float64(np.float16(getattr(of, name)(rounded, **arguments)))

    limits = _magnified(limits, zoom, x)
    grid = np.linspace(*limits, 801)
    value, slope = (float(evaluate(entry, name, x)) for name in ("function", "gradient"))
    with in_style():
        figure, (top, bottom) = plt.subplots(
            2, 1, figsize=(WIDTH, 5.0), sharex=True, height_ratios=(2.1, 1)
        )
        for axes, name in ((top, "function"), (bottom, "gradient")):
            if ghost is not None:
                axes.plot(grid, evaluate(ghost, name, grid), ":", color=GREY, linewidth=1.6)
            curve = evaluate(entry, name, grid)
            axes.plot(grid, curve, color=BLUE if axes is top else ORANGE)
            axes.spines[["left", "bottom"]].set_visible(False)
            if zoom == 1:
                axes.axhline(0, color=GREY, linewidth=0.8, zorder=1)
                axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
        top.axline((x, value), slope=slope, color=ORANGE, linewidth=1.2, linestyle="--")
        top.plot(
            x, value, "o", markersize=9, color="white", markeredgecolor=BLUE, markeredgewidth=3
        )
        bottom.plot(x, slope, "o", markersize=5, color=ORANGE)
        if zoom == 1:
            if height is not None:
                top.set_ylim(*height)
            bottom.set_ylim(-0.3, 1.3)
        top.set_xlim(*limits)
        rounded = ", rounded to float16" if float16 else ""
        top.set_title(f"value f(x){rounded}", fontsize=11)
        bottom.set_title(f"slope f′(x){rounded}", fontsize=11)
        return to_svg(figure)


def _magnified(limits: tuple[float, float], zoom: float, x: float) -> tuple[float, float]:
    """The part of `limits` around `x` that fills the frame when magnified `zoom` times."""
    half = (limits[1] - limits[0]) / 2 / zoom
    centre = min(max(x, limits[0] + half), limits[1] - half)
    return centre - half, centre + half
