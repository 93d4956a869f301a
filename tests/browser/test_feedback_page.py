"""The pages on submissions that mean harm, in a browser: they show text, and no more."""

import pytest

from actloss.exercises.report import Report
from actloss.grading import changes, class_report, feedback, similar_page, similarity
from actloss.grading.grade import Graded

HOSTILE = (
    "<script>hacked = 1</script><img src=x onerror='hacked = 1'><a href='javascript:hacked=1'>"
)


def page_of(text):
    report = Report(
        text, "not right yet", 0, 1, [(text, False)], [(text, text)], text, text, (text,)
    )
    graded = Graded(text, (report,))
    extra = {"seed": 1, "tier": "A", "isolation": text}
    result = feedback.results(graded, "", student=text, extra=extra)
    return feedback.as_html(result, graded)


def class_page_of(text):
    tally = class_report.Tally()
    tests = [(text, "not right yet", text), ("log_sum_exp", "not right yet", text)]
    about = {"student": text, "chapter": "softmax", "score": 2, "tests": tests}
    tally.add(about | {"problem": ""})
    tally.add(about | {"problem": text, "chapter": ""})
    said = {"state": "not right yet", "mistake": text, "example": [(text, text)], "answer": text}
    result = {"extra_data": {"place": text}, "tests": [{"name": "log_sum_exp", "extra_data": said}]}
    tally.groups.add(result)
    tally.rules = [text]
    return class_report.as_html(tally, text, names=True, result_at={text: result}.get)


def changes_page_of(text):
    return changes.as_html([dict.fromkeys(changes.COLUMNS, text) | {"before": 1, "after": 2}])


def similar_page_of(text):
    """Two who share a wrong value, a comment and code, all of it hostile, among ten who do not."""
    code = f"x = {text!r} + " + " + ".join(f"f{n}(z[{n}], {text!r})" for n in range(9))
    answers = [similarity.Answer(text + who, f"# {text}\n{code}", text) for who in "ab"]
    answers += [similarity.Answer(f"s{n}", "x = 1") for n in range(10)]
    found = similarity.compare({text: answers}, [])
    assert len(found.pairs[0].shared) >= 3
    sources = {(one.student, text): one.source for one in answers}
    return similar_page.as_html(found, sources, [text])


def visit(browser, path):
    page = browser.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return page, said, asked


def test_hostile_text_is_shown_and_not_run(tmp_path, browser):
    path = tmp_path / "feedback.html"
    path.write_text(page_of(HOSTILE), encoding="utf-8")
    page, said, asked = visit(browser, path)
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("script, img, a").count() == 0
    assert HOSTILE in page.inner_text("pre")
    assert asked == [path.as_uri()]
    assert said == []
    # The page's own style is allowed by its digest.
    assert page.evaluate("getComputedStyle(document.querySelector('ul')).listStyleType") == "none"


def test_the_policy_holds_should_escaping_fail(tmp_path, browser):
    path = tmp_path / "feedback.html"
    path.write_text(page_of("x").replace("</body>", HOSTILE + "</body>"), encoding="utf-8")
    page, said, asked = visit(browser, path)
    assert page.locator("script, img").count() == 2
    assert page.evaluate("typeof hacked") == "undefined"
    assert any("Content Security Policy" in text for text in said)
    assert [url for url in asked if url != path.as_uri()] == []


@pytest.mark.parametrize("made", [class_page_of, changes_page_of, similar_page_of])
def test_hostile_text_in_a_page_for_the_teacher(tmp_path, browser, made):
    path = tmp_path / "page.html"
    path.write_text(made(HOSTILE), encoding="utf-8")
    page, said, asked = visit(browser, path)
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("script, img, a").count() == 0
    assert HOSTILE in page.inner_text("table >> nth=-1")
    assert asked == [path.as_uri()]
    assert said == []  # no style rule of the pictures offends against the policy
    for picture in page.locator("svg").all():
        assert picture.bounding_box()["width"] > 300
