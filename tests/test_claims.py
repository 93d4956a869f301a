import numpy as np
import pytest

from actloss.claims import CLAIMS, settle


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
