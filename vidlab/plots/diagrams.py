"""Drawn diagrams: how windows lie on a video, how a network is made, how data flows."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch, Rectangle

from vidlab.plots.picture import COLOURS, WIDTH, Picture, listed, new_figure, styled


@styled
def windows_diagram(length: int, size: int = 9, hop: int = 9, most: int = 12) -> Picture:
    """Which frames each window takes: one row a window, over the frames of a video."""
    starts = list(range(0, max(length - size, 0) + 1, hop))
    shown = starts[:most]
    figure = new_figure(1.25 + 0.24 * len(shown))
    axes = figure.subplots()
    axes.barh(0, length, left=0, height=0.7, color="#bbbbbb")
    for row, start in enumerate(shown, start=1):
        axes.barh(row, min(size, length), left=start, height=0.7, color=COLOURS[0], edgecolor="white")
    axes.set_yticks(range(len(shown) + 1), ["video", *(f"window {i}" for i in range(len(shown)))])
    axes.set_ylim(len(shown) + 0.6, -0.6)
    axes.set_xlim(0, max(length, size))
    axes.set_xlabel("frame")
    axes.grid(False, axis="y")
    used = starts[-1] + size
    left = max(length - used, 0)
    rest = f"; the last {left} of its frames are in no window" if left else ""
    first = f" (the first {most} are drawn)" if len(starts) > most else ""
    axes.set_title(f"{length} frames, windows of {size}, hop {hop}: {len(starts)} windows")
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
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, length)
    axes.set_xlabel("frame")
    axes.grid(False, axis="y")
    if title:
        axes.set_title(title)
    return Picture(figure, f"Timeline of a video of {length} frames: {'; '.join(told)}.")


@styled
def split_table(splits: Mapping[str, Sequence[str]], groups: Sequence[str], what: str = "person") -> Picture:
    """Who is tested in which split: one row a split, one column a group, tested groups filled and ringed.

    splits: name -> the groups that are tested there; all others train.
    """
    figure = new_figure(1.15 + 0.34 * len(splits))
    axes = figure.subplots()
    for row, tested in enumerate(splits.values()):
        for column, group in enumerate(groups):
            colour = COLOURS[1] if group in tested else "#d5e4ef"
            axes.add_patch(Rectangle((column - 0.42, row - 0.38), 0.84, 0.76, facecolor=colour))
            if group in tested:
                axes.plot(column, row, "o", color="white", markersize=4)
    axes.set(xlim=(-0.6, len(groups) - 0.4), ylim=(len(splits) - 0.4, -0.6))
    axes.set_xticks(range(len(groups)), [g.removeprefix(what) for g in groups], fontsize=9)
    axes.set_yticks(range(len(splits)), list(splits))
    axes.set_xlabel(what)
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    handles = [Patch(color="#d5e4ef", label="trains"), Patch(color=COLOURS[1], label="is tested (dot)")]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    told = [f"{name} tests {listed(list(tested))}" for name, tested in splits.items()]
    return Picture(figure, f"{len(splits)} splits of {len(groups)} groups: {'; '.join(told)}.")


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
    volumes = [layer.shape for layer in layers if len(layer.shape) == 4]
    tallest = max((shape[2] for shape in volumes), default=1)
    top = 3.35 if title else 3.05
    rooms = np.array([1.0 if len(layer.shape) == 4 else 0.68 for layer in layers])
    rooms *= WIDTH / rooms.sum()
    centres = np.cumsum(rooms) - rooms / 2
    figure = new_figure(top, placed=True)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, WIDTH), ylim=(0, top))
    axes.set_axis_off()
    edges = []
    for layer, centre, room in zip(layers, centres, rooms, strict=True):
        if len(layer.shape) == 4:
            half = _volume(axes, centre, layer.shape, tallest, 0.8 * room)
        else:
            half = _vector(axes, centre, layer.shape[0])
        edges.append((centre - half, centre + half))
        _column(axes, centre, layer)
    for (_, start), (end, _) in zip(edges[:-1], edges[1:], strict=True):
        _arrow(axes, (start + 0.03, MIDDLE), (end - 0.03, MIDDLE))
    if title:
        axes.text(0.08, top - 0.06, title, ha="left", va="top", fontsize=12)
    told = [_told(layer) for layer in layers]
    return Picture(figure, f"Diagram of a network, left to right: {'; '.join(told)}.")


MIDDLE = 1.55  # height of the drawings' centre in inches


def _column(axes: Axes, centre: float, layer: Layer) -> None:
    """The words above and below one drawing."""
    axes.text(centre, 2.82, layer.name, ha="center", va="bottom", weight="bold", fontsize=11)
    axes.text(centre, 2.78, layer.operation, ha="center", va="top", fontsize=9, color="#444444")
    axes.text(centre, 0.80, _shape_text(layer.shape), ha="center", va="top", fontsize=9)
    if layer.parameters:
        axes.text(
            centre, 0.34, f"{layer.parameters:,}\nweights", ha="center", va="top", fontsize=9, color="#555555"
        )


def _shape_text(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]}\nnumbers"
    return f"{shape[0]} map{'s' if shape[0] > 1 else ''}\n{' × '.join(map(str, shape[1:]))}"


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
    """A column of units: its height grows slowly with their number."""
    high = float(np.clip(0.16 * np.sqrt(units), 0.3, 1.35))
    axes.add_patch(
        Rectangle((centre - 0.07, MIDDLE - high / 2), 0.14, high, facecolor=COLOURS[1], edgecolor="white")
    )
    for cut in np.linspace(0, high, min(units, 12) + 1)[1:-1]:
        axes.plot([centre - 0.07, centre + 0.07], [MIDDLE - high / 2 + cut] * 2, color="white", linewidth=0.8)
    return 0.07


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=10, shrinkA=0, shrinkB=0)
    arrow.set(color="#444444", linewidth=1.2)
    axes.add_patch(arrow)


@styled
def dataflow(boxes: Sequence[tuple[str, str]], marked: Sequence[str] = (), title: str = "") -> Picture:
    """Boxes joined by arrows, at most six a line: (name, what it is in a few words); some may be marked."""
    each = math.ceil(len(boxes) / math.ceil(len(boxes) / 6))
    lines = [list(boxes[i : i + each]) for i in range(0, len(boxes), each)]
    columns = max(len(line) for line in lines)
    gap = 0.24
    wide = (WIDTH - 0.1 - gap * (columns - 1)) / columns
    high = 0.47 + 0.16 * max(_folded(note, wide).count("\n") + 1 for _, note in boxes)
    top = len(lines) * (high + 0.35) - 0.25 + (0.35 if title else 0)
    figure = new_figure(top, placed=True)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, WIDTH), ylim=(0, top))
    axes.set_axis_off()
    for row, line in enumerate(lines):
        y = top - (0.35 if title else 0) - 0.05 - high - row * (high + 0.35)
        for column, (name, note) in enumerate(line):
            x = 0.05 + column * (wide + gap)
            _box(axes, x, y, wide, high, name, note, name in marked)
            if column + 1 < len(line):
                _arrow(axes, (x + wide + 0.02, y + high / 2), (x + wide + gap - 0.02, y + high / 2))
        if row + 1 < len(lines):
            _turn(axes, 0.05 + (len(line) - 1) * (wide + gap) + wide / 2, 0.05 + wide / 2, y)
    if title:
        axes.text(0.05, top - 0.04, title, ha="left", va="top", fontsize=12)
    told = [f"{name} ({note})" if note else name for name, note in boxes]
    return Picture(figure, f"Diagram: {' → '.join(told)}.")


def _box(
    axes: Axes, x: float, y: float, wide: float, high: float, name: str, note: str, marked: bool
) -> None:
    colour = "#fdeadb" if marked else "#e3eef6"
    edge = COLOURS[1] if marked else COLOURS[0]
    shape = FancyBboxPatch(
        (x, y), wide, high, boxstyle="round,pad=0,rounding_size=0.08", facecolor=colour, edgecolor=edge
    )
    axes.add_patch(shape)
    axes.text(x + wide / 2, y + high - 0.1, name, ha="center", va="top", weight="bold", fontsize=10.5)
    text = _folded(note, wide)
    axes.text(x + wide / 2, y + high - 0.38, text, ha="center", va="top", fontsize=9, linespacing=1.2)


def _folded(note: str, wide: float) -> str:
    """The note in lines that fit a box `wide` inches across."""
    return textwrap.fill(note, int(wide / 0.076), break_long_words=False)


def _turn(axes: Axes, start: float, end: float, y: float) -> None:
    """The way from the end of one line to the start of the next."""
    middle = y - 0.13
    axes.plot([start, start, end], [y - 0.01, middle, middle], color="#444444", linewidth=1.2)
    _arrow(axes, (end, middle), (end, y - 0.34))
