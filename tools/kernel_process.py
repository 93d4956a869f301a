"""The process that runs a notebook's cells: ipykernel, and of this machine's settings none.

`kernel_environment` keeps out what comes by a variable or from the home folder. What is left are
files that are found without one: settings of IPython for the whole machine, and a `matplotlibrc`
in the working directory.
"""

import os
import sys
from pathlib import Path

from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS


def main():
    forget_settings_of_the_machine()
    become_kernel(sys.argv[1:])


def become_kernel(arguments):
    keep_matplotlib_from(Path("matplotlibrc"))
    build_font_cache()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(arguments)


def forget_settings_of_the_machine():
    """IPython looks into these folders for settings and for files to run at the start."""
    for folders in (ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS):
        folders.clear()


def keep_matplotlib_from(settings):
    """Matplotlib reads the working directory's settings first: import it from elsewhere."""
    if settings.exists():
        here = Path.cwd()
        os.chdir(os.environ["MPLCONFIGDIR"])
        import matplotlib  # noqa: F401

        os.chdir(here)


def build_font_cache():
    """Where there are many fonts this takes long, and matplotlib would say so below a figure."""
    if not any(Path(os.environ["MPLCONFIGDIR"]).glob("fontlist-*.json")):
        import matplotlib.font_manager  # noqa: F401


if __name__ == "__main__":
    main()
