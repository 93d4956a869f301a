"""Which units of a trained layer are ever active: ReLU, and beside it one that cannot die."""

import base64
import tomllib

import anywidget
import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from actloss.book.figures import BLUE, GREY, RED, STYLE, WIDTH, to_svg
from actloss.network import SGD, SOFTMAX_CROSS_ENTROPY, Network
from actloss.widgets.controls import LiveFigure, check_choice, control_row, labelled
from actloss.widgets.module import HERE, join_module, read

RATES = (0.1, 0.3, 0.5, 0.7, 1.0, 1.5)
EPOCHS = 10
UNITS = 64
ACTIVATIONS = {
    "relu": ("ReLU", {}),
    "leaky_relu": ("Leaky ReLU, α = 0.1", {"alpha": 0.1}),
    "elu": ("ELU", {}),
}
STORE = "dead_unit_runs.toml"
STEPS = 255  # a share from 0 to 1 is stored in one byte; 0 is no sample at all


def digits():
    """scikit-learn's digits from 0 to 1: training inputs and labels, then those of the test."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        data.data / 16, data.target, test_size=0.3, random_state=0, stratify=data.target
    )
    return train_x, train_y, test_x, test_y


def run(activation, rate, *, epochs=EPOCHS):
    """Train 64 → 64 → 10 units, seed 0, batches of 16.

    Returns
    -------
    shares : numpy.ndarray of uint8, shape (epochs + 1, 64)
        Of the training samples for which each hidden unit's sum is positive, in 255ths, rounded
        up: 0 only where there is none. The first row is the untrained network.
    accuracies : list of float
        On the test set.
    """
    train_x, train_y, test_x, test_y = digits()
    rng = np.random.default_rng(0)
    settings = ACTIVATIONS[activation][1]
    network = Network(
        [64, UNITS, 10], pairing=SOFTMAX_CROSS_ENTROPY, rng=rng, activation=activation, **settings
    )
    optimiser = SGD(rate)
    shares, accuracies = [], []
    for epoch in range(epochs + 1):
        if epoch:
            network.fit(train_x, train_y, optimiser=optimiser, epochs=1, rng=rng, batch_size=16)
        active = (network.pre_activations(train_x)[0] > 0).mean(axis=0)
        shares.append(np.ceil(STEPS * active).astype(np.uint8))
        accuracies.append(round(network.accuracy(test_x, test_y), 4))
    return np.array(shares), accuracies


def record():
    """Run everything again and store it; about 25 seconds."""
    lines = ["# Written by actloss.widgets.dead_unit_explorer.record()\n"]
    for activation in ACTIVATIONS:
        runs = [run(activation, rate) for rate in RATES]
        shares = base64.b64encode(np.array([shares for shares, _ in runs]).tobytes()).decode()
        accuracies = [accuracies for _, accuracies in runs]
        lines.append(f'[{activation}]\nshares = "{shares}"\naccuracies = {accuracies}\n')
    (HERE / STORE).write_text("\n".join(lines), encoding="utf-8")


def stored():
    """`shares`, of shape (rates, epochs + 1, units), and accuracies of every activation."""
    runs = tomllib.loads(read(STORE))
    shape = (len(RATES), EPOCHS + 1, UNITS)
    return {
        name: (
            np.frombuffer(base64.b64decode(found["shares"]), np.uint8).reshape(shape),
            np.array(found["accuracies"]),
        )
        for name, found in runs.items()
    }


class DeadUnitPlot(anywidget.AnyWidget):
    """The drawing; :class:`DeadUnitExplorer` puts the controls above it."""

    _esm = join_module("dead_unit_explorer.js")
    _css = read("plot.css")

    titles = traitlets.List(traitlets.Unicode()).tag(sync=True)
    shares = traitlets.List(traitlets.Unicode()).tag(sync=True)  # base64 of bytes
    accuracies = traitlets.List().tag(sync=True)
    rates = traitlets.List(traitlets.Float()).tag(sync=True)
    rate_index = traitlets.Int().tag(sync=True)
    epoch = traitlets.Int().tag(sync=True)
    beside_index = traitlets.Int().tag(sync=True)

    def __repr__(self):
        return f"DeadUnitPlot({self.titles[self.beside_index + 1]!r})"


class DeadUnitExplorer(LiveFigure):
    """Units of one hidden layer, trained on digits: which are active for any sample at all?

    Each cell is a unit; the stronger its colour, the larger the share of training samples for
    which its sum is positive. A cross marks a unit that is positive for none. The runs are stored,
    18.6 kB of text, which is 10.4 kB gzipped; ``record()`` computes them.

    Parameters
    ----------
    beside : str
        What stands beside ReLU: ``"leaky_relu"`` or ``"elu"``.
    rate : float
        Learning rate, one of `RATES`.
    epoch : int
        From 0, before training, to 10.

    Raises
    ------
    ValueError
        If there is no such run.

    Examples
    --------
    >>> explorer = DeadUnitExplorer(rate=1.0)
    >>> explorer.epoch = 3
    >>> explorer
    DeadUnitExplorer(beside='leaky_relu', rate=1, epoch=3)
    >>> explorer.silent("relu")
    37
    """

    beside = traitlets.Unicode("leaky_relu")
    rate = traitlets.Float(RATES[0])
    epoch = traitlets.Int(EPOCHS)

    def __init__(self, beside="leaky_relu", *, rate=1.0, epoch=EPOCHS):
        self._runs = stored()
        self._others = [name for name in ACTIVATIONS if name != "relu"]
        order = ["relu", *self._others]
        texts = [base64.b64encode(self._runs[name][0].tobytes()).decode() for name in order]
        self._plot = DeadUnitPlot(
            titles=[ACTIVATIONS[name][0] for name in order],
            shares=texts,
            accuracies=[self._runs[name][1].tolist() for name in order],
            rates=list(RATES),
            epoch=EPOCHS,
        )
        titles = [ACTIVATIONS[name][0].partition(",")[0] for name in self._others]
        rates = [f"{rate:g}" for rate in RATES]
        self._menu = labelled(ipywidgets.Dropdown, "beside ReLU", options=titles)
        self._rate = labelled(ipywidgets.SelectionSlider, "learning rate", options=rates)
        self._epoch = labelled(ipywidgets.IntSlider, "epoch", min=0, max=EPOCHS, value=EPOCHS)
        super().__init__()
        ipywidgets.jslink((self._menu, "index"), (self._plot, "beside_index"))
        ipywidgets.jslink((self._rate, "index"), (self._plot, "rate_index"))
        ipywidgets.jslink((self._epoch, "value"), (self._plot, "epoch"))
        self._plot.observe(self._follow_page, ["beside_index", "rate_index", "epoch"])
        self.beside, self.rate, self.epoch = beside, rate, epoch
        self.stack(control_row(self._menu, self._rate, self._epoch), self._plot)

    def _follow_page(self, change):
        plot = self._plot
        self.beside = self._others[plot.beside_index]
        self.rate, self.epoch = RATES[plot.rate_index], plot.epoch

    @traitlets.validate("beside", "rate", "epoch")
    def _check(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        known = {"beside": self._others, "rate": RATES, "epoch": range(EPOCHS + 1)}[name]
        check_choice(name, value, known)
        return value

    @traitlets.observe("beside", "rate", "epoch")
    def _send_to_page(self, change):
        name, value = change["name"], change["new"]
        if name == "beside":
            self._plot.beside_index = self._menu.index = self._others.index(value)
        elif name == "rate":
            self._plot.rate_index = self._rate.index = RATES.index(value)
        else:
            self._plot.epoch = self._epoch.value = value

    def _now(self, activation):
        shares, accuracies = self._runs[activation]
        at = (RATES.index(self.rate), self.epoch)
        return shares[at], float(accuracies[at])

    def silent(self, activation):
        """How many of the 64 units are positive for no training sample."""
        return int(np.count_nonzero(self._now(activation)[0] == 0))

    def __repr__(self):
        return f"DeadUnitExplorer(beside={self.beside!r}, rate={self.rate:g}, epoch={self.epoch})"

    def picture(self):
        """The same figure as SVG text, for where nothing can move."""
        with matplotlib.rc_context(STYLE):
            figure, both = plt.subplots(1, 2, figsize=(WIDTH, 3.7))
            for axes, name in zip(both, ("relu", self.beside), strict=True):
                shares, accuracy = self._now(name)
                for unit, share in enumerate(shares):
                    row, column = divmod(unit, 8)
                    shade = matplotlib.colors.to_rgba(BLUE, share / STEPS)
                    box = plt.Rectangle((column, row), 0.9, 0.9, facecolor=shade, edgecolor=GREY)
                    axes.add_patch(box)
                    if share == 0:
                        for ends in ((0.2, 0.7), (0.7, 0.2)):
                            line = ([column + 0.2, column + 0.7], [row + end for end in ends])
                            axes.plot(*line, color=RED, linewidth=1.8)
                axes.set(xlim=(-0.1, 8), ylim=(8, -0.1), aspect="equal")
                axes.axis("off")
                axes.set_title(
                    f"{ACTIVATIONS[name][0]}\n{self.silent(name)} of {UNITS} never positive\n"
                    f"accuracy {100 * accuracy:.1f} %",
                    fontsize=11,
                )
            return to_svg(figure)
