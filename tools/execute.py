"""Runs notebooks again, several at a time, and stores their outputs: `make execute`.

A notebook is stored only when all its cells ran, and only when something in it changed.
"""

import asyncio
import os
import re
import sys
import tempfile

from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.kernel import OwnKernel
from tools.notebooks import (
    code_cells,
    kernel_environment,
    label,
    normalise,
    notebooks_named,
    read,
    write_if_different,
)
from tools.progress import Problem, Stage, run_command, say
from tools.sources import what_is_wrong_with

SECONDS_A_CELL = 600
SECONDS_TO_START = 600  # the first time on a machine with many fonts and little power


def main():
    paths = notebooks_named(sys.argv[1:])
    with Stage("notebooks") as stage:
        with asyncio.Runner(loop_factory=loop_without_signal_handlers) as runner:
            outcomes = runner.run(execute_all(paths, stage))
        stage.result = f"{len(paths)} run, {len(outcomes['failed'])} failed,"
    for path in outcomes["changed"]:
        say("stored", label(path))
    if outcomes["failed"]:
        raise Problem("\n✗ ".join(outcomes["failed"]))
    if not outcomes["changed"]:
        say("stored", "nothing: every output is as it was")


def loop_without_signal_handlers():
    """Leave Ctrl-C to asyncio, which stops every notebook; nbclient would see to one of them."""
    loop = asyncio.new_event_loop()
    loop.add_signal_handler = lambda *_: None
    return loop


async def execute_all(paths, stage):
    """Run notebooks; returns the paths that changed and a line for each that failed."""
    turn = asyncio.Semaphore(max(2, os.cpu_count() or 2))
    outcomes = {"changed": [], "failed": []}
    running = {}
    done = 0

    def progress():
        now = ", ".join(f"{path.stem} {cells}" for path, cells in list(running.items()))
        return f"{done} of {len(paths)} done; {now}"

    async def one(path):
        nonlocal done
        async with turn:
            try:
                if broken := what_is_wrong_with(path):
                    raise Problem(broken)
                notebook = read(path)
                await execute(notebook, path, lambda cells: running.update({path: cells}))
                normalise(notebook)
                if write_if_different(notebook, path):
                    outcomes["changed"].append(path)
            except Problem as problem:
                outcomes["failed"].append(str(problem))
            finally:
                running.pop(path, None)
                done += 1

    stage.detail = progress
    await asyncio.gather(*map(one, paths))
    return outcomes


async def execute(notebook, path, report=lambda cells: None, *, variables=None, first=""):
    """Run every cell in a new kernel, in place; a Problem names the cell that fails.

    `variables` come on top of the environment that every kernel gets; the line `first` is run
    before all cells.
    """
    cells = code_cells(notebook)
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("widgets", None)
    at = 0

    def on_cell_start(cell, cell_index):
        nonlocal at
        if cell.cell_type == "code":
            at = next(number for number, other in enumerate(cells, 1) if other is cell)
            report(f"{at}/{len(cells)}")

    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as said_by_kernel,
    ):
        environment = kernel_environment(variables)
        client = NotebookClient(
            notebook,
            km=AsyncKernelManager(
                kernel_name="python3",
                kernel_spec_manager=OwnKernel(environment=environment),
                connection_file=os.path.join(folder, "connection.json"),
            ),
            ipython_hist_file="",  # the kernel keeps its history in memory as it is
            timeout=SECONDS_A_CELL,
            startup_timeout=SECONDS_TO_START,
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_start=on_cell_start,
            extra_arguments=[f"--IPKernelApp.exec_lines={first}"] if first else [],
        )
        try:
            await client.async_execute(stderr=said_by_kernel, env=environment, cleanup_kc=True)
        except CellExecutionError as error:
            raise Problem(describe(error, path, at, cells[at - 1])) from None
        except CellTimeoutError:
            raise Problem(
                f"{label(path)}, code cell {at}: still running after {SECONDS_A_CELL} s; "
                "make it shorter"
            ) from None
        except DeadKernelError:
            said_by_kernel.seek(0)
            last_words = [
                line
                for line in said_by_kernel.read().decode(errors="replace").splitlines()
                if line.strip() and "[IPKernelApp]" not in line  # ipykernel's own notices
            ]
            raise Problem(
                f"{label(path)}, code cell {at}: its Python process died "
                f"({last_words[-1] if last_words else 'without a word: out of memory?'})"
            ) from None


def describe(error, path, number, cell):
    """`chapters/a.ipynb, code cell 3: NameError: name 'x' is not defined, at: y = x + 1`."""
    reason = f"{error.ename}: {error.evalue}".splitlines()[0]
    plain = re.sub(r"\x1b\[[\d;]*m", "", error.traceback)
    place = re.search(r"Cell In\[\d+\], line (\d+)", plain)
    lines = cell.source.splitlines()
    at = lines[int(place[1]) - 1].strip() if place and int(place[1]) <= len(lines) else lines[0]
    return f"{label(path)}, code cell {number}: {reason}, at: {at}"


if __name__ == "__main__":
    run_command(main)
