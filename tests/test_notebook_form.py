"""The rules for chapters find what they are for: each is shown a notebook that breaks it."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests import notebook_form as form
from tests.package_code import definition, differences
from tests.solutions import exercises_of


def book(*cells: str) -> form.NotebookNode:
    """A notebook from strings: those that begin with ">" are code, the others prose."""
    made = [new_code_cell(c[1:]) if c.startswith(">") else new_markdown_cell(c) for c in cells]
    return new_notebook(cells=made)


def shows(source: str, **data: str) -> form.NotebookNode:
    kinds = {"html": "text/html", "png": "image/png", "plain": "text/plain", "view": "x.widget-view+json"}
    output = new_output("display_data", data={kinds[kind]: value for kind, value in data.items()})
    return new_notebook(cells=[new_code_cell(source, outputs=[output])])


WORDS = "Some words that say what follows."
GOOD = book(f"# Title\n\n{WORDS}", ">x = 1", f"## Next\n\n{WORDS}", ">y = 2")
BAD = {
    "as_much_prose_as_code": book("# T", ">x = 1 + 2 + 3"),
    "short_code_cells": book(">" + "\n".join(f"x{i} = {i}" for i in range(41))),
    "short_imports": book(">" + "\n".join(f"import m{i}" for i in range(13))),
    "a_sentence_before_code": book("## Only a heading of many many words", ">x = 1"),
    "nothing_forbidden": book(">!pip install x"),
    "no_name_twice": book(">net = 1", ">net = 2"),
    "headings_in_order": book("# One", "### Three"),
    "every_image_has_alt_text": shows("x", html="<img src='x'>"),
    "stripped": shows("x", view="{}"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_rule_finds_what_it_is_for_and_nothing_else(name):
    rule = getattr(form, name)
    assert rule(BAD[name])
    assert not rule(GOOD)


@pytest.mark.parametrize(
    "line",
    [
        "%pip install x",
        "@interact(x=1)",
        "interact(draw, x=3)",
        "from tqdm.notebook import tqdm",
        "open('/home/me/x.avi')",
        'p = "C:\\\\data"',
        "from torch import *",
    ],
)
def test_forbidden_lines(line):
    assert form.nothing_forbidden(book(">" + line))


@pytest.mark.parametrize("line", ["explorer.interaction = 1", "a / b", "x != y", "from tqdm import tqdm"])
def test_lines_that_only_look_forbidden(line):
    assert not form.nothing_forbidden(book(">" + line))


@pytest.mark.parametrize(
    "output",
    [
        new_output("error", ename="E", evalue="", traceback=[]),
        new_output("stream", name="stderr", text="warning"),
        new_output("stream", name="stdout", text="/home/me/.venv/bin/python"),
    ],
    ids=["error", "stderr", "path"],
)
def test_outputs_that_do_not_belong(output):
    assert form.stripped(new_notebook(cells=[new_code_cell("x", outputs=[output])]))


def test_base64_is_not_taken_for_a_path():
    assert not form.stripped(shows("x", html="<img alt='a' src='data:image/png;base64,aa/home/bb'>"))


def test_a_bare_image_is_refused_and_a_picture_is_not():
    assert form.every_image_has_alt_text(shows("x", png="abc"))
    assert not form.every_image_has_alt_text(shows("x", html="<img alt='A person walks' src='x'>"))


def test_images_in_prose_need_alt_text():
    assert form.every_image_has_alt_text(book("![](x.png)"))
    assert not form.every_image_has_alt_text(book("![A person walks](x.png)"))


def test_throw_away_names_may_come_back():
    assert not form.no_name_twice(book(">_ = 1\nx = 1", ">_ = 2\nx = 2", ">for video in []: pass"))


def test_headings_inside_code_are_not_headings():
    assert form.headings(book("# Title\n```python\n# a comment\n```")) == [(1, "Title")]


def test_skeleton_wants_its_sections_in_order():
    titles = [
        "What you will learn",
        "The question of the paper",
        "Look at the data",
        "Build the network",
        "Train it",
        "Reported beside measured",
        "Look inside",
        "Explore the ablations",
        "What the paper got wrong",
        "Exercises",
        "What came after",
        "Summary",
    ]
    assert not form.skeleton(book("# T", *(f"## {t}" for t in titles)))
    assert form.skeleton(book("# T", *(f"## {t}" for t in titles[1:])))
    assert form.skeleton(book("# T", *(f"## {t}" for t in reversed(titles))))


def test_links(tmp_path):
    (tmp_path / "there.md").touch()
    assert not form.links_resolve(book("[the file](there.md#part), [a site](https://a.org)"), tmp_path)
    assert form.links_resolve(book("[the file](gone.md)"), tmp_path)
    assert form.links_resolve(book("[here](there.md)"), tmp_path)


def test_number_of_cells():
    assert not form.number_of_cells(GOOD, 4, 4)
    assert form.number_of_cells(GOOD, 5, 9)


# Package code


def test_docstrings_annotations_and_imports_do_not_count():
    package = 'def f(x: int) -> int:\n    """Twice."""\n    import math\n    y: int = 2\n    return x * y\n'
    assert definition(package, "f") == definition("def f(x):\n    y = 2\n    return x * y", "f")


def test_everything_else_counts():
    assert definition("def f(x):\n    return x * 2", "f") != definition("def f(x):\n    return x * 3", "f")


def test_a_method_is_found_in_its_class_or_alone():
    inside = "class A:\n    def f(self):\n        return 1\n"
    assert definition(inside, "A.f") == definition("def f(self):\n    return 1", "f")


def test_a_cell_is_compared_with_the_package():
    name = "vidlab.check.memory"
    assert "does not define" in differences(name, "x = 1")[0]
    assert "where the package has" in differences(name, "def memory():\n    return 1")[0]
    assert "not in the package" in differences("vidlab.check.nothing", "def nothing(): pass")[0]


# Exercises

EXERCISE = """
import math
ANSWER = 4
loaded = open("a file that is only there after a long training")
"""


class Checks:
    """Stands for vidlab.exercises in the test below."""

    @staticmethod
    def check_double(function):
        got = function(2)
        print("not done yet" if got is None else "right" if got == 4 else f"expected 4, got {got}")


@pytest.fixture
def exercise():
    notebook = book(
        f">{EXERCISE}",
        ">def double(x):\n    pass\n\n\nexercises.check_double(double)",
        "<details><summary>Hint</summary>\n\nTwice.\n\n</details>",
        "<details>\n<summary>Solution</summary>\n\n```python\n"
        "def double(x):\n    return ANSWER\n```\n</details>",
    )
    notebook.cells[1].metadata["tags"] = ["exercise:double"]
    return exercises_of(notebook)[0]


def test_an_exercise_is_taken_apart(exercise):
    assert exercise.name == "double" and not exercise.missing()
    assert "open" not in exercise.context and "check_double" not in exercise.stub


@pytest.mark.parametrize(("part", "expected"), [("stub", "not done yet"), ("solution", "right")])
def test_stub_and_solution_run_against_the_check(exercise, part, expected):
    checks = "from tests.test_notebook_form import Checks as exercises\n"
    assert exercise.try_with(checks + getattr(exercise, part)).strip() == expected


def test_what_is_missing_is_named():
    notebook = book(">def double(x):\n    pass")
    notebook.cells[0].metadata["tags"] = ["exercise:double"]
    assert exercises_of(notebook)[0].missing() == ["check", "hint", "solution"]


def test_a_chapter_without_exercises():
    assert exercises_of(GOOD) == []
