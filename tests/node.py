"""Runs JavaScript in the Node.js of this environment, and gives what it computes."""

import json
import subprocess

from tools.node import ENVIRONMENT, PROGRAMS

# As JSON.stringify, but with NaN, infinities and −0, which Python's reader of JSON knows.
WRITE = """function write(value) {
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (Array.isArray(value)) return `[${value.map(write)}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value);
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}: ${write(one)}`)}}`;
}"""


def in_node(code, expression):
    """The value of a JavaScript expression that may use what the module `code` declares.

    Values of Python stand in the expression as `json.dumps` writes them.
    """
    done = subprocess.run(
        [PROGRAMS / "node", "--input-type=module"],
        input=f"{code}\nprocess.stdout.write(({WRITE})({expression}));\n",
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
