"""The workflows, which run elsewhere: sound by schema and lint, and made of commands that run here."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools import OLDEST
from tools.book import SETTINGS
from tools.stamps import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FOLDER.glob("*.yml")}
JOBS = {
    f"{workflow}/{name}": job
    for workflow, content in WORKFLOWS.items()
    for name, job in content["jobs"].items()
}
STEPS = [(job, step) for job, content in JOBS.items() for step in content.get("steps", ())]
COMMANDS = {step["run"]: job for job, step in STEPS if "run" in step}
ACTIONS = sorted({step["uses"] for _, step in STEPS if "uses" in step})


def run(*command, **options):
    return subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        **options,
    )


def program(name):
    return Path(sys.executable).with_name(name)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_schema(schema, files):
    found = sorted(ROOT.glob(files))
    assert found
    options = ["--builtin-schema", f"vendor.{schema}"]
    done = run(program("check-jsonschema"), *options, *found)
    assert done.returncode == 0, done.stdout


def test_nothing_is_unsafe():
    done = run(program("zizmor"), "--offline", "--color", "never", FOLDER)
    assert done.returncode == 0, done.stdout


def test_actions_are_pinned_to_commits_and_one_version_of_each_is_used():
    text = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.yml"))
    pins = set(
        re.findall(
            r"uses: ([\w-]+/[\w-]+)(?:/[\w-]+)?@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", text, re.M
        )
    )
    assert len({name for name, _, _ in pins}) == len(pins)
    assert {re.sub(r"^([\w-]+/[\w-]+).*@", r"\1@", action) for action in ACTIONS} == {
        f"{name}@{commit}" for name, commit, _ in pins
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs_here(command):
    """Each is a target of the Makefile, or a module of tools/ with paths that are there."""
    words = shlex.split(command)
    if words[0] == "make":
        done = run("make", "--dry-run", *words[1:])
        assert done.returncode == 0, done.stdout
        return
    interpreter, dash_m, module, *arguments = words
    assert interpreter in ("python", "$IN_VENV")
    assert (dash_m, module.partition(".")[0]) == ("-m", "tools")
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    for argument in arguments:
        place = argument.partition("=")[2] or argument
        assert list(ROOT.glob(place)), f"{place} is not there"


def test_pythons():
    tested = JOBS["test/everything"]["strategy"]["matrix"]["python"]
    assert len(tested) == 3
    assert tested[0] == "{}.{}".format(*OLDEST)
    assert tested == sorted(tested)


def test_the_publishing_job_sets_what_the_book_asks_for():
    settings = set(JOBS["publish/publish"]["env"])
    assert settings & {"REPOSITORY_URL", "REPOSITORY_BRANCH"} == set(SETTINGS) & settings
    assert {"REPOSITORY_URL", "SITE_URL"} <= settings


def test_only_the_job_that_publishes_may_write():
    writers = {name for name, job in JOBS.items() if "write" in job.get("permissions", {}).values()}
    assert writers == {"test/publish", "publish/publish"}
    assert all(content["permissions"] == {"contents": "read"} for content in WORKFLOWS.values())
    assert "refs/heads/main" in JOBS["test/publish"]["if"]


def test_publishing_waits_for_the_tests():
    assert JOBS["test/publish"]["needs"] == "everything"
    assert any(
        command == "make test" for command, job in COMMANDS.items() if job == "test/everything"
    )
