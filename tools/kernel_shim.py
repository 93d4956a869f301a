"""Asks the nursery for a kernel, and stands for it: who signals or ends this process means it."""

import json
import os
import signal
import socket
import sys


def main(address, *arguments):
    with socket.socket(socket.AF_UNIX) as nursery:
        nursery.connect(address)
        request = json.dumps({"folder": os.getcwd(), "arguments": arguments})
        socket.send_fds(nursery, [request.encode()], [0, 1, 2])
        kernel = int(nursery.makefile().readline())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.kill(kernel, number))
        nursery.recv(1)  # until the kernel is gone


if __name__ == "__main__":
    main(*sys.argv[1:])
