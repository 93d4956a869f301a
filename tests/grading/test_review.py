"""Answers that a teacher marks: read as they are, marked in a page, counted by the next run."""

import base64
import http.client
import json
import re
import signal
import struct
import subprocess
import sys
import threading
import tomllib
import urllib.request
import zlib
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from actloss.grading import hand_marks, review, rubric
from actloss.grading.command import main
from actloss.grading.hand_marks import Mark
from actloss.grading.notebooks import SMALL_BYTES, read
from actloss.grading.pictures import NoPictureError, picture
from actloss.grading.submission import GradingError
from exercises.submissions import hand_in, notebook, solved
from tools.stamps import ROOT

HOSTILE = "<script>hacked = 1</script><img src=x onerror='hacked = 1'>"
GIVEN = "*Your answer here*"
RUBRIC = """chapter = "softmax"

[exercises.why-stable]
points = 3
question = "Why is the largest logit subtracted?"
given = "*Your answer here*"

[[exercises.why-stable.criteria]]
says = "Says that the result stays the same"
points = 1

[[exercises.why-stable.criteria]]
says = "Names the overflow"
points = 2

[exercises.sketch]
points = 2.5
given = ""
"""


def png(width=2, height=2):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\xf0\x80\x20" * width for _ in range(min(height, 9)))
    parts = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


def by_hand(name, source, points=99, kind="markdown", pictures=None):
    """A manually graded cell as nbgrader makes it; its points are what the file says."""
    marked = {"grade": True, "solution": True, "grade_id": name, "points": points,
              "locked": False, "schema_version": 3, "task": False}  # fmt: skip
    cell = {"cell_type": kind, "id": name, "metadata": {"nbgrader": marked}, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell | ({"attachments": pictures} if pictures else {})


def with_text(why=GIVEN, sketch="", content=None, pictures=None):
    content = solved("softmax") if content is None else content
    question = {"cell_type": "markdown", "id": "q", "metadata": {}, "source": 'Why, \\ "so"?\nSay.'}
    content["cells"] += [question, by_hand("why-stable", why),
                         by_hand("sketch", sketch, pictures=pictures)]  # fmt: skip
    return content


@pytest.fixture
def folder(tmp_path):
    """Three students: one wrote, one wrote what means harm and drew, one did neither."""
    hand_in(tmp_path / "in", "ada", with_text("It would overflow."))
    picture = {"a.png": {"image/png": png()}, "b.svg": {"image/svg+xml": "<svg onload='x()'/>"}}
    hand_in(tmp_path / "in", "bo", with_text(HOSTILE, "![a](attachment:a.png)", pictures=picture))
    hand_in(tmp_path / "in", "cy", with_text())
    (tmp_path / "rubric.toml").write_text(RUBRIC, encoding="utf-8")
    return tmp_path


def opened(folder, **options):
    return review.Review(folder / "in", folder / "out", [folder / "rubric.toml"], **options)


def number_of(found, student, name):
    return next(
        place for place, one in enumerate(found.answers)
        if (one.submission.student, one.question.name) == (student, name)
    )  # fmt: skip


def give(found, student, name, points, *, criteria=(), comment="", version=0):
    number = number_of(found, student, name)
    said = {"number": number, "points": points, "criteria": list(criteria), "comment": comment}
    return found.save(said | {"version": version})


# Reading


def test_cells_for_a_teacher_are_read_with_their_pictures(folder):
    (why, sketch) = read(folder / "in" / "bo.ipynb").written
    assert (why.grade_id, why.kind, why.source) == ("why-stable", "markdown", HOSTILE)
    assert [(name, kind) for name, kind, _ in sketch.pictures] == [("a.png", "image/png")]


def test_a_large_file_is_read_alike(folder):
    content = with_text("x", "y", pictures={"a.png": {"image/png": ["A" * SMALL_BYTES, "BC"]}})
    path = hand_in(folder / "in", "dee", content)
    assert path.stat().st_size > SMALL_BYTES
    found = read(path)
    assert [one.source for one in found.written] == ["x", "y"]
    ((_, _, data),) = found.written[1].pictures
    assert data == "A" * SMALL_BYTES + "BC"
    assert len(found.cells) == len(read(folder / "in" / "ada.ipynb").cells)


@pytest.mark.parametrize(
    "attachments",
    [
        [], "x", {"a": []}, {"a": {"image/png": 3}}, {"a": {"image/png": [3]}},
        {"a": {"text/html": "x"}}, {str(n): {"image/svg+xml": "x"} for n in range(99)},
    ],
)  # fmt: skip
def test_attachments_of_any_kind_stop_nothing(tmp_path, attachments):
    content = with_text("x", "y")
    content["cells"][-1]["attachments"] = attachments
    assert read(hand_in(tmp_path, "ada", content)).written[-1].pictures == ()


def test_many_pictures_and_long_texts_are_cut(tmp_path):
    many = {str(n): {"image/png": "A"} for n in range(50)}
    content = with_text("x" * 10**6, "y", pictures=many)
    why, sketch = read(hand_in(tmp_path, "ada", content)).written
    assert len(why.source) == 100_000
    assert len(sketch.pictures) == 20


@pytest.mark.parametrize("kind", ["markdown", "code"])
def test_what_was_given_and_what_is_blank_is_no_answer(kind):
    question = rubric.Question("why-stable", "softmax", 3, given=GIVEN)
    for source, answered in ((GIVEN, 0), (f" {GIVEN}\n", 0), ("", 0), ("Since.", 1)):
        written = [
            hand_marks.Written("why-stable", kind, source),
            hand_marks.Written("other", kind, "x"),
        ]
        assert len(hand_marks.answer_to(question, written)) == answered
    pictured = hand_marks.Written("why-stable", kind, "", (("a", "image/png", "AA"),))
    assert hand_marks.answer_to(question, [pictured]) == [pictured]


def test_pictures_are_what_they_say():
    assert picture("image/png", png())[:4] == b"\x89PNG"
    jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x10\0\x20" + b"\0" * 9
    assert picture("image/jpeg", base64.b64encode(jpeg).decode()) == jpeg
    for kind, data, why in (
        ("image/png", base64.b64encode(HOSTILE.encode()).decode(), "no PNG"),
        ("image/png", base64.b64encode(jpeg).decode(), "no PNG"),
        ("image/jpeg", png(), "no JPEG"),
        ("image/jpeg", base64.b64encode(b"\xff\xd8\xff").decode(), "no size"),
        ("image/jpeg", base64.b64encode(b"\xff\xd8" + b"\xff\xe0\0\0" * 99).decode(), "no size"),
        ("image/png", "!!!", "damaged"),
        ("image/png", png(60_000, 60_000), "60000 × 60000 pixels"),
        ("image/png", png(0, 5), "pixels"),
        ("image/png", "A" * (30 << 20), "more than 20 MB"),
    ):
        with pytest.raises(NoPictureError, match=why):
            picture(kind, data)


# Rubrics


def test_rubric_says_what_counts(folder):
    why, sketch = rubric.read_rubric(folder / "rubric.toml")
    assert (why.name, why.chapter, why.points, why.given) == ("why-stable", "softmax", 3, GIVEN)
    assert [(one.says, one.points) for one in why.criteria][1] == ("Names the overflow", 2)
    assert sketch.points == 2.5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"softmax"', '"biology"', "of a chapter with exercises; it has 'biology'"),
        ('chapter = "softmax"', "", "it has None"),
        ("points = 3", 'points = "3"', "a number from 0 to 1000, not '3'"),
        ("points = 3", "points = -1", "not -1"),
        ("points = 3", "points = nan", "not nan"),
        ("points = 3", "points = true", "not True"),
        ("points = 3", "points = 4", "has 4 points, and its criteria give 3 in all"),
        ("points = 3", "marks = 3", "has 'marks', and may have criteria, given"),
        ('says = "Names the overflow"', "", "criterion 2 of the exercise 'why-stable'"),
        ("[[exercises.why-stable.criteria]]", "[exercises.why-stable.criteria]", "cannot be read"),
        ("exercises.sketch", "exercises.log_sum_exp", "one that is graded by itself"),
        ("[exercises.sketch]\npoints = 2.5", "[exercises]\nsketch = 2.5", "is no table, but 2.5"),
        ("chapter", "\0", "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_rubric_gets_a_sentence(folder, old, new, said):
    assert old in RUBRIC
    (folder / "rubric.toml").write_text(RUBRIC.replace(old, new), encoding="utf-8")
    with pytest.raises(GradingError, match=re.escape(said)):
        rubric.read_rubric(folder / "rubric.toml")


def test_no_rubric_gets_a_sentence(folder):
    with pytest.raises(GradingError, match="cannot be read"):
        rubric.read_rubric(folder / "nothing.toml")
    with pytest.raises(GradingError, match="nothing to mark by hand: give --rubric"):
        review.Review(folder / "in", folder / "out", [])


def test_rubrics_stay_with_the_results_and_a_new_one_takes_the_place(folder):
    out = folder / "out"
    assert len(rubric.keep([folder / "rubric.toml"], out)) == 2
    assert [one.name for one in rubric.keep([], out)] == ["why-stable", "sketch"]
    other = RUBRIC.partition("[exercises.sketch]")[0].replace("stable", "so")
    (folder / "other.toml").write_text(other, encoding="utf-8")
    assert [one.name for one in rubric.keep([folder / "other.toml"], out)] == ["why-so"]
    (folder / "third.toml").write_text(other.replace("softmax", "neuron"), encoding="utf-8")
    with pytest.raises(GradingError, match="two rubrics have an exercise 'why-so'"):
        rubric.keep([folder / "third.toml"], out)


def test_a_draft_is_a_rubric_of_the_notebook(folder, capsys):
    path = hand_in(folder, "given", with_text(content=notebook("softmax", {})))
    assert main(["rubric", str(path)]) == 0
    text = capsys.readouterr().out
    drafted = folder / "draft.toml"
    drafted.write_text(text, encoding="utf-8")
    why, sketch = rubric.read_rubric(drafted)
    assert (why.name, why.points, why.given) == ("why-stable", 99, GIVEN)
    assert why.question == 'Why, \\ "so"?\nSay.'
    assert sketch.question == ""
    assert tomllib.loads(text)["chapter"] == "softmax"


@pytest.mark.parametrize(
    ("content", "said"), [(solved("softmax"), "no cell that is marked by hand"), ("", "is empty")]
)
def test_no_draft_gets_a_sentence(folder, capsys, content, said):
    assert main(["rubric", str(hand_in(folder, "x", content))]) == 1
    assert said in capsys.readouterr().err


# Marks


def test_a_mark_is_saved_at_once_and_whole(folder):
    found = opened(folder)
    saved, mark = give(found, "ada", "why-stable", 2, criteria=[1], comment="Why the same?")
    assert saved
    assert mark["version"] == 1
    stored = hand_marks.read_marks(folder / "out")["ada.ipynb"]["why-stable"]
    assert (stored.points, stored.criteria, stored.comment) == (2, (1,), "Why the same?")
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        ".by_hand.json.lock", "by_hand.json", "rubrics",
    ]  # fmt: skip
    assert found.summary() == "1 of 3 answers are marked"


def test_a_stale_page_overwrites_nothing(folder):
    one, other = opened(folder), opened(folder)
    assert give(one, "ada", "why-stable", 2)[0]
    saved, stands = give(other, "ada", "why-stable", 0)
    assert not saved
    assert stands["points"] == 2
    assert hand_marks.read_marks(folder / "out")["ada.ipynb"]["why-stable"].points == 2
    assert give(other, "ada", "why-stable", 0, version=1)[0]


def test_many_at_once_lose_nothing(tmp_path):
    """In threads of one program; what it holds against other programs is the same lock."""

    def some(teacher):
        for number in range(20):
            hand_marks.save(tmp_path, f"{teacher}-{number}.ipynb", "why", Mark(1), 0)

    threads = [threading.Thread(target=some, args=(teacher,)) for teacher in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = hand_marks.read_marks(tmp_path)
    assert len(stored) == 120
    assert {mark["why"].version for mark in stored.values()} == {1}


def test_another_program_waits_for_its_turn(tmp_path):
    save = threading.Thread(target=hand_marks.save, args=(tmp_path, "ada.ipynb", "why", Mark(1), 0))
    with hand_marks._locked(tmp_path):
        save.start()
        save.join(0.3)
        assert save.is_alive()
        assert hand_marks.read_marks(tmp_path) == {}
    save.join(30)
    assert "ada.ipynb" in hand_marks.read_marks(tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        [], {}, {"number": 99}, {"number": -1}, {"number": True}, {"points": "3"}, {"points": 4},
        {"points": -1}, {"points": float("nan")}, {"points": True}, {"criteria": [2]},
        {"criteria": "0"}, {"criteria": [[0]]}, {"comment": 3}, {"comment": "x" * 10_001},
        {"version": -1}, {"version": None}, {"version": True},
    ],
)  # fmt: skip
def test_what_is_no_mark_is_refused(folder, said):
    found = opened(folder)
    right = {"points": 1, "criteria": [], "comment": "", "version": 0}
    right["number"] = number_of(found, "ada", "why-stable")
    if isinstance(said, dict):
        said = right | said if said else said
    with pytest.raises(ValueError, match=r".+"):
        found.save(said)
    assert not (folder / "out" / "by_hand.json").exists()
    assert found.save(right)[0]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"marks": 3}', '{"marks": {"a": {"b": {}}}}',
     '{"marks": {"a": {"b": {"points": "3", "criteria": []}}}}',
     '{"marks": {"a": {"b": {"points": 3, "criteria": [], "other": 1}}}}'],
)  # fmt: skip
def test_damaged_marks_stop_a_run_and_are_left_as_they_are(folder, text):
    found = opened(folder)
    path = folder / "out" / "by_hand.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GradingError, match="Nothing was changed"):
        give(found, "ada", "why-stable", 1)
    with pytest.raises(GradingError, match="cannot be read"):
        opened(folder)
    assert path.read_text(encoding="utf-8") == text


# A run


def graded(folder, *words, status=0):
    command = ["grade", str(folder / "in"), "--out", str(folder / "out"), "--seed", "1", "--quiet"]
    assert main([*command, *words]) == status
    return {
        student: {test["name"]: test for test in result_of(folder, student)["tests"]}
        for student in ("ada", "bo", "cy")
    }


def result_of(folder, student):
    path = folder / "out" / "submissions" / f"{student}.ipynb" / "results.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_run_counts_the_marks_and_says_who_waits(folder, capsys):
    found = graded(folder, "--rubric", str(folder / "rubric.toml"))
    said = capsys.readouterr().out
    assert "answers that wait for a teacher: 3. Mark them with: actloss review" in said
    states = {s: found[s]["why-stable"]["extra_data"]["state"] for s in found}
    assert states == {"ada": hand_marks.WAITING, "bo": hand_marks.WAITING, "cy": "not solved yet"}
    assert result_of(folder, "ada")["max_score"] == 14.5
    assert result_of(folder, "ada")["score"] == 9

    opening = opened(folder)
    give(opening, "ada", "why-stable", 2, criteria=[1], comment=f"Good. {HOSTILE}")
    give(opening, "bo", "sketch", 0.5)
    found = graded(folder)  # the rubric is known from the run before
    said = capsys.readouterr().out
    assert "2 graded, 1 were done before" in said
    assert "wait for a teacher: 1." in said
    test = found["ada"]["why-stable"]
    assert (test["score"], test["max_score"], test["status"]) == (2, 3, "failed")
    assert test["extra_data"]["state"] == hand_marks.BY_HAND
    assert "✗ Says that the result stays the same\n  ✓ Names the overflow" in test["output"]
    assert result_of(folder, "ada")["score"] == 11
    assert result_of(folder, "bo")["score"] == 9.5
    page = (folder / "out/submissions/ada.ipynb/feedback.html").read_text(encoding="utf-8")
    assert "Marked by hand." in page
    assert "Your teacher writes: Good." in page
    assert "<script" not in page
    table = (folder / "out" / "grades.csv").read_text(encoding="utf-8")
    assert '"softmax","","","ada","","","","11.0","0.0","11.0","14.5"' in table

    page = (folder / "out" / "class.html").read_text(encoding="utf-8")
    assert "3 submissions of 9 points at most. Median 9, mean 9.0. All points: 3." in page
    graded(folder)
    assert (folder / "out" / "class.html").read_text(encoding="utf-8") == page
    hand_in(folder / "in", "ada", with_text("Something else."))
    found = graded(folder)
    assert found["ada"]["why-stable"]["score"] == 0
    assert "changed after it was marked" in found["ada"]["why-stable"]["output"]
    assert hand_marks.read_marks(folder / "out")["ada.ipynb"]["why-stable"].points == 2


def test_a_student_cannot_give_points(folder):
    content = with_text("It would overflow.")
    content["cells"][-2]["metadata"]["nbgrader"]["points"] = 1000
    content["metadata"]["marks"] = {"why-stable": 3}
    hand_in(folder / "in", "ada", content)
    graded(folder, "--rubric", str(folder / "rubric.toml"))
    result = result_of(folder, "ada")
    assert (result["score"], result["max_score"]) == (9, 14.5)


def test_without_a_rubric_all_is_as_before_and_it_is_said(folder, capsys):
    hand_in(folder / "in", "dee", solved("softmax"))
    for _ in range(2):
        graded(folder)
        assert "answers that a teacher marks are in 3 of the notebooks" in capsys.readouterr().out
    assert result_of(folder, "ada")["max_score"] == 9
    assert "by_hand" not in result_of(folder, "ada")["extra_data"]


# The server


@contextmanager
def serving(folder, **options):
    with review.Server(opened(folder, **options), 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def asked(server, path, *, method="GET", body=None, **headers):
    """Status, headers and body; a path that begins with a slash has no secret part."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    own = urlsplit(server.address).path
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path if path.startswith("/") else own + path, body, given)
    reply = connection.getresponse()
    found = reply.status, dict(reply.getheaders()), reply.read()
    connection.close()
    return found


JSON = {"Content_Type": "application/json"}


def test_server_listens_on_the_loopback_alone(folder):
    with serving(folder) as server:
        assert server.server_address[0] == "127.0.0.1"
        assert len(server.token) >= 40
    with serving(folder) as other:
        assert other.token != server.token


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("", {}, 200),
        ("", {"Host": "localhost:{port}"}, 200),
        ("", {"Host": "evil.example"}, 403),
        ("", {"Host": "127.0.0.1"}, 403),
        ("", {"Host": "127.0.0.1:1"}, 403),
        ("", {"Origin": "http://evil.example"}, 403),
        ("", {"Origin": "null"}, 403),
        ("answers", {"Sec_Fetch_Site": "cross-site"}, 403),
        ("answers", {"Sec_Fetch_Site": "same-origin"}, 200),
        ("/", {}, 404),
        ("/answers", {}, 404),
        ("/wrong/answers", {}, 404),
        ("/%C3%A9/answers", {}, 404),
        ("../../etc/passwd", {}, 404),
        ("review.py", {}, 404),
        ("picture/0/0/0", {}, 400),
        ("picture/x/0/0", {}, 400),
        ("picture/-1/0/0", {}, 400),
        ("picture/99/0/0", {}, 400),
    ],
)
def test_server_answers_nobody_else(folder, path, headers, status):
    with serving(folder) as server:
        given = {name: value.format(port=server.server_port) for name, value in headers.items()}
        found, said, body = asked(server, path, **given)
        assert found == status
        assert said["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in said["Content-Security-Policy"]
        assert said["Content-Type"].startswith("text/plain") or status == 200
        assert server.token.encode() not in body


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{}", {}, 415),
        ("{}", {"Content_Type": "text/plain"}, 415),
        ("{}", JSON, 400),
        ("[" * 9000, JSON, 400),
        ("x", JSON, 400),
        ("x" * 100_001, JSON, 413),
        ("{}", JSON | {"Origin": "http://evil.example"}, 403),
        ("{}", JSON | {"Host": "evil.example"}, 403),
        ("{}", JSON | {"Content_Length": "-1"}, 413),
    ],
)
def test_server_takes_nothing_but_marks(folder, body, headers, status):
    with serving(folder) as server:
        assert asked(server, "mark", method="POST", body=body, **headers)[0] == status
        assert not (folder / "out" / "by_hand.json").exists()


def test_server_saves_a_mark_and_refuses_a_stale_one(folder):
    with serving(folder) as server:
        number = number_of(server.review, "ada", "why-stable")
        mark = {"number": number, "points": 3, "criteria": [0, 1], "comment": "", "version": 0}
        status, _, body = asked(server, "mark", method="POST", body=json.dumps(mark), **JSON)
        assert (status, json.loads(body)["version"]) == (200, 1)
        mark["points"] = 0
        status, _, body = asked(server, "mark", method="POST", body=json.dumps(mark), **JSON)
        assert (status, json.loads(body)["points"]) == (409, 3)


def test_server_shows_a_picture_as_what_it_is(folder):
    with serving(folder) as server:
        number = number_of(server.review, "bo", "sketch")
        status, said, body = asked(server, f"picture/{number}/0/0")
        assert (status, said["Content-Type"]) == (200, "image/png")
        assert base64.b64encode(body).decode() == png()
        hand_in(folder / "in", "bo", with_text("Changed.", "so"))
        status, _, body = asked(server, f"picture/{number}/0/0")
        assert status == 400
        assert b"start actloss review again" in body or b"no such picture" in body


def test_anonymous_page_has_no_names_and_no_order_of_names(folder):
    for name in "defghijklm":
        hand_in(folder / "in", f"student-{name}", with_text(f"Because {name}."))
    with serving(folder, anonymous=True) as server:
        text = asked(server, "answers")[2].decode()
    assert "student-" not in text
    assert "ipynb" not in text
    order = re.findall(r"Because (\w)", text)
    assert sorted(order) == list("defghijklm")
    assert order != sorted(order)
    again = json.dumps(opened(folder, anonymous=True).content())
    assert re.findall(r"Because (\w)", again) == order


@pytest.mark.parametrize(
    ("where", "words", "said"),
    [
        ("nowhere", [], "there is no folder"),
        ("in", ["--port", "99999"], "port 99999 cannot be listened on"),
        ("blank", [], "nobody answered why-stable, sketch"),
    ],
)
def test_a_review_that_cannot_begin_gets_a_sentence(folder, capsys, where, words, said):
    hand_in(folder / "blank", "cy", with_text())
    command = ["review", str(folder / where), "--out", str(folder / "out"), "--no-browser"]
    assert main([*command, "--rubric", str(folder / "rubric.toml"), *words]) == 1
    assert said in capsys.readouterr().err


def test_the_command_serves_the_page_until_ctrl_c(folder, heed_ctrl_c):
    command = [sys.executable, "-m", "actloss", "review", "in", "--out", "out", "--no-browser"]
    with subprocess.Popen(
        [*command, "--rubric", "rubric.toml"], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "0 of 3 answers are marked\n"
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(address, timeout=60) as reply:
            assert b"<title>Mark answers</title>" in reply.read()
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "0 of 3 answers are marked; the next actloss grade counts the marks" in said


def test_taking_a_mark_back_leaves_the_answer_waiting():
    question = rubric.Question("why-stable", "softmax", 3)
    cells = [hand_marks.Written("why-stable", "markdown", "x")]
    mark = Mark(None, (), "see me", hand_marks.digest_of(cells), 2)
    assert hand_marks.report_on(question, cells, mark).state == hand_marks.WAITING


def test_the_rubric_of_the_page_for_instructors_is_one(tmp_path):
    page = (ROOT / "chapters" / "for-instructors.md").read_text(encoding="utf-8")
    found = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (text,) = [one for one in found if "criteria" in one]
    (tmp_path / "rubric.toml").write_text(text, encoding="utf-8")
    (question,) = rubric.read_rubric(tmp_path / "rubric.toml")
    assert question.points == sum(one.points for one in question.criteria) == 3
