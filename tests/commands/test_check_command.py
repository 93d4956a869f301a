"""`make check` runs what a change touches, and says what it leaves out."""

import pytest

from tests.commands.git import git
from tests.commands.notebook_examples import notebook
from tools import check, imports
from tools.notebooks import write_if_different
from tools.progress import Problem
from tools.stamps import ROOT


def chosen(*names):
    changed = check.named(names)
    tests, left = check.tests_for(changed)
    notebooks, notebooks_left = check.notebooks_for(changed)
    return (
        [check.label(path) for path in tests],
        [path.stem for path in notebooks],
        [check.label(path) for path in left],
        [path.stem for path in notebooks_left],
    )


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    """As with ARGS: any line of the named files may have changed."""
    monkeypatch.setattr(check.sys, "argv", ["check", "by hand"])


def test_a_module_brings_its_examples_its_tests_and_the_notebooks_that_use_it():
    tests, notebooks, left, notebooks_left = chosen("src/actloss/losses/regression.py")
    assert "src/actloss/losses/regression.py" in tests
    assert "tests/functions/test_losses.py" in tests
    assert len(notebooks) == check.NOTEBOOKS_AT_MOST
    assert "regression-losses" in notebooks + notebooks_left
    assert "tests/functions/test_loss_accuracy.py" in tests + left
    assert not set(tests) & set(left)


def test_a_chapter_brings_itself_and_its_page():
    assert chosen("chapters/neuron.ipynb")[1] == ["neuron"]
    assert check.pages_for(check.named(["chapters/neuron.ipynb"])) == ["chapters/neuron.html"]


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("src/actloss/widgets/margin_explorer.js", "tests/widgets/test_margin_explorer.py"),
        ("README.md", "tests/commands/test_readme.py"),
        ("tools/serve.py", "tests/commands/test_serve_command.py"),
        ("web/sphinx/glossary.py", "tests/book/test_glossary.py"),
        ("exercises/solutions/softmax.py", "tests/exercises/test_exercises.py"),
        ("tests/functions/test_numerics.py", "tests/functions/test_numerics.py"),
    ],
)
def test_any_other_file_brings_the_tests_that_are_about_it(file, test):
    assert test in chosen(file)[0]


def test_only_the_functions_that_changed_bring_tests(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("A = 1\n\n@cache\ndef one():\n    pass\n\n\ndef two():\n    pass\n")
    assert imports.names_at(module, [3, 5]) == {"one"}
    assert imports.names_at(module, [5, 9]) == {"one", "two"}
    assert imports.names_at(module, [1, 5]) is None, "a constant may be used anywhere"


def test_a_name_that_a_package_passes_on_leads_to_its_module():
    behind = imports.files_behind("actloss.losses.huber_loss")
    assert ROOT / "src/actloss/losses/regression.py" in behind
    assert ROOT / "src/actloss/losses/margin.py" not in behind
    assert imports.files_behind("numpy.exp") == set()


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(Problem, match=r"there is no file chapters/nowhere\.ipynb: name files"):
        check.named(["chapters/nowhere.ipynb"])


# In a clone


@pytest.fixture
def repository(clone):
    (clone / ".gitignore").write_text("_build\n__pycache__\n.*_cache\n.hypothesis\n")
    (clone / "_toc.yml").write_text("format: jb-book\nroot: chapters/first\n")
    (clone / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"))
    (clone / "chapters").mkdir()
    for name in ("first", "second"):
        path = clone / "chapters" / f"{name}.ipynb"
        path.write_text("")
        write_if_different(notebook("1 + 1"), path)
    git(clone, "init", "--quiet", "--initial-branch=main")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "All")
    return clone


def files_of(clone, run_tool):
    code = "from tools import check; print(*map(check.label, check.changed_files()))"
    done = run_tool("-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_what_changed_since_the_branch_began(repository, run_tool):
    assert files_of(repository, run_tool) == []
    assert "nothing: no file differs" in run_tool("-m", "tools.check").stdout
    git(repository, "switch", "--quiet", "--create", "mine")
    (repository / "committed.md").write_text("a")
    git(repository, "add", "committed.md")
    git(repository, "commit", "--quiet", "-m", "Mine")
    (repository / "new.md").write_text("b")
    (repository / "chapters/first.ipynb").unlink()
    (repository / "Makefile").write_text("c:")
    assert files_of(repository, run_tool) == ["Makefile", "committed.md", "new.md"]


def test_a_folder_that_is_no_clone_gets_one_clear_line(clone, run_tool):
    done = run_tool("-m", "tools.check", env={"GIT_CEILING_DIRECTORIES": str(clone.parent)})
    assert done.returncode == 1
    assert done.stderr.startswith("✗ git cannot say what changed (")
    assert done.stderr.count("\n") == 1


def test_an_output_that_its_code_does_not_give_is_found(repository, run_tool):
    second = repository / "chapters" / "second.ipynb"
    second.write_text(second.read_text("utf-8").replace("1 + 1", "1 + 2"), "utf-8")
    code = "import sys; from tools import check; "
    code += "sys.exit(not check.run_pytest(check.notebooks_for(check.changed_files())[0]))"
    done = run_tool("-c", code)
    assert done.returncode == 1
    assert "second.ipynb" in done.stdout
    assert "first.ipynb" not in done.stdout
