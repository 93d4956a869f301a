"""`make publish` puts the built book on a branch by itself, and leaves the clone as it was."""

import pytest

from tests.commands.git import git
from tools import publish
from web.sphinx import page_actions


@pytest.fixture
def origin(clone, tmp_path):
    """A clone with a commit and a built book; returns the repository that it pushes to."""
    bare = tmp_path / "origin.git"
    git(tmp_path, "init", "--quiet", "--bare", bare)
    (clone / ".gitignore").write_text("_build/\n__pycache__/\n")
    git(clone, "init", "--quiet")
    git(clone, "remote", "add", "origin", bare)
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "All")
    site = clone / "_build" / "html"
    (site / "_static").mkdir(parents=True)
    (site / "index.html").write_text("First\n")
    (site / "_static" / "style.css").write_text("")
    return bare


def test_the_branch_holds_the_site_and_no_history(origin, clone, run_tool):
    done = run_tool("-m", "tools.publish")
    assert done.returncode == 0, done.stderr
    names = git(origin, "ls-tree", "-r", "--name-only", "gh-pages").splitlines()
    assert names == [".nojekyll", "_static/style.css", "index.html"]

    (clone / "_build" / "html" / "index.html").write_text("Second\n")
    (clone / "_build" / "html" / "_static" / "style.css").unlink()
    assert run_tool("-m", "tools.publish", "origin").returncode == 0
    assert git(origin, "rev-list", "--count", "gh-pages") == "1"
    assert git(origin, "show", "gh-pages:index.html") == "Second"
    assert "_static" not in git(origin, "ls-tree", "gh-pages")
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "branch", "--format=%(refname:short)").splitlines() in (
        ["main"],
        ["master"],
    )


@pytest.mark.parametrize(
    ("address", "written"),
    [("https://someone.github.io/course/", False), ("https://course.example.org/", True)],
)
def test_a_domain_of_ones_own_is_kept(origin, run_tool, address, written):
    done = run_tool("-m", "tools.publish", env={"SITE_URL": address})
    assert done.returncode == 0, done.stderr
    names = git(origin, "ls-tree", "--name-only", "gh-pages").splitlines()
    assert ("CNAME" in names) == written
    if written:
        assert git(origin, "show", "gh-pages:CNAME") == "course.example.org"


def test_a_book_that_is_not_built(clone, run_tool):
    done = run_tool("-m", "tools.publish")
    assert done.returncode == 1
    assert done.stderr == "✗ the book is not built: run `make publish`, which builds it\n"


def test_a_remote_that_is_not_there(origin, run_tool):
    done = run_tool("-m", "tools.publish", "nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("✗ git push failed: ")


def test_colab_reads_from_the_branch_that_is_published():
    assert page_actions.PUBLISHED == publish.BRANCH
