"""Pictures of numbers: confusions, maps of features, curves, intervals."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy.spatial import cKDTree

from vidlab.plots.picture import COLOURS, Picture, listed, look, new_figure, styled


@styled
def confusion(matrix: np.ndarray, classes: Sequence[str], title: str = "") -> Picture:
    """Rows are the true classes, columns the answers; each cell shows its share of the row in percent.

    matrix: (K, K) counts.
    """
    matrix = np.asarray(matrix)
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    size = len(classes)
    figure = new_figure(1.9 + 0.52 * size, min(7.2, 2.6 + 0.78 * size))
    axes = figure.subplots()
    image = axes.imshow(100 * share, vmin=0, vmax=100, aspect="auto")
    for i, j in np.argwhere(matrix):
        text = f"{100 * share[i, j]:.0f}" if 100 * share[i, j] >= 1 else "<1"
        colour = "black" if share[i, j] > 0.55 else "white"
        axes.text(j, i, text, ha="center", va="center", color=colour)
    axes.set_xticks(range(size), classes, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size), classes)
    axes.set(xlabel="answer", ylabel="true class", title=title)
    axes.grid(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    bar.set_label("% of the videos of a class")
    bar.outline.set_visible(False)  # type: ignore[operator]
    accuracy = 100 * np.trace(matrix) / max(1, matrix.sum())
    alt = f"Confusion matrix of {size} classes over {matrix.sum():g} videos; {accuracy:.1f} % are right. "
    return Picture(figure, alt + _worst(share, classes))


def _worst(share: np.ndarray, classes: Sequence[str]) -> str:
    """The largest confusion, in words."""
    off = share * (1 - np.eye(len(classes)))
    i, j = divmod(int(off.argmax()), len(classes))
    if off[i, j] == 0:
        return "No class is taken for another."
    return f"The largest confusion: {100 * off[i, j]:.0f} % of {classes[i]} are called {classes[j]}."


@styled
def embedding(points: np.ndarray, labels: np.ndarray, classes: Sequence[str], title: str = "") -> Picture:
    """Points of a two-dimensional map (t-SNE), one colour and one marker a class; (n, 2) and (n,) int."""
    figure = new_figure(4.6)
    axes = figure.subplots()
    _points(axes, points, labels, classes, s=26, alpha=0.75, linewidths=0.3, edgecolors="white")
    axes.set(xlabel="first coordinate of the map (no unit)", ylabel="second coordinate (no unit)")
    axes.set(xticks=[], yticks=[], title=title)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.3)
    _, nearest = cKDTree(points).query(points, k=2)
    same = 100 * (labels[nearest[:, 1]] == labels).mean()
    alt = f"A two-dimensional map of {len(points)} points in {len(classes)} classes ({listed(list(classes))})"
    near = f"for {same:.0f} % of the points the nearest other point is of the same class"
    return Picture(figure, f"{alt}; {near}.")


@styled
def scatter(
    points: np.ndarray, labels: np.ndarray, classes: Sequence[str], xlabel: str, ylabel: str
) -> Picture:
    """Two measured numbers against each other, (n, 2), one colour and one marker a class; labels (n,) int."""
    points, labels = np.asarray(points), np.asarray(labels)
    figure = new_figure(3.7)
    axes = figure.subplots()
    _points(axes, points, labels, classes, s=30, alpha=0.8)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    _legend_below(figure, len(classes))
    told = []
    for k, name in enumerate(classes):
        (left, low), (right, high) = points[labels == k].min(axis=0), points[labels == k].max(axis=0)
        told.append(f"{name} {left:.2f} to {right:.2f} and {low:.2f} to {high:.2f}")
    return Picture(figure, f"{ylabel} against {xlabel} of {len(points)} points: {'; '.join(told)}.")


def _points(axes: Axes, points: np.ndarray, labels: np.ndarray, classes: Sequence[str], **style: Any) -> None:
    for k, name in enumerate(classes):
        x, y = points[labels == k].T
        axes.scatter(x, y, label=name, **look(k), **style)


@styled
def curves(
    arms: Mapping[str, Any],
    x: Sequence[float] | None = None,
    xlabel: str = "epoch",
    ylabel: str = "accuracy (%)",
    log: bool = False,
) -> Picture:
    """One line an arm: its mean over runs, with the range of the runs as a band.

    arms: name -> (E,) or (runs, E); arms of other lengths are drawn as far as they go; x: positions, 1 … E by
    default; log: x on a logarithmic scale, each position named.
    """
    figure = new_figure(3.7)
    axes = figure.subplots()
    ends = []
    for k, (name, values) in enumerate(arms.items()):
        runs = np.atleast_2d(np.asarray(values, float))
        at = np.arange(1, runs.shape[1] + 1) if x is None else np.asarray(x)[: runs.shape[1]]
        mean, style = runs.mean(axis=0), look(k)
        axes.plot(at, mean, label=name, markevery=max(1, len(at) // 8), **style)
        if len(runs) > 1:
            low, high = runs.min(axis=0), runs.max(axis=0)
            axes.fill_between(at, low, high, color=style["color"], alpha=0.18, linewidth=0)
        ends.append(f"{name} ends at {mean[np.isfinite(mean)][-1]:.3g}")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    if x is None:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no half epoch
    if log and x is not None:
        axes.set_xscale("log")
        axes.set_xticks(list(x), [f"{value:g}" for value in x])
        axes.set_xticks([], minor=True)
    _legend_below(figure, len(arms), sum(map(len, arms)))
    return Picture(figure, f"Curves of {ylabel} over {xlabel}: {listed(ends)}.")


def _legend_below(figure: Figure, entries: int, letters: int = 0) -> None:
    """A legend in one row, or in more where four entries or some 70 letters would not fit into it."""
    if entries > 1:
        columns = 2 if letters > 70 else entries if entries <= 4 else 3
        figure.legend(loc="outside lower center", ncols=columns)


@styled
def gain_curve(
    x: Sequence[float],
    gains: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    xlabel: str,
    reported: float | None = None,
) -> Picture:
    """A difference between two arms over a dial, with its interval at each recorded point.

    reported: what the paper printed, as a dashed line.
    """
    figure = new_figure(3.4)
    axes = figure.subplots()
    bars = [np.subtract(gains, lows), np.subtract(highs, gains)]
    axes.errorbar(x, gains, bars, color=COLOURS[0], marker="o", capsize=4, label="measured, 95 % interval")
    axes.axhline(0, color="#444444", linewidth=1)
    said = ""
    if reported is not None:
        axes.axhline(reported, color=COLOURS[1], linestyle="--", label=f"reported {reported:+g}")
        figure.legend(loc="outside lower center", ncols=2)
        said = f" The paper reports {reported:+g}."
    axes.set_xticks(x, [f"{value:g}" for value in x])
    axes.set(xlabel=xlabel, ylabel="gain of the LSTM (points)")
    told = [
        f"{g:+.1f} [{a:+.1f}, {b:+.1f}] at {v:g}" for v, g, a, b in zip(x, gains, lows, highs, strict=True)
    ]
    return Picture(figure, f"gain of the LSTM (points) over {xlabel}: {listed(told)}.{said}")


@styled
def splits_spread(
    values: Mapping[str, Sequence[float]],
    title: str = "",
    one: str = "split",
    xlabel: str = "accuracy (%)",
    limits: tuple[float, float] | None = None,
    chance: float | None = None,
) -> Picture:
    """The accuracy of each split (or other `one`) in percent as a dot, one row an arm, the mean as a bar.

    limits: of the axis, so that pictures of other choices can be compared; chance: in percent, a dotted line.
    """
    figure = new_figure(1.5 + 0.55 * len(values))
    axes = figure.subplots()
    told = []
    for row, (name, listing) in enumerate(values.items()):
        found = np.asarray(listing, float)
        jitter = np.linspace(-0.16, 0.16, len(found)) if len(found) > 1 else 0.0
        axes.plot(found, row + jitter, "o", color=COLOURS[0], alpha=0.7, markeredgewidth=0)
        axes.plot([found.mean()] * 2, [row - 0.3, row + 0.3], color="black", linewidth=2.5)
        sd = f", standard deviation {found.std(ddof=1):.1f}" if len(found) > 1 else ""
        ones = one if len(found) == 1 else f"{one}s"
        told.append(f"{name} {found.mean():.1f} on average over {len(found)} {ones}{sd}")
    axes.set_yticks(range(len(values)), list(values))
    axes.set(ylim=(len(values) - 0.5, -0.5), xlim=limits, xlabel=xlabel, title=title)
    handles = [
        Line2D([], [], color=COLOURS[0], marker="o", linestyle="", label=f"one {one}"),
        Line2D([], [], color="black", marker="|", markersize=13, mew=2.5, linestyle="", label="their mean"),
    ]
    if chance is not None:
        handles.append(axes.axvline(chance, color="#444444", linestyle=":", label=f"chance, {chance:.0f} %"))
        told.append(f"chance {chance:.0f}")
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return Picture(figure, f"Accuracy by {one}: {listed(told)}.")


@styled
def reported_beside_measured(rows: Sequence[Any], title: str = "") -> Picture:
    """Differences in points: what the paper reports (diamond) beside what runs show (dot with interval).

    rows: of `vidlab.claims.verdicts`; rows in other units or without any number are left out.
    """
    chosen = [
        row for row in rows if row.unit == "points" and (row.estimate is not None or row.reported_value)
    ]
    if not chosen:
        raise ValueError("no row has a number in points to draw")
    figure = new_figure(1.35 + 0.5 * len(chosen))
    axes = figure.subplots()
    axes.axvline(0, color="#444444", linewidth=1)
    names, told = [], []
    for y, row in enumerate(chosen):
        if row.reported_value is not None:
            axes.plot(row.reported_value, y - 0.17, "D", color=COLOURS[1], markersize=7)
        if row.estimate is not None:
            axes.plot([row.low, row.high], [y + 0.12] * 2, color=COLOURS[0], linewidth=3)
            axes.plot(row.estimate, y + 0.12, "o", color=COLOURS[0], markersize=8)
        name, measured = f"{row.claim}: {row.test}", row.measured or "not recorded"
        names.append("\n".join(textwrap.wrap(name, 36, max_lines=2, placeholder=" …")))
        told.append(f"{row.claim} {row.test}: reported {row.reported}, measured {measured}, {row.verdict}")
    axes.set_yticks(range(len(chosen)), names)
    axes.set(ylim=(len(chosen) - 0.45, -0.55), xlabel="difference (percentage points)", title=title)
    handles = [
        Line2D([], [], color=COLOURS[1], marker="D", linestyle="", label="reported, real data"),
        Line2D([], [], color=COLOURS[0], marker="o", linewidth=3, label="measured, synthetic data"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return Picture(figure, f"Reported beside measured differences. {'; '.join(told)}.")
