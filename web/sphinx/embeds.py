"""A page for each live figure alone: what an <iframe> on another site shows.

It holds the figure's place, its still picture and the state of its own widgets; the code is the one
that all pages share. It lies in `_static/figures`, beside the widget host that names it.
"""

import html
import json
import re
from pathlib import Path

from live_figures import WIDGET_STATE, reference
from sphinx.application import Sphinx

PLACE = re.compile(
    r'<div class="widget-slot" data-model-id="(?P<model>\w+)"[^>]* data-name="(?P<name>[^"]+)"'
    r".*?</div>\s*</div>",
    re.DOTALL,
)
FOLDER = Path("_static", "figures")
TO_SITE = "../../"  # from there

PAGE = """<!DOCTYPE html>
<html lang="en-GB" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="../favicon.svg">
<link rel="stylesheet" href="../course.css">
<script>
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (dark) document.documentElement.dataset.theme = "dark";
</script>
<script type="module" src="../widgets/loader.js"></script>
<style>
  * {{ box-sizing: border-box }}
  body {{ margin: 0 auto; padding: .5rem .75rem; max-width: 47rem }}
  body {{ background: var(--course-paper); font-family: var(--course-sans) }}
  .widget-slot {{ margin: 0 }}
  .source {{ font-size: .85rem; font-weight: 400; margin: .25rem 0 }}
  .source a {{ color: var(--course-blue) }}
</style>
</head>
<body>
<main>
{figure}
<h1 class="source">From <a href="{address}" target="_top">{title}</a>, {book}</h1>
</main>
<script type="{kind}">{state}</script>
</body>
</html>
"""


def own_models(models: dict[str, dict], model_id: str) -> dict[str, dict]:
    """The widgets that a figure names, those that these name, and the links between them."""
    found: dict[str, dict] = {}
    waiting = [model_id]
    while waiting:
        name = waiting.pop()
        if name in found or name not in models:
            continue
        found[name] = models[name]
        waiting += references(models[name]["state"])
        if not waiting:  # a link names both of its ends, and neither names it
            waiting = [
                link
                for link, model in models.items()
                if link not in found
                and {"source", "target"} <= model["state"].keys()
                and set(references(model["state"])) & found.keys()
            ]
    return found


def references(value: object) -> list[str]:
    """Every widget that a part of a state names."""
    if isinstance(value, str):
        return [reference(value)] if value.startswith("IPY_MODEL_") else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [name for part in parts for name in references(part)]


def write_figure_pages(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Write the pages of a page's figures, once their code lies in files that pages share."""
    state = next(
        (
            script.attributes["body"]
            for script in context.get("script_files", ())
            if getattr(script, "attributes", {}).get("type") == WIDGET_STATE
        ),
        None,
    )
    if state is None:
        return
    stored = json.loads(state)
    title = html.unescape(re.sub("<[^>]*>", "", context["title"]))
    for place in PLACE.finditer(context["body"]):
        own = stored | {"state": own_models(stored["state"], place["model"])}
        page = PAGE.format(
            title=html.escape(title),
            book=html.escape(app.config.html_title or app.config.project),
            figure=place[0].replace("../_images/", f"{TO_SITE}_images/"),
            address=f"{TO_SITE}{app.builder.get_target_uri(pagename)}#figure={place['name']}",
            kind=WIDGET_STATE,
            state=json.dumps(own, separators=(",", ":")).replace("</", "<\\/"),
        )
        path = Path(app.outdir, FOLDER, f"{place['name']}.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
