"""JupyterLab as a reader meets it: a chapter opens, runs, and its explorer moves by keyboard."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from vidlab import project_folder

sync_api = pytest.importorskip("playwright.sync_api")
CHAPTER = project_folder() / "notebooks" / "02_3d_convnet_lstm.ipynb"
IDLE = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return panel?.sessionContext?.session?.kernel?.status === 'idle';
}"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
COMPLAINTS = ".jp-RenderedText[data-mime-type$='stderr'], .jp-RenderedText[data-mime-type$='error']"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment(folder) -> dict[str, str]:
    """A JupyterLab that knows nothing of the user's own settings, and renders every cell of a notebook."""
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    own = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "VIDLAB_PROFILE": "quick"}
    return {**os.environ, **own, "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")}


def wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@pytest.fixture
def lab(tmp_path, browser):
    """JupyterLab on a copy of the chapter; yields the address of that copy."""
    if not CHAPTER.exists():
        pytest.skip(f"{CHAPTER.name} is not there")
    (tmp_path / "work").mkdir()
    shutil.copy(CHAPTER, tmp_path / "work" / "chapter.ipynb")
    port = free_port()
    command = f"""-m jupyterlab --no-browser --allow-root --ServerApp.ip=127.0.0.1 --ServerApp.port={port}
        --IdentityProvider.token=t --ServerApp.root_dir={tmp_path / "work"}
        --LabApp.expose_app_in_browser=True --LabApp.news_url=null
        --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate""".split()
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *command], env=environment(tmp_path), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token=t")
        yield f"http://127.0.0.1:{port}/doc/tree/chapter.ipynb?token=t"
    finally:
        server.terminate()
        server.wait(timeout=30)


def move(explorer) -> str:
    """Turn dials by keyboard until another figure stands there; returns its source.

    A dial may lead to a setting that is not recorded, where a line of text stands, or be at its end: then
    the next key is tried.
    """
    figure = explorer.locator("img")
    before = figure.get_attribute("src")
    dials = explorer.locator(".noUi-handle").all() or explorer.locator("button:not(.mod-active)").all()
    for dial in dials:
        for key in ("ArrowLeft", "ArrowRight") if "noUi" in dial.get_attribute("class") else (" ",):
            dial.focus()
            dial.press(key)
            for _ in range(10):
                explorer.page.wait_for_timeout(200)
                if figure.count() and figure.get_attribute("src") != before:
                    return figure.get_attribute("src")
    raise AssertionError("no dial of the explorer leads to another figure")


def test_a_chapter_runs_and_its_explorer_moves_by_keyboard(lab, watched):
    page = watched.page
    page.goto(lab)
    page.wait_for_function(IDLE, polling=200)
    page.evaluate(RUN_ALL)
    page.wait_for_function(IDLE, polling=200)

    explorer = page.locator(".jp-OutputArea-output .widget-vbox").last
    explorer.scroll_into_view_if_needed()
    figure = explorer.locator("img")
    before = figure.get_attribute("src")
    assert figure.get_attribute("alt"), "the explorer's figure has no alt text"
    buttons = explorer.locator(".widget-toggle-buttons").all()
    assert buttons, "the explorer has no dial of buttons to look at"
    for one in buttons:
        name, first = one.locator("label").bounding_box(), one.locator("button").first.bounding_box()
        assert name["x"] + name["width"] <= first["x"], "a dial's name stands above its buttons, not beside"
    assert move(explorer) != before

    assert page.locator(COMPLAINTS).all_inner_texts() == []
    assert watched.outside == []
    assert watched.errors == []
