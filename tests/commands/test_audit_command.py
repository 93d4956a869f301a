"""What `make audit` asks about: everything that is pinned, and nothing twice."""

import subprocess

from tools.audit import LOCKS, pinned
from tools.stamps import ROOT


def test_pins_of_several_files(tmp_path):
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("# b==1\nb==1.0  # why\na==2.0; sys_platform == 'win32'\n\n-e .\nt==2.0+cpu\n")
    two.write_text("a==2.0\nc.d==3\n")
    assert pinned([one, two]) == ["a==2.0", "b==1.0", "c.d==3", "t==2.0"]


def test_every_file_of_ours_is_read():
    pins = pinned(sorted(ROOT.glob("requirements*.txt")))
    assert {"numpy", "jupyterlab", "nbgrader", "pip_audit"} <= {pin.split("==")[0] for pin in pins}
    assert all(pin.count("==") == 1 and " " not in pin for pin in pins)


def test_every_lock_is_asked_about():
    command = ["git", "ls-files", "*package-lock.json"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    assert listed.stdout.split() == sorted(lock.relative_to(ROOT).as_posix() for lock in LOCKS)
