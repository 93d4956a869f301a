"""What the tests of every live figure in Python share: its parts, a question, its still picture."""

import json
import xml.etree.ElementTree

import anywidget
import ipywidgets

from actloss.widgets import Prediction

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def plot_of(figure):
    """The drawing of a figure."""
    return next(
        child
        for child in figure.children
        if isinstance(child, anywidget.AnyWidget) and not isinstance(child, Prediction)
    )


def controls_of(figure):
    """Menus, sliders and boxes, by what stands before them."""
    boxes = [child for child in figure.children if isinstance(child, ipywidgets.HBox)]
    return {control.description: control for box in boxes for control in box.children}


def from_page(widget, **state):
    """What happens to `widget` when the browser sends what the reader changed there."""
    widget.set_state(state)


def question(*, shows, options=("this", "that"), answer=0):
    """A question to ask before a figure."""
    return Prediction("What happens?", options, answer=answer, explanation="Because.", shows=shows)


def assert_is_svg(picture):
    """It is well-formed SVG."""
    assert xml.etree.ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


def assert_bundle_has_a_still_picture(figure):
    """The notebook is given words, the live figure, and a picture that is the same when redrawn."""
    bundle, metadata = figure._repr_mimebundle_()
    assert bundle["text/plain"] == repr(figure)
    assert bundle[WIDGET_VIEW]["model_id"] == figure.model_id
    assert_is_svg(bundle["image/svg+xml"])
    assert bundle["image/svg+xml"] == figure.picture()
    alt = metadata["image/svg+xml"]["alt"]
    assert alt.startswith(f"A live figure, here still: {figure!r}. ")
    assert alt.endswith((".", "?"))


def assert_picture_follows(figure, **change):
    """It is another one once these traits are set."""
    before = figure.picture()
    for name, value in change.items():
        setattr(figure, name, value)
    assert figure.picture() != before


def assert_state_can_be_stored(figure):
    """As JSON, without infinities, as the notebook keeps it."""
    for widget in (figure, *figure.children):
        json.dumps(widget.get_state(), allow_nan=False, default=str)


def assert_stands_alone(module):
    """A joined module asks for no other, and gives the page one thing: how to draw."""
    assert "import " not in module
    assert module.count("export") == module.count("export default { render };") == 1
