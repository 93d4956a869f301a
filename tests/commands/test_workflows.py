"""The workflows, which run elsewhere: sound by schema and lint, of commands that run here."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import actloss
from tools import OLDEST, requirements
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
PINNED = re.compile(r"uses: ([\w-]+/[\w-]+)(?:/[\w-]+)?@([0-9a-f]{40} # v\d+\.\d+\.\d+)$", re.M)


def run(*command, **options):
    return subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,
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
def test_each_file_keeps_its_schema(schema, files):
    found = sorted(ROOT.glob(files))
    assert found
    options = ["--builtin-schema", f"vendor.{schema}"]
    done = run(program("check-jsonschema"), *options, *found)
    assert done.returncode == 0, done.stdout


def test_nothing_is_unsafe():
    done = run(program("zizmor"), "--offline", "--color", "never", FOLDER)
    assert done.returncode == 0, done.stdout


def test_actions_are_pinned_to_commits_with_one_version_of_each():
    text = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.yml"))
    pins = set(PINNED.findall(text))
    assert len({name for name, _ in pins}) == len(pins)
    assert {name for name, _ in pins} == set(re.findall(r"uses: ([\w-]+/[\w-]+)", text))


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs_here(command):
    """Each is a target of the Makefile, or a module of tools/ with paths that are there."""
    words = shlex.split(command)
    if words[0] == "make":
        done = run("make", "--dry-run", *words[1:])
        assert done.returncode == 0, done.stdout
        return
    if words[0] == "sudo":  # what makes a machine there like the one that the README asks for
        assert words[1] in ("apt-get", "sysctl")
        return
    interpreter, dash_m, module, *arguments = words
    assert interpreter in ("python", "$IN_VENV")
    assert (dash_m, module.partition(".")[0]) == ("-m", "tools")
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    if module == "tools.environment":
        assert set(arguments) <= requirements.groups().keys()
        return
    for argument in arguments:
        place = argument.partition("=")[2] or argument
        assert list(ROOT.glob(place)), f"{place} is not there"


def test_three_pythons_are_tested_the_oldest_first():
    tested = JOBS["test/everything"]["strategy"]["matrix"]["python"]
    assert len(tested) == 3
    assert tested[0] == "{}.{}".format(*OLDEST)
    assert tested == sorted(tested)


def test_the_publishing_job_says_where_the_site_and_its_sources_are():
    assert JOBS["publish/publish"]["env"].keys() == set(SETTINGS) - {"SOLUTIONS"}


def test_only_the_job_that_publishes_may_write():
    writers = {name for name, job in JOBS.items() if "write" in job.get("permissions", {}).values()}
    assert writers == {"test/publish", "publish/publish"}
    assert all(content["permissions"] == {"contents": "read"} for content in WORKFLOWS.values())
    assert "refs/heads/main" in JOBS["test/publish"]["if"]


def test_publishing_waits_for_the_tests():
    assert JOBS["test/publish"]["needs"] == "everything"
    assert COMMANDS["make test"] == "test/everything"


def test_the_citation_names_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == actloss.__version__
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert newest[1] in ("Unreleased", actloss.__version__)
