"""Lets the check of outside links see those of README.md and its neighbours, which are no pages."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.linkcheck import CheckExternalLinksBuilder, Hyperlink

ADDRESS = re.compile(r"https?://[^\s)>\]\"'`]*[^\s)>\]\"'`.,;:]")


def add_links_of_other_files(app: Sphinx, env) -> None:
    """Hand the checker each address in the Markdown beside `_config.yml`."""
    if not isinstance(app.builder, CheckExternalLinksBuilder):
        return
    for path in sorted(Path(app.srcdir).glob("*.md")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for uri in ADDRESS.findall(line):
                app.builder.hyperlinks.setdefault(uri, Hyperlink(uri, path.name, str(path), number))


def setup(app: Sphinx) -> dict:
    app.connect("env-updated", add_links_of_other_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
