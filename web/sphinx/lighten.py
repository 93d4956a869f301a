"""Takes out of the built site what no page needs: rules, letters, icons, digits, blanks, work."""

import hashlib
import html
import re
import shutil
import string
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fontTools import subset
from node import PROGRAMS, run_in_node
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

# What a page says in an attribute, where no style rule looks.
WORDLESS = re.compile(r'\b(?:alt|href|src|style|content|title|aria-label)="[^"]*"')
OPENING_TAG = re.compile(r"<[a-z][^>]*>")
SCRIPT_OR_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
ICON = re.compile(r'content:\s*"\\([0-9a-f]{4})"')
FONT_FACE = re.compile(r"@font-face\s*\{(.*?)\}", re.DOTALL)
FAMILY = re.compile(r"font-family:\s*[\"']?([^;\"'}]+)")
FONT = re.compile(r"url\([\"']?([^)\"']+\.woff2)")
OURS = "course.css"  # a script may ask for any rule of it
WIDGETS = "_static/widgets"
SHARED_NAME = re.compile(r"[0-9a-f]{16}\.(js|css)$")  # as share_widget_code names them
# At every key the theme looks through the whole page for its search box, whatever the key, and
# takes Ctrl-K even from who types code.
THEME = "_static/scripts/pydata-sphinx-theme.js"
LISTENS = 'window.addEventListener("keydown",e=>{'
LOOKS = re.compile(re.escape(LISTENS) + r"(?=let (\w)=\w\(\);e\.shiftKey\|\|)")
HEEDS = LISTENS + "if(!/^(k|escape)$/i.test(e.key)||e.target.closest?.('.cm-editor'))return;"
# What matplotlib writes into each picture, and pictures.mjs takes out.
AS_DRAWN = '<style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Cut style-sheets, fonts and pictures down to what the pages of this build use."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    pages = [page.read_text(encoding="utf-8") for page in sorted(site.rglob("*.html"))]
    styles = linked(site, pages, ".css")
    cut_styles(site, styles, linked(site, pages, ".js"), words_of(pages))
    cut_fonts(site, styles, letters_of(pages))
    cut_pictures(site)
    heed_few_keys(site)
    cut_texts(site, pages)


def kept_cut(site: Path, facts: str, files: list[Path], cut: Callable[[], None]) -> None:
    """Run `cut`, which changes `files`; or, where that was done before, put its result in place."""
    key = hashlib.sha256(b"".join([facts.encode(), *(file.read_bytes() for file in files)]))
    folder = site.parent / "cut" / key.hexdigest()
    if not folder.exists():
        cut()
        unfinished = folder.with_suffix(".part")
        unfinished.mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(files):
            shutil.copyfile(file, unfinished / str(number))
        unfinished.rename(folder)
    for number, file in enumerate(files):
        shutil.copyfile(folder / str(number), file)


# Style-sheets


def linked(site: Path, pages: list[str], suffix: str) -> list[Path]:
    """The files of this suffix that some page loads."""
    address = re.compile(rf'<(?:link|script) [^>]*(?:href|src)="[^"]*?(_static/[^"?]+{suffix})[?"]')
    names = {name for page in pages for name in address.findall(page)}
    return [site / name for name in sorted(names)]


def words_of(pages: list[str]) -> list[str]:
    """Every tag, class, id and attribute of the pages: what a style rule can match."""
    words: set[str] = set()
    for page in pages:
        tags = " ".join(set(OPENING_TAG.findall(page)))
        words.update(re.findall(r"[\w-]+", WORDLESS.sub("", tags)))
    return sorted(words)


def cut_styles(site: Path, styles: list[Path], scripts: list[Path], words: list[str]) -> None:
    """Keep only the rules that some page, or a script on it, can use."""
    styles = [style for style in styles if style.name != OURS]
    purge = PROGRAMS / "purge.mjs"
    order = {"styles": styles, "scripts": scripts, "words": words}
    cut = partial(run_in_node, purge, order)
    kept_cut(site, f"{purge.read_text(encoding='utf-8')} {scripts} {words}", styles, cut)


# Scripts


def cut_texts(site: Path, pages: list[str]) -> None:
    """Write in fewer letters what comes as typed: of extensions, of the theme, of the figures."""
    program = PROGRAMS / "scripts.mjs"
    of_figures = sorted(path for path in (site / WIDGETS).glob("*") if SHARED_NAME.match(path.name))
    of_pages = [*linked(site, pages, ".js"), *linked(site, pages, ".css")]
    for texts in [*([text] for text in of_pages), of_figures]:
        cut = partial(run_in_node, program, texts)
        kept_cut(site, program.read_text(encoding="utf-8"), texts, cut)


# Fonts


def letters_of(pages: list[str]) -> str:
    """Every character of the pages' text, and all that a keyboard has."""
    letters = set(string.printable)
    for page in pages:
        letters.update(html.unescape(SCRIPT_OR_TAG.sub("", page)))
    return "".join(sorted(letters))


def cut_fonts(site: Path, styles: list[Path], letters: str) -> None:
    """Keep of each font only what the pages show: the letters, or the icons of the theme."""
    css = "".join(style.read_text(encoding="utf-8") for style in styles)
    icons = "".join(chr(int(icon, 16)) for icon in ICON.findall(css))
    for font in fonts_in_use(styles, FONT_FACE.sub("", css)):
        shown = icons if "fontawesome" in font.parts else letters
        kept_cut(site, shown, [font], lambda font=font, shown=shown: cut_font(font, shown))


def fonts_in_use(styles: list[Path], rules: str) -> list[Path]:
    """The font files of every family that a rule names; a browser loads no other."""
    return [
        (style.parent / name).resolve()
        for style in styles
        for face in FONT_FACE.findall(style.read_text(encoding="utf-8"))
        if FAMILY.search(face)[1] in rules
        for name in FONT.findall(face)
    ]


def cut_font(path: Path, letters: str) -> None:
    options = subset.Options(flavor="woff2", hinting=False, name_IDs=[], notdef_outline=True)
    with subset.load_font(str(path), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        subset.save_font(font, str(path), options)


# Pictures


def cut_pictures(site: Path) -> None:
    """Write the pictures in fewer bytes; one that was cut in an earlier build is put in place."""
    program = PROGRAMS / "pictures.mjs"
    folder = site.parent / "cut"
    folder.mkdir(exist_ok=True)
    uncut = {}
    for picture in sorted(site.glob("_images/*.svg")):
        drawn = picture.read_bytes()
        if AS_DRAWN.encode() in drawn:
            kept = folder / f"{hashlib.sha256(program.read_bytes() + drawn).hexdigest()}.svg"
            if kept.exists():
                shutil.copyfile(kept, picture)
            else:
                uncut[picture] = kept
    if uncut:
        run_in_node(program, list(uncut))
    for picture, kept in uncut.items():
        unfinished = kept.with_suffix(".part")
        shutil.copyfile(picture, unfinished)
        unfinished.rename(kept)


# Scripts


def heed_few_keys(site: Path) -> None:
    """Let the theme look for its search box at its own keys only, not at each step of a slider."""
    script = site / THEME
    if not script.exists():
        return
    text = script.read_text(encoding="utf-8")
    if HEEDS in text:
        return  # Sphinx left the script of an earlier build in place
    eased, found = LOOKS.subn(lambda _: HEEDS, text)
    if found != 1:
        logger.warning("%s listens to keys in another way now: see web/sphinx/lighten.py", THEME)
        return
    script.write_text(eased, encoding="utf-8")
