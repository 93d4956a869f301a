"""Small notebooks for the tests of `make execute` and of the gates."""

import nbformat

FIGURE = """\
import io, matplotlib.pyplot as plt
from IPython.display import display
figure, axes = plt.subplots(figsize=(3, 2))
axes.plot([0, 1, {top}])
picture = io.BytesIO()
figure.savefig(picture, format="png")
plt.close(figure)
text = "A line that rises to {top}"
display({{"image/png": picture.getvalue(), "text/plain": text}}, raw=True)"""

VECTOR = """\
from IPython.display import display
drawing = '<svg xmlns="http://www.w3.org/2000/svg">\\n<circle r="{radius}"/>\\n</svg>'
display({{"image/svg+xml": drawing, "text/plain": "A circle"}}, raw=True)"""

SLIDERS = """\
import ipywidgets as widgets
unused = widgets.FloatSlider()
first, second = widgets.FloatSlider(value=0.25), widgets.FloatText()
link = widgets.jslink((first, "value"), (second, "value"))
widgets.VBox([first, second])"""

PRINTS = """\
import sys
for i in range(3):
    print("line", i, flush=True)
print("a warning", file=sys.stderr)"""


def notebook(*cells):
    """A notebook of these code cells, not run yet."""
    made = [
        nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        for number, source in enumerate(cells, start=1)
    ]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# T", id="title"), *made])


def example():
    """One of everything that a chapter stores."""
    return notebook(
        "1 + 1", PRINTS, FIGURE.format(top=4), VECTOR.format(radius=1), SLIDERS, "second"
    )
