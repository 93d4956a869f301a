"""What a reader can do with a page: take its notebook along, run it elsewhere, mend it.

Every address but those of the downloads comes from two variables that the publish step sets, and
without them a page offers its downloads alone:

- `REPOSITORY_URL`, such as `https://github.com/someone/course`;
- `REPOSITORY_BRANCH`, where the sources lie: `main` unless it is set.

Colab opens notebooks from a branch only, so it opens them from the one that holds the published
site; downloads.py says how a notebook finds the course there.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ConfigError

ARCHIVE = "_static/actloss-course.zip"  # what a notebook needs of the course; see downloads.py

PUBLISHED = "gh-pages"  # the branch that `make publish` writes
GITHUB = re.compile(r"https://github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?")


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
    found = {}
    if is_notebook:
        found |= {"Download notebook": f"_sources/{source}", "Download the course": ARCHIVE}
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
        if not urlsplit(action["address"]).scheme
        else action
        for action in actions_of(pagename, source, repository())
    ]
