"""What every file for a teacher or a student is made of: pages that run nothing, tables that no
spreadsheet works out.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
from collections.abc import Iterable

STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { margin: 2rem 0 .5rem; line-height: 1.2 }
pre { overflow-x: auto; padding: .5rem .75rem; border: 1px solid #8888; border-radius: .3rem }
ul { list-style: none; padding-left: 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .35rem 1.25rem .35rem 0; border-bottom: 1px solid #8886; text-align: left }
th, td { vertical-align: top; overflow-wrap: break-word }
figure { margin: 1rem 0; background: #fff }
svg { max-width: 100%; height: auto }
@media (prefers-color-scheme: dark) {
  figure { background: none }
  figure svg { filter: invert(.92) hue-rotate(180deg) }
}
summary { cursor: pointer; padding: .25rem 0 }
.wide { overflow-x: auto }
.marks td, .marks th { padding: .1rem .6rem; border: 1px solid #8884 }
.marks .solved { background: #2a9d5c44 }
.marks .wrong { background: #d9701044 }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
"""


def _policy(style):
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def html_page(title: str, parts: list[str], style: str = STYLE) -> str:
    """A whole page of these pieces of HTML, which may load and run nothing."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def tag(name: str, text: str) -> str:
    """An element that holds this text."""
    return f"<{name}>{html.escape(text)}</{name}>"


def html_table(columns: tuple[str, ...], rows: list[tuple]) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(tag('td', str(cell)) for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return wide(table, f"Table of {', '.join(columns)}")


def wide(table: str, label: str) -> str:
    """A table that scrolls by itself where the window is narrow, by keyboard too."""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{html.escape(label)}">'
        f"{table}</div>"
    )


def quoted_table(columns: tuple[str, ...], rows: list[dict]) -> str:
    """Every field quoted; none that a spreadsheet takes for a formula."""
    return quoted(columns) + "".join(
        quoted(harmless(row.get(name, "")) for name in columns) for row in rows
    )


def quoted(fields: Iterable[str]) -> str:
    """A line of a table."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(fields)
    return text.getvalue()


def harmless(value: object) -> str:
    """Text that a spreadsheet shows and does not work out."""
    text = str(value)
    formula = text.lstrip().startswith(tuple("=+-@＝＋－＠")) or text.startswith(("\t", "\r", "\n"))
    return "'" + text if formula else text
