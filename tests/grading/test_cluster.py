"""A class on a Dask cluster, scheduler and workers as a teacher starts them: the same bytes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from actloss.grading.cohort import grade_class
from actloss.grading.command import main
from actloss.grading.sandbox import Limits
from exercises.submissions import hand_in, notebook, solved
from tests.grading.runs import bytes_of

STUDENTS = 40
LIMITS = Limits(cells=6, calls=2)
START_SECONDS = 60


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for number in range(STUDENTS):
        wrong = {"second_probability": "second_probability = 0.25"} if number % 3 else {}
        hand_in(folder, f"s{number:02}", solved("softmax", **wrong))
    hand_in(folder, "undone", notebook("softmax", {}))
    hand_in(folder, "ends", solved("softmax", stable_softmax="import os; os._exit(0)"))
    hand_in(folder, "empty", "")
    return folder


@pytest.fixture(scope="module")
def expected(submissions, tmp_path_factory):
    """What this machine alone makes of the class."""
    out = tmp_path_factory.mktemp("alone") / "out"
    grade_class(submissions, out, tier="A", seed=3, workers=2, limits=LIMITS, quiet=True)
    return bytes_of(out)


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler with two workers, and the processes of these."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("dask")
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    worker = [address, *local, "--no-nanny", "--nthreads", "1", "--local-directory", tmp_path]
    log = (tmp_path / "log").open("w")
    processes = []
    for words in (
        ["scheduler", "--port", str(port), *local],
        ["worker", *worker],
        ["worker", *worker],
    ):
        processes.append(
            subprocess.Popen([program, *words], stdout=log, stderr=log, start_new_session=True)
        )
    try:
        wait_for_workers(tmp_path / "log", 2)
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()
        log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_workers(log, count):
    deadline = time.monotonic() + START_SECONDS
    while log.read_text().count("Registered to:") < count:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def start(submissions, out, address):
    """`actloss grade` on the cluster, by itself."""
    limits = ["--seconds", str(LIMITS.cells)]
    words = ["grade", submissions, "--out", out, "--seed", "3", "--dask", address, *limits]
    return subprocess.Popen(
        [sys.executable, "-m", "actloss", *words, "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("killed", [False, True])
def test_cluster_grades_to_the_same_bytes(submissions, expected, cluster, tmp_path, killed):
    address, workers = cluster
    out = tmp_path / "out"
    running = start(submissions, out, address)
    if killed:
        deadline = time.monotonic() + START_SECONDS
        while len(list(out.rglob("results.json"))) < STUDENTS // 4:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(workers[0].pid, signal.SIGKILL)
        assert len(list(out.rglob("results.json"))) < STUDENTS, "the worker died halfway"
    said, _ = running.communicate(timeout=120)
    assert running.returncode == 0, said
    assert f"{STUDENTS + 3} graded" in said
    assert "isolation: tier A" in said
    assert bytes_of(out) == expected
    again, _ = start(submissions, out, address).communicate(timeout=120)
    assert f"0 graded, {STUDENTS + 3} were done before" in again


def test_no_scheduler_gets_a_sentence(submissions, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("actloss.grading.cluster.CONNECT_SECONDS", 0.5)
    address = f"tcp://127.0.0.1:{free_port()}"
    words = [str(submissions), "--out", str(tmp_path / "out"), "--dask", address]
    assert main(["grade", *words]) == 1
    assert "no scheduler answers" in capsys.readouterr().err


def test_worker_with_other_tests_is_refused(submissions, cluster, tmp_path, monkeypatch, capsys):
    """Should a worker have other tests than the one who asks, nothing is graded by them."""
    address, _ = cluster
    monkeypatch.setattr("actloss.grading.submission.tests_digest", lambda: "other")
    words = [str(submissions), "--out", str(tmp_path / "out"), "--dask", address, "--quiet"]
    assert main(["grade", *words]) == 1
    assert "another version of the course" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("results.json"))
