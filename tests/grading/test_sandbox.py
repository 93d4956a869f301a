"""The sandbox: each tier holds here, runs what homework needs, and survives what it is given.

A machine without a tier fails: its tests are never left out.
"""

import contextlib
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from actloss.grading import confinement, sandbox, system_calls, tiers
from actloss.grading.command import main
from actloss.grading.protocol import Gone, OutOfTime, ProtocolError, TooMuch
from actloss.grading.sandbox import Limits, NoSandboxError, Sandbox
from actloss.grading.tiers import best_tier, obstacle
from tests.grading.runs import TIERS

LONG = 600  # seconds: imports on a busy machine


@pytest.fixture(scope="module", params=TIERS)
def warm(request):
    reason = obstacle(request.param)
    if reason is not None:
        pytest.fail(f"tier {request.param} is not to be had here: {reason}")
    with Sandbox(request.param) as started:
        yield started


def run(life, source, seconds=LONG):
    return life.ask("run", seconds=seconds, place=0, source=source)


def call(life, name, seconds=LONG, **arguments):
    return life.ask("call", seconds=seconds, name=name, arguments=arguments)


# --- what homework needs ------------------------------------------------------------------------


def test_calls_a_function_with_arrays(warm):
    with warm.life() as life:
        assert run(life, "import numpy as np\ndef double(x, by): return x * by") == {}
        answer = call(life, "double", x=np.arange(3.0), by=2.0)
        assert np.array_equal(answer["value"], [0.0, 2.0, 4.0])
        assert answer["warning"] == ""
        assert np.array_equal(answer["after"]["x"], np.arange(3.0))


@pytest.mark.parametrize(
    "source",
    [
        "import scipy.optimize, scipy.special; scipy.special.erf(1.0)",
        "from sklearn.datasets import load_digits; load_digits()",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.close()",
        "import torch; torch.nn.functional.relu(torch.ones(3)).sum()",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(2) as pool: assert list(pool.map(abs, [-1, 2])) == [1, 2]",
        "from actloss.exercises import check, score\ncheck('softmax', 1); score('softmax')",
        "import actloss.widgets; from actloss.network import *",
        "%matplotlib inline\n!ls\nfiles = !ls\nnp?\nassert files == []",
        "%%time\nfound = 3\nassert found == 3",
        "%%bash\nrm -rf /",
        "print('x' * 10_000); display(3); input",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nassert P(1).x",
    ],
)
def test_runs_what_homework_holds(warm, source):
    with warm.life() as life:
        assert run(life, source) == {}


def test_tier_a_has_scratch_of_its_own_for_each_life():
    with Sandbox("A") as started:
        for _ in range(2):
            with started.life() as life:
                assert run(
                    life,
                    "import os, tempfile\nassert os.listdir('.') == []\n"
                    "file, _ = tempfile.mkstemp()\nos.write(file, b'kept')\n"
                    "open('mine', 'w').write('x')",
                ) == {}  # fmt: skip


def test_scratch_is_small():
    with Sandbox("A") as started, started.life() as life:
        source = "for n in range(40): open(str(n), 'wb').write(bytes(1 << 20))"
        assert run(life, source)["kind"] == "OSError"
        source = "for n in range(2000): open(f'f{n}', 'w').close()"
        assert run(life, source)["kind"] == "OSError"


def test_tier_b_writes_into_its_scratch_alone():
    with Sandbox("B") as started, started.life() as life:
        for folder in ("/tmp", "/dev/shm", "/var/tmp", ".."):
            assert run(life, f"open({folder!r} + '/x', 'w')")["error"] == "raised"
        assert run(life, "open('x', 'w').write('mine')") == {}


FILLING = {
    "one file after the other": "for n in range(40): open(str(n), 'wb').write(bytes(1 << 20))",
    "files without a name": "import os, time\nkept = []\nfor n in range(40):\n"
    "    kept.append(open('x', 'wb'))\n    os.unlink('x')\n    kept[-1].write(bytes(1 << 20))\n"
    "time.sleep(1000)",
    "many small ones": "import os\nfor n in range(3000): open(str(n), 'w').close()",
    "deep folders": "import os\nfor n in range(3000):\n    os.mkdir('d')\n    os.chdir('d')",
    "deep folders of long names": "import os\nfor n in range(60):\n    os.mkdir('d' * 250)\n"
    "    os.chdir('d' * 250)\nfor n in range(40): open(str(n), 'wb').write(bytes(1 << 20))",
    "many folders": "import os\nfor n in range(3000): os.mkdir(str(n))",
}


@pytest.mark.parametrize("source", FILLING.values(), ids=FILLING)
def test_scratch_is_small_and_empty_for_the_next(warm, source):
    with warm.life() as life, contextlib.suppress(TooMuch):
        assert run(life, source)["kind"] == "OSError"
    with warm.life() as life:
        assert run(life, "import os\nassert os.listdir('.') == []") == {}


def test_threads_are_limited(warm):
    """Whoever runs the grader: the kernel's own limit spares root."""
    with warm.life() as life:
        source = (
            "import threading\nthreading.stack_size(1 << 15)\nstop = threading.Event()\n"
            "begun = []\ntry:\n    for _ in range(4000):\n"
            "        threading.Thread(target=stop.wait, daemon=True).start()\n"
            "        begun.append(1)\nexcept RuntimeError: pass\n"
            f"assert 30 < len(begun) < {confinement.THREADS}, len(begun)"
        )
        assert run(life, source) == {}
    with warm.life() as life:
        source = (
            "from concurrent.futures import ThreadPoolExecutor\nfor _ in range(30):\n"
            "    with ThreadPoolExecutor(8) as pool: list(pool.map(abs, range(100)))"
        )
        assert run(life, source) == {}


def test_where_nobody_can_be_asked_there_are_no_threads(monkeypatch):
    command_of = sandbox.command_of

    def without_listener(*arguments):
        command, environment = command_of(*arguments)
        at = command.index("-c") + 1
        hole = "import actloss.grading.confinement as c; c.ask_before_each_thread = lambda: -1; "
        command[at] = command[at].replace("from actloss", hole + "from actloss", 1)
        return command, environment

    monkeypatch.setattr(sandbox, "command_of", without_listener)
    with Sandbox("A") as started, started.life() as life:
        source = "import threading\nthreading.Thread(target=print).start()"
        assert run(life, source)["kind"] == "RuntimeError"
        assert run(life, "x = 1") == {}


def test_functions_taken_away_are_gone(warm):
    """By whichever name or file, and wherever they were kept."""
    taken = ["actloss.activations.softmax_family.softmax"]
    ways = (
        "from actloss.activations import softmax as f",
        "import actloss.activations as a\nf = getattr(a, 'soft' + 'max')",
        "import sys\nf = sys.modules['actloss.activations.softmax_family'].softmax",
        "from functools import partial\nimport actloss\n"
        "f = partial(actloss.activations.softmax, axis=-1)",
        "import sys\nfor n in list(sys.modules):\n"
        "    if n.startswith('actloss.a'): del sys.modules[n]\n"
        "from actloss.activations import softmax as f",
        "import actloss.activations.softmax_family as m\nspace = {'__name__': 'x'}\n"
        "exec(open(m.__file__).read(), space)\nf = space['softmax']",
        "import importlib, actloss.activations.softmax_family as m\n"
        "f = importlib.reload(m).softmax",
        "import inspect, actloss\nf = actloss.activations.softmax\n"
        "while hasattr(f, '__wrapped__'): f = f.__wrapped__",
    )
    for way in ways:
        with warm.life() as life:
            life.ask("begin", seconds=LONG, first="import numpy as np", without=taken)
            assert run(life, f"{way}\nf(np.ones(3))")["error"] == "raised", way
    with warm.life() as life:
        life.ask("begin", seconds=LONG, first="import numpy as np", without=taken)
        source = "from actloss.activations import log_softmax, relu\nlog_softmax(np.ones(3))"
        assert run(life, source) == {}


# --- what it does not let out ---------------------------------------------------------------------


def test_nothing_of_the_list_escapes(warm):
    assert tiers.what_escapes(warm) == []


def test_the_list_would_notice():
    """Without isolation most of it succeeds: so the test before this one can fail."""
    with Sandbox("none") as started:
        escaped = tiers.what_escapes(started)
    assert set(tiers.BREAKOUTS) - set(escaped) <= {"connect"}  # nobody listens there


@pytest.mark.parametrize("left_out", ["filter_system_calls", "obey"])
def test_a_tier_with_a_hole_is_not_offered(monkeypatch, left_out):
    """The self-test tries the tier itself: here one without its filter or its Landlock rules."""
    command_of = sandbox.command_of

    def with_hole(*arguments):
        command, environment = command_of(*arguments)
        at = command.index("-c") + 1
        hole = f"import actloss.grading.confinement as c; c.{left_out} = lambda *_, **__: None; "
        command[at] = command[at].replace("from actloss", hole + "from actloss", 1)
        return command, environment

    monkeypatch.setattr(sandbox, "command_of", with_hole)
    assert "a submission can" in obstacle("B")


def test_where_confining_fails_nothing_runs(monkeypatch):
    command_of = sandbox.command_of

    def without_rights(*arguments):
        command, environment = command_of(*arguments)
        return [word for word in command if word not in ("--cap-add", "CAP_SYS_ADMIN")], environment

    monkeypatch.setattr(sandbox, "command_of", without_rights)
    assert "Operation not permitted" in obstacle("A")


def test_memory_is_limited(warm):
    with warm.life() as life:
        answer = run(life, "import numpy as np\nnp.ones(20 << 30, dtype=np.uint8)")
        assert answer["kind"] in ("MemoryError", "_ArrayMemoryError")


def test_signals_by_way_of_a_file_are_refused(warm):
    """fcntl(F_SETOWN) would let the kernel send a signal of choice to any process."""
    with warm.life() as life:
        source = (
            "import fcntl, os\nr, w = os.pipe2(0)\n"
            "for command, value in ((8, os.getppid()), (10, 9)):\n"
            "    try: fcntl.fcntl(r, command, value)\n"
            "    except OSError: pass\n"
            "    else: raise SystemExit(command)"
        )
        assert run(life, source) == {}


@pytest.mark.parametrize(
    "source",
    [
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.kill(-1, 9)",
        "import os; os.killpg(0, 9)",
        "import signal, threading; signal.pthread_kill(1, 9)",
        "import ctypes, os\nif ctypes.CDLL(None).syscall(62, os.getppid(), 9): raise OSError",
        "import ctypes, os\nif ctypes.CDLL(None).syscall(234, os.getppid(), os.getppid(), 9): "
        "raise OSError",
        "import ctypes\nif ctypes.CDLL(None).syscall(435, 0, 0) < 0: raise OSError",
        "import ctypes\nif ctypes.CDLL(None, use_errno=True).unshare(0x10000000): raise OSError",
        "import ctypes\nif ctypes.CDLL(None).mount(b'a', b'/', b'tmpfs', 0, None): raise OSError",
        "import ctypes\nif ctypes.CDLL(None).ptrace(16, 1, 0, 0): raise OSError",
        "import os; os.memfd_create('x')",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "import mmap; mmap.mmap(-1, 8 << 30)",
    ],
)
def test_forbidden_calls_fail_and_the_next_life_is_well(warm, source):
    with warm.life() as life, contextlib.suppress(Gone):  # killed for it
        assert run(life, source)["error"] == "raised"
    with warm.life() as life:
        assert run(life, "x = 1") == {}


# --- lives end ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)", "import os; os.abort()"],
)
def test_death_is_noticed_at_once(warm, source):
    with warm.life() as life:
        start = time.monotonic()
        with pytest.raises(Gone):
            run(life, source)
        assert time.monotonic() - start < LONG / 2
    with warm.life() as life:
        assert run(life, "x = 1") == {}


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import time, signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except Exception: pass\ntime.sleep(1000)",
        "x = 10 ** 10 ** 8",
    ],
)
def test_whatever_does_not_end_is_killed(warm, source):
    with warm.life() as life:
        with pytest.raises(OutOfTime):
            run(life, source, seconds=0.5)
        pid = warm.process.pid
    with warm.life() as life:
        assert run(life, "x = 1") == {}
    assert warm.process.pid == pid  # the warm process goes on


def test_warm_process_is_replaced_when_it_is_killed():
    with Sandbox("A") as started:
        with started.life() as life:
            assert run(life, "x = 1") == {}
        started.process.kill()
        started.process.wait()
        with started.life() as life:
            assert run(life, "x = 1") == {}


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_is_left_running(tier):
    with Sandbox(tier) as started:
        with started.life() as life:
            run(
                life,
                "import threading, time\nthreading.Thread(target=time.sleep, args=[99]).start()",
            )
        group = started.process.pid
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


@pytest.mark.parametrize("tier", TIERS)
def test_sandbox_ends_with_its_grader_even_when_stopped(tier):
    source = (
        "import os, signal, time\nfrom actloss.grading.sandbox import Sandbox\n"
        f"with Sandbox({tier!r}) as sandbox, sandbox.life():\n"
        "    os.killpg(sandbox.process.pid, signal.SIGSTOP)\n"
        "    print(sandbox.process.pid, flush=True)\n    os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    group = int(done.stdout)
    deadline = time.monotonic() + 600
    while True:
        asked = ["ps", "-g", str(group), "-o", "stat="]
        states = subprocess.run(asked, capture_output=True, text=True).stdout.split()
        if not [state for state in states if not state.startswith("Z")]:
            break
        assert time.monotonic() < deadline, states
        time.sleep(0.05)


def test_reply_must_be_to_its_request(warm):
    """A prepared answer, written before the question came, ends the life."""
    with warm.life() as life:
        source = (
            "import os, actloss.grading.protocol as p\n"
            "for number in (0, 1, None, True, 'x'):\n"
            "    frame = p.pack({'id': number, 'answer': {'value': 3}})\n"
            "    for fd in range(3, 64):\n"
            "        try: os.write(fd, frame)\n"
            "        except OSError: pass\n"
        )
        with pytest.raises(ProtocolError):
            run(life, source)


# --- what the command says ------------------------------------------------------------------------


def test_doctor_tells_of_each_tier(capsys):
    assert main(["grade", "--doctor"]) == 0
    said = capsys.readouterr().out
    for tier in TIERS:
        assert f"✓ tier {tier}" in said


def test_best_tier_is_the_first_that_holds(monkeypatch):
    assert best_tier() == "A"
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    assert "apt-get install bubblewrap" in obstacle("A")
    assert best_tier() == "B"


def test_without_a_tier_nothing_is_graded(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoSandboxError):
        best_tier()
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "bwrap was not found" in said
    assert "only root can" in said
    assert "--trust-submissions" in said
    assert not (tmp_path / "out").exists()


def test_kernel_without_landlock_has_no_tier_b(monkeypatch):
    monkeypatch.setattr(confinement, "landlock_version", lambda: 0)
    assert "no Landlock" in obstacle("B")


def test_other_machines_have_no_tier(monkeypatch):
    monkeypatch.setattr(system_calls.platform, "machine", lambda: "riscv64")
    assert "x86-64" in obstacle("A")


def test_both_machines_have_a_filter(monkeypatch):
    sizes = {}
    for machine in system_calls.MACHINES:
        monkeypatch.setattr(system_calls.platform, "machine", lambda machine=machine: machine)
        code = system_calls.program(1)
        assert len(code) % 8 == 0
        sizes[machine] = len(code) // 8
    assert all(100 < size < 4096 for size in sizes.values())


def test_limits_are_stated():
    assert Limits() == Limits(cells=30.0, calls=10.0, memory=3 << 30)
