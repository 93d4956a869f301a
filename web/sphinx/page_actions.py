"""What a reader can do with a page: take its notebook along, run it elsewhere, mend it.

Every address but the download's comes from two variables that the publish step sets, and without
them a page offers its download alone:

- `REPOSITORY_URL`, such as `https://github.com/someone/course`;
- `REPOSITORY_BRANCH`, where the sources lie: `main` unless it is set.

Colab opens notebooks from a branch only, so it opens them from the one that holds the published
site. In a published notebook a first cell fetches the course, when it runs on Colab.
"""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.errors import ConfigError

PUBLISHED = "gh-pages"  # the branch that `make publish` writes
GITHUB = re.compile(r"https://github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?")

ON_COLAB = """\
# On Colab, this fetches the course and installs it; anywhere else it does nothing.
import sys

if "google.colab" in sys.modules:
    !git clone --quiet --depth 1 --branch {branch} {url} /content/{name}
    %pip install --quiet /content/{name}
    %cd -q /content/{name}/{folder}"""


class Repository(NamedTuple):
    owner: str
    name: str
    branch: str

    @property
    def url(self) -> str:
        return f"https://github.com/{self.owner}/{self.name}"


def repository() -> Repository | None:
    """The repository that the publish step names, or None."""
    url = os.environ.get("REPOSITORY_URL", "")
    if not url:
        return None
    parts = GITHUB.fullmatch(url)
    if parts is None:
        raise ConfigError(
            f"REPOSITORY_URL is {url!r}; expected https://github.com/OWNER/NAME: correct it, or "
            "unset it for pages without links to a repository"
        )
    branch = os.environ.get("REPOSITORY_BRANCH") or "main"
    return Repository(parts["owner"], parts["name"], branch)


def actions_of(page: str, source: str, place: Repository | None) -> list[dict[str, str]]:
    """What a page offers, in order: each a name and an address.

    Parameters
    ----------
    page
        Its name without a suffix, ``chapters/relu-family``.
    source
        Its file, ``chapters/relu-family.ipynb``.
    place
        The repository, or None.
    """
    is_notebook = source.endswith(".ipynb")
    found = {"Download notebook": f"_sources/{source}"} if is_notebook else {}
    if place is not None:
        where = f"{place.owner}/{place.name}"
        path = quote(source)
        branch = quote(place.branch)
        if is_notebook:
            found |= {
                "Open in Colab": f"https://colab.research.google.com/github/{where}"
                f"/blob/{PUBLISHED}/_sources/{path}",
                "Open in Binder": f"https://mybinder.org/v2/gh/{where}/{quote(place.branch, '')}"
                f"?urlpath={quote(f'lab/tree/{source}', '')}",
                # Its editor shows cells, where GitHub's own shows their JSON.
                "Suggest an edit": f"https://github.dev/{where}/blob/{branch}/{path}",
            }
        else:
            found["Suggest an edit"] = f"{place.url}/edit/{branch}/{path}"
        found["Report a mistake"] = (
            f"{place.url}/issues/new?template=mistake.yml&page={quote(page, '')}"
        )
    return [{"name": name, "address": address} for name, address in found.items()]


def offer_actions(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Hand a page's actions to the template `page-actions.html`; a page without source has none."""
    if doctree is None:
        return
    source = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    context["page_actions"] = [
        action | {"address": context["pathto"](action["address"], 1)}
        if action["address"].startswith("_sources/")
        else action
        for action in actions_of(pagename, source, repository())
    ]


def with_colab_cell(notebook: dict, folder: str, place: Repository) -> dict:
    """The notebook and, before all else, the cell that fetches the course on Colab."""
    code = ON_COLAB.format(branch=place.branch, url=place.url, name=place.name, folder=folder)
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "on-colab",
        "metadata": {"tags": ["remove-cell"]},
        "outputs": [],
        "source": code.splitlines(keepends=True),
    }
    return notebook | {"cells": [cell, *notebook["cells"]]}


def publish_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Put that cell into the notebooks that the site offers, where the course can be fetched."""
    place = repository()
    if exception or app.builder.format != "html" or place is None:
        return
    for name in app.env.found_docs:
        source = Path(app.env.doc2path(name))
        if source.suffix == ".ipynb":
            path = source.relative_to(app.srcdir)
            notebook = json.loads(source.read_text(encoding="utf-8"))
            made = with_colab_cell(notebook, path.parent.as_posix(), place)
            text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
            Path(app.outdir, "_sources", path).write_text(text, encoding="utf-8")
