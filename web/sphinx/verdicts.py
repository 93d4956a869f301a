"""A box with a verdict on a claim has the colour of its word."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

WORD = re.compile(r"holds with conditions|holds|misleading|false", re.IGNORECASE)


def colour_verdicts(app: Sphinx, doctree: nodes.document) -> None:
    """Give each box of the class ``verdict`` a class for the word that its heading begins with."""
    for box in doctree.findall(nodes.admonition):
        if "verdict" not in box["classes"]:
            continue
        heading = box.next_node(nodes.title).astext()
        found = WORD.match(heading)
        if found is None:
            raise ExtensionError(
                f"{app.env.docname}: a box of the class verdict must begin with holds, holds with "
                f"conditions, misleading or false, but begins with {heading!r}"
            )
        box["classes"].append(f"verdict-{found[0].lower().replace(' ', '-')}")
