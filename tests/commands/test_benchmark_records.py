"""The recorded benchmarks that chapters load: complete, and saying where they come from."""

import json
from datetime import date

import numpy as np
import pytest

from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES
from benchmarks import accuracy, large_vocabulary, moons, normalisation, peers
from benchmarks.record import geometric_mean, shortest_times
from tools.stamps import ROOT

RESULTS = ROOT / "benchmarks" / "results"


@pytest.mark.parametrize("name", sorted(path.name for path in RESULTS.glob("*.json")))
def test_a_record_says_where_it_comes_from(name):
    record = json.loads((RESULTS / name).read_text(encoding="utf-8"))
    assert record["machine"]
    assert set(record["versions"]) >= {"numpy", "torch"}
    assert date.fromisoformat(record["date"]) <= date.today()
    assert record["rows"]


def test_every_activation_was_timed_beside_its_twin():
    rows = json.loads((RESULTS / "activations.json").read_text(encoding="utf-8"))["rows"]
    timed = {(row["function"], row["dtype"], row["library"]) for row in rows}
    for name in ACTIVATIONS.keys() - {"identity"}:
        for dtype in ("float32", "float64"):
            for library in ("actloss", "PyTorch"):
                assert (name, dtype, library) in timed
    assert all(np.isfinite(row["nanoseconds"]) and row["nanoseconds"] > 0 for row in rows)


def test_every_function_was_timed_with_and_without_the_newest_instructions():
    record = json.loads((RESULTS / "functions.json").read_text(encoding="utf-8"))
    for rows in (record["rows"], record["without_avx512"]):
        timed = {(row["function"], row["dtype"]) for row in rows if row["library"] == "actloss"}
        for entry in [*ACTIVATIONS.values(), *AXIS_ACTIVATIONS.values(), *LOSSES.values()]:
            for function in (entry.function, entry.gradient):
                for dtype in ("float32", "float64"):
                    name = function.__name__
                    assert (name, dtype) in timed or name in peers.NOT_TIMED
        assert all(row["nanoseconds"] > 0 for row in rows)


def test_the_accuracy_of_every_activation_was_recorded_beside_its_peers():
    record = json.loads((RESULTS / "accuracy.json").read_text(encoding="utf-8"))
    found = {(row["function"], row["dtype"]): row["ulp"] for row in record["rows"]}
    for name in ACTIVATIONS:
        for dtype in ("float32", "float64"):
            for function in (name, f"{name}_grad"):
                assert found[function, dtype]["actloss"] <= 4.0
                assert ("JAX" in found[function, dtype]) == (name in accuracy.JAX)


def test_every_way_to_train_on_the_moons_was_timed():
    rows = json.loads((RESULTS / "moons.json").read_text(encoding="utf-8"))["rows"]
    assert [row["candidate"] for row in rows] == list(moons.CANDIDATES)
    assert all(row["seconds"] > 0 and min(row["test_accuracy"]) > 0.9 for row in rows)


def test_every_cross_entropy_over_many_classes_was_timed_and_weighed():
    record = json.loads((RESULTS / "large_vocabulary.json").read_text(encoding="utf-8"))
    rows = record["rows"]
    assert [row["candidate"] for row in rows] == list(large_vocabulary.CANDIDATES)
    assert all(row["seconds"] > 0 for row in rows)
    assert max(row["mean_loss"] for row in rows) - min(row["mean_loss"] for row in rows) < 2e-3
    peak = {row["candidate"]: row["peak_megabytes"] for row in rows}
    logits = record["tokens"] * record["classes"] * 4 / 1e6
    gradients = (record["tokens"] + record["classes"]) * record["features"] * 4 / 1e6
    for name, megabytes in peak.items():
        assert megabytes > 0.95 * gradients  # they are returned, so they were alive
        assert (megabytes > 2 * logits) == name.endswith("full")


def test_selu_was_timed_beside_every_normalisation():
    rows = json.loads((RESULTS / "normalisation.json").read_text(encoding="utf-8"))["rows"]
    assert [row["candidate"] for row in rows] == list(normalisation.AFTER_THE_SUM)
    assert all(0 < row["microseconds"] < row["microseconds_with_product"] for row in rows)


def test_a_class_was_graded_beside_nbgrader_and_in_little_memory():
    record = json.loads((RESULTS / "grading.json").read_text(encoding="utf-8"))
    *ours, theirs = record["rows"]
    assert [row["class"] for row in ours] == ["solved", "sample", "torch"]
    assert theirs["candidate"] == "nbgrader"
    for row in ours:
        assert row["tier"] in ("A", "B"), "in a sandbox"
        ratio = row["per_second"] / theirs["per_second"]
        assert row["times_nbgrader"] == pytest.approx(ratio, abs=0.1)
    memory = record["memory"]
    early, late = memory["megabytes_after_a_tenth"], memory["megabytes_at_the_end"]
    assert memory["submissions"] >= 10_000
    assert sum(late) < 1.05 * sum(early)


def test_the_clock_calls_every_candidate_in_every_round():
    calls = []
    best = shortest_times(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3
    )
    assert calls == ["a", "b"] * 4  # one of them to warm up
    assert all(0 < seconds < 60 for seconds in best.values())


def test_the_geometric_mean_of_ratios_is_their_middle():
    assert geometric_mean([0.5, 2.0, 8.0]) == pytest.approx(2.0)
