"""Which kernel runs a notebook: this Python's own, whatever else goes by the name of python3."""

import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from tools.notebooks import KERNEL

PROCESS = Path(__file__).with_name("kernel_process.py")


def kernel_spec():
    return KernelSpec(
        argv=[
            sys.executable,
            "-P",  # our tools are no modules of a notebook's
            str(PROCESS),
            "--HistoryManager.hist_file=:memory:",
            "-f",
            "{connection_file}",
        ],
        display_name=KERNEL["display_name"],
        language=KERNEL["language"],
        metadata={"kernel_provisioner": {"provisioner_name": "local-provisioner"}},
    )


class OwnKernel(KernelSpecManager):
    """What nbclient and nbval ask for a kernel; every name gets the same one."""

    def get_kernel_spec(self, kernel_name):
        return kernel_spec()
