"""The package reads from top to bottom: a module imports only what stands above it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from vidlab import project_folder

PACKAGE = project_folder() / "vidlab"
ORDER = (
    "vidlab",
    "videos",
    "synth",
    "clips",
    "transforms",
    "flow",
    "handcrafted",
    "nets",
    "weights",
    "train",
    "features",
    "score",
    "explain",
    "experiment",
    "papers",
    "runs",
    "claims",
    "plots",
    "widgets",
    "exercises",
    "check",
    "render",
    "workshop",
    "cli",
)
FILES = sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The place in ORDER that a file belongs to: its folder or module directly under vidlab/."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "vidlab" if first == "__init__" else first


def imports(source: str, folder: tuple[str, ...] = ("vidlab",)) -> set[str]:
    """All modules that a source in `folder` imports, inside functions, too; `from a import b`: a and a.b."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else [])))
            found |= {f"{module}.{alias.name}" for alias in node.names} | {module}
    return found


def parts_imported(source: str, folder: tuple[str, ...] = ("vidlab",)) -> set[str]:
    names = [name.split(".") for name in imports(source, folder)]
    return {name[1] for name in names if name[0] == "vidlab" and len(name) > 1 and name[1] in ORDER}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_above_it(path):
    here = part(path)
    assert here in ORDER, f"{path.name} has no place in the order: give it one"
    folder = ("vidlab", *path.parent.relative_to(PACKAGE).parts)
    needed = parts_imported(path.read_text(), folder)
    below = {name for name in needed if ORDER.index(name) > ORDER.index(here)}
    assert not below, f"{path.name} imports {below}, which stand below it"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_is_at_most_350_lines(path):
    assert len(path.read_text().splitlines()) <= 350


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_widgets_knows_jupyter(path):
    names = {name.split(".")[0] for name in imports(path.read_text())}
    assert "IPython" not in names
    assert "ipywidgets" not in names or path.name == "widgets.py"


@pytest.mark.parametrize("module", ["vidlab", "vidlab.cli", "vidlab.check"])
def test_importing_is_light(module):
    heavy = ("torch", "cv2", "numpy", "pandas", "matplotlib", "sklearn", "scipy")
    code = f"import sys, {module}; print(*[m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_imports_sees_what_functions_import():
    source = "def f():\n    from vidlab import cli\n    import vidlab.nets.baccouche\n"
    assert parts_imported(source) == {"cli", "nets"}


def test_imports_follows_relative_names():
    source = "from ..videos.reading import read_frames\nfrom . import kth\n"
    assert parts_imported(source, ("vidlab", "synth")) == {"videos", "synth"}
