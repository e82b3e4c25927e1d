"""The built site as a reader meets it: opened from a file, with no network at all."""

import subprocess
import sys

import pytest

from vidlab import project_folder


@pytest.fixture(scope="module")
def site(tmp_path_factory, browser):
    """The site, built from the committed chapters into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "-c",
        "docs",
        "-d",
        str(folder / "trees"),
        "-b",
        "html",
    ]
    done = subprocess.run(
        [*command, ".", str(folder / "html")], cwd=project_folder(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def open_offline(watched, path) -> None:
    watched.page.context.set_offline(True)
    watched.page.goto(path.as_uri())
    watched.page.wait_for_load_state("load")


def test_the_front_door_leads_to_the_chapters(site, watched):
    open_offline(watched, site / "index.html")
    watched.page.wait_for_url("**/docs/index.html")
    watched.page.get_by_role("link", name="Start here").first.click()
    watched.page.wait_for_url("**/notebooks/00_start_here.html")


def test_every_page_opens_without_a_failing_request(site, watched):
    for path in sorted(site.glob("notebooks/*.html")):
        open_offline(watched, path)
        broken = "() => [...document.images].filter(i => !i.complete || !i.naturalWidth || !i.alt).length"
        assert watched.page.evaluate(broken) == 0, path.name
        assert "interactive(children=" not in watched.page.content()
    assert watched.failed == []
    assert watched.outside == []
    assert watched.errors == []


def test_formulas_are_drawn_without_a_script(site, watched):
    pages = [p for p in sorted(site.glob("notebooks/*.html")) if "<math" in p.read_text(encoding="utf-8")]
    for path in pages:
        open_offline(watched, path)
        assert watched.page.locator("math").first.bounding_box()["width"] > 0
    assert not any("MathJax" in p.read_text(encoding="utf-8") for p in site.rglob("*.html"))
