"""uv, or pip where uv cannot be had: which program installs packages, and with what settings.

Both take the options that we use. uv does not read pip's settings, so a mirror, a proxy or a folder
of wheels that the reader named for pip is passed on to it.
"""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.progress import say

OLDEST_UV = (0, 5)
# For what builds packages: a clone's path may have any letters, whatever the reader's locale.
UTF8 = {"PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
PROGRAMS = "Scripts" if os.name == "nt" else "bin"

# What uv calls the settings of pip that say where packages come from, and how lists are written.
OF_UV = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "keyring-provider": ("UV_KEYRING_PROVIDER", " "),
    "no-cache-dir": ("UV_NO_CACHE", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "retries": ("UV_HTTP_RETRIES", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
}
# The names by which a reader may have told uv the same.
OTHER_NAMES = {
    "UV_DEFAULT_INDEX": ("UV_INDEX_URL",),
    "UV_INDEX": ("UV_EXTRA_INDEX_URL",),
    "ALL_PROXY": ("all_proxy", "HTTPS_PROXY", "https_proxy"),
}
# Each would send packages to another place than the environment, or forbid what the lock pins.
ASTRAY = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_HASHES", "PIP_CONSTRAINT")
ASTRAY += ("UV_REQUIRE_HASHES", "UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE")


def find_uv(*folders):
    """The path of a uv that works, on PATH or in one of these environments, or None."""
    candidates = [shutil.which("uv"), *(shutil.which("uv", path=f / PROGRAMS) for f in folders)]
    return next((path for path in candidates if path and is_new_enough(path)), None)


def is_new_enough(uv):
    """Whether it starts, as a stand-in of pyenv may not, and knows our options."""
    try:
        said = subprocess.run([uv, "--version"], capture_output=True, encoding="utf-8", timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"uv (\d+)\.(\d+)", said.stdout)
    return said.returncode == 0 and found and tuple(map(int, found.groups())) >= OLDEST_UV


def uv_command(uv, python):
    """What `uv pip install` begins with, and its environment.

    Of all the places that have a version the best is taken, as pip does; the digests of the lock
    keep a stranger out.
    """
    command = [uv, "pip", "install", "--python", python, "--index-strategy", "unsafe-best-match"]
    theirs = settings_for_uv(settings_of_pip())
    if not has_a_place_for_its_cache(uv):
        theirs["UV_NO_CACHE"] = "1"
    return [*command, "--no-progress"], without_astray(os.environ) | UTF8 | theirs


def pip_command(python):
    """The same for the pip of an environment, which is brought in where it is missing."""
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "ensurepip"], capture_output=True, check=True)
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_PROGRESS_BAR": "off", "PIP_NO_INPUT": "1"}
    inside = {"PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    return [python, "-m", "pip", "install"], without_astray(os.environ) | UTF8 | quiet | inside


def without_astray(environment):
    return {name: value for name, value in environment.items() if name not in ASTRAY}


def settings_of_pip():
    """What the reader's files and environment tell pip, by option; the environment has its say."""
    pip = pip_of_machine()
    if pip is None:
        named = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        return {name[4:].lower().replace("_", "-"): value for name, value in named.items()}
    said = subprocess.run([*pip, "config", "list"], capture_output=True, encoding="utf-8")
    by_section = {"global": {}, "install": {}, ":env:": {}}
    for line in said.stdout.splitlines():
        found = re.fullmatch(r"(global|install|:env:)\.([\w-]+)=('.*'|\".*\")", line)
        if found:
            by_section[found[1]][found[2].lower()] = ast.literal_eval(found[3])
    return by_section["global"] | by_section["install"] | by_section[":env:"]


def pip_of_machine():
    """How to run the pip that this Python has, or the one that it keeps for new environments."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if (kept := importlib.util.find_spec("ensurepip")) is None:
        return None
    wheels = sorted(Path(kept.origin).parent.glob("_bundled/pip-*.whl"))
    return [sys.executable, wheels[-1] / "pip"] if wheels else None


def settings_for_uv(of_pip):
    """The same settings in uv's words; what the reader told uv itself comes first."""
    found = {}
    for option, (variable, separator) in OF_UV.items():
        if any(name in os.environ for name in (variable, *OTHER_NAMES.get(variable, ()))):
            continue
        if values := of_pip.get(option, "").split():
            values = [str(Path(v).expanduser()) if v.startswith("~") else v for v in values]
            found[variable] = separator.join(values)
    if not {"SSL_CERT_FILE", "UV_SYSTEM_CERTS"} & (os.environ | found).keys():
        found["UV_SYSTEM_CERTS"] = "true"  # as pip: the machine's own
    return found


def has_a_place_for_its_cache(uv):
    """Whether uv may write where it keeps what it fetched; without, it stops at once."""
    said = subprocess.run([uv, "cache", "dir"], capture_output=True, encoding="utf-8")
    if said.returncode != 0:
        return False
    folder = Path(said.stdout.strip())
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return os.access(there, os.W_OK)


def reason_for(log):
    """Why an installer failed, in one line of at most 300 letters, from what it said."""
    words = complaint_in(log)
    return words if len(words) <= 300 else f"{words[:299]}…"


def complaint_in(log):
    lines = [re.sub(r"^[\s│╰├─▶×]+", "", line).strip() for line in log.splitlines()]
    at = [n for n, line in enumerate(lines) if line.lower().startswith("error:")]
    if at and lines[at[-1]].startswith("error:"):  # uv, which goes on in the next lines
        words = " ".join(line for line in lines[at[0] :] if line)
        return re.sub(r"\s*hint: .*", "", words.removeprefix("error: "))
    if at:
        return lines[at[-1]].removeprefix("ERROR: ")
    marked = [n for n, line in enumerate(log.splitlines()) if line.strip().startswith("×")]
    return " ".join(line for line in lines[marked[0] :] if line) if marked else "it stopped"


def say_that_pip_installs(reason):
    say("uv", f"could not be had ({reason}); pip installs, which takes longer", mark="!")
