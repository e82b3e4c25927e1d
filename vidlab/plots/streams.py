"""Pictures of two streams: both networks side by side, flow filters, many classes, kinds of mistakes."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Rectangle

from vidlab.plots.diagrams import _arrow, _sheet
from vidlab.plots.picture import COLOURS, WIDTH, Picture, listed, look, new_figure, styled

SHARES = {"average": "#999999", "over time": COLOURS[1], "over space": COLOURS[0]}  # of a filter's energy


@styled
def two_streams(streams: Mapping[str, Sequence[tuple[str, str]]], fusion: str) -> Picture:
    """Networks one above the other that end in one box (Simonyan & Zisserman 2014, Fig. 1).

    streams: what each is called -> its boxes (name, what it does; lines are kept), equally many in each;
    fusion: the words in the box at the end.
    """
    tall, gap, edge, last = 1.42, 0.42, 0.05, 0.9
    top, end = (tall + gap) * len(streams) + edge, WIDTH - edge - last
    figure, axes = _sheet(top)
    middle = (top - gap) / 2
    for row, (title, boxes) in enumerate(streams.items()):
        low, wide = top - (row + 1) * (tall + gap) + edge, (end - 0.22 - edge) / len(boxes)
        axes.text(edge, low + tall + 0.08, title, ha="left", va="bottom", fontsize=11.5, weight="bold")
        for column, (name, what) in enumerate(boxes):
            x, face = edge + column * wide, "white" if column == 0 else COLOURS[row] + "22"
            box = FancyBboxPatch((x, low), wide - 0.05, tall, boxstyle="round,pad=0,rounding_size=0.06")
            box.set(facecolor=face, edgecolor=COLOURS[row])
            axes.add_patch(box)
            centre = x + (wide - 0.05) / 2
            axes.text(centre, low + tall - 0.09, name, ha="center", va="top", weight="bold", fontsize=10)
            axes.text(centre, low + tall - 0.36, what, ha="center", va="top", fontsize=8.5, linespacing=1.3)
        _arrow(axes, (end - 0.26, low + tall / 2), (end - 0.02, middle + (0.4 if row == 0 else -0.4)))
    axes.add_patch(Rectangle((end, middle - 0.75), last, 1.5, facecolor="#eeeeee", edgecolor="#444444"))
    axes.text(end + last / 2, middle, fusion, ha="center", va="center", fontsize=9.5)
    told = [f"{title}: {', '.join(f'{n} {w}' for n, w in boxes)}" for title, boxes in streams.items()]
    alt = (
        f"Diagram of {len(streams)} networks, one above the other, which end in {fusion}. {'. '.join(told)}."
    )
    return Picture(figure, alt.replace("\n", " "))


@styled
def flow_filters(filters: np.ndarray, shares: np.ndarray, title: str = "") -> Picture:
    """First-layer filters over stacked flow as in Fig. 4: a column a filter, a row an input channel.

    filters: (F, 2L, k, k), channels x1, y1, x2, y2, …; each filter has its own scale, symmetrical about 0.
    shares: (F, 3) of its energy in an average and in derivatives over time and over space (`explain`).
    """
    filters = np.asarray(filters, float)
    count, channels, size, _ = filters.shape
    scaled = filters / np.abs(filters).max((1, 2, 3), keepdims=True)
    sheet = np.full((channels * (size + 1) - 1, count * (size + 1) - 1), np.nan)
    for column, row in np.ndindex(count, channels):
        y, x = row * (size + 1), column * (size + 1)
        sheet[y : y + size, x : x + size] = scaled[column, row]
    figure = new_figure(1.9 + 0.25 * channels)
    above, below = figure.subplots(2, 1, height_ratios=(max(channels, 4), 5), sharex=True)
    above.imshow(sheet, vmin=-1, vmax=1, aspect="auto")
    middles = np.arange(channels) * (size + 1) + (size - 1) / 2
    fields = [f"{row // 2 + 1}: x" if row % 2 == 0 else "y" for row in range(channels)]
    above.set_yticks(middles, fields, fontsize=9)
    above.set(ylabel="flow field and its component", title=title)
    above.tick_params(length=0)
    above.grid(False)
    above.spines[:].set_visible(False)
    _filter_shares(below, np.asarray(shares), (size + 1) * np.arange(count) + (size - 1) / 2, size)
    figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    most = [f"{name} up to {100 * value:.0f} %" for name, value in zip(SHARES, shares.max(0), strict=True)]
    alt = f"{count} first-layer filters in columns, their {channels} channels of flow in rows"
    return Picture(figure, f"{alt}. Shares of a filter's energy: {listed(most)}.")


def _filter_shares(axes: Axes, shares: np.ndarray, at: np.ndarray, width: int) -> None:
    """Stacked bars under the filters: the rest of a filter's energy is of other shapes."""
    base = np.zeros(len(shares))
    for (name, colour), values in zip(SHARES.items(), 100 * shares.T, strict=True):
        axes.bar(at, values, width, base, color=colour, label=name)
        base += values
    axes.set(ylabel="energy (%)", xlabel="filter", ylim=(0, 100))
    axes.set_xticks(at, np.arange(1, len(at) + 1), fontsize=8 if len(at) > 24 else 9)
    axes.grid(False, axis="x")


@styled
def large_confusion(
    matrix: np.ndarray, classes: Sequence[str], kin: Sequence[str], title: str = ""
) -> Picture:
    """A confusion matrix of many classes, as shades without numbers (Fig. 5): rows are the true classes.

    matrix: (K, K) counts; kin: the family of each class (K,); neighbours of one family get a frame.
    """
    share = 100 * np.asarray(matrix) / np.maximum(np.sum(matrix, axis=1, keepdims=True), 1)
    figure = new_figure(6.7)
    axes = figure.subplots()
    image = axes.imshow(share, vmin=0, vmax=100)
    axes.set_xticks(range(len(classes)), classes, rotation=90, fontsize=9)
    axes.set_yticks(range(len(classes)), classes, fontsize=9)
    axes.set(xlabel="answer", ylabel="true class", title=title)
    axes.grid(False)
    axes.tick_params(length=0)
    starts = [i for i in range(len(kin)) if i == 0 or kin[i] != kin[i - 1]]
    for start, stop in zip(starts, [*starts[1:], len(kin)], strict=True):
        side = stop - start
        frame = Rectangle((start - 0.5, start - 0.5), side, side, fill=False, edgecolor=COLOURS[1])
        axes.add_patch(frame)
    bar = figure.colorbar(image, ax=axes, shrink=0.7, pad=0.02)
    bar.set_label("% of the videos of a class")
    bar.outline.set_visible(False)  # type: ignore[operator]
    inside = np.equal.outer(np.array(kin), np.array(kin))
    wrong = np.asarray(matrix) * (1 - np.eye(len(classes)))
    right, within = 100 * np.trace(matrix) / np.sum(matrix), 100 * wrong[inside].sum() / max(wrong.sum(), 1)
    alt = f"Confusion matrix of {len(classes)} classes; {right:.1f} % are right"
    return Picture(figure, f"{alt}; {within:.0f} % of the mistakes stay within a family (orange frames).")


@styled
def recall_by_class(
    recalls: Mapping[str, np.ndarray], classes: Sequence[str], kinds: Sequence[str]
) -> Picture:
    """Share of each class that is right, one marker a system (Fig. 6); systems -> (K,) in percent.

    kinds: what sort of class each is (K,); classes of one kind stand together, from the first kind on.
    """
    order = sorted(range(len(classes)), key=lambda k: list(dict.fromkeys(kinds)).index(kinds[k]))
    figure = new_figure(1.2 + 0.27 * len(classes))
    axes = figure.subplots()
    for row, (name, values) in enumerate(recalls.items()):
        axes.plot(
            np.asarray(values)[order], range(len(order)), linestyle="", label=name, alpha=0.85, **look(row)
        )
    axes.set_yticks(range(len(order)), [classes[k] for k in order])
    axes.set(xlim=(-3, 103), ylim=(len(order) - 0.4, -0.6), xlabel="recall (% of the class that is right)")
    for row in range(1, len(order)):
        if kinds[order[row]] != kinds[order[row - 1]]:
            axes.axhline(row - 0.5, color="#444444", linewidth=1)
    for kind in dict.fromkeys(kinds):
        rows = [row for row, k in enumerate(order) if kinds[k] == kind]
        axes.text(
            1.02, float(np.mean(rows)), kind, rotation=270, va="center", transform=axes.get_yaxis_transform()
        )
    figure.legend(loc="outside lower center", ncols=len(recalls))
    worst = [f"{name} {classes[int(np.argmin(v))]} ({np.min(v):.0f} %)" for name, v in recalls.items()]
    return Picture(figure, f"Recall of {len(classes)} classes; the lowest of each system: {listed(worst)}.")


@styled
def stacked_shares(rows: Mapping[str, Mapping[str, float]], xlabel: str) -> Picture:
    """One bar a row, cut into parts in percent: row -> part -> share; the parts of all rows are the same."""
    figure = new_figure(1.15 + 0.5 * len(rows))
    axes = figure.subplots()
    names = list(next(iter(rows.values())))
    shades = dict(zip(names, ("#bbbbbb", *COLOURS), strict=False))
    for y, parts in enumerate(rows.values()):
        left = 0.0
        for name in names:
            axes.barh(y, parts[name], left=left, height=0.7, color=shades[name], edgecolor="white")
            if parts[name] >= 4:
                dark = shades[name] in ("#0072B2", "#000000")
                axes.text(left + parts[name] / 2, y, f"{parts[name]:.0f}", ha="center", va="center",
                          color="white" if dark else "black")  # fmt: skip
            left += parts[name]
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.45, -0.55), xlabel=xlabel)
    axes.grid(False)
    handles = [
        Line2D([], [], color=shades[n], marker="s", markersize=9, linestyle="", label=n) for n in names
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(names)))
    told = [f"{row}: {', '.join(f'{n} {v:.0f} %' for n, v in parts.items())}" for row, parts in rows.items()]
    return Picture(figure, f"{xlabel}. {'; '.join(told)}.")
