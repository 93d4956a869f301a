"""A process that has imported what notebooks import, and forks a kernel for each that asks.

A kernel of its own spends two seconds on starting and importing NumPy, PyTorch and matplotlib; a
fork of this process spends none. It has the environment that its kernels need, listens at the
socket that it is told, and ends when its standard input does.

What asks is `kernel_shim.py`: it hands over its files, folder and arguments, and stands for the
kernel among the processes.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(__file__))
from kernel_process import become_kernel, forget_settings_of_the_machine

del sys.path[0]  # our tools are no modules of a notebook's

# No pyplot: it chooses how to draw when it is imported, and has to see the notebook's shell then.
WORTH_IMPORTING = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "numpy",
    "numpy.random",
    "scipy.special",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.font_manager",
    "torch",
    "sklearn.datasets",
    "sklearn.model_selection",
    "sklearn.linear_model",
    "anywidget",
    "actloss.activations",
    "actloss.losses",
    "actloss.network",
    "actloss.catalogue",
)


def main(address):
    forget_settings_of_the_machine()
    os.chdir(os.environ["MPLCONFIGDIR"])  # where there is no matplotlibrc
    for name in WORTH_IMPORTING:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{address}.new")
        listener.listen()
        os.rename(f"{address}.new", address)  # it is there when it answers
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                be_born(connection)
            connection.close()


def be_born(connection):
    """Become the kernel that was asked for; the shim learns the number of this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    request, files, _, _ = socket.recv_fds(connection, 100_000, 3)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    connection.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=end_with, args=[connection], daemon=True).start()
    # Who does not seed has to get other numbers from run to run, or it would never be noticed.
    sys.modules["random"].seed()
    sys.modules["numpy"].random.seed()
    wanted = json.loads(request)
    os.chdir(wanted["folder"])
    # Without a parent, ipykernel takes the notebook for a terminal and explains itself.
    become_kernel([*wanted["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])
    os._exit(0)


def end_with(shim):
    """The shim says nothing more: when it is gone, so are we."""
    shim.recv(1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
