"""docs/lessons.md is what the present lessons are and print: all of them, none by hand."""

from __future__ import annotations

import re

import pytest

from examples import write_lessons

NAMES = [lesson.name for lesson in write_lessons.LESSONS]


@pytest.fixture(scope="module")
def page() -> str:
    return write_lessons.PAGE.read_text(encoding="utf-8")


def test_every_script_is_a_lesson_once():
    scripts = {path.stem for path in write_lessons.HERE.glob("*.py")} - {"write_lessons"}
    assert sorted(NAMES) == sorted(scripts)


def test_every_lesson_was_run_after_its_last_change(page):
    stale = [
        lesson.name
        for lesson in write_lessons.LESSONS
        if write_lessons.marker(lesson.name, lesson.digest) not in page
    ]
    assert stale == [], f"run: python -m examples.write_lessons {' '.join(stale)}"


def test_the_page_is_what_the_lessons_say(page):
    assert page == write_lessons.whole_page(write_lessons.runs_of(page))


def test_every_link_of_the_page_leads_somewhere(page):
    headings = {
        write_lessons.anchor(heading) for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    }
    words = re.sub(r"(?s)^```.*?^```$", "", page, flags=re.MULTILINE)
    for target in re.findall(r"\]\(([^)]*)\)", words):
        if target.startswith("#"):
            assert target[1:] in headings
        else:
            assert (write_lessons.PAGE.parent / target).is_file(), target


def test_no_picture_is_left_over():
    pages = "".join(
        path.read_text(encoding="utf-8") for path in write_lessons.PAGE.parent.glob("*.md")
    )
    for path in write_lessons.PICTURES.iterdir():
        assert f"](examples/{path.name})" in pages


def test_only_what_is_shown_must_exist():
    lesson = write_lessons.Lesson("perceptron", ("train", "forgotten"))
    with pytest.raises(ValueError, match=r"perceptron\.py has no forgotten"):
        _ = lesson.code


def test_an_unknown_lesson_is_refused_before_any_is_run():
    with pytest.raises(SystemExit, match="no lesson 'percepton'"):
        write_lessons.main(["percepton"])
