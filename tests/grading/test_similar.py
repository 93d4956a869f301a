"""Similar answers: what few share is found whatever it is called, and chance accuses nobody."""

import json
import random
import re
import time
import tracemalloc

import pytest

from actloss.exercises.definitions import read_all
from actloss.exercises.variants import variant_of
from actloss.grading import fingerprints, similar_page
from actloss.grading.command import main
from actloss.grading.notebooks import Cell, Notebook
from actloss.grading.similar import answers_of, given_cells, graded_before, right_for_others
from actloss.grading.similarity import MOST, Answer, compare
from exercises.submissions import EXERCISES, hand_in, notebook, solutions_of
from tests.exercises.answers.sources import wrong_sources
from tests.grading import sample_class

HOSTILE = "</pre><script>hacked = 1</script><img src=x onerror='hacked = 1'>"
ODD = """def log_sum_exp(z):
    # start with the first column and go on from there
    running = z[..., 0]
    for column in range(1, z.shape[-1]):
        bigger = np.where(running > z[..., column], running, z[..., column])
        smaller = np.where(running > z[..., column], z[..., column], running)
        running = bigger + np.log1p(np.exp(smaller - bigger))
    return running"""
RENAMED = (
    ODD.replace("running", "total").replace("bigger", "hi").replace("smaller", "lo")
    .replace("column", "k").replace("range(1,", "range(0x1,").replace("    # start", "    # begin")
)  # fmt: skip
ONE_LINE = [
    "def log_sum_exp(z):\n    return np.log(np.exp(z).sum(axis=-1))",
    "def log_sum_exp(z):\n    return np.log(np.sum(np.exp(z), axis=-1))",
    "def log_sum_exp(z):\n    return np.logaddexp.reduce(z, axis=-1)",
]
NAMES = ("e", "m", "top", "shift", "largest", "exps", "total", "a", "t", "scaled", "weights")


def class_of(sources, exercise="log_sum_exp"):
    return {exercise: [Answer(f"s{n}", source) for n, source in enumerate(sources)]}


def pairs_above(found):
    return [pair.students for pair in found.above_chance]


def code_of(found, exercise="log_sum_exp"):
    return {
        pair.students: item
        for pair in found.pairs
        for item in pair.shared
        if item.kind == "code" and item.exercise == exercise
    }


def test_given_cells_are_those_that_are_given_out():
    for path in EXERCISES.glob("*.ipynb"):
        cells = ["".join(cell["source"]) for cell in notebook(path.stem, {})["cells"]
                 if cell["cell_type"] == "code"]  # fmt: skip
        own = [cell for cell in cells if not cell.startswith(("check(", "score("))]
        assert [cell.strip() for cell in given_cells()[path.stem]] == own
    assert len(given_cells()) == len(list(EXERCISES.glob("*.ipynb")))


# Tokens


def says(source):
    return [token.says for token in fingerprints.split(source).tokens]


def test_own_names_and_numbers_are_alike_and_what_numpy_offers_is_not():
    assert says("top = z.max(axis=-1)") == says("m = q.max(axis=-2.5)")
    assert says("z.max(axis=-1)") != says("z.min(axis=-1)")
    assert says("z.max(axis=-1)") != says("z.max(keepdims=-1)")
    assert fingerprints.split("top = z  # Why?").names == {"top", "z"}
    assert fingerprints.split("top = z  # Why?").comments == {"why?"}


@pytest.mark.parametrize(
    "broken",
    ["x = 'abc", '"""open', "f(((", "%time", "!pip install x", "if y:\n  z\n q", "\0", "f'{x"],
)
def test_what_is_no_python_hides_nothing_below_it_or_above(broken):
    above, below = "first = np.exp(z)\n", "\nlast = np.log(z)\n"
    assert says(above + broken)[:8] == says(above)[:8]
    if not broken.startswith('"""'):
        assert " ".join(says("np.log(z)")[:6]) in " ".join(says(broken + below))


def test_a_long_source_is_cut_and_a_hostile_one_takes_no_time():
    tracemalloc.start()
    started = time.monotonic()
    for source in ("(" * 10**6, "'\n" * 10**6, '"""\n' * 10**6, "x=1;" * 10**6, "\t" * 10**6):
        fingerprints.split(source)
    assert time.monotonic() - started < 20
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()


def test_passages_of_window_and_run_are_always_found():
    chance = random.Random(1)
    words = [fingerprints.Token(str(chance.randrange(50)), (1, 0), (1, 1)) for _ in range(400)]
    for _ in range(200):
        at = chance.randrange(400 - 10)
        passage = words[at : at + fingerprints.WINDOW + fingerprints.RUN - 1]
        other = [fingerprints.Token(f"x{n}", (1, 0), (1, 1)) for n in range(20)]
        inside = other[:10] + passage + other[10:]
        one, two = (fingerprints.winnow(fingerprints.runs(t)) for t in (words, inside))
        assert one & two


# A class


def test_a_copy_with_other_names_is_found():
    honest = [chosen for _ in range(10) for chosen in ONE_LINE]
    found = compare(class_of([*honest, ODD, RENAMED]), given_cells()["softmax"])
    (pair,) = [pair for pair in found.pairs if any(item.kind == "code" for item in pair.shared)]
    assert pair.students == ("s30", "s31")
    (item,) = [item for item in pair.shared if item.kind == "code"]
    assert item.students == 2
    assert item.of == 32
    assert item.tokens > 80


def test_what_many_write_counts_for_nobody():
    found = compare(class_of([ODD] * 5 + [source for _ in range(5) for source in ONE_LINE]), [])
    assert code_of(found) == {}


@pytest.mark.parametrize("size", [6, 30, 300])
def test_one_line_formulas_accuse_no_honest_student(size):
    chance = random.Random(size)
    answers = class_of([chance.choice(ONE_LINE) for _ in range(size)])
    found = compare(answers, given_cells()["softmax"])
    assert found.pairs == []
    assert pairs_above(compare(answers, [])) == []  # with the line that all were given, too
    assert found.exercises[0].agreement > 0.2


def test_two_who_alone_write_the_same_short_formula_are_not_accused():
    rare = "def log_sum_exp(z):\n    return np.max(z) + 0 * z"
    found = compare(class_of([ODD] * 20 + [rare] * 2), given_cells()["softmax"])
    assert code_of(found) == {}
    assert found.exercises[0].short == 2


def test_given_code_is_nobodys():
    (buggy,) = [cell for cell in given_cells()["softmax"] if "pixel_probabilities" in cell]
    answers = class_of([*([ODD] * 20), buggy, buggy], "pixel_probabilities")
    assert code_of(compare(answers, given_cells()["softmax"]), "pixel_probabilities") == {}
    assert code_of(compare(answers, []), "pixel_probabilities")
    unlike = [f"{buggy}\n{own}" for own in (ODD, solutions_of("softmax")["even_temperature"])]
    answers = class_of([*([ODD.replace("where", "cbrt")] * 20), *unlike], "pixel_probabilities")
    assert code_of(compare(answers, given_cells()["softmax"]), "pixel_probabilities") == {}


def test_a_rare_wrong_value_counts_and_a_common_one_does_not():
    values = ["0.5"] * 12 + ["0.731"] * 2 + [""] * 16
    answers = [Answer(f"s{n}", "x = 1", value) for n, value in enumerate(values)]
    (pair,) = compare({"second_probability": answers}, []).pairs
    (item,) = pair.shared
    assert (pair.students, item.kind, item.what) == (("s12", "s13"), "mistake", "0.731")
    assert (item.students, item.of) == (2, 30)


def test_rare_names_and_comments_count():
    odd = "zwischen = np.exp(z)  # subtract the thing or it explodes"
    found = compare(class_of([*["x = np.exp(z)"] * 20, odd, odd]), [])
    (pair,) = found.pairs
    assert {(item.kind, item.what) for item in pair.shared} == {
        ("name", "zwischen"), ("comment", "subtract the thing or it explodes"),
    }  # fmt: skip


def test_files_of_one_student_are_no_pair():
    answers = [Answer(f"s{n}", ONE_LINE[0]) for n in range(20)]
    answers += [Answer("ada", ODD), Answer("ada", RENAMED)]
    assert compare({"log_sum_exp": answers}, []).pairs == []


GIVEN_NAMES = {"np", "z", "scores", "scipy", *solutions_of("softmax")}


def renamed(source, chance):
    for name in sorted(fingerprints.split(source).names - GIVEN_NAMES):
        if f"def {name}" not in source:
            source = re.sub(rf"\b{name}\b", chance.choice(NAMES) + str(chance.randrange(9)), source)
    return source


def large_class(size, seed=3):
    """Answers drawn as in the sample class, with names of each student's own."""
    right, wrong = solutions_of("softmax"), wrong_sources("softmax")
    chance = random.Random(seed)
    answers = {name: [] for name in right}
    for number in range(size):
        for name, solution in right.items():
            mistake = wrong[name][int(len(wrong[name]) * chance.random() ** 2)]
            source = renamed(solution if chance.random() < 0.6 else mistake, chance)
            answers[name].append(Answer(f"s{number:04}", source))
    return answers


def with_copies(answers, pairs):
    """So that in each pair the second has all that the first has, and the first wrote oddly."""
    for number, (one, two) in enumerate(pairs):
        for name, column in answers.items():
            between = (", ", " + (0 - ")[number % 2]
            called = between.join(f"np.{function}(z)" for function in odd(number, name))
            extra = f"spare = [{called}{')' * (called.count('(') - called.count(')'))}]\n"
            places = {answer.student: place for place, answer in enumerate(column)}
            source = extra + column[places[one]].source
            for who in (one, two):
                column[places[who]] = Answer(who, source)
    return answers


def odd(number, name):
    return random.Random(f"{number} {name}").choices(
        ["sin", "cos", "tan", "sinh", "cosh", "log2", "cbrt", "rint", "sign"], k=8
    )


def test_copiers_stand_above_what_chance_gives_in_a_class_of_300():
    copied = [("s0007", "s0123"), ("s0044", "s0299")]
    started = time.monotonic()
    found = compare(with_copies(large_class(300), copied), given_cells()["softmax"])
    assert time.monotonic() - started < 30  # 2 on a machine at rest
    assert sorted(pairs_above(found)[:2]) == copied
    assert len(pairs_above(found)) < 6


def test_an_honest_class_stays_within_chance():
    found = [compare(large_class(120, seed), given_cells()["softmax"]) for seed in range(4)]
    assert sum(len(pairs_above(one)) for one in found) <= 2


def test_the_work_grows_with_the_class_and_not_with_its_square():
    """Counted, not timed: pairs met for one student."""
    met = []
    for size in (300, 1200):
        found = compare(large_class(size), given_cells()["softmax"])
        met.append(sum(len(pair.shared) for pair in found.pairs) / size)
    assert met[1] < MOST * 20
    assert met[1] < 3 * met[0]


def test_the_same_class_makes_the_same_comparison_in_any_order():
    answers = large_class(40)
    backwards = {name: column[::-1] for name, column in reversed(answers.items())}
    assert compare(answers, []) == compare(backwards, [])


# Notebooks and the page


def test_an_answer_is_what_stands_above_its_check_and_was_not_given():
    cells = ["import numpy as np\n\nfrom actloss.exercises import check, score",
             "def helper(z):\n    return z", "def log_sum_exp(z):\n    return helper(z)",
             'check("log_sum_exp", log_sum_exp)', "print(1)"]  # fmt: skip
    found = answers_of(Notebook(tuple(map(Cell, cells)), ""), "softmax")
    assert found["log_sum_exp"] == cells[1] + "\n\n" + cells[2]


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory):
    """The sample class with two who copied, one of them with a hostile name and comment."""
    folder = tmp_path_factory.mktemp("similar")
    sample_class.write(folder / "in")
    marked = ODD.replace("# start", f"# {HOSTILE} start")
    for name in ("bert", HOSTILE.replace("/", "")):
        hand_in(folder / "in", name, notebook("softmax", {"log_sum_exp": marked}))
    assert main(["similar", str(folder / "in"), "--out", str(folder / "out")]) == 0
    return folder, (folder / "out" / "similar.html").read_text(encoding="utf-8")


def test_page_shows_the_pair_side_by_side_and_escapes_everything(looked_at):
    _, page = looked_at
    assert "<script" not in page
    assert "<img" not in page
    section = next(
        part for part in page.split("<section>") if "bert and" in part or "and bert" in part
    )
    assert section.count("<pre>") == 2
    assert section.count("<mark>") >= 2
    assert "log_sum_exp: 1" in section
    assert "2 of 30 students have it" in section or "2 of 2" in section


def test_page_gives_no_verdict(looked_at):
    _, page = looked_at
    for word in ("plagiar", "cheat", "guilty", "suspect", "fraud"):
        assert word not in page.casefold()
    assert "Their most alike pair reached" in page


def test_page_has_the_whole_source_whatever_is_marked():
    for source in (
        ODD,
        ODD.replace("\n", "\r\n"),
        "x = (\n" + ODD,
        "\tx\n" + ODD,
        ODD + "\n\n'",
        "",
    ):
        prints = set(fingerprints.runs(fingerprints.split(source).tokens))
        for rare in (set(), prints, set(sorted(prints)[:3])):
            text = re.sub(r"</?mark>", "", similar_page.marked(source, rare))
            assert text == similar_page.html.escape(source.replace("\r\n", "\n"))


def test_wrong_values_come_from_a_graded_class(tmp_path, looked_at):
    _, page = looked_at
    assert "Wrong values were not compared" in page
    result = {"tests": [
        {"name": "a", "output": "0.75 is not the number.\nHint: 1",
         "extra_data": {"state": "not right yet"}},
        {"name": "b", "output": "  ✗ x\n  z         [1]\n  got       [2, 3]\n",
         "extra_data": {"state": "not right yet"}},
        {"name": "c", "output": "  got       ValueError\n",
         "extra_data": {"state": "not right yet"}},
        {"name": "d", "output": "", "extra_data": {"state": "solved"}},
    ], "extra_data": {"variant": 3}}  # fmt: skip
    path = tmp_path / "submissions" / "ada.ipynb" / "results.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(result), encoding="utf-8")
    graded = graded_before(tmp_path, "ada.ipynb")
    assert graded.mistakes == {"a": "0.75", "b": "[2, 3]", "c": ""}
    assert graded.variant == 3
    assert graded_before(tmp_path, "bo.ipynb") is None
    for text in ("[]", "{", '{"tests": 3}', '{"tests": [3]}'):
        path.write_text(text, encoding="utf-8")
        assert graded_before(tmp_path, "ada.ipynb") is None


def test_an_answer_to_somebody_elses_numbers_is_seen():
    read_all()
    variants = {f"s{number}": number for number in range(9)}
    theirs = variant_of("two_kinds_of_days", 4).answer
    answers = [Answer("s1", "", f"{theirs:.6g}"), Answer("s2", "", "[1, 2]"), Answer("s3", "", ""),
               Answer("s5", "", "-1"), Answer("s4", "", "")]  # fmt: skip
    rows = right_for_others({"two_kinds_of_days": answers, "log_sum_exp": answers}, variants)
    assert rows == [("two_kinds_of_days", "s1", f"{theirs:.6g}", ["s4"])]
    page = similar_page.as_html(compare({}, []), {}, [], [(HOSTILE, HOSTILE, HOSTILE, [HOSTILE])])
    assert "Right for somebody else" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "there is no folder"),
        (["empty"], "there are no submissions"),
        (["few"], "1 students handed in what can be read"),
        (["few", "--chapter", "biology"], "no chapter 'biology' has exercises"),
    ],
)
def test_what_cannot_be_compared_gets_a_sentence(tmp_path, capsys, words, said):
    (tmp_path / "empty").mkdir()
    hand_in(tmp_path / "few", "ada", notebook("softmax", {}))
    command = ["similar", str(tmp_path / words[0]), *words[1:], "--out", str(tmp_path / "out")]
    assert main(command) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
