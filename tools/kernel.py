"""Which kernel runs a notebook: this Python's own, whatever else goes by the name of python3."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from traitlets import Dict

from tools.notebooks import KERNEL, kernel_environment

PROCESS, NURSERY, SHIM = (
    Path(__file__).with_name(f"kernel_{part}.py") for part in ("process", "nursery", "shim")
)


class OwnKernel(KernelSpecManager):
    """What nbclient and nbval ask for a kernel; every name gets the same one.

    `environment` is that of the kernels, by default ours.
    """

    environment = Dict(allow_none=True, default_value=None)

    def get_kernel_spec(self, kernel_name):
        return KernelSpec(
            argv=[*how_to_start(self.environment or kernel_environment()), *OPTIONS],
            display_name=KERNEL["display_name"],
            language=KERNEL["language"],
            metadata={"kernel_provisioner": {"provisioner_name": "local-provisioner"}},
        )


OPTIONS = ("--HistoryManager.hist_file=:memory:", "-f", "{connection_file}")
# -P: our tools are no modules of a notebook's.
BY_ITSELF = (sys.executable, "-P", str(PROCESS))

# A nursery takes the time of a few kernels to set up.
KERNELS_BEFORE_A_NURSERY = 2
started = Counter()  # kernels, by their environment


def how_to_start(environment):
    """A process for each of an environment's first kernels; those that follow are forked from one.

    `make portable` runs a single notebook in as many environments as there are variants.
    """
    variables = frozenset(environment.items())
    started[variables] += 1
    if sys.platform != "linux" or started[variables] <= KERNELS_BEFORE_A_NURSERY:
        return BY_ITSELF
    return (sys.executable, "-S", "-E", str(SHIM), nursery(variables))


@cache
def nursery(environment):
    """The address of a process that forks kernels of this environment; it ends when we do."""
    folder = tempfile.mkdtemp(prefix="kernels-")
    address = os.path.join(folder, "socket")
    process = subprocess.Popen(
        [sys.executable, "-P", NURSERY, address], stdin=subprocess.PIPE, env=dict(environment)
    )
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(process.communicate)
    while not os.path.exists(address):
        if process.poll() is not None:
            raise RuntimeError(f"{NURSERY.name} ended with {process.returncode}: see above")
        time.sleep(0.02)
    return address
