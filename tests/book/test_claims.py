import json
import re

import numpy as np
import pytest

from actloss.book.claims import ADDRESSES, CLAIMS, EXTENTS, NAMES, NOBODY, Ledger, settle, settled
from tools.stamps import ROOT


def test_claims_are_numbered_from_one_without_a_gap():
    assert list(CLAIMS) == list(range(1, len(CLAIMS) + 1))


RULE, ALWAYS, SOMETIMES = 11, 20, 36


def test_the_claims_below_say_as_much_as_they_are_taken_to_say():
    extents = [CLAIMS[number].says for number in (RULE, ALWAYS, SOMETIMES)]
    assert extents == list(EXTENTS)
    assert {claim.says for claim in CLAIMS.values()} == set(EXTENTS)


@pytest.mark.parametrize(
    ("number", "said", "meant", "word"),
    [
        (RULE, [True], [], "holds"),
        (RULE, [True, True], [True], "holds"),
        (RULE, [True, False], [], "holds with conditions"),
        (RULE, [True, True, False], [False], "holds with conditions"),
        (RULE, [True, False, False], [], "misleading"),
        (RULE, [True], [True, False], "misleading"),
        (RULE, [False], [], "false"),
        (RULE, [False, False], [True], "false"),
        (ALWAYS, [True, True], [], "holds"),
        (ALWAYS, [True, True, False], [], "false"),
        (ALWAYS, [True], [False], "misleading"),
        (SOMETIMES, [True, False, False], [], "holds"),
        (SOMETIMES, [True, False, False], [False], "misleading"),
        (SOMETIMES, [False, False], [], "false"),
    ],
)
def test_the_verdict_follows_from_the_checks(number, said, meant, word):
    verdict = settle(
        number,
        {f"said {i}": np.bool_(passed) for i, passed in enumerate(said)},
        {f"meant {i}": passed for i, passed in enumerate(meant)},
    )
    assert verdict.word == word
    assert repr(verdict).startswith(f"Claim {number}: {word}\n")
    assert repr(verdict).count("✓") == sum(said) + sum(meant)
    assert f"<strong>{word}</strong>" in verdict._repr_html_()


def test_the_page_shows_checks_as_text():
    page = settle(24, {"a < b & c": True})._repr_html_()
    assert 'id="claim-24"' in page
    assert "a &lt; b &amp; c" in page


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, {"a": True}), ValueError, r"number must be that of a claim, 1 to 42, but got 0"),
        ((1, {}), ValueError, r"said must hold at least one check"),
        ((1, {"a": 1}), TypeError, r"said\['a'\] must be True or False, but got 1 \(int\)"),
        ((1, {"a": True}, {"b": "no"}), TypeError, r"meant\['b'\] must be True or False"),
    ],
)
def test_what_is_no_check_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        settle(*arguments)


def notebook(*cells):
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "metadata": {"tags": tags},
                    "source": "",
                    "outputs": [{"output_type": "execute_result", "data": {"text/plain": text}}],
                }
                for tags, text in cells
            ]
        }
    )


def test_verdicts_are_read_from_what_cells_printed(tmp_path):
    verdicts = [settle(n, {"a": n == 2}) for n in (2, 7)]
    cells = [([f"claim-{v.claim.number}", "hide-input"], repr(v)) for v in verdicts]
    (tmp_path / "chapter.ipynb").write_text(notebook(*cells, ([], "Claim 9: holds")))
    assert settled(tmp_path) == {2: ("chapter", "holds"), 7: ("chapter", "false")}
    ledger = Ledger(tmp_path)
    assert repr(ledger) == "  1  holds\n  0  holds with conditions\n  0  misleading\n  1  false"
    page = ledger._repr_html_()
    assert '<a href="chapter.html#claim-7">false</a>' in page
    assert page.count("<tr data-verdict") == 2


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([(["claim-3"], "Claim 4: holds")], "the cell tagged claim-3 holds no verdict on it"),
        ([(["claim-3"], "Claim 3: holds")] * 2, "claim 3 is settled in chapter"),
    ],
)
def test_a_claim_without_its_verdict_is_no_ledger(tmp_path, cells, message):
    (tmp_path / "chapter.ipynb").write_text(notebook(*cells))
    with pytest.raises(ValueError, match=message):
        settled(tmp_path)


def test_every_claim_of_a_written_chapter_is_settled_there():
    chapters = ROOT / "chapters"
    found = settled(chapters)
    written = [c for c in CLAIMS.values() if (chapters / f"{c.chapter}.ipynb").is_file()]
    assert {c.number: c.chapter for c in written} == {n: where for n, (where, _) in found.items()}
    assert written
    assert {claim.number for claim in CLAIMS.values() if not claim.by} == {35, 42}


def test_sources_stand_in_the_bibliography_with_the_same_address():
    bibliography = (ROOT / "references.bib").read_text(encoding="utf-8")
    for claim in CLAIMS.values():
        assert set(claim.by) <= set(NAMES)
        assert set(claim.words) <= set(claim.by)
    for key, name in NAMES.items():
        entry = bibliography.split(f"{{{key},")[1].split("\n}")[0]
        found = re.search(r"url = \{(.*)\}", entry)
        assert ADDRESSES.get(key) == (found and found[1])
        assert ("(no address)" in name) == (found is None)


def test_the_table_says_who_claims_it_and_in_which_words(tmp_path):
    cells = [([f"claim-{n}"], f"Claim {n}: false") for n in (3, 20, 35)]
    (tmp_path / "chapter.ipynb").write_text(notebook(*cells))
    page = Ledger(tmp_path)._repr_html_()
    assert (
        f'<a href="{ADDRESSES["source-magazine"]}">Fritz AI</a>: “if x≤0.5, y=0 else y=1”' in page
    )
    assert "outperforms ReLU on deep networks <em>(always)</em>" in page
    assert f"<td>{NOBODY}</td>" in page


BOX = re.compile(
    r"^:::\{admonition\} (Holds with conditions|Holds|Misleading|False)\b", re.MULTILINE
)


def boxes_below_verdicts():
    """Of each claim: its chapter, and the verdict in the heading of the next box below."""
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for place, cell in enumerate(cells):
            for tag in cell["metadata"].get("tags", ()):
                if tag.startswith("claim-"):
                    below = "\n".join("".join(c["source"]) for c in cells[place + 1 :])
                    heading = BOX.search(below)
                    number = int(tag.removeprefix("claim-"))
                    yield pytest.param(path, number, heading and heading[1].lower(), id=tag)


@pytest.mark.parametrize(("path", "number", "heading"), list(boxes_below_verdicts()))
def test_the_box_below_a_verdict_has_the_same_word(path, number, heading):
    assert heading == settled(path.parent)[number][1]


CLAIM = re.compile(r"^:::\{admonition\} Claim: “", re.MULTILINE)


def boxes_above_verdicts():
    """Of each claim, how many are stated between the verdict before it and its own."""
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        stated = 0
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                stated += len(CLAIM.findall("".join(cell["source"])))
            for tag in cell["metadata"].get("tags", ()):
                if tag.startswith("claim-"):
                    yield pytest.param(stated, id=tag)
                    stated = 0


@pytest.mark.parametrize("stated", list(boxes_above_verdicts()))
def test_a_claim_is_stated_before_it_is_tried(stated):
    assert stated == 1
