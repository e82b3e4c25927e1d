"""Pictures of pixels: filmstrips, masks and arrows laid over frames."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle

from vidlab.plots.picture import COLOURS, WIDTH, Picture, listed, new_figure, styled

LABEL_WIDTH = 1.1  # inches kept for row labels
TALLEST = 6.0  # inches of pictures in one figure
LEAST = 0.3  # pixels: shorter arrows are left out


def _image(axes: Axes, frame: np.ndarray, title: str = "") -> None:
    """One frame: uint8 as it is, floats stretched over their own range, grey or RGB; no axes."""
    frame = np.asarray(frame)
    black, white = (0, 255) if frame.dtype == np.uint8 else (None, None)
    axes.imshow(frame, cmap="gray", vmin=black, vmax=white)
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, loc="center", pad=4)


def _numbers(shown: range) -> list[str]:
    """The titles of frames: "frame 0", then only numbers."""
    return [str(t) if t else "frame 0" for t in shown]


def _grid(rows: int, columns: int, shape: tuple[int, int], labels: bool = False, extra: float = 0.34):
    """A figure of rows x columns cells of equal frames, with room for row labels; inches from the shape."""
    left = LABEL_WIDTH if labels else 0.05
    ratio = shape[0] / shape[1]
    cell = min((WIDTH - left) / columns, 1.9, TALLEST / (rows * ratio))
    height = rows * cell * ratio + extra
    width = left + cell * columns
    figure = new_figure(height, width, placed=True)
    figure.subplots_adjust(
        left=left / width, right=0.995, bottom=0.01, top=1 - extra / height, wspace=0.04, hspace=0.05
    )
    return figure, figure.subplots(rows, columns, squeeze=False)


@styled
def filmstrip(
    clips: np.ndarray | Mapping[str, np.ndarray],
    every: int = 1,
    titles: Sequence[str] | None = None,
    boxes: np.ndarray | None = None,
    what: str = "video",
    coarse: int = 1,
    caption: str = "",
) -> Picture:
    """Frames side by side, one row a clip.

    clips: (T, H, W), (T, H, W, 1) or (T, H, W, 3), uint8 or float, or a dict from row label to such arrays;
    every: step between the frames shown (at most 12); titles: above the columns, frame numbers by default;
    boxes: (T, 4) left, top, width, height in pixels, drawn on the first row; coarse: grey levels are rounded
    down to multiples of it, so that a picture of many photos stays a small file; caption: a line above all.
    """
    rows = clips if isinstance(clips, Mapping) else {"": clips}
    rows = {label: clip // coarse * coarse if coarse > 1 else clip for label, clip in rows.items()}
    shown = range(0, min(len(clip) for clip in rows.values()), every)[:12]
    above = list(titles)[: len(shown)] if titles is not None else _numbers(shown)
    shape, above_all = np.shape(next(iter(rows.values())))[1:3], 0.62 if caption else 0.34
    figure, axes = _grid(len(rows), len(shown), shape, labels=any(rows), extra=above_all)
    if caption:
        figure.text(0.01, 0.985, caption, ha="left", va="top", fontsize=11)
    for row, (label, clip) in enumerate(rows.items()):
        for cell, t, title in zip(axes[row], shown, above, strict=True):
            _image(cell, clip[t], "" if row else title)
        first, label = axes[row, 0], textwrap.fill(label, 12, break_long_words=False)
        first.text(-0.06, 0.5, label, transform=first.transAxes, ha="right", va="center", fontsize=10.5)
    if boxes is not None:
        for cell, t in zip(axes[0], shown, strict=True):
            x, y, w, h = boxes[t]
            box = Rectangle((x - 0.5, y - 0.5), w, h, fill=False, edgecolor=COLOURS[5], linewidth=1.8)
            cell.add_patch(box)
    if titles is not None:
        across = f"{len(rows)} rows of {len(shown)} pictures" if len(rows) > 1 else f"{len(shown)} pictures"
        alt = f"{across} side by side of a {what}: {listed(above)}"
    else:
        step = "every frame" if every == 1 else f"every {every} frames"
        alt = f"Filmstrip of {len(shown)} frames of a {what}, {step} from frame 0 to frame {shown[-1]}"
    named = f"; the rows are {listed([r for r in rows if r])}" if len(rows) > 1 else ""
    boxed = ", with a box around the person" if boxes is not None else ""
    return Picture(figure, f"{alt}{named}{boxed}.")


@styled
def overlay(
    frames: np.ndarray,
    masks: np.ndarray,
    names: Sequence[str] = ("actor",),
    every: int = 1,
    joints: np.ndarray | None = None,
    what: str = "video",
) -> Picture:
    """Masks in colour over grey frames.

    frames: (T, H, W) uint8; masks: (T, H, W) bool or small integers, 0 for nothing and k for names[k - 1];
    joints: (T, J, 2) x and y in pixels, drawn as dots.
    """
    frames, masks = np.asarray(frames), np.asarray(masks).astype(int)
    shown = range(0, len(frames), every)[:12]
    figure, axes = _grid(1, len(shown), frames.shape[1:3], extra=0.66)
    tint = np.array([(0, 0, 0)] + [to_rgb(COLOURS[k % 7]) for k in range(len(names))])
    for cell, t, title in zip(axes[0], shown, _numbers(shown), strict=True):
        grey = frames[t].reshape(*frames.shape[1:3], 1) / 255.0
        inside = (masks[t] > 0)[..., None]
        _image(cell, np.where(inside, 0.45 * grey + 0.55 * tint[masks[t]], grey), title)
        if joints is not None:
            cell.autoscale(False)  # joints outside the frame must not shrink it
            cell.plot(*joints[t].T, ".", color="white", markersize=3.5, markeredgecolor="black", mew=0.4)
    handles = [Patch(color=tint[k + 1], label=name) for k, name in enumerate(names)]
    figure.legend(handles=handles, loc="upper center", ncols=min(6, len(names)), bbox_to_anchor=(0.5, 1.0))
    share = 100 * (masks[list(shown)] > 0).mean()
    dots = " and its joints as dots" if joints is not None else ""
    alt = f"{len(shown)} frames of a {what} with the true mask of {listed(list(names))} in colour{dots}"
    return Picture(figure, f"{alt}; the mask covers {share:.0f} % of the pixels.")


@styled
def arrows(
    frames: np.ndarray, flow: np.ndarray, every: int = 1, step: int = 5, what: str = "video"
) -> Picture:
    """Optical flow as arrows over grey frames, at their true length: each ends where its pixel goes.

    frames: (T, H, W) uint8; flow: (T or T - 1, 2, H, W), x then y, in pixels a frame; every: step between
    the frames shown (at most 4); step: pixels between arrows; arrows under LEAST pixels are left out.
    """
    shown = range(0, len(flow), every)[:4]
    figure, axes = _grid(1, len(shown), np.shape(frames)[1:3])
    y, x = np.mgrid[step // 2 : frames.shape[1] : step, step // 2 : frames.shape[2] : step]
    for cell, t, title in zip(axes[0], shown, _numbers(shown), strict=True):
        _image(cell, (0.4 * frames[t] + 75).astype(np.uint8), title)
        u, v = flow[t][:, y, x]
        keep = np.hypot(u, v) >= LEAST
        ends = {"angles": "xy", "scale_units": "xy", "scale": 1, "color": COLOURS[5], "width": 0.009}
        cell.quiver(x[keep], y[keep], u[keep], v[keep], headwidth=3.2, headlength=3.5, **ends)
    length = np.hypot(*np.moveaxis(np.asarray(flow)[list(shown)], 1, 0))
    alt = f"{len(shown)} frames of a {what} with arrows that show where pixels move to in the next frame"
    still = 100 * (length < LEAST).mean()
    return Picture(figure, f"{alt}; the longest is {length.max():.1f} pixels, {still:.0f} % stay in place.")
