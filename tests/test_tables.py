import re

import pytest

from actloss.catalogue import ACTIVATIONS, LOSSES
from actloss.tables import activation_table, loss_table


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
