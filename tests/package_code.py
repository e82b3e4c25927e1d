"""What a chapter builds is what the package holds: both compared as syntax trees.

A code cell tagged `package:vidlab.nets.baccouche.Gain` must define `Gain` just as that module does, after
docstrings, annotations and imports are taken away. A method is named with its class (`…LSTMCell.step`).
"""

import ast
from pathlib import Path

from nbformat import NotebookNode

BACCOUCHE = "vidlab.nets.baccouche."
FLOW = {
    "horn_schunck": ("gradient", "neighbours", "horn_schunck"),
    "sampling": ("pixel_grid", "sampled"),
    "brox": (
        "along",
        "linearised",
        "pyramid",
        "enlarged",
        "robust",
        "data_term",
        "smoothness_term",
        "features",
    )
    + ("times", "inverse", "solved", "brox"),
    "stacking": ("stacked", "along_trajectories", "both_ways", "mirrored"),
}
C3D = {
    "nets.c3d": (
        "SEARCHED",
        "CHOSEN",
        "FRAMES",
        "pooling",
        "convolution",
        "rectifier",
        "pooled",
        "caffe_initialise",
    )
    + ("he_initialise", "FullLayers", "ClipNet", "SearchNet", "C3D", "parameters", "matched_width"),
    "explain.deconvolution": (
        "rectify",
        "signals_rectified",
        "activations",
        "strongest",
        "deconvolution",
        "energy_by_frame",
    ),
    "papers.c3d.clips": ("BATCH", "in_time", "test_starts", "centre_crops", "label_clips"),
    "papers.c3d.projected": ("moving",),
}
REQUIRED = {
    "02_3d_convnet_lstm": {
        BACCOUCHE + name
        for name in (
            "Gain",
            "SubSample",
            "connections",
            "LinkedConv3d",
            "Rectify",
            "ConvNet3D",
            "LSTMCell",
            "SequenceLSTM",
        )
    },
    "03_optical_flow": {f"vidlab.flow.{module}.{name}" for module, names in FLOW.items() for name in names},
    "04_two_stream": {
        *(
            f"vidlab.nets.cnn_m.{name}"
            for name in (
                "CHANNELS",
                "pooling",
                "LocalResponse",
                "rectifier",
                "sides",
                "he_initialise",
                "classifier",
                "Convolutions",
                "CNNM2048",
            )
        ),
        *(
            f"vidlab.papers.twostream.streams.{name}"
            for name in ("start_from", "LastLayer", "label_crops", "label_videos", "MultiTask", "summed")
        ),
        *(f"vidlab.score.{name}" for name in ("average", "normalised")),
        "vidlab.transforms.lighting",
    },
    "05_c3d": {f"vidlab.{module}.{name}" for module, names in C3D.items() for name in names},
    "06_one_descriptor_many_tasks": {
        f"vidlab.features.{name}"
        for name in ("described", "unit", "joined", "COSTS", "svm", "projected", "nearest", "distances")
        + ("pair_rows", "leave_one_out")
    },
}


def tagged(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """(dotted name, cell) for each `package:` tag."""
    return [
        (tag.removeprefix("package:"), cell)
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", [])
        if tag.startswith("package:")
    ]


class Plain(ast.NodeTransformer):
    """Takes away what may differ: docstrings, annotations, imports."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        node.body = without_docstring(node.body)
        return node

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        node.body = without_docstring(node.body)
        return node

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        if node.value is None:
            return node  # a field of a dataclass: its annotation is what declares it
        return ast.Assign(targets=[node.target], value=node.value, lineno=node.lineno)

    def visit_Import(self, node):
        return None

    visit_ImportFrom = visit_Import


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (body[1:] if is_docstring else body) or [ast.Pass()]


def definition(source: str, dotted: str) -> str | None:
    """The definition of `dotted` ("Name" or "Class.method") in a source, normalised; None where it is not."""
    body: list[ast.stmt] = ast.parse(source).body
    *classes, name = dotted.split(".")
    for outer in classes:
        body = next((n.body for n in body if isinstance(n, ast.ClassDef) and n.name == outer), [])
    for node in body:
        if name in names(node):
            return ast.unparse(ast.fix_missing_locations(Plain().visit(node)))
    return None


def names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return {target.id for target in targets if isinstance(target, ast.Name)}


def package_source(dotted: str) -> tuple[str, str]:
    """(source of the module, name inside it) of a dotted name, without importing what it holds."""
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        path = Path(__file__).parent.parent.joinpath(*parts[:cut])
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.exists():
                return candidate.read_text(encoding="utf-8"), ".".join(parts[cut:])
    raise ValueError(f"{dotted} is not in the package")


def differences(dotted: str, cell: str) -> list[str]:
    """What is wrong with a cell that is tagged `package:dotted`; empty when it is the package's code."""
    source, inside = package_source(dotted)
    ours = definition(source, inside)
    if ours is None:
        return [f"{dotted} is not in the package"]
    built = definition(cell, inside) or definition(cell, inside.rsplit(".", 1)[-1])
    if built is None:
        return [f"the cell tagged {dotted} does not define it"]
    if built == ours:
        return []
    pairs = zip(built.splitlines() + [""], ours.splitlines() + [""], strict=False)
    here, there = next((a, b) for a, b in pairs if a != b)
    return [f"{dotted}: the chapter has {here.strip()!r} where the package has {there.strip()!r}"]
