"""The directive ``functions`` of the reference: what files of a room make public, in their order.

``.. functions:: rectifiers`` below ``.. currentmodule:: actloss.activations`` documents the public
names of ``actloss.activations.rectifiers`` as names of ``actloss.activations``. So a new function
joins the reference by being written.
"""

import importlib
import inspect

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from twins import in_reference, twins


def public_functions(module: str) -> list[str]:
    """The public names of a module, in the order in which they are written."""
    loaded = importlib.import_module(module)
    return sorted(loaded.__all__, key=lambda name: line_of(getattr(loaded, name)))


def line_of(function) -> int:
    return inspect.unwrap(function).__code__.co_firstlineno


class Functions(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        room = self.env.ref_context["py:module"]
        names = [
            name
            for file in self.arguments[0].split()
            for name in public_functions(f"{room}.{file}")
        ]
        known = twins()
        lines = []
        for name in names:
            lines.append(f".. autofunction:: {name}")
            if name in known:
                lines += in_reference(name, known[name])
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict:
    app.add_directive("functions", Functions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
