"""Pictures of optical flow: in colour, as two grey pictures, as arrows, as paths, and its errors.

In colour, grey stands still, orange goes right, blue left, light up and dark down: told apart by colour-blind
readers, and in a grey print up and down are left.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, Wedge

from vidlab.plots.picture import COLOURS, WIDTH, Picture, listed, look, new_figure, styled

STILL = np.array([0.68, 0.68, 0.68])
TOWARDS = {"right": to_rgb("#F08000"), "left": to_rgb("#0060C8"), "down": (0.05, 0.05, 0.05), "up": (1, 1, 1)}
BOX = "#56B4E9"


def flow_colours(flow: np.ndarray, longest: float) -> np.ndarray:
    """A field (2, H, W) as RGB (H, W, 3) in 0 … 1; vectors of `longest` pixels and more in full colour."""
    x, y = np.asarray(flow, float) / longest
    grow = np.maximum(np.hypot(x, y), 1)  # longer vectors keep their direction
    x, y = x / grow, y / grow
    parts = {"right": x, "left": -x, "down": y, "up": -y}
    colour = STILL + sum(
        np.maximum(part, 0)[..., None] * (np.array(TOWARDS[way]) - STILL) for way, part in parts.items()
    )
    return np.clip(colour, 0, 1)


def _panel(axes: Axes, image: np.ndarray, title: str, **style) -> None:
    axes.imshow(image, **({"cmap": "gray"} | style))
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, loc="center", pad=4, linespacing=1.15)


def _grid(
    count: int, columns: int, ratio: float, lines: int, extra: float = 0.0
) -> tuple[Figure, list[Axes]]:
    """`count` panels of height / width `ratio`, with `lines` of title each; `extra` inches at the right."""
    columns = min(count, columns)
    rows = -(-count // columns)
    cell = min((WIDTH - extra) / columns, 3.0)
    title = 0.1 + 0.17 * lines
    width, height = cell * columns + extra, rows * (cell * ratio + title)
    figure = new_figure(height, width, placed=True)
    axes = []
    for k in range(count):
        row, column = divmod(k, columns)
        bottom = height - (row + 1) * (cell * ratio + title)
        axes.append(figure.add_axes((
            (column * cell + 0.02) / width, bottom / height, (cell - 0.04) / width, cell * ratio / height
        )))  # fmt: skip
    return figure, axes


def _wheel(figure: Figure, longest: float) -> None:
    """The key to the colours, at the right edge: 16 directions in three lengths."""
    width, height = figure.get_size_inches()
    side = 0.66
    axes = figure.add_axes(((width - 0.86) / width, 0.5 - 0.4 * side / height, side / width, side / height))
    axes.set(xlim=(-1, 1), ylim=(1, -1))
    axes.set_axis_off()
    for reach in (1.0, 2 / 3, 1 / 3):
        for angle in np.arange(0, 360, 22.5):
            way = np.deg2rad(angle)
            vector = reach * np.array([np.cos(way), np.sin(way)]).reshape(2, 1, 1)
            wedge = Wedge((0, 0), reach, angle - 11.6, angle + 11.6, linewidth=0)
            wedge.set_facecolor(flow_colours(vector, 1.0)[0, 0])
            axes.add_patch(wedge)
    axes.text(0, -1.12, "up", ha="center", va="bottom", fontsize=9)
    axes.text(0, 1.12, f"down\nrim: {longest:.2g} px", ha="center", va="top", fontsize=9, linespacing=1.25)


@styled
def flow_fields(
    fields: Mapping[str, np.ndarray], longest: float | None = None, columns: int = 3,
    first: np.ndarray | None = None, what: str = "scene",
) -> Picture:  # fmt: skip
    """Fields in colour, one panel each, with the key to the colours.

    fields: title -> (2, H, W); longest: the length in pixels of the fullest colour, by default the longest
    vector of the first field; first: a frame (H, W[, 3]) uint8 to stand before them.
    """
    shown = {title: np.asarray(field) for title, field in fields.items()}
    lengths = {title: np.hypot(*field) for title, field in shown.items()}
    longest = longest or max(float(np.quantile(next(iter(lengths.values())), 0.999)), 0.1)
    titles = [*(["frame"] if first is not None else []), *shown]
    shape = next(iter(shown.values())).shape
    lines = 1 + max(title.count("\n") for title in titles)
    figure, axes = _grid(len(titles), columns, shape[1] / shape[2], lines, extra=0.95)
    if first is not None:
        _panel(axes.pop(0), first, "frame", vmin=0, vmax=255)
    for cell, (title, field) in zip(axes, shown.items(), strict=True):
        _panel(cell, flow_colours(field, longest), title)
    _wheel(figure, longest)
    told = [
        f"{title.replace(chr(10), ', ')} (mean length {lengths[title].mean():.2f} pixels)" for title in shown
    ]
    key = "grey is still, orange goes right, blue left, light up, dark down"
    return Picture(figure, f"Optical flow of a {what} in colour, {key}: {listed(told)}.")


@styled
def flow_components(frames: np.ndarray, flow: np.ndarray, box: tuple[int, int, int, int], what: str = "person"
                    ) -> Picture:  # fmt: skip
    """Fig. 2 of the two-stream paper: two frames (2, H, W, 3), and inside a box (left, top, width, height)
    the flow (2, H, W) as arrows, and its horizontal and vertical component as grey pictures."""
    x0, y0, wide, high = box
    inside = np.s_[..., y0 : y0 + high, x0 : x0 + wide]
    field, close = flow[inside], frames[0][y0 : y0 + high, x0 : x0 + wide]
    most = float(np.abs(field).max())
    figure, height = new_figure(3.95, placed=True), 3.95
    side, ratio = 2.2, frames.shape[1] / frames.shape[2]
    for frame, name, bottom in zip(frames, ("(a) frame t", "(b) frame t + 1"), (2.02, 0.03), strict=True):
        axes = figure.add_axes((0.02 / WIDTH, bottom / height, side / WIDTH, side * ratio / height))
        _panel(axes, frame, name, vmin=0, vmax=255)
        for colour, thick in (("black", 3.4), (BOX, 1.8)):
            frame_box = Rectangle((x0 - 0.5, y0 - 0.5), wide, high, fill=False)
            frame_box.set(edgecolor=colour, linewidth=thick)
            axes.add_patch(frame_box)
    room = (WIDTH - side - 0.12) / 3
    part = min(room - 0.06, 3.4 * wide / high)  # as wide as there is room, at most 3.4 inches tall
    tall = part * high / wide
    for k, title in enumerate(
        ("(c) flow", "(d) horizontal,\nbright is right", "(e) vertical,\nbright is down")
    ):
        left = side + 0.12 + k * room + (room - part) / 2
        axes = figure.add_axes((left / WIDTH, (3.5 - tall) / 2 / height, part / WIDTH, tall / height))
        if k:
            _panel(axes, field[k - 1], title, vmin=-most, vmax=most)
        else:
            _panel(axes, (0.45 * close + 70).astype(np.uint8), title, vmin=0, vmax=255)
            _quiver(axes, field, max(3, wide // 9))
    reach = ", ".join(
        f"{name} from {c.min():.1f} to {c.max():.1f}"
        for name, c in zip(("horizontal", "vertical"), field, strict=True)
    )
    alt = f"Two frames of a {what} with a box, and the flow inside the box as arrows and as two grey pictures"
    return Picture(figure, f"{alt}; in pixels a frame: {reach}.")


def _quiver(axes: Axes, field: np.ndarray, step: int, least: float = 0.15, colour: str = COLOURS[5]) -> None:
    y, x = np.mgrid[step // 2 : field.shape[1] : step, step // 2 : field.shape[2] : step]
    u, v = field[:, y, x]
    keep = np.hypot(u, v) >= least
    ends: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 1, "color": colour, "width": 0.009}
    axes.quiver(x[keep], y[keep], u[keep], v[keep], headwidth=3.4, headlength=3.8, **ends)


@styled
def flow_arrows(
    frames: Sequence[np.ndarray],
    fields: Mapping[str, np.ndarray],
    step: int = 6,
    grow: float = 1,
    what: str = "scene",
) -> Picture:
    """Fields as arrows, each over its frame. frames: (H, W); fields: title -> (2, H, W); step: pixels between
    arrows; grow: how much longer than true they are drawn."""
    shape = np.shape(frames[0])
    figure, axes = _grid(len(fields), 3, shape[0] / shape[1], 1 + max(t.count("\n") for t in fields))
    told = []
    for cell, frame, (title, field) in zip(axes, frames, fields.items(), strict=True):
        _panel(cell, (0.5 * np.asarray(frame) + 60).astype(np.uint8), title, vmin=0, vmax=255)
        _quiver(cell, grow * np.asarray(field), step, colour="#FFC04D")
        told.append(f"{title}, mean length {np.hypot(*field).mean():.2f} pixels".replace("\n", " "))
    return Picture(figure, f"Optical flow of a {what} as arrows: {'; '.join(told)}.")


@styled
def flow_paths(frame: np.ndarray, places: np.ndarray, what: str = "video") -> Picture:
    """Where points go over some frames: `places` (L + 1, n, 2), x then y in pixels, over a frame (H, W[, 3]).

    Squares mark where plain stacking samples, the same place in every field; dots where trajectories do.
    """
    figure = new_figure(3.6, 4.9)
    axes = figure.subplots()
    _panel(axes, (0.5 * np.asarray(frame) + 110).astype(np.uint8), "", vmin=0, vmax=255)
    axes.autoscale(False)
    axes.plot(*places.transpose(2, 0, 1), color=COLOURS[1], linewidth=1.3)
    axes.plot(
        *places[1:].reshape(-1, 2).T,
        ".",
        color=COLOURS[1],
        markersize=5,
        label="Eq. 2 samples along the path",
    )
    axes.plot(*places[0].T, "s", color=COLOURS[0], markersize=5, label="Eq. 1 samples at the start, always")
    figure.legend(loc="outside lower center", ncols=2, fontsize=9, handletextpad=0.2)
    far = np.linalg.norm(places[-1] - places[0], axis=-1)
    alt = f"{places.shape[1]} points of a {what} and where they go in {len(places) - 1} frames"
    return Picture(figure, f"{alt}: between {far.min():.1f} and {far.max():.1f} pixels away.")


@styled
def flow_errors(table: pd.DataFrame) -> Picture:
    """Mean end-point errors in pixels as bars on a logarithmic axis: one group a row, one colour a column."""
    figure = new_figure(1.3 + 0.62 * len(table))
    axes = figure.subplots()
    thick = 0.8 / table.shape[1]
    for k, name in enumerate(table.columns):
        y = np.arange(len(table)) + (k - (table.shape[1] - 1) / 2) * thick
        axes.barh(y, table[name], height=0.88 * thick, color=look(k)["color"], label=name)
    axes.set_xscale("log")
    axes.set_yticks(range(len(table)), list(table.index))
    axes.set(ylim=(len(table) - 0.45, -0.55), xlabel="mean end-point error (pixels, logarithmic)")
    axes.grid(False, axis="y")
    figure.legend(loc="outside lower center", ncols=table.shape[1])
    best = [f"{row}: {values.idxmin()} {values.min():.2g}" for row, values in table.iterrows()]
    return Picture(
        figure, f"Mean end-point errors of {listed(list(table.columns))}; the least for {'; '.join(best)}."
    )
