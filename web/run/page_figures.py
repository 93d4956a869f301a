"""Where matplotlib draws in a page: it asks for this module by the name in session.py."""

import session
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas  # noqa: F401


def show(*_, **__):
    """What plt.show() does."""
    session.show_open_figures()
