"""A chapter's first screen: its question, and below it one of its own figures.

The cell that draws the figure is tagged ``opening``. Its picture, of a live figure the still one,
is shown a second time below the first paragraph, with a link to the section that explains it. What
is bold in that paragraph is the question.
"""

from pathlib import Path

from docutils import nodes
from live_figures import STILL
from sphinx.application import Sphinx

TAG = "tag_opening"  # the class that MyST-NB gives to a cell for its tag


def open_with_figure(app: Sphinx, doctree: nodes.document) -> None:
    cell = next((node for node in doctree.findall(nodes.container) if is_opening(node)), None)
    if cell is None:
        return
    chapter = next(doctree.findall(nodes.section))
    first = chapter.next_node(nodes.paragraph)
    first.next_node(nodes.strong)["classes"].append("chapter-question")
    first.parent.insert(first.parent.index(first) + 1, opening_of(cell))


def is_opening(node: nodes.container) -> bool:
    return TAG in node["classes"]


def opening_of(cell: nodes.container) -> nodes.container:
    picture = next(cell.findall(nodes.image)).deepcopy()
    section = section_of(cell)
    link = nodes.reference("", "", refid=section["ids"][0], internal=True)
    title = section.next_node(nodes.title)
    link += [part.deepcopy() for part in title.children]
    lives = Path(picture["uri"]).name.startswith(STILL)
    said = "Move the figure yourself in “" if lives else "The figure is explained in “"
    source = nodes.paragraph("", "", nodes.Text(said), link)
    source += nodes.Text("”.")
    source["classes"] = ["opening-source"]
    # As a cell's own output a wide picture scrolls, and stops the Tab key.
    return nodes.container("", picture, source, classes=["opening", "cell_output"])


def section_of(node: nodes.Node) -> nodes.section:
    while not isinstance(node, nodes.section):
        node = node.parent
    return node
