"""Rendering a chapter: runs it, cleans it, stamps it; writes whole or not at all."""

import base64
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from vidlab import render


def png(mode="RGB", size=64) -> bytes:
    shades = np.random.default_rng(0).integers(0, 255, (size, size, len(mode)), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(shades, mode).save(buffer, format="PNG")
    return buffer.getvalue()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def chapter(*cells) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_markdown_cell("# Chapter"), *cells])


def saved(notebook, folder) -> Path:
    path = folder / "90_test.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder of its own, with an empty notebooks/."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(render, "project_folder", lambda: tmp_path)
    return tmp_path


# Running


def test_a_chapter_runs_at_the_profile_asked_for_and_logs_the_runs_it_asks_for(project):
    code = "import os\nopen(os.environ['VIDLAB_RUN_LOG'], 'a').write('abc\\nabc\\n')"
    code += "\nos.environ['VIDLAB_PROFILE']"
    path = saved(chapter(new_code_cell(code)), project / "notebooks")
    render.render(path, "quick", project / "build")
    done = nbformat.read(project / "build" / path.name, as_version=4)
    assert done.cells[1].outputs[0].data["text/plain"] == "'quick'"
    assert done.metadata.vidlab.runs == {"abc": ""}


def test_a_rendered_chapter_never_sees_real_videos(project, monkeypatch):
    monkeypatch.setenv("VIDLAB_REAL", "real")
    path = saved(chapter(new_code_cell("import os\n'VIDLAB_REAL' in os.environ")), project / "notebooks")
    render.render(path, "quick", project / "build")
    done = nbformat.read(project / "build" / path.name, as_version=4)
    assert done.cells[1].outputs[0].data["text/plain"] == "False"


def test_an_error_names_the_chapter_and_writes_nothing(project):
    path = saved(chapter(new_code_cell("1 / 0")), project / "notebooks")
    before = path.read_bytes()
    with pytest.raises(render.RenderError, match="(?s)90_test.*ZeroDivisionError"):
        render.render(path)
    assert path.read_bytes() == before


def test_rendering_twice_gives_the_same_bytes(project):
    path = saved(chapter(new_code_cell("object()"), new_code_cell("print('x')")), project / "notebooks")
    render.render(path)
    first = path.read_bytes()
    render.render(path)
    assert path.read_bytes() == first
    assert render.stale(path) is None


def test_quick_outputs_never_replace_a_chapter(project):
    with pytest.raises(ValueError, match="laptop"):
        render.render(saved(chapter(), project / "notebooks"), "quick")


def test_a_tagged_figure_goes_to_the_gallery(project):
    image = f'<img src="data:image/png;base64,{encoded(png(size=4))}">'
    code = f"from IPython.display import HTML\nHTML('{image}')"
    cell = new_code_cell(code, metadata={"tags": ["gallery:noise"]})
    render.render(saved(chapter(cell), project / "notebooks"))
    assert (project / "docs" / "gallery" / "noise.png").read_bytes().startswith(b"\x89PNG")


# Stamps


@pytest.fixture
def rendered(project):
    """A rendered chapter that showed one recorded run, as (path, run file)."""
    run = project / "data" / "runs" / "bac" / "abc.safetensors"
    run.parent.mkdir(parents=True)
    run.write_bytes(b"numbers")
    notebook = chapter(new_code_cell("x = 1"))
    notebook.metadata["vidlab"] = {
        "profile": "laptop",
        "stamp": render.source_digest(notebook),
        "runs": {"bac/abc": render.run_digest("bac/abc")},
    }
    return saved(notebook, project / "notebooks"), run


def test_an_untouched_chapter_is_up_to_date(rendered):
    assert render.stale(rendered[0]) is None


def test_changed_code_is_stale(rendered):
    notebook = nbformat.read(rendered[0], as_version=4)
    notebook.cells[1].source = "x = 2"
    nbformat.write(notebook, rendered[0])
    assert "code has changed" in render.stale(rendered[0])


def test_changed_prose_is_not_stale(rendered):
    notebook = nbformat.read(rendered[0], as_version=4)
    notebook.cells[0].source = "# A better title"
    nbformat.write(notebook, rendered[0])
    assert render.stale(rendered[0]) is None


def test_a_changed_run_is_stale(rendered):
    rendered[1].write_bytes(b"other numbers")
    assert "abc" in render.stale(rendered[0])


def test_a_vanished_run_is_stale(rendered):
    rendered[1].unlink()
    assert "abc" in render.stale(rendered[0])


def test_a_run_that_has_been_recorded_since_is_stale(rendered):
    notebook = nbformat.read(rendered[0], as_version=4)
    notebook.metadata.vidlab.runs = {"bac/def": ""}
    nbformat.write(notebook, rendered[0])
    assert render.stale(rendered[0]) is None
    rendered[1].with_name("def.safetensors").write_bytes(b"new")
    assert "def" in render.stale(rendered[0])


def test_a_chapter_that_was_never_rendered_is_stale(project):
    assert "never rendered" in render.stale(saved(chapter(), project / "notebooks"))


# Cleaning


def test_metadata_other_than_tags_and_stamp_goes():
    cell = new_code_cell("1", metadata={"tags": ["a"], "execution": {"iopub.status.idle": "2026"}})
    notebook = chapter(cell)
    notebook.metadata["widgets"] = {"state": {}}
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    render.clean(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.cells[1].metadata == {"tags": ["a"]}


def test_a_widget_keeps_its_picture_and_loses_its_state():
    data = {render.WIDGET: {"model_id": "1"}, "text/html": "<img alt='x'>", "text/plain": "Explorer"}
    notebook = chapter(new_code_cell("w", outputs=[new_output("display_data", data=data)]))
    render.clean(notebook)
    assert set(notebook.cells[1].outputs[0].data) == {"text/html", "text/plain"}


def test_a_widget_without_a_picture_is_refused():
    data = {render.WIDGET: {"model_id": "1"}, "text/plain": "Explorer"}
    notebook = chapter(new_code_cell("w", outputs=[new_output("display_data", data=data)]))
    with pytest.raises(render.RenderError, match="cell 1"):
        render.clean(notebook)


def test_anything_on_stderr_is_refused():
    notebook = chapter(new_code_cell("w", outputs=[new_output("stream", name="stderr", text="warning")]))
    with pytest.raises(render.RenderError, match="warning"):
        render.clean(notebook)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("10%\r50%\r100%\nend", "100%\nend"),
        ("10%\r\n", "10%\n"),
        ("plain\n", "plain\n"),
    ],
)
def test_a_progress_line_keeps_its_last_state(raw, kept):
    assert render.last_state(raw) == kept


def test_addresses_and_random_table_names_go():
    assert render.settled("<A at 0x7f1122334455>") == "<A>"
    html = '<style>#T_1a2b3_row0 {}</style><table id="T_1a2b3">'
    assert render.settled(html) == render.settled(html.replace("1a2b3", "9f9f9"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_becomes_a_palette_picture(mode):
    smaller = render.palette_png(png(mode))
    assert len(smaller) < len(png(mode))
    assert Image.open(io.BytesIO(smaller)).mode == "P"


def test_pictures_inside_html_shrink_and_keep_their_alt_text():
    html = render.small_images(f'<img alt="noise" src="data:image/png;base64,{encoded(png())}">')
    assert 'alt="noise"' in html and len(html) < len(encoded(png()))


# Writing


def test_a_chapter_that_is_too_large_is_refused_and_the_cell_named(project):
    output = new_output("stream", name="stdout", text="x" * render.LIMIT)
    path = project / "notebooks" / "90_test.ipynb"
    with pytest.raises(render.RenderError, match="cell 1"):
        render.write(chapter(new_code_cell("x", outputs=[output])), path)
    assert not path.exists()


def test_chapters_are_chosen_by_the_beginning_of_their_names(project):
    for name in ("00_a", "01_b", "02_c"):
        (project / "notebooks" / f"{name}.ipynb").touch()
    assert [p.stem for p in render.chapters(["01", "02"])] == ["01_b", "02_c"]
    assert len(render.chapters()) == 3
    with pytest.raises(ValueError, match="07"):
        render.chapters(["07"])
