import re

import pytest

from actloss.book.tables import activation_table, loss_table, pair_table
from actloss.catalogue import ACTIVATIONS, LOSSES, PAIRS


@pytest.mark.parametrize(
    ("table", "entries"), [(activation_table(), ACTIVATIONS), (loss_table(), LOSSES)]
)
def test_a_row_for_every_entry_and_nothing_breaks_a_cell(table, entries):
    _, rule, *rows = table.data.splitlines()
    assert set(rule.strip("|").split(" | ")) == {"---", " ---", "--- "}
    assert len(rows) == len(entries)
    for row, name in zip(rows, entries, strict=True):
        cells = row.strip("|").split(" | ")
        assert len(cells) == rule.count("---"), row
        assert f"`{name}`" in cells[0] or f">{name}<" in cells[0].replace("<wbr>", "")
        assert cells[1].count("$") == 2
        assert cells[1].count("{") == cells[1].count("}")


def test_a_row_for_every_pair_with_what_the_catalogue_says_of_its_losses():
    rows = pair_table().data.replace("<wbr>", "").splitlines()[2:]
    assert len(rows) == len(PAIRS)
    for row, pair in zip(rows, PAIRS, strict=True):
        cells = row.strip("| ").split(" | ")
        assert cells[:2] == [pair.predicted, pair.unit]
        assert cells[2].count("**") == 2 * len(pair.losses)
        assert all(name in cells[2] and LOSSES[name].title in cells[2] for name in pair.losses)
        assert cells[3] == pair.takes
    assert rows[1].endswith("| `F.huber_loss`<br>`F.l1_loss` |")
    assert rows[4].count("F.cross_entropy") == 1  # the twin of both
    assert rows[6].endswith("| – |")


def twins_of(table):
    plain = table.data.replace("<wbr>", "").replace("<code>", "`").replace("</code>", "`")
    return dict(re.findall(r"`(\w+)` .*\| (\S.*) \|$", plain, re.MULTILINE))


def test_a_twin_is_named_where_it_is_one_call():
    twins = twins_of(activation_table())
    assert twins["relu"] == "`F.relu`"
    assert twins["gelu"] == "`F.gelu`"
    assert twins["gelu_tanh"] == '`F.gelu(…, approximate="tanh")`'
    assert twins["identity"] == "`torch.nn.Identity`"
    assert twins["squared_relu"] == "–"
    twins = twins_of(loss_table())
    assert twins["softmax_cross_entropy"] == "`F.cross_entropy`"
    assert twins["sparse_softmax_cross_entropy"] == "`F.cross_entropy`"
    assert twins["hinge_loss"] == "–"
    assert twins["log_cosh_loss"] == "–"


def test_a_long_name_may_break_after_an_underscore():
    assert "<code>binary_<wbr>cross_<wbr>entropy_<wbr>with_<wbr>logits</code>" in loss_table().data
    assert "`F.mse_loss`" in loss_table().data


def test_ends_of_a_range():
    rows = activation_table([ACTIVATIONS["relu"], ACTIVATIONS["tanh"]]).data
    assert r"$[0, \infty)$" in rows
    assert "$[-1, 1]$" in rows


def test_an_exponent_in_a_fraction_can_be_read():
    rows = activation_table([ACTIVATIONS[name] for name in ("tanh", "hard_sigmoid", "gelu")]).data
    assert r"\dfrac{e^x - e^{-x}}{e^x + e^{-x}}" in rows
    assert r"\frac{\min(\max(x + 3, 0), 6)}{6}" in rows  # nothing in it is small
    assert r"\frac{x}{\sqrt 2}" in rows
    assert r"\dfrac{e^{s_{ii} / \tau}}{\sum_j e^{s_{ij} / \tau}}" in loss_table().data
