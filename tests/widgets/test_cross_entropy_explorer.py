"""The cross-entropy explorer from Python, and its JavaScript against the package."""

import json

import numpy as np
import pytest
from traitlets import TraitError

from actloss.javascript import to_javascript
from actloss.losses import categorical_cross_entropy, entropy, kl_divergence
from actloss.numerics import weighted
from actloss.widgets import CrossEntropyExplorer
from actloss.widgets.module import join_module
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
)

MODULE = join_module("cross_entropy_explorer.js", functions=to_javascript([weighted]))


def pairs_of_distributions():
    rng = np.random.default_rng(0)
    pairs = []
    for count in (3, 4, 5):
        pairs += [tuple(rng.dirichlet(np.ones(count), 2)) for _ in range(40)]
        pairs += [tuple(rng.dirichlet(np.full(count, 0.02), 2)) for _ in range(40)]
        corner, other = np.eye(count)[[0, 1]]
        even = np.full(count, 1 / count)
        half = np.array([0.5, 0.5] + [0.0] * (count - 2))
        for y in (corner, other, even, half):
            pairs += [(y, p) for p in (corner, other, even, half)]
        tiny = np.array([1.0 - 1e-12, 1e-12] + [0.0] * (count - 2))
        pairs += [(tiny, even), (even, tiny), (tiny, corner), (corner, tiny)]
    return pairs


def test_parity_with_numpy():
    pairs = pairs_of_distributions()
    data = json.dumps([[list(y), list(p)] for y, p in pairs])
    found = in_node(MODULE, f"{data}.map(([y, p]) => Object.values(measure(y, p, 1)))")
    for (y, p), values in zip(pairs, found, strict=True):
        expected = [
            entropy(y),
            categorical_cross_entropy(p, y),
            kl_divergence(p, y),
            kl_divergence(y, p),
        ]
        np.testing.assert_allclose(values, expected, rtol=1e-13, atol=1e-15)


def test_measures_are_in_bits_where_bits_are_asked_for():
    found = in_node(MODULE, "measure([0.5, 0.25, 0.25], [0.25, 0.25, 0.5], UNITS[1].nats)")
    assert found["entropy"] == pytest.approx(1.5)
    assert found["crossEntropy"] == pytest.approx(1.75)


def test_bars_always_sum_to_one():
    """Whatever is dragged where, each stays between 0 and 1, and zero can be reached and left."""
    starts = [list(y) for y, _ in pairs_of_distributions()]
    found = in_node(
        MODULE,
        f"{json.dumps(starts)}.flatMap((s) => s.flatMap((_, k) => [0, 0.01, 0.5, 0.99, 1].map("
        "(v) => [k, v, redistribute(s, k, v)])))",
    )
    for index, value, values in found:
        assert values[index] == value
        assert min(values) >= 0.0
        assert max(values) <= 1.0 + 1e-12
        assert sum(values) == pytest.approx(1.0, abs=1e-12)


def test_others_keep_their_proportions():
    values, from_corner = in_node(
        MODULE, "[redistribute([0.2, 0.2, 0.6], 0, 0.6), redistribute([1, 0, 0], 0, 0.5)]"
    )
    np.testing.assert_allclose(values, [0.6, 0.1, 0.3])
    np.testing.assert_allclose(from_corner, [0.5, 0.25, 0.25])


def test_new_classes_get_nothing_and_old_ones_share():
    more, less, nothing = in_node(
        MODULE,
        "[resize([0.5, 0.25, 0.25], 4), resize([0.2, 0.2, 0.1, 0.5], 3), resize([0, 0, 0, 1], 3)]",
    )
    np.testing.assert_allclose(more, [0.5, 0.25, 0.25, 0.0])
    np.testing.assert_allclose(less, [0.4, 0.4, 0.2])
    np.testing.assert_allclose(nothing, [1 / 3] * 3)


# --- from Python ---------------------------------------------------------------------------


def assert_agree(explorer):
    plot, menus = plot_of(explorer), controls_of(explorer)
    assert plot.labels == explorer.labels
    assert plot.probabilities == explorer.probabilities
    assert menus["classes"].value == str(len(explorer.labels))
    assert menus["classes"].index == plot.classes_index
    assert menus["in"].value == explorer.unit
    assert menus["in"].index == plot.unit_index


def test_state_can_be_read_and_set():
    explorer = CrossEntropyExplorer([0.5, 0.5, 0.0], [0.25, 0.25, 0.5])
    assert_agree(explorer)
    assert explorer.measures["divergence"] == pytest.approx(np.log(2))
    assert explorer.measures["reverse"] == np.inf
    explorer.unit = "bits"
    assert explorer.measures["divergence"] == pytest.approx(1.0)
    explorer.labels = [0.25, 0.25, 0.5]
    assert explorer.measures["divergence"] == 0.0
    assert_agree(explorer)
    explorer.show([0.2] * 5, [1.0, 0, 0, 0, 0])
    assert explorer.measures["cross_entropy"] == np.inf
    assert_agree(explorer)
    assert repr(explorer) == (
        "CrossEntropyExplorer([0.2, 0.2, 0.2, 0.2, 0.2], [1, 0, 0, 0, 0], unit='bits')"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.5], [0.5, 0.5]), "labels must hold three to five probabilities, but got 2"),
        (([0.5, 0.4, 0.0], [1, 0, 0]), "labels must be between 0 and 1 and sum to 1, but got"),
        (([1, 0, 0], [1.5, -0.5, 0]), "probabilities must be between 0 and 1 and sum to 1"),
        (([1, 0, 0], [np.nan, 1, 0]), "probabilities must be between 0 and 1 and sum to 1"),
        (([1, 0, 0], [1, 0, 0, 0]), "must have one length, but have 3 and 4"),
    ],
)
def test_errors_say_what_was_expected(arguments, message):
    with pytest.raises(ValueError, match=message):
        CrossEntropyExplorer(*arguments)


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="unit must be one of nats, bits, but got 'bans'"):
        CrossEntropyExplorer(unit="bans")


@pytest.mark.parametrize(
    ("name", "value"),
    [("labels", [0.5, 0.5]), ("probabilities", [0.3, 0.3, 0.3]), ("unit", "bans")],
)
def test_refused_change_changes_nothing(name, value):
    explorer = CrossEntropyExplorer()
    before = repr(explorer)
    with pytest.raises(ValueError, match=name):
        setattr(explorer, name, value)
    assert repr(explorer) == before
    assert_agree(explorer)


def test_wrong_type_is_refused():
    explorer = CrossEntropyExplorer()
    with pytest.raises(TraitError):
        explorer.labels = "abc"
    assert_agree(explorer)


def test_page_drags_a_bar():
    explorer = CrossEntropyExplorer([0.5, 0.25, 0.25], [0.5, 0.25, 0.25])
    told = []
    explorer.observe(lambda change: told.append(change["new"]), ["probabilities"])
    from_page(plot_of(explorer), probabilities=[0.0, 0.5, 0.5])
    assert explorer.probabilities == [0.0, 0.5, 0.5]
    assert told == [[0.0, 0.5, 0.5]]
    assert_agree(explorer)


@pytest.mark.parametrize("reverse", [False, True], ids=["", "numbers first"])
def test_page_changes_the_number_of_classes(reverse):
    explorer = CrossEntropyExplorer([0.5, 0.25, 0.25], [0.5, 0.25, 0.25])
    message = {
        "classes_index": 1,
        "labels": [0.5, 0.25, 0.25, 0.0],
        "probabilities": [0.5, 0.25, 0.25, 0.0],
    }
    from_page(plot_of(explorer), **dict(reversed(message.items())) if reverse else message)
    from_page(controls_of(explorer)["classes"], index=1)
    assert len(explorer.labels) == len(explorer.probabilities) == 4
    assert_agree(explorer)


def test_page_tells_of_classes_before_their_probabilities():
    explorer = CrossEntropyExplorer([0.5, 0.25, 0.25], [0.5, 0.25, 0.25])
    from_page(plot_of(explorer), classes_index=2)
    assert len(explorer.labels) == 3
    from_page(plot_of(explorer), labels=[0.2] * 5, probabilities=[0.2] * 5)
    assert explorer.labels == explorer.probabilities == [0.2] * 5


def test_page_chooses_a_unit():
    explorer = CrossEntropyExplorer()
    from_page(plot_of(explorer), unit_index=1)
    assert explorer.unit == "bits"
    assert_agree(explorer)


def test_mimebundle_carries_a_still_picture():
    explorer = CrossEntropyExplorer([0.5, 0.5, 0.0], [0.5, 0.0, 0.5])
    assert_bundle_has_a_still_picture(explorer)
    assert_picture_follows(explorer, probabilities=[0.2, 0.3, 0.5])


def test_stored_state_can_be_stored():
    assert_state_can_be_stored(CrossEntropyExplorer([0.5, 0.5, 0.0], [0.0, 0.0, 1.0]))
