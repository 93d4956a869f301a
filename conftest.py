"""How pytest treats this repository: one BLAS thread, no windows, notebooks held to our gates."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["MPLBACKEND"] = "agg"

from tools.notebook_tests import pytest_collect_file, pytest_runtest_call  # noqa: E402, F401
