"""Pictures of pixels: filmstrips, masks laid over frames, feature maps."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle

from vidlab.plots.picture import COLOURS, WIDTH, Picture, listed, new_figure, styled

LABEL_WIDTH = 1.1  # inches kept for row labels
TALLEST = 6.0  # inches of pictures in one figure


def _image(axes: Axes, frame: np.ndarray, **options) -> None:
    """One frame: uint8 as it is, floats stretched over their own range, grey or RGB; no axes."""
    frame = np.asarray(frame)
    if frame.ndim == 3 and frame.shape[-1] == 1:
        frame = frame[..., 0]
    if frame.ndim == 2 and "cmap" not in options:
        options["cmap"] = "gray"
    if frame.dtype == np.uint8:
        options |= {"vmin": 0, "vmax": 255}
    axes.imshow(frame, **options)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.grid(False)


def _grid(rows: int, columns: int, shape: tuple[int, int], labels: bool, extra: float = 0.34):
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


def _row_label(axes: Axes, text: str) -> None:
    axes.text(-0.06, 0.5, _wrap(text, 12), transform=axes.transAxes, ha="right", va="center", fontsize=10.5)


def _wrap(text: str, width: int) -> str:
    """Break a label at spaces into lines of about `width` letters."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


@styled
def filmstrip(
    clips: np.ndarray | Mapping[str, np.ndarray],
    every: int = 1,
    titles: Sequence[str] | None = None,
    boxes: np.ndarray | None = None,
    what: str = "video",
) -> Picture:
    """Frames side by side, one row a clip.

    clips: (T, H, W), (T, H, W, 1) or (T, H, W, 3), uint8 or float, or a dict from row label to such arrays;
    every: step between the frames shown (at most 12); titles: above the columns, frame numbers by default;
    boxes: (T, 4) left, top, width, height in pixels, drawn on the first row.
    """
    rows = dict(clips) if isinstance(clips, Mapping) else {"": clips}
    shown = range(0, min(len(clip) for clip in rows.values()), every)[:12]
    labels = any(rows)
    figure, axes = _grid(len(rows), len(shown), np.shape(next(iter(rows.values())))[1:3], labels)
    for line, (label, clip) in zip(axes, rows.items(), strict=True):
        for cell, t in zip(line, shown, strict=True):
            _image(cell, clip[t])
        if label:
            _row_label(line[0], label)
    for column, t in enumerate(shown):
        title = titles[column] if titles is not None else f"{t}" if column else f"frame {t}"
        axes[0, column].set_title(title, fontsize=10, loc="center", pad=4)
        if boxes is not None:
            x, y, w, h = boxes[t]
            axes[0, column].add_patch(
                Rectangle((x - 0.5, y - 0.5), w, h, fill=False, edgecolor=COLOURS[5], linewidth=1.8)
            )
    step = "every frame" if every == 1 else f"every {every} frames"
    named = f" in {len(rows)} rows ({listed([r for r in rows if r])})" if len(rows) > 1 else ""
    boxed = ", with a box around the person" if boxes is not None else ""
    alt = f"Filmstrip of {len(shown)} frames of a {what}, {step} from frame 0 to frame {shown[-1]}"
    if titles is not None:
        alt = f"{len(shown)} pictures side by side of a {what}: {listed(list(titles)[: len(shown)])}"
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
    figure, axes = _grid(1, len(shown), frames.shape[1:3], labels=False, extra=0.66)
    tint = np.array([(0, 0, 0)] + [to_rgb(COLOURS[k % len(COLOURS)]) for k in range(len(names))])
    for cell, t in zip(axes[0], shown, strict=True):
        grey = np.repeat(frames[t].reshape(*frames.shape[1:3], 1) / 255.0, 3, axis=2)
        inside = (masks[t] > 0)[..., None]
        _image(cell, np.where(inside, 0.45 * grey + 0.55 * tint[masks[t]], grey))
        cell.set_title(f"frame {t}" if t == 0 else f"{t}", fontsize=10, loc="center", pad=4)
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
def feature_maps(
    maps: np.ndarray, frames: np.ndarray | None = None, layer: str = "C1", shared: bool = False
) -> Picture:
    """The maps of one layer over time, one column a map (Baccouche 2011, Fig. 2).

    maps: (M, T, H, W) float; frames: (T, H, W), the input at the same times, as the first column;
    shared: one grey scale for all maps instead of one each.
    """
    maps = np.asarray(maps, float)
    count, times = maps.shape[:2]
    columns = count + (frames is not None)
    figure, axes = _grid(times, columns, maps.shape[2:], labels=False)
    for k in range(count):
        scale = maps if shared else maps[k]
        for t in range(times):
            cell = axes[t, k + columns - count]
            _image(cell, maps[k, t], cmap="cividis", vmin=scale.min(), vmax=scale.max())
    if frames is not None:
        for t in range(times):
            _image(axes[t, 0], frames[t])
        axes[0, 0].set_title("input", fontsize=10, loc="center", pad=4)
    for k in range(count):
        title = f"map {k + 1}" if columns <= 10 else f"{k + 1}"
        axes[0, k + columns - count].set_title(title, fontsize=10, loc="center", pad=4)
    given = ", beside the input in the first column" if frames is not None else ""
    alt = f"The {count} feature maps of layer {layer} at {times} successive times, one column a map{given}; "
    return Picture(figure, alt + "bright where a map answers strongly.")


@styled
def arrows(
    frames: np.ndarray,
    flow: np.ndarray,
    every: int = 1,
    step: int = 5,
    least: float = 0.3,
    what: str = "video",
) -> Picture:
    """Optical flow as arrows over grey frames, at their true length: each ends where its pixel goes.

    frames: (T, H, W) uint8; flow: (T or T - 1, 2, H, W), x then y, in pixels a frame; every: step between
    the frames shown (at most 4); step: pixels between arrows; arrows shorter than `least` are left out.
    """
    shown = range(0, len(flow), every)[:4]
    figure, axes = _grid(1, len(shown), np.shape(frames)[1:3], labels=False)
    y, x = np.mgrid[step // 2 : frames.shape[1] : step, step // 2 : frames.shape[2] : step]
    for cell, t in zip(axes[0], shown, strict=True):
        _image(cell, (0.4 * frames[t] + 75).astype(np.uint8))
        u, v = flow[t][:, y, x]
        keep = np.hypot(u, v) >= least
        ends = {"angles": "xy", "scale_units": "xy", "scale": 1, "color": COLOURS[5], "width": 0.009}
        cell.quiver(x[keep], y[keep], u[keep], v[keep], headwidth=3.2, headlength=3.5, **ends)
        cell.set_title(f"frame {t}" if t == 0 else f"{t}", fontsize=10, loc="center", pad=4)
    length = np.hypot(*np.moveaxis(np.asarray(flow)[list(shown)], 1, 0))
    alt = f"{len(shown)} frames of a {what} with arrows that show where pixels move to in the next frame"
    still = 100 * (length < least).mean()
    return Picture(figure, f"{alt}; the longest is {length.max():.1f} pixels, {still:.0f} % stay in place.")
