"""Kernels that are forked from one process do as those that are started each by itself."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter

import pytest
from jupyter_client.manager import KernelManager

from tests.commands.notebook_examples import notebook
from tools import kernel
from tools.execute import execute
from tools.notebooks import code_cells, kernel_environment
from tools.portable import TWO_THREADS
from tools.progress import Problem

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks kernels")


@pytest.fixture
def forked(monkeypatch):
    monkeypatch.setattr(kernel, "KERNELS_BEFORE_A_NURSERY", 0)


def output_of(*cells, folder, **settings):
    made = notebook(*cells)
    asyncio.run(execute(made, folder / "a.ipynb", **settings))
    return "".join(code_cells(made)[-1].outputs[0].text)


def test_a_forked_kernel_has_its_imports_at_once(forked, tmp_path):
    (tmp_path / "b").mkdir()
    source = "import sys, os; print('torch' in sys.modules, os.getcwd(), __name__, sys.argv[0])"
    said = output_of(source, folder=tmp_path / "b")
    assert said.startswith(f"True {tmp_path / 'b'} __main__ ")


def test_the_first_kernels_start_by_themselves(monkeypatch, tmp_path):
    monkeypatch.setattr(kernel, "KERNELS_BEFORE_A_NURSERY", sys.maxsize)
    assert output_of("import sys; print('torch' in sys.modules)", folder=tmp_path) == "False\n"


def test_the_first_kernels_of_each_environment_start_by_themselves(monkeypatch):
    """A nursery for one notebook under each variant would take longer than the notebooks."""
    monkeypatch.setattr(kernel, "started", Counter())
    monkeypatch.setattr(kernel, "nursery", lambda variables: "socket")
    starts = [
        kernel.how_to_start({"VARIANT": variant}) == kernel.BY_ITSELF
        for variant in ("a", "b", "c", "a", "a", "b", "c", "b")
    ]
    assert starts == [True, True, True, True, False, True, True, False]


def test_two_kernels_share_nothing(forked, tmp_path):
    output_of("import numpy as np; np.mine = 1; print(1)", folder=tmp_path)
    assert output_of("import numpy as np; print(hasattr(np, 'mine'))", folder=tmp_path) == "False\n"


def test_an_unseeded_draw_differs_from_kernel_to_kernel(forked, tmp_path):
    draw = "import random, numpy as np; print(random.random(), np.random.random())"
    first, second = (output_of(draw, folder=tmp_path).split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_variables_of_a_variant_reach_its_libraries(forked, tmp_path):
    threads = "import torch; print(torch.get_num_threads())"
    two = TWO_THREADS
    assert output_of(threads, folder=tmp_path) == "1\n"
    assert output_of(threads, folder=tmp_path, variables=two) == "2\n"


def test_a_programme_started_in_a_cell_can_be_waited_for(forked, tmp_path):
    source = "import subprocess; print(subprocess.run(['sh', '-c', 'exit 3']).returncode)"
    assert output_of(source, folder=tmp_path) == "3\n"


def test_a_kernel_that_dies_is_told(forked, tmp_path):
    with pytest.raises(Problem, match="code cell 1: its Python process died"):
        output_of("import os; os._exit(1)", folder=tmp_path)


@pytest.fixture
def manager(forked, tmp_path):
    manager = KernelManager(kernel_spec_manager=kernel.OwnKernel())
    manager.start_kernel(env=kernel_environment(), cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=600)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, source):
    reply = client.execute_interactive(source, timeout=600, output_hook=lambda _: None)
    return reply["content"]


def pid_of(client):
    found = client.execute_interactive(
        "", user_expressions={"pid": "__import__('os').getpid()"}, timeout=600
    )
    return int(found["content"]["user_expressions"]["pid"]["data"]["text/plain"])


def test_an_interrupt_reaches_the_cell(manager):
    manager, client = manager
    message = client.execute("while True: pass")
    time.sleep(0.5)  # not too early for the loop: an interrupt before it would be lost
    manager.interrupt_kernel()
    while (reply := client.get_shell_msg(timeout=600))["parent_header"]["msg_id"] != message:
        pass
    assert reply["content"]["ename"] == "KeyboardInterrupt"


def test_who_kills_the_shim_kills_the_kernel(manager):
    manager, client = manager
    pid = pid_of(client)
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    wait_until_gone(pid)


def test_a_kernel_ends_when_it_is_shut_down(manager):
    manager, client = manager
    pid = pid_of(client)
    manager.shutdown_kernel()
    wait_until_gone(pid)


def wait_until_gone(pid):
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
