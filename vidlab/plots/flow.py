"""Pictures of optical flow: in colour, as two grey pictures, as arrows, as paths, and its errors.

In colour, grey stands still, orange goes right, blue left, light up and dark down: told apart by colour-blind
readers, and in a grey print up and down are left.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

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
    """`count` panels of height / width `ratio`, with `lines` of title each; `extra` inches free at the right."""
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
    """The key to the colours, at the right edge."""
    width, height = figure.get_size_inches()
    side = 0.62
    axes = figure.add_axes(((width - 0.84) / width, 0.5 - side / 2 / height, side / width, side / height))
    y, x = np.mgrid[-1:1:81j, -1:1:81j]
    disc = np.dstack([flow_colours(np.stack([x, y]), 1.0), (np.hypot(x, y) <= 1).astype(float)])
    axes.imshow(disc, extent=(-1, 1, 1, -1))
    axes.set_axis_off()
    for text, place, align in (
        ("up", (0, -1.15), ("center", "bottom")),
        ("down", (0, 1.15), ("center", "top")),
    ):
        axes.text(*place, text, ha=align[0], va=align[1], fontsize=9)
    axes.text(0, 1.85, f"rim:\n{longest:.2g} px", ha="center", va="top", fontsize=9, linespacing=1.1)


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
    figure = new_figure(4.7, placed=True)
    ratio = frames.shape[1] / frames.shape[2]
    for k, (frame, name) in enumerate(zip(frames, ("(a) frame t", "(b) frame t + 1"), strict=True)):
        side = 2.75
        axes = figure.add_axes(((0.75 + k * 3.0) / WIDTH, 2.28 / 4.7, side / WIDTH, side * ratio / 4.7))
        _panel(axes, frame, name, vmin=0, vmax=255)
        axes.add_patch(
            Rectangle((x0 - 0.5, y0 - 0.5), wide, high, fill=False, edgecolor="black", linewidth=3.4)
        )
        axes.add_patch(Rectangle((x0 - 0.5, y0 - 0.5), wide, high, fill=False, edgecolor=BOX, linewidth=1.8))
    titles = ("(c) flow", "(d) horizontal: bright = right", "(e) vertical: bright = down")
    for k, title in enumerate(titles):
        side = 2.3 if high <= 0.8 * wide else 1.85 * wide / high
        axes = figure.add_axes(
            ((0.05 + k * 2.4 + (2.3 - side) / 2) / WIDTH, 0.02, side / WIDTH, side * high / wide / 4.7)
        )
        if k:
            _panel(axes, field[k - 1], title, vmin=-most, vmax=most)
        else:
            _panel(axes, (0.45 * close + 70).astype(np.uint8), title, vmin=0, vmax=255)
            _quiver(axes, field, max(2, wide // 16))
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
    ends = {"angles": "xy", "scale_units": "xy", "scale": 1, "color": colour, "width": 0.009}
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
