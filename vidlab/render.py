"""Run the chapters and keep their outputs: small, repeatable, and stamped with what they came from.

Chapters are committed with outputs, because people look before they run. A rendered chapter holds no time
stamps, no random names and no widget state, and its metadata say which code (`stamp`) and which recorded
runs (`runs`) its outputs show, so that a test can tell when they no longer belong together.
"""

import base64
import hashlib
import io
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

from vidlab import project_folder

LIMIT = 1_000_000  # bytes a chapter may have
CELL_SECONDS = 3600  # a chapter's one live training takes minutes; anything near this hangs
WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT_METADATA = ("tags", "jupyter")
PNG = re.compile(r"(data:image/png;base64,)([A-Za-z0-9+/=]+)")


class RenderError(Exception):
    """A chapter that cannot be rendered; the message names the chapter and the cell."""


def chapters(wanted: Iterable[str] | None = None) -> list[Path]:
    """The chapters whose file names begin with one of `wanted` ("02"); all of them by default."""
    every = sorted((project_folder() / "notebooks").glob("[0-9]*.ipynb"))
    if not wanted:
        return every
    for name in wanted:
        if not any(path.name.startswith(name) for path in every):
            raise ValueError(f"no chapter begins with {name!r}: there are {', '.join(p.stem for p in every)}")
    return [path for path in every if path.name.startswith(tuple(wanted))]


# What a chapter's outputs came from


def source_digest(notebook: NotebookNode) -> str:
    """SHA-256 of the code cells. Prose is left out: mending a sentence changes no output."""
    code = "".join(cell.source + "\0" for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(code.encode()).hexdigest()


def run_digest(run: str) -> str:
    """The first 16 hex digits of the SHA-256 of a recorded run ("paper/id"); "" where none is recorded."""
    path = project_folder() / "data" / "runs" / f"{run}.safetensors"
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.exists() else ""


def stale(path: Path) -> str | None:
    """Why a chapter's outputs are out of date, in one line; None when they are not."""
    notebook = nbformat.read(path, as_version=4)
    stamp = notebook.metadata.get("vidlab")
    remedy = f"run `vidlab render {path.stem[:2]}`"
    if stamp is None:
        return f"{path.name} was never rendered: {remedy}"
    if stamp["stamp"] != source_digest(notebook):
        return f"{path.name}: its code has changed since it was rendered: {remedy}"
    changed = sorted(run for run, digest in stamp["runs"].items() if run_digest(run) != digest)
    if changed:
        return f"{path.name}: recorded runs have changed since ({', '.join(changed)}): {remedy}"
    return None


# Running


def execute(notebook: NotebookNode, profile: str) -> list[str]:
    """Run all cells in place, in the folder of the chapters; returns the ids of the runs asked for.

    Real videos stay unknown to the chapters here: what is rendered is published, and their frames may not be.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    environment = {key: value for key, value in os.environ.items() if key != "VIDLAB_REAL"}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "runs"
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(project_folder() / "notebooks")}},
            store_widget_state=False,
            record_timing=False,
            coalesce_streams=True,
        )
        try:
            client.execute(env={**environment, "VIDLAB_PROFILE": profile, "VIDLAB_RUN_LOG": str(log)})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            without_colours = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
            raise RenderError(without_colours) from None
        return sorted(set(log.read_text().split())) if log.exists() else []


# Cleaning


def last_state(text: str) -> str:
    """What a terminal would show in the end: carriage returns overwrite the line before them."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def settled(text: str) -> str:
    """Text without memory addresses, this machine's folder, and the random names of styled tables."""
    text = re.sub(r" at 0x[0-9a-f]{6,}", "", text).replace(f"{project_folder()}{os.sep}", "")
    names = list(dict.fromkeys(re.findall(r"\bT_[0-9a-f]{5}\b", text)))
    for number, name in enumerate(names):
        text = text.replace(name, f"T_{number:05d}")
    return text


def palette_png(png: bytes) -> bytes:
    """The same picture with at most 256 colours, or the bytes as they are where that saves nothing."""
    image = Image.open(io.BytesIO(png))
    if image.mode == "P":
        return png
    buffer = io.BytesIO()
    image.quantize().save(buffer, format="PNG", optimize=True)
    return min(png, buffer.getvalue(), key=len)


def smaller(coded: str) -> str:
    """A PNG in base64 as a palette PNG in base64."""
    return base64.b64encode(palette_png(base64.b64decode(coded))).decode()


def small_images(html: str) -> str:
    """HTML whose embedded PNGs are palette PNGs."""
    return PNG.sub(lambda found: found[1] + smaller(found[2]), html)


def clean_output(output: NotebookNode) -> None:
    """One output, in place, without what changes from run to run or lives only in a running kernel."""
    if output.output_type == "stream":
        if output.name == "stderr":
            raise RenderError(f"wrote to stderr: {output.text.strip()[:300]}")
        output.text = settled(last_state(output.text))
    if "data" not in output:
        return
    output.metadata = NotebookNode()
    data = output.data
    if data.pop(WIDGET, None) and set(data) <= {"text/plain"}:
        raise RenderError("shows a widget that is empty without a running kernel; give it a picture as well")
    for kind in ("text/plain", "text/html"):
        if kind in data:
            data[kind] = small_images(settled(data[kind]))
    if "image/png" in data:
        data["image/png"] = smaller(data["image/png"])


def clean(notebook: NotebookNode) -> None:
    """Strip, in place, all that a second run would write differently."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        **{key: value for key, value in notebook.metadata.items() if key == "vidlab"},
    )
    for number, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in KEPT_METADATA})
        for output in cell.get("outputs", []):
            try:
                clean_output(output)
            except RenderError as error:
                raise RenderError(f"cell {number} {error}") from None


# Writing


def write(notebook: NotebookNode, path: Path) -> None:
    """Whole or not at all; refuses a chapter that is too large, naming its largest cell."""
    text = nbformat.writes(notebook) + "\n"
    if len(text.encode()) > LIMIT:
        sizes = [len(str(cell.get("outputs", ""))) for cell in notebook.cells]
        largest = sizes.index(max(sizes))
        raise RenderError(
            f"{path.name} has {len(text) / 1e6:.2f} MB, more than {LIMIT / 1e6:.0f}; "
            f"cell {largest} shows {sizes[largest] / 1e6:.2f} MB of it"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)


def first_picture(cell: NotebookNode) -> bytes | None:
    """The first PNG that a cell's outputs show, bare or inside HTML."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        inside = PNG.search(data.get("text/html", ""))
        if inside or "image/png" in data:
            return base64.b64decode(inside[2] if inside else data["image/png"])
    return None


def gallery(notebook: NotebookNode) -> Iterator[tuple[str, bytes]]:
    """(name, PNG) of each cell tagged `gallery:name`: the figures that README.md shows."""
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if tag.startswith("gallery:"):
                png = first_picture(cell)
                if png is None:
                    raise RenderError(f"the cell tagged {tag} shows no picture")
                yield tag.removeprefix("gallery:"), png


def render(path: Path, profile: str = "laptop", to: Path | None = None) -> str:
    """Run one chapter and write it, stamped: over itself, or into the folder `to`. Returns a line to print.

    Only what is rendered at `laptop` may replace the chapter: the other profiles are no measurements.
    """
    if to is None and profile != "laptop":
        raise ValueError(
            f"chapters are kept as the laptop profile shows them: for {profile}, name a folder (--to)"
        )
    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    try:
        runs = execute(notebook, profile)
        clean(notebook)
    except RenderError as error:
        raise RenderError(f"{path.stem} at {profile}: {error}") from None
    notebook.metadata["vidlab"] = {
        "profile": profile,
        "stamp": source_digest(notebook),
        "runs": {run: run_digest(run) for run in runs},
    }
    write(notebook, (to or path.parent) / path.name)
    if to is None:
        for name, png in gallery(notebook):
            target = project_folder() / "docs" / "gallery" / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(png)
    return f"{path.stem}: {time.perf_counter() - start:.0f} s at {profile}"


def render_all(paths: list[Path], profile: str, to: Path | None = None, jobs: int = 1) -> Iterator[str]:
    """Render several chapters, `jobs` at a time; yields each one's line in the order of the chapters."""
    from joblib import Parallel, delayed

    return Parallel(n_jobs=jobs, return_as="generator")(delayed(render)(path, profile, to) for path in paths)
