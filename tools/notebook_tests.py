"""The pytest side of the notebooks: what nbval runs once is also held against our own gates.

nbval starts a kernel for each notebook and compares its text outputs. Here the same run is kept,
message by message, and made into a fresh notebook by nbclient, as `make execute` would have made
it; more tests a notebook look at what nbval does not. A notebook that trains runs once more, as a
processor computes it that is as far from this one as it can be made.
"""

import asyncio
import copy
import os
from contextlib import suppress
from unittest.mock import patch

import nbval.kernel
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbval.plugin import IPyNbCell, IPyNbFile

from tools import gates, portable
from tools.kernel import OwnKernel
from tools.notebooks import code_cells, kernel_environment, normalise

SECONDS_FOR_OUTPUTS = 60  # nbval waits for 5, which a busy machine may need


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect a notebook once more where nbval did, with the gates after its cells."""
    return [
        Notebook.from_parent(parent, path=file_path) if isinstance(found, IPyNbFile) else found
        for found in (yield)
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    if isinstance(item, IPyNbCell):
        item.parent.running = item.cell_num
        item.output_timeout = SECONDS_FOR_OUTPUTS


class Notebook(IPyNbFile):
    """nbval's notebook, which also keeps what its kernel says."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.running = None
        self.messages = []

    def collect(self):
        yield from super().collect()
        yield Gate.from_parent(self, name="run in order", faults=self.faults_as_stored)
        yield Gate.from_parent(self, name="figures and widgets", faults=self.faults_against_fresh)
        if portable.trains(self.nb):
            yield Gate.from_parent(self, name="other processors", faults=self.faults_elsewhere)

    def setup(self):
        with (
            patch.object(nbval.kernel, "NbvalKernelspecManager", OwnKernel),
            patch.dict(os.environ, kernel_environment(), clear=True),
        ):
            super().setup()

    def get_kernel_message(self, timeout=None, stream="iopub"):
        message = super().get_kernel_message(timeout=timeout, stream=stream)
        if self.running is not None:
            self.messages.append((self.running, message))
        return message

    def faults_as_stored(self):
        return gates.run_in_order(self.nb) + gates.figures_described(self.nb)

    def faults_against_fresh(self):
        missing = set(range(len(code_cells(self.nb)))) - {number for number, _ in self.messages}
        if missing:
            return [f"code cell {number + 1} did not run just now" for number in sorted(missing)]
        stored = copy.deepcopy(self.nb)
        normalise(stored)
        return gates.outputs_as_fresh(stored, replay(self.nb, self.messages))

    def faults_elsewhere(self):
        variant = portable.furthest_here()
        found = asyncio.run(portable.differences(self.path, variant))
        return [f"{fault} (under: {variant.name}; `make portable` tells more)" for fault in found]


def replay(notebook, messages):
    """The notebook that these kernel messages, each with its code cell's index, give."""
    fresh = copy.deepcopy(notebook)
    fresh.metadata.pop("widgets", None)
    cells = code_cells(fresh)
    for cell in cells:
        cell.outputs = []
    client = NotebookClient(fresh, record_timing=False)
    client.clear_before_next_output = False  # as nbclient says before it runs a cell
    for number, message in messages:
        with suppress(CellExecutionComplete):
            client.process_message(message, cells[number], number)
    client.set_widgets_metadata()
    normalise(fresh)
    return fresh


class GateError(Exception):
    """A notebook stores something else than it should."""


class Gate(pytest.Item):
    def __init__(self, faults, **kwargs):
        super().__init__(**kwargs)
        self.faults = faults

    def runtest(self):
        if found := self.faults():
            raise GateError(found)

    def repr_failure(self, excinfo):
        if not isinstance(excinfo.value, GateError):
            return super().repr_failure(excinfo)
        mend = f"make execute NOTEBOOK={self.path.stem}"
        lines = [f"{self.path.name}: {fault}" for fault in excinfo.value.args[0]]
        return "\n".join([*lines, f"`{mend}` runs it again and stores what it gives"])

    def reportinfo(self):
        return self.path, None, f"{self.path.name}: {self.name}"
