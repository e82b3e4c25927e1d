"""Every chapter keeps the form of the book: proportions, order, access, stamps, exercises, package code."""

import nbformat
import pytest

from tests import notebook_form as form
from tests.package_code import REQUIRED, differences, tagged
from tests.solutions import Exercise, exercises_of
from vidlab import project_folder, render

FOLDER = project_folder() / "notebooks"
CHAPTERS = sorted(FOLDER.glob("*.ipynb"))
PAPERS = {"02_3d_convnet_lstm", "04_two_stream", "05_c3d", "06_one_descriptor_many_tasks"}
CELLS = {"00_start_here": (15, 70)}

RULES = [
    form.as_much_prose_as_code,
    form.short_code_cells,
    form.short_imports,
    form.a_sentence_before_code,
    form.nothing_forbidden,
    form.stripped,
    form.no_name_twice,
    form.headings_in_order,
    form.every_image_has_alt_text,
]

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
every_paper = pytest.mark.parametrize("path", [p for p in CHAPTERS if p.stem in PAPERS], ids=lambda p: p.stem)


def read(path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


@every_chapter
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_form(path, rule):
    assert not rule(read(path))


@every_chapter
def test_number_of_cells(path):
    assert not form.number_of_cells(read(path), *CELLS.get(path.stem, (40, 70)))


@every_chapter
def test_links_resolve(path):
    assert not form.links_resolve(read(path), FOLDER)


@every_paper
def test_skeleton(path):
    assert not form.skeleton(read(path))


@every_chapter
def test_learns_and_sums_up(path):
    titles = " ".join(title.lower() for _, title in form.headings(read(path)))
    assert "what you will learn" in titles and "summary" in titles


@every_chapter
def test_valid_and_small(path):
    nbformat.validate(read(path))
    assert path.stat().st_size < render.LIMIT


@every_chapter
def test_name(path):
    assert path.stem == path.stem.lower().replace(" ", "_") and path.stem[:2].isdigit()


@every_chapter
def test_outputs_are_up_to_date(path):
    assert render.stale(path) is None


# Code that a chapter builds and the package holds


@every_chapter
def test_tagged_cells_are_the_package_code(path):
    assert not [line for name, cell in tagged(read(path)) for line in differences(name, cell.source)]


@every_chapter
def test_builds_what_it_must(path):
    assert REQUIRED.get(path.stem, set()) <= {name for name, _ in tagged(read(path))}


# Exercises

ALL = [(path.stem, exercise) for path in CHAPTERS for exercise in exercises_of(read(path))]
every_exercise = pytest.mark.parametrize(
    "exercise", [exercise for _, exercise in ALL], ids=[f"{stem}-{exercise.name}" for stem, exercise in ALL]
)


@every_paper
def test_three_to_five_exercises(path):
    assert 3 <= len(exercises_of(read(path))) <= 5


@every_exercise
def test_exercise_is_complete(exercise: Exercise):
    assert not exercise.missing()


@every_exercise
def test_stub_is_not_done_yet(exercise: Exercise):
    assert "not done yet" in exercise.try_with(exercise.stub).lower()


@every_exercise
def test_solution_is_right(exercise: Exercise):
    assert exercise.try_with(exercise.solution).strip() == "correct"
