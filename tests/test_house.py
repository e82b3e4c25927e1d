"""The files around the package say what is true: packages are explained, links resolve, versions agree."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from vidlab import __version__, project_folder

ROOT = project_folder()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = PROJECT["dependencies"] + [r for group in PROJECT["optional-dependencies"].values() for r in group]
EXACT = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split() if "==" in line)
README = (ROOT / "README.md").read_text()


def flat(name: str) -> str:
    return name.lower().replace("_", "-")


@pytest.mark.parametrize("requirement", WANTED)
def test_a_package_is_explained_and_its_tested_version_is_in_range(requirement):
    wanted = Requirement(requirement)
    assert re.search(rf"\b{wanted.name}\b", README)
    exact = {flat(name): version for name, version in EXACT.items()}
    assert wanted.specifier.contains(exact[flat(wanted.name)])


def test_torch_is_the_same_everywhere():
    pinned = f"torch=={EXACT['torch']}"
    for name in ("Makefile", "README.md", "constraints.txt"):
        assert pinned in (ROOT / name).read_text(), name


def test_the_version_is_the_same_everywhere():
    assert f"version: {__version__}" in (ROOT / "CITATION.cff").read_text()


def test_readme_names_every_chapter():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{path.name}" in README


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_links_and_pictures_exist_and_have_words(name):
    page = ROOT / name
    for words, target in re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", page.read_text()):
        assert words.strip(), target
        local = target.split("#")[0]
        assert not local or "://" in local or (page.parent / local).exists(), target


def test_nothing_names_a_machine():
    places = re.compile(r"/(?:root|Users|home)/\w+|127\.0\.0\.1:\d+|--extra-index-url")
    named = [
        "README.md",
        "CONTRIBUTING.md",
        "Makefile",
        "pyproject.toml",
        "constraints.txt",
        "environment.yml",
    ]
    for path in [*(ROOT / name for name in named), *ROOT.glob(".github/**/*.yml"), *ROOT.glob("docs/*.*")]:
        assert not places.search(path.read_text()), path.name
