"""Reading submissions: whatever lies in the folder, each student gets a notebook or a sentence."""

import contextlib
import hashlib
import json
import os
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actloss.grading import notebooks
from actloss.grading.notebooks import UnreadableError, find, read, safe, shown
from exercises.submissions import hand_in, solved

CASES = 1000


def cell(source, **others):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []} | others


def marked(grade_id):
    return cell("...", metadata={"nbgrader": {"grade_id": grade_id}})


def notebook(*cells, **others):
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)} | others


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        (" \n", "the file is empty"),
        ("def softmax(z): ...", "damaged: no valid JSON at line 1, column 1"),
        ('{"cells": [\n<<<<<<< HEAD\n', "no valid JSON at line 2"),
        (json.dumps(solved("softmax"))[:-500], "damaged"),
        ("[" * 200_000, "damaged"),
        ("9" * 10_000, "damaged"),
        ("[]", "it has no cells"),
        ("null", "it has no cells"),
        ('{"cells": 3}', "it has no cells"),
        ('{"worksheets": [3, {"cells": 4}]}', "no code cells"),
        ('{"cells": []}', "no code cells"),
        ('{"cells": [3, null, "x", [], {"cell_type": 7}]}', "no code cells"),
        (json.dumps(notebook(*[cell("x")] * 3000)), "has 3000 cells; at most 2000"),
        (json.dumps(notebook(cell("x" * 2_000_000))), "has 2000000 characters"),
    ],
)
def test_no_notebook_is_told_why(tmp_path, content, words):
    with pytest.raises(UnreadableError, match=words):
        read(hand_in(tmp_path, "ada", content))


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"PK\x03\x04zip", b"\xff\xfe[\x00]\x00"])
def test_other_files_are_told_from_text(tmp_path, data):
    path = tmp_path / "ada.ipynb"
    path.write_bytes(data)
    with pytest.raises(UnreadableError):
        read(path)


def test_huge_file_is_refused_without_being_read(tmp_path):
    path = tmp_path / "ada.ipynb"
    with path.open("wb") as file:
        file.truncate(20 << 30)
    with pytest.raises(UnreadableError, match="at most 67 are read"):
        read(path)


@pytest.mark.parametrize("unit", ["[[0]],", "{},", '"a",', '{"a":{"b":[]}},', "1e9,"])
def test_memory_is_bounded_whatever_a_file_holds(tmp_path, unit):
    path = tmp_path / "ada.ipynb"
    many = unit * (60_000_000 // len(unit))
    path.write_text(f'{{"cells": [{{"cell_type": "code", "source": [{many}0]}}]}}')
    tracemalloc.start()
    with contextlib.suppress(UnreadableError):
        read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6


def test_large_notebook_is_read_by_a_process_of_its_own(tmp_path):
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 20_000_000}}
    first, second = cell("x = 1", outputs=[picture]), cell("y = 2  # größer")
    path = hand_in(tmp_path, "ada", notebook(first, second, marked("check-relu")))
    found = read(path)
    assert sources(found) == ["x = 1", "y = 2  # größer", "..."]
    assert found.cells[2].grade_id == "check-relu"
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text(encoding="utf-8")[:-50], encoding="utf-8")
    with pytest.raises(UnreadableError, match="damaged: no valid JSON at line 1"):
        read(path)


def test_file_that_never_ends_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "device.ipynb").symlink_to("/dev/zero")
    (tmp_path / "other.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "folder.ipynb").mkdir()
    for name, words in (
        ("pipe", "no regular file"),
        ("device", "a link"),
        ("other", "a link"),
        ("folder", "no regular file"),
        ("missing", "cannot be opened"),
    ):
        with pytest.raises(UnreadableError, match=words):
            read(tmp_path / f"{name}.ipynb")


def sources(found):
    return [cell.source for cell in found.cells]


@pytest.mark.parametrize(
    "content",
    [
        notebook(cell("x = 1"), cell(["y", " = 2"])),
        notebook(cell("x = 1"), {"cell_type": "markdown", "source": "text"}, cell("y = 2")),
        notebook(cell("x = 1"), 3, None, cell(["y = ", 7, "2"])),
        notebook(cell("x = 1", metadata=[]), cell("y = 2", metadata={"nbgrader": 3})),
        {"nbformat": 3, "worksheets": [
            {"cells": [{"cell_type": "code", "input": "x = 1"}]},
            {"cells": [{"cell_type": "code", "input": ["y = 2"]}]},
        ]},
        notebook(cell("x = 1"), cell("y = 2"), nbformat=5),
        notebook(cell("x = 1"), cell("y = 2"), metadata={"kernelspec": {"name": "bash"}}),
    ],
)  # fmt: skip
def test_every_version_and_state_gives_its_code(tmp_path, content):
    assert sources(read(hand_in(tmp_path, "ada", content))) == ["x = 1", "y = 2"]


def test_byte_order_mark_is_no_damage(tmp_path):
    path = tmp_path / "ada.ipynb"
    path.write_text("\ufeff" + json.dumps(notebook(cell("x = 1"))), encoding="utf-8")
    assert sources(read(path)) == ["x = 1"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "worksheets", "cell_type", "source", "input", "metadata", "nbgrader"]
            ),
            inner | st.just("code"),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=CASES, database=None, derandomize=True)
@given(JSON)
def test_any_json_is_a_notebook_or_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzz.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    with contextlib.suppress(UnreadableError):
        found = read(path)
        found.names()
        assert 0 <= found.place_of_check("softmax") <= len(found.cells)


def test_check_is_found_by_its_mark_and_by_its_code(tmp_path):
    by_mark = cell("...", metadata={"nbgrader": {"grade_id": "check-relu"}})
    by_code = cell("check( 'relu', relu)")
    for check in (by_mark, by_code):
        found = read(hand_in(tmp_path, "ada", notebook(cell("x"), check, cell("y"))))
        assert found.place_of_check("relu") == 1
        assert found.place_of_check("leaky_relu") == 3


# --- folders ------------------------------------------------------------------------------------


def test_both_shapes_of_folder(tmp_path):
    text = notebook(cell("x = 1"))
    hand_in(tmp_path, "ada", text)
    hand_in(tmp_path / "bo" / "softmax", "answers", text)
    hand_in(tmp_path / "bo" / ".ipynb_checkpoints", "answers-checkpoint", text)
    hand_in(tmp_path / ".git", "x", text)
    (tmp_path / "cy").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "Di.IPYNB").write_text(json.dumps(text))
    found = {(item.student, item.place, item.problem) for item in find(tmp_path)}
    assert found == {
        ("ada", "ada.ipynb", ""),
        ("bo", "bo/softmax/answers.ipynb", ""),
        ("cy", "cy", "no notebook (.ipynb) was handed in"),
        ("notes.txt", "notes.txt", "this file is no notebook (.ipynb)"),
        ("Di", "Di.IPYNB", ""),
    }


def test_links_lead_nowhere(tmp_path):
    (tmp_path / "other").symlink_to("/")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "up").symlink_to(tmp_path)
    assert [item.problem != "" for item in find(tmp_path)] == [True, True]


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(NotADirectoryError, match="there is no folder"):
        find(tmp_path / "none")


NAMES = [
    "Åsa Ö", "名前", "a b", "..%2f..%2fetc", "<script>alert(1)</script>", "=1+1", "-rf", "a\nb",
    "a\u202eb", "CON", "x" * 250, ". . .", "a;rm -rf ~", "'\"", "%", "%41", "A", "b\udcff",
]  # fmt: skip


def test_odd_names_stay_apart_and_in_place(tmp_path):
    places = [safe(name) for name in [*NAMES, "..", ".", ""]]
    assert len(set(places)) == len(places)
    for place in places[:-1]:
        assert "/" not in place
        assert place not in ("", ".", "..")
        assert len(place) <= 200
        (tmp_path / place).mkdir()
        assert (tmp_path / place).parent == tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_shown_name_is_one_tame_line(name):
    text = shown(name)
    assert text.encode("utf-8")
    assert "\n" not in text
    assert "\u202e" not in text
    assert len(text) <= 200


def test_odd_names_are_found(tmp_path):
    for name in NAMES:
        hand_in(tmp_path, name[:200], notebook(cell("x = 1")))
    found = find(tmp_path)
    assert len({item.place for item in found}) == len(NAMES)
    assert all(sources(read(item.path)) == ["x = 1"] for item in found)


def test_limits_are_stated():
    assert notebooks.FILE_BYTES == 64 << 20
