"""Numbers of each student's own: drawn by seed and id, and graded by who somebody is."""

import csv
import io
import json

import pytest

from actloss.exercises import EXERCISES, check
from actloss.exercises.definitions import read_all
from actloss.exercises.variants import VARIANTS, variant_of, with_variant
from actloss.grading import variants
from actloss.grading.command import main
from actloss.grading.grade import grade
from actloss.grading.notebooks import parse
from actloss.grading.sandboxes import Sandboxes
from exercises.submissions import EXERCISES as NOTEBOOKS
from exercises.submissions import hand_in, notebook, solutions_of
from tests.grading.runs import SHORT, TIERS
from tests.grading.test_roster import ROSTER

# The numbers that stand in the course's own notebooks.
OWN = {
    "second_probability": (7, 3),
    "even_temperature": (3, 1),
    "chain_of_wins": (3, 2),
    "aim_of_relative_error": (100, 300),
    "loaves_to_bake": (28, 22, 40, 25, 58, 30, 20, 34, 26),
    "undecided_measurement": (3,),
    "start_of_softplus": (10,),
    "two_kinds_of_days": (80, 120, 4),
}
SEED = 7


@pytest.fixture(autouse=True)
def all_exercises():
    read_all()


def given_out(chapter):
    return json.loads((NOTEBOOKS / f"{chapter}.ipynb").read_text(encoding="utf-8"))


def texts_of(content):
    return "\n".join("".join(cell["source"]) for cell in content["cells"])


@pytest.mark.parametrize("name", VARIANTS)
def test_with_the_numbers_of_the_course_it_is_the_exercise_of_the_course(name):
    variant, exercise = VARIANTS[name].make(*OWN[name]), EXERCISES[name]
    assert variant.answer == pytest.approx(exercise.answer(), abs=exercise.tolerance / 100)
    hints = {round(wrong, 9) for wrong, _ in variant.mistakes if not callable(wrong)}
    theirs = {round(wrong, 9) for wrong, _ in exercise.mistakes if not callable(wrong)}
    assert len(hints & theirs) >= min(2, len(theirs))
    text = texts_of(given_out(exercise.chapter))
    for old, _ in variant.texts:
        assert text.count(old) == 1


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_takes_its_answer_and_none_of_its_mistakes(name):
    for number in range(200):
        exercise = with_variant(EXERCISES[name], number)
        answer = exercise.answer()
        assert check(name, answer, variant=number).solved
        assert check(name, answer, variant=number) == check(name, answer, variant=number)
        for wrong, _ in exercise.mistakes:
            if not callable(wrong):
                assert abs(wrong - answer) > exercise.tolerance, number
                report = check(name, wrong, variant=number)
                assert not report.solved
                assert report.hint


@pytest.mark.parametrize("name", VARIANTS)
def test_most_answers_cannot_be_passed_on(name):
    answers = [variant_of(name, number).answer for number in range(60)]
    passed = sum(
        check(name, answer, variant=number + 1).solved for number, answer in enumerate(answers)
    )
    assert passed <= 12


@pytest.mark.parametrize("name", VARIANTS)
def test_questions_have_the_numbers(name):
    chapter = EXERCISES[name].chapter
    content = variants.with_numbers(given_out(chapter), 5)
    text = texts_of(content)
    for old, new in variant_of(name, 5).texts:
        assert new in text
        assert old == new or old not in text
    assert f'check("{name}", {name}, variant=5)' in text


def test_variants_are_the_same_on_every_machine():
    """Written down: another number here, and a class's answers would be graded as others'."""
    found = [variants.number_of(student, 7) for student in ("a1", "A1 ", "b2")]
    assert found == [4273748265, 4273748265, 2692674871]
    answers = [round(variant_of(name, 5).answer, 4) for name in sorted(VARIANTS)]
    assert answers == [95.0943, 0.9767, 8.3123, 50.0, 0.9091, -0.4075, 170.0, -1.717]


def test_other_exercises_are_as_they_were():
    for name, exercise in EXERCISES.items():
        if name not in VARIANTS:
            assert with_variant(exercise, 3) is exercise
    assert check("stable_softmax", ..., variant=3).state == "not solved yet"


# A class


@pytest.fixture(scope="module")
def class_of_five(tmp_path_factory):
    """The roster of the other tests, the notebooks of its students, and the key."""
    folder = tmp_path_factory.mktemp("variants")
    (folder / "class.csv").write_text(ROSTER, encoding="utf-8")
    command = ["variants", str(folder / "class.csv"), str(NOTEBOOKS / "softmax.ipynb"),
               "--seed", str(SEED), "--out", str(folder / "given")]  # fmt: skip
    assert main(command) == 0
    key = {}
    for row in csv.DictReader(io.StringIO((folder / "given/key.csv").read_text(encoding="utf-8"))):
        key.setdefault(row["id"].removeprefix("'"), {})[row["exercise"]] = float(row["answer"])
    return folder, key


def filled(folder, student, key):
    """A student's own notebook, with the right answers of `key`."""
    path = folder / "given" / "notebooks" / f"{student}.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    answers = solutions_of("softmax") | {name: f"{name} = {key[name]!r}" for name in key}
    for cell in content["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if name in answers:
            cell["source"] = answers[name]
    return content


def graded(folder, *words):
    command = ["grade", str(folder / "in"), "--out", str(folder / "out"), "--seed", "1", "--quiet"]
    return main([*command, *words])


def points(folder):
    text = (folder / "out" / "grades.csv").read_text(encoding="utf-8")
    return {row["student_id"]: float(row["score"]) for row in csv.DictReader(io.StringIO(text))}


def test_each_student_has_a_notebook_and_the_key_has_each_answer(class_of_five):
    folder, key = class_of_five
    names = sorted(path.stem for path in (folder / "given" / "notebooks").iterdir())
    assert names == sorted(["a1", "b2", "c3", "d4", "+5"])
    assert set(key) == {"a1", "b2", "c3", "d4", "+5"}
    assert len({tuple(answers.values()) for answers in key.values()}) == 5
    for answers in key.values():
        assert set(answers) == {"second_probability", "even_temperature"}


@pytest.mark.parametrize("tier", TIERS)
def test_answers_are_out_of_reach_of_a_submission(tier):
    """They stand in the module of variants, which nothing in the sandbox may read."""
    reads = "import actloss.exercises.variants as v\nsecond_probability = v.VARIANTS"
    content = notebook("softmax", {"second_probability": reads})
    with Sandboxes(tier, SHORT) as sandboxes:
        graded = grade(parse(json.dumps(content).encode()), sandboxes, seed=1, variant=3)
    (report, *_) = graded.reports
    assert report.state == "not solved yet"
    assert ("not installed" if tier == "A" else "PermissionError") in repr(report)


def test_a_class_is_graded_by_who_somebody_is(class_of_five, tmp_path, capsys):
    folder, key = class_of_five
    theirs = filled(folder, "b2", key["b2"])
    hand_in(tmp_path / "in", "a1", filled(folder, "a1", key["a1"]))
    hand_in(tmp_path / "in", "bjoern@example.org", theirs)
    hand_in(tmp_path / "in", "Chloé Øst", theirs)  # of another student, variant and all
    hand_in(tmp_path / "in", "d4", filled(folder, "d4", key["a1"]))  # the answers of another
    hand_in(tmp_path / "in", "mallory", theirs)
    with_roster = ["--roster", str(folder / "class.csv")]
    assert graded(tmp_path, *with_roster, "--variants", str(SEED)) == 3
    assert points(tmp_path) == {"a1": 9, "bjoern@example.org": 9, "Chloé Øst": 6, "d4": 6}
    said = capsys.readouterr().out
    assert "mallory: the roster has nobody of this name, so whose numbers?" in said

    assert graded(tmp_path, *with_roster) == 1
    assert f"was graded with --variants {SEED}: give the same again" in capsys.readouterr().err
    assert graded(tmp_path, *with_roster, "--variants", "8") == 1
    assert points(tmp_path)["a1"] == 9


def test_results_without_variants_are_not_mixed_with_them(class_of_five, tmp_path, capsys):
    folder, _ = class_of_five
    hand_in(tmp_path / "in", "a1", given_out("softmax"))
    assert graded(tmp_path) == 0
    words = ["--roster", str(folder / "class.csv"), "--variants", "7"]
    assert graded(tmp_path, *words) == 1
    assert "was graded without variants" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "-1"}, "a seed is a whole number from 0 on, not -1"),
        ({"roster": "id,name\n"}, "names no student"),
        ({"chapter": "digits"}, "no exercise whose numbers can be drawn"),
        ({"old": r"\ln 3)"}, "the question above second_probability should say"),
        ({"old": 'check("second'}, 'should say \'check("second_probability"'),
        ({"content": ""}, "the file is empty"),
    ],
)
def test_what_cannot_be_drawn_gets_a_sentence(tmp_path, capsys, change, said):
    (tmp_path / "class.csv").write_text(change.get("roster", ROSTER), encoding="utf-8")
    text = json.dumps(given_out(change.get("chapter", "softmax")))
    old = json.dumps(change.get("old", "never"))[1:-1]
    path = hand_in(tmp_path, "given", change.get("content", text.replace(old, "x")))
    command = ["variants", str(tmp_path / "class.csv"), str(path),
               "--seed", change.get("seed", "7"), "--out", str(tmp_path / "out")]  # fmt: skip
    assert main(command) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("out/notebooks/*"))


def test_variants_need_a_roster(tmp_path, capsys):
    with pytest.raises(SystemExit):
        graded(tmp_path, "--variants", "7")
    assert "--variants needs --roster" in capsys.readouterr().err
