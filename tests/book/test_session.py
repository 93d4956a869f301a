"""The page's Python takes whatever a reader types: it says what is wrong, and goes on.

It runs here in a Python of this machine; in the browser the same file does.
"""

import json
import os
import subprocess
import sys

import pytest

from tools.stamps import ROOT

RUN = """
import asyncio, json, sys
told = []
terminal = sys.stdout
sys.modules["torch"] = None  # a browser has none
import session
session.emit = lambda kind, text, alt, line=None: told.append([kind, text, alt, line])
import packages
packages.waits |= {"colorsys": "colours", "nowhere": "nowhere"}  # as packages still to come
codes = [(code, prepares) for prepares, cells in json.load(sys.stdin) for code in cells]
good = [asyncio.run(session.run_cell(code, prepares)) for code, prepares in codes]
print(json.dumps([good, told]), file=terminal)
"""


def run(*codes, prepared=()):
    """Whether each cell ran well, and what all of them said: kind, text, alt, line.

    Those `prepared` run first, as for the sake of the others.
    """
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([[True, prepared], [False, codes]]),
        env=os.environ | {"PYTHONPATH": str(ROOT / "web" / "run")},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def printed(told):
    return "".join(text for kind, text, *_ in told if kind == "text")


@pytest.mark.parametrize(
    ("code", "words", "line"),
    [
        ("x = 1\ninput('How many? ')", "write the value into the code, in place of input()", 2),
        ("import sys\nsys.exit('over')", "SystemExit: over", 2),
        ("import nunpy as np", "No module named 'nunpy'", 1),
        ("x = 1\nimport nunpy", "A page has NumPy, SciPy", 2),
        ("from actloss import nothing_like_it", "cannot import name 'nothing_like_it'", 1),
        ("x = 1\neval('1 +')", "eval('1 +')", 2),
        ("x = 'it's'", "SyntaxError: unterminated string literal", 1),
        ("f'{1 +}'", "SyntaxError: f-string", 1),
        ("def f():\n    return f()\nf()", "RecursionError", 2),
        ("return 5", "'return' outside function", 1),
        ("nonlocal x", "nonlocal declaration not allowed at module level", 1),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
        ("import sys\nsys.stdout.write(5)", "write() takes text, but got int", 2),
    ],
)
def test_an_error_says_what_and_where(code, words, line):
    good, told = run(code, "'goes on'")
    assert good == [False, True]
    (error,) = [one for one in told if one[0] == "error"]
    assert words in error[1]
    assert error[3] == line
    assert 'session.py", line' not in error[1].split("in <module>")[0], "frames of ours come first"
    assert printed(told) == "'goes on'\n"


def test_pytorch_is_left_out_and_the_rest_runs():
    good, told = run("import math\nimport torch\nmath.floor(2.5)")
    assert good == [True]
    assert printed(told) == "Left out, not in the browser: torch\n2\n"


def test_a_cell_may_wait_and_names_may_be_shadowed_or_deleted():
    good, told = run(
        "import asyncio\nprint(await asyncio.sleep(0, 'slept'))\nawait asyncio.sleep(0, 5)",
        "print = 6\ndel asyncio\nprint",
        "print('no')",
        "del print\nprint('again')",
    )
    assert good == [True, True, False, True]
    assert printed(told) == "slept\n5\n6\nagain\n"


FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Up')\nplt.ylabel('y')"


def test_a_figure_is_shown_by_show_and_at_the_end_of_a_cell():
    good, told = run(f"{FIGURE}\nprint('before')\nplt.show()\nprint('after')", f"{FIGURE};")
    assert good == [True, True]
    kinds = [(kind, alt) for kind, _, alt, _ in told if kind == "picture"]
    assert kinds == [("picture", "Figure: Up, y")] * 2
    texts = [text.strip() for _, text, *_ in told if text.strip()]
    order = ["picture" if text.startswith("<?xml") else text for text in texts]
    assert order == ["before", "picture", "after", "picture"]


def test_a_figure_of_a_cell_that_failed_is_not_shown_by_the_next():
    good, told = run(f"{FIGURE}\n1 / 0", "'next'")
    assert good == [False, True]
    assert [one[0] for one in told] == ["error", "text"]


@pytest.mark.parametrize(
    "code",
    ["for n in range(400_000):\n    print('a line of it', n)", "print('x' * 10_000_000)"],
)
def test_of_a_flood_the_page_gets_few_pieces_and_not_all(code):
    good, told = run(code, "print('next')")
    assert good == [True, True]
    assert len(told) < 3000
    text = printed(told)
    assert len(text) < 1_000_200
    assert "more characters, which the page leaves out" in text
    assert text.endswith("next\n")


def test_what_is_printed_before_a_long_run_is_there_at_once():
    _, told = run("import session\nprint('begun')\nlen(session.out.waiting)")
    assert printed(told) == "begun\n0\n"


# `colorsys` stands for a package that is still to come: nothing else imports it.
IS_THERE = "import sys; print('color' + 'sys' in sys.modules)"


def test_what_no_cell_needs_is_not_imported():
    good, told = run(IS_THERE, "print(x)", prepared=["import colorsys, json\nx = json.loads('1')"])
    assert good == [True, True, True]
    assert printed(told) == "False\n1\n"


@pytest.mark.parametrize(
    ("prepared", "code", "says"),
    [
        ("import colorsys", "colorsys.ONE_THIRD > 0.3", "True\n"),
        ("import colorsys as c", "c.ONE_THIRD > 0.3", "True\n"),
        ("from colorsys import ONE_THIRD as a, ONE_SIXTH", "print(a > ONE_SIXTH)", "True\n"),
        ("import colorsys\ndef f():\n    return colorsys.ONE_THIRD", "f() > 0.3", "True\n"),
        ("import colorsys\nvars(colorsys).update(mine=5)", "colorsys.mine", "5\n"),
        ("import colorsys\nthird = colorsys.ONE_THIRD", "third > 0.3", "True\n"),
        ("from colorsys import *", "rgb_to_hsv(0, 0, 1)[2]", "1\n"),
        ("import colorsys", "eval('colors' + 'ys').ONE_THIRD > 0.3", "True\n"),
        ("import colorsys", "f'{colorsys.ONE_THIRD > 0.3}'", "'True'\n"),
        ("import colorsys", "colorsys = 3\nprint(colorsys)", "3\n"),
        ("import colorsys", "del colorsys\ncolorsys", "NameError"),
    ],
)
def test_what_was_put_off_is_there_when_code_has_its_name(prepared, code, says):
    _, told = run(code, prepared=[prepared])
    assert says in printed(told) + "".join(text for kind, text, *_ in told if kind == "error")


def test_a_name_given_since_stands():
    _, told = run("colorsys = 3", "colorsys", prepared=["import colorsys"])
    assert printed(told) == "3\n"


def test_a_later_import_stands():
    _, told = run("import json as c", "c.loads('4')", prepared=["import colorsys as c"])
    assert printed(told) == "4\n"


def test_what_the_reader_runs_is_imported_at_once():
    _, told = run("import colorsys", IS_THERE)
    assert printed(told) == "True\n"


def test_what_cannot_be_fetched_is_said_where_it_is_needed_and_tried_again():
    good, told = run("x", "nowhere", "nowhere", prepared=["import nowhere\nx = 1"])
    assert good == [True, True, False, False]
    errors = [(text, line) for kind, text, _, line in told if kind == "error"]
    for text, line in errors:
        assert "nowhere could not be fetched, try again later" in text
        assert line is None  # it is no line of the cell that was run


@pytest.mark.parametrize(
    ("prepared", "code", "packages"),
    [
        ("import colorsys", "1 + 1", []),
        ("import colorsys", "colorsys.ONE_THIRD", ["colours"]),
        ("import colorsys", "def f():\n    import nowhere", ["nowhere"]),
        ("import colorsys", "import nowhere, colorsys", ["colours", "nowhere"]),
        ("import colorsys", "x = (", []),
    ],
)
def test_packages_are_known_before_a_cell_runs(prepared, code, packages):
    asked = f"import put_off\nput_off.packages_for({code!r}, False)"
    _, told = run(asked.replace("colorsys", "color' + 'sys"), prepared=[prepared])
    assert printed(told) == f"{packages}\n"
