import json

import numpy as np
import pytest

from actloss.book.claims import CLAIMS, Ledger, settle, settled
from tools.stamps import ROOT


def test_claims_are_numbered_from_one_without_a_gap():
    assert list(CLAIMS) == list(range(1, len(CLAIMS) + 1))


@pytest.mark.parametrize(
    ("said", "meant", "word"),
    [
        ([True], [], "holds"),
        ([True, True], [True], "holds"),
        ([True, False], [], "holds with conditions"),
        ([True, False], [False], "holds with conditions"),
        ([True], [True, False], "misleading"),
        ([False], [], "false"),
        ([False, False], [True], "false"),
    ],
)
def test_the_verdict_follows_from_the_checks(said, meant, word):
    verdict = settle(
        1,
        {f"said {i}": np.bool_(passed) for i, passed in enumerate(said)},
        {f"meant {i}": passed for i, passed in enumerate(meant)},
    )
    assert verdict.word == word
    assert repr(verdict).startswith(f"Claim 1: {word}\n")
    assert repr(verdict).count("✓") == sum(said) + sum(meant)
    assert f"<strong>{word}</strong>" in verdict._repr_html_()


def test_the_page_shows_checks_as_text():
    page = settle(24, {"a < b & c": True})._repr_html_()
    assert 'id="claim-24"' in page
    assert "a &lt; b &amp; c" in page


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, {"a": True}), ValueError, r"number must be that of a claim, 1 to 35, but got 0"),
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
    bibliography = (ROOT / "references.bib").read_text(encoding="utf-8")
    for claim in CLAIMS.values():
        assert claim.by
        for key in claim.by:
            assert f"{{{key}," in bibliography
