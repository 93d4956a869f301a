"""`make test` finds or installs a browser, and never leaves a test out unasked."""

import os
import shutil
import subprocess
import sys
from contextlib import nullcontext

import pytest

from tools import bubblewrap, chromium, debian, other_browsers, run_tests
from tools.progress import Problem
from tools.stamps import ROOT


@pytest.fixture
def no_chromium(monkeypatch, tmp_path):
    """A machine without Chromium; returns the commands that would be run to install one."""
    commands = []
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(debian, "run", lambda log, *command: commands.append(command))
    monkeypatch.delenv("WITHOUT_BROWSER", raising=False)
    return commands


@pytest.mark.parametrize("ci", ["", "true"])
def test_without_chromium_it_fails_and_says_how_to_get_one(monkeypatch, no_chromium, ci):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(Problem) as raised:
        run_tests.browser_options()
    for words in (
        "there is no Chromium, and none could be installed",
        "apt-get install chromium",
        "playwright install chromium",
        "make test WITHOUT_BROWSER=1, not in CI",
    ):
        assert words in str(raised.value)
    asked = [(command[0], command[-1]) for command in no_chromium]
    assert asked == [
        ("apt-get", "update"),
        ("apt-get", "chromium-headless-shell"),
        ("apt-get", "chromium"),
        (sys.executable, "chromium"),
    ]
    assert no_chromium[-1][1:3] == ("-m", "playwright")


def test_debians_package_needs_root(monkeypatch, no_chromium):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Problem, match="there is no Chromium"):
        chromium.find_or_install()
    assert [command[1:3] for command in no_chromium] == [("-m", "playwright")]


def test_browser_tests_are_left_out_only_when_asked_and_never_in_ci(monkeypatch, capsys):
    monkeypatch.setenv("WITHOUT_BROWSER", "1")
    monkeypatch.setenv("CI", "")
    assert run_tests.browser_options() == ["--ignore", "tests/browser"]
    assert "tests/browser are left out" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Problem, match="WITHOUT_BROWSER is set in CI"):
        run_tests.browser_options()


@pytest.fixture
def no_others(monkeypatch):
    """A machine with Chromium alone; returns the packages that would be installed."""
    packages = []
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(other_browsers, "MINIBROWSERS", "/nowhere/*")
    monkeypatch.setattr(debian, "install", lambda log, *names, enough: packages.extend(names))
    monkeypatch.setattr(sys, "platform", "linux")
    return packages


def test_other_browsers_are_installed_in_ci_and_their_absence_fails(monkeypatch, no_others):
    monkeypatch.setenv("CI", "true")
    words = "no Firefox and no WebKitGTK, and it could not be installed"
    done_beside = []
    with (
        pytest.raises(Problem, match=words) as raised,
        other_browsers.found_or_installed_beside(),
    ):
        done_beside.append("environments")
    assert done_beside
    assert no_others == ["firefox-esr", "webkit2gtk-driver", "xvfb"]
    assert "apt-get install firefox-esr webkit2gtk-driver xvfb" in str(raised.value)


def test_elsewhere_other_browsers_are_left_out_in_one_line(monkeypatch, no_others, capsys):
    monkeypatch.setenv("CI", "")
    with other_browsers.found_or_installed_beside():
        pass
    (line,) = capsys.readouterr().out.splitlines()
    assert "Firefox and WebKitGTK not there: their tests are left out" in line
    assert "apt-get install firefox-esr webkit2gtk-driver xvfb" in line
    assert no_others == []


def test_the_other_browsers_that_are_there_are_named(monkeypatch, no_others, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Problem, match="no WebKitGTK"), other_browsers.found_or_installed_beside():
        pass
    assert "/usr/bin/firefox-esr" in capsys.readouterr().out
    assert no_others == ["webkit2gtk-driver", "xvfb"]


@pytest.fixture
def no_bubblewrap(monkeypatch):
    """A machine without bubblewrap; returns the packages that would be installed."""
    packages = []
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    monkeypatch.setattr(debian, "install", lambda log, *names, enough: packages.extend(names))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WITHOUT_SANDBOX", raising=False)
    return packages


@pytest.mark.parametrize("ci", ["", "true"])
def test_without_bubblewrap_it_fails_and_says_how_to_get_it(monkeypatch, no_bubblewrap, ci):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(Problem, match=r"apt-get install bubblewrap.*WITHOUT_SANDBOX=1, not in CI"):
        run_tests.sandbox_options()
    assert no_bubblewrap == ["bubblewrap"]


def test_bubblewrap_that_was_installed_is_used(monkeypatch, no_bubblewrap, capsys):
    def install(log, *packages, enough):
        monkeypatch.setattr(bubblewrap, "find", lambda: "/usr/bin/bwrap")
        assert enough is not None

    monkeypatch.setattr(debian, "install", install)
    assert run_tests.sandbox_options() == []
    assert "installed, /usr/bin/bwrap" in capsys.readouterr().out


def test_grader_is_left_out_only_when_asked_and_never_in_ci(monkeypatch, no_bubblewrap, capsys):
    left_out = [f"--ignore-glob={pattern}" for pattern in run_tests.OF_THE_GRADER]
    monkeypatch.setenv("WITHOUT_SANDBOX", "1")
    monkeypatch.setenv("CI", "")
    assert run_tests.sandbox_options() == left_out
    assert "tests of the grader are left out" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Problem, match="WITHOUT_SANDBOX is set in CI"):
        run_tests.sandbox_options()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert run_tests.sandbox_options() == left_out
    assert "needs Linux" in capsys.readouterr().out


def test_a_program_that_does_not_start_is_no_browser(monkeypatch, tmp_path):
    stand_in = tmp_path / "chromium"
    stand_in.write_text("#!/bin/sh\necho 'Please install the snap' >&2\nexit 1\n")
    stand_in.chmod(0o755)
    assert not chromium.starts(str(stand_in))
    monkeypatch.setenv("CHROMIUM", str(stand_in))
    with pytest.raises(Problem, match=r"does not start: name a Chromium, or unset CHROMIUM"):
        chromium.find()
    stand_in.write_text("#!/bin/sh\necho Chromium 150\n")
    assert chromium.find() == str(stand_in)


def test_without_git_it_says_what_to_install():
    done = subprocess.run(
        [sys.executable, "-m", "tools.run_tests"],
        cwd=ROOT,
        env=os.environ | {"PATH": "/no/programs/here"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert done.stderr == (
        "✗ git was not found, and the tests use it: install it (https://git-scm.com)\n"
    )


@pytest.mark.parametrize(
    ("given", "collected"),
    [
        ("", {"chapters", "src", "tests"}),
        ("--ignore tests/browser", {"chapters", "src", "tests"}),
        ("--deselect tests/commands/test_wheel.py", {"chapters", "src", "tests"}),
        ("-k web", {"chapters", "src", "tests"}),
        ("tests", {"tests"}),
        ("chapters/neuron.ipynb --ignore tests/browser", {"chapters"}),
    ],
)
def test_everything_is_collected_unless_a_folder_is_named(monkeypatch, given, collected):
    """What pytest itself takes for folders, options with folders apart."""
    commands = []
    monkeypatch.setattr(run_tests.environment, "add", lambda name: None)
    monkeypatch.setattr(run_tests, "browser_options", lambda: [])
    monkeypatch.setattr(run_tests, "sandbox_options", lambda: [])
    monkeypatch.setattr(run_tests.other_browsers, "found_or_installed_beside", nullcontext)
    monkeypatch.setattr(sys, "argv", ["run_tests", *given.split()])
    monkeypatch.setattr(
        run_tests.subprocess, "run", lambda command, **_: commands.append(command) or Done
    )
    with pytest.raises(SystemExit):
        run_tests.main()
    (command,) = commands
    code = "import sys; from _pytest.config import get_config; "
    code += "config = get_config(sys.argv[1:]); config.parse(sys.argv[1:]); print(*config.args)"
    monkeypatch.undo()
    parsed = subprocess.run(
        [sys.executable, "-c", code, *command[3:]],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert {name.split("/")[0] for name in parsed.stdout.split()} == collected


class Done:
    returncode = 0


def test_ci_runs_what_a_reader_runs():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
