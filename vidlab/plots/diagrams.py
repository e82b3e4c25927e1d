"""Drawn diagrams: how windows lie on a video, how a network is made, how data flows."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch, Rectangle

from vidlab.plots.picture import COLOURS, WIDTH, Picture, listed, new_figure, styled

MIDDLE = 1.55  # height of the centre of a network's drawings, in inches


@styled
def windows_diagram(length: int, size: int = 9, hop: int = 9) -> Picture:
    """Which frames each window takes: one row a window (the first 12), over the frames of a video."""
    starts = list(range(0, max(length - size, 0) + 1, hop))
    shown = starts[:12]
    figure = new_figure(1.25 + 0.24 * len(shown))
    axes = figure.subplots()
    axes.barh(0, length, left=0, height=0.7, color="#bbbbbb")
    for row, start in enumerate(shown, start=1):
        axes.barh(row, min(size, length), left=start, height=0.7, color=COLOURS[0], edgecolor="white")
    axes.set_yticks(range(len(shown) + 1), ["video", *(f"window {i}" for i in range(len(shown)))])
    axes.set(xlim=(0, max(length, size)), ylim=(len(shown) + 0.6, -0.6), xlabel="frame")
    axes.set_title(f"{length} frames, windows of {size}, hop {hop}: {len(starts)} windows")
    axes.grid(False, axis="y")
    left = max(length - (starts[-1] + size), 0)
    rest = f"; the last {left} of its frames are in no window" if left else ""
    first = " (the first 12 are drawn)" if len(starts) > len(shown) else ""
    alt = f"A video of {length} frames cut into {len(starts)} windows of {size} frames, one every {hop}"
    return Picture(figure, f"{alt}{first}{rest}.")


@styled
def timelines(rows: Mapping[str, Sequence[tuple[int, int]]], length: int, title: str = "") -> Picture:
    """Which frames of one video belong to what: one row a name, its stretches [start, stop) as bars."""
    figure = new_figure(0.95 + 0.34 * len(rows) + (0.3 if title else 0))
    axes = figure.subplots()
    told = []
    for row, (name, stretches) in enumerate(rows.items()):
        for start, stop in stretches:
            axes.barh(row, stop - start, left=start, height=0.72, color=COLOURS[row % 7], edgecolor="white")
        covered = len({t for start, stop in stretches for t in range(start, stop)})
        many = "1 stretch" if len(stretches) == 1 else f"{len(stretches)} stretches"
        told.append(f"{name}, {many}, {covered} frames")
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(xlim=(0, length), ylim=(len(rows) - 0.4, -0.6), xlabel="frame", title=title)
    axes.grid(False, axis="y")
    return Picture(figure, f"Timeline of a video of {length} frames: {'; '.join(told)}.")


@styled
def split_table(splits: Mapping[str, Sequence[str]], groups: Sequence[str], what: str = "person") -> Picture:
    """Who is tested in which split: one row a split, one column a group, tested groups filled and dotted.

    splits: name -> the groups that are tested there; all others train.
    """
    figure = new_figure(1.15 + 0.34 * len(splits))
    axes = figure.subplots()
    trains, tests = "#d5e4ef", COLOURS[1]
    for row, tested in enumerate(splits.values()):
        for column, group in enumerate(groups):
            colour = tests if group in tested else trains
            axes.add_patch(Rectangle((column - 0.42, row - 0.38), 0.84, 0.76, facecolor=colour))
            if group in tested:
                axes.plot(column, row, "o", color="white", markersize=4)
    axes.set(xlim=(-0.6, len(groups) - 0.4), ylim=(len(splits) - 0.4, -0.6), xlabel=what)
    axes.set_xticks(range(len(groups)), [g.removeprefix(what) for g in groups], fontsize=9)
    axes.set_yticks(range(len(splits)), list(splits))
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    handles = [Patch(color=trains, label="trains"), Patch(color=tests, label="is tested (dot)")]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    told = [f"{name} tests {listed(list(tested))}" for name, tested in splits.items()]
    return Picture(figure, f"{len(splits)} splits of {len(groups)} groups: {'; '.join(told)}.")


def _sheet(height: float) -> tuple[Figure, Axes]:
    """A figure without axes to draw on in inches, WIDTH wide, from the lower left."""
    figure = new_figure(height, placed=True)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, WIDTH), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=10, shrinkA=0, shrinkB=0)
    arrow.set(color="#444444", linewidth=1.2)
    axes.add_patch(arrow)


@dataclass(frozen=True)
class Layer:
    """One stage of a network diagram: its name, its output shape and how one gets there.

    shape: (maps, frames, height, width) for a volume, (units,) for a vector; operation: on the arrow into it.
    """

    name: str
    shape: tuple[int, ...]
    operation: str = ""
    parameters: int | None = None


@styled
def architecture(layers: Sequence[Layer], title: str = "") -> Picture:
    """The network from left to right: volumes as stacks of maps, vectors as columns.

    Each column reads downwards: name, how it is made, the drawing, its shape, its number of weights.
    """
    tallest = max((layer.shape[2] for layer in layers if len(layer.shape) == 4), default=1)
    top = 3.35 if title else 3.05
    rooms = np.array([1.0 if len(layer.shape) == 4 else 0.68 for layer in layers])
    rooms *= WIDTH / rooms.sum()
    centres = np.cumsum(rooms) - rooms / 2
    figure, axes = _sheet(top)
    before = None  # where the drawing to the left ends
    for layer, centre, room in zip(layers, centres, rooms, strict=True):
        if len(layer.shape) == 4:
            half = _volume(axes, centre, layer.shape, tallest, 0.8 * room)
        else:
            half = _vector(axes, centre, layer.shape[0])
        _column(axes, centre, layer)
        if before is not None:
            _arrow(axes, (before + 0.03, MIDDLE), (centre - half - 0.03, MIDDLE))
        before = centre + half
    axes.text(0.08, top - 0.06, title, ha="left", va="top", fontsize=12)
    return Picture(figure, f"Diagram of a network, left to right: {'; '.join(map(_told, layers))}.")


def _column(axes: Axes, centre: float, layer: Layer) -> None:
    """The words above and below one drawing."""
    maps, *size = layer.shape
    shape = (
        f"{maps} map{'s' if maps > 1 else ''}\n{' × '.join(map(str, size))}" if size else f"{maps}\nnumbers"
    )
    weights = f"{layer.parameters:,}\nweights" if layer.parameters else ""
    axes.text(centre, 2.82, layer.name, ha="center", va="bottom", weight="bold", fontsize=11)
    axes.text(centre, 2.78, layer.operation, ha="center", va="top", fontsize=9, color="#444444")
    axes.text(centre, 0.80, shape, ha="center", va="top", fontsize=9)
    axes.text(centre, 0.34, weights, ha="center", va="top", fontsize=9, color="#555555")


def _told(layer: Layer) -> str:
    made = f" by {layer.operation}" if layer.operation else ""
    count = f", {layer.parameters:,} weights" if layer.parameters else ""
    return f"{layer.name}{made}, {' x '.join(map(str, layer.shape))}{count}".replace("\n", " ")


def _volume(axes: Axes, centre: float, shape: tuple[int, ...], tallest: int, room: float) -> float:
    """A stack of cards, one a map (at most 7 drawn), larger for larger maps; returns half its width."""
    maps, _, height, width = shape
    cards = min(maps, 7)
    high = 1.0 * (height / tallest) ** 0.7  # to scale, the last maps could not be seen
    wide = high * width / height
    shift = min(0.05, (room - wide) / max(cards - 1, 1))
    total = wide + shift * (cards - 1)
    for card in range(cards):  # the last card lies in front
        x = centre - total / 2 + shift * card
        y = MIDDLE - high / 2 + shift * (cards - 1) / 2 - shift * card
        tint = 0.78 - 0.45 * card / max(cards - 1, 1)
        colour = np.array(to_rgb(COLOURS[0])) * (1 - tint) + tint
        axes.add_patch(Rectangle((x, y), wide, high, facecolor=colour, edgecolor="white", linewidth=0.8))
    return total / 2


def _vector(axes: Axes, centre: float, units: int) -> float:
    """A column of units, higher (slowly) for more of them; returns half its width."""
    half, high = 0.07, float(np.clip(0.16 * np.sqrt(units), 0.3, 1.35))
    left, bottom = centre - half, MIDDLE - high / 2
    axes.add_patch(Rectangle((left, bottom), 2 * half, high, facecolor=COLOURS[1], edgecolor="white"))
    for cut in np.linspace(0, high, min(units, 12) + 1)[1:-1]:
        axes.plot([left, centre + half], [bottom + cut] * 2, color="white", linewidth=0.8)
    return half


@styled
def dataflow(boxes: Sequence[tuple[str, str]]) -> Picture:
    """Boxes in a row joined by arrows, at most six or so: (name, what it is in a few words)."""
    gap, edge = 0.24, 0.05
    wide = (WIDTH - 2 * edge - gap * (len(boxes) - 1)) / len(boxes)
    notes = [textwrap.fill(note, int(wide / 0.076), break_long_words=False) for _, note in boxes]
    high = 0.47 + 0.16 * max(note.count("\n") + 1 for note in notes)
    figure, axes = _sheet(high + 2 * edge)
    for column, ((name, _), note) in enumerate(zip(boxes, notes, strict=True)):
        x = edge + column * (wide + gap)
        box = FancyBboxPatch((x, edge), wide, high, boxstyle="round,pad=0,rounding_size=0.08")
        box.set(facecolor="#e3eef6", edgecolor=COLOURS[0])
        axes.add_patch(box)
        top = edge + high
        axes.text(x + wide / 2, top - 0.1, name, ha="center", va="top", weight="bold", fontsize=10.5)
        axes.text(x + wide / 2, top - 0.38, note, ha="center", va="top", fontsize=9, linespacing=1.2)
        if column:
            _arrow(axes, (x - gap + 0.02, edge + high / 2), (x - 0.02, edge + high / 2))
    told = [f"{name} ({note})" if note else name for name, note in boxes]
    return Picture(figure, f"Diagram: {' → '.join(told)}.")
