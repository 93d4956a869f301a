"""Grades a class on a Dask cluster: its workers judge, and what they find is written here.

Notebooks travel to the workers and texts come back, so no folder needs to be shared. A worker that
is killed costs time only: Dask gives what it had to another. Whoever may talk to the scheduler may
run anything on its workers; a cluster is as safe as its network, or its TLS.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from actloss.grading import sandbox, tiers
from actloss.grading.notebooks import Found
from actloss.grading.sandboxes import Sandboxes
from actloss.grading.submission import (
    GradingError,
    Prepared,
    Run,
    done_before,
    judge,
    not_graded,
    prepare,
    store,
    tests_digest,
)

CONNECT_SECONDS = 20
IN_FLIGHT = 4  # submissions handed out for each thread of the cluster


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at this address, such as ``tcp://10.0.0.1:8786``."""
    try:
        import distributed
    except ImportError:
        raise GradingError(
            "a cluster needs the package distributed: pip install 'actloss[dask]'"
        ) from None
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise GradingError(f"no scheduler answers at {address!r}: {error}") from None
    with client:
        yield client


def agreed_tier(client: Any) -> str:
    """The first tier that holds on every worker, each of which has tried it.

    Raises
    ------
    NoSandboxError
        If there is none.
    """
    found = client.run(_obstacles)
    for tier in ("A", "B"):
        if found and all(obstacles[tier] is None for obstacles in found.values()):
            return tier
    reasons = [
        f"  {worker}, tier {tier}: {reason}"
        for worker, obstacles in sorted(found.items())
        for tier, reason in obstacles.items()
        if reason
    ]
    raise sandbox.NoSandboxError(
        "there is no tier of isolation that all workers of the cluster have:\n"
        + "\n".join(reasons or ["  it has no workers"])
    )


def _obstacles():
    return {tier: _obstacle(tier) for tier in ("A", "B")}


@functools.cache
def _obstacle(tier):
    return tiers.obstacle(tier)


def outcomes(found: Sequence[Found], run: Run, client: Any) -> Iterator[tuple[Found, Any]]:
    """(submission, account) as they come; the files are written before."""
    from distributed import CancelledError, as_completed

    threads = sum(client.nthreads().values())
    if not threads:
        raise GradingError("the cluster has no workers")
    under_way: dict[Any, tuple[Found, Prepared]] = {}
    completed = as_completed(loop=client.loop)

    def next_one():
        future = next(completed)
        submission, prepared = under_way.pop(future)
        account, files = _result_of(future, CancelledError)
        store(files, prepared, run)
        return submission, account

    for submission in found:
        prepared = prepare(submission, run)
        done = done_before(prepared, run)
        if done:
            yield submission, done
            continue
        if len(under_way) >= IN_FLIGHT * threads:
            yield next_one()
        future = client.submit(_on_worker, prepared, run, pure=False)
        under_way[future] = submission, prepared
        completed.add(future)
    while under_way:
        yield next_one()


def _result_of(future, cancelled):
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return not_graded("every worker that tried was killed"), {}
    except cancelled:
        raise GradingError(
            "the cluster is gone. Nothing that is done is lost: start it again and give the same "
            "command"
        ) from None


_here = threading.local()


def _on_worker(prepared, run):
    """In a thread of a worker, which keeps its sandbox for all that it is given."""
    if prepared.about["tests"] != tests_digest():
        raise GradingError("a worker of the cluster has another version of the course")
    obstacle = _obstacle(run.tier)
    if obstacle:
        return not_graded(f"a worker of the cluster cannot isolate it: {obstacle}"), {}
    wanted = run.tier, run.limits
    if getattr(_here, "made_for", None) != wanted:
        if hasattr(_here, "sandboxes"):
            _here.sandboxes.__exit__()
        _here.sandboxes, _here.made_for = Sandboxes(*wanted), wanted
    return judge(prepared, run, _here.sandboxes)
