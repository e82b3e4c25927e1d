"""Pictures of numbers: confusions, maps of features, curves, intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vidlab.plots.picture import COLOURS, MARKERS, Picture, listed, new_figure, styled


@styled
def confusion(matrix: np.ndarray, classes: Sequence[str], title: str = "", what: str = "videos") -> Picture:
    """Rows are the true classes, columns the answers; each cell shows its share of the row and the count.

    matrix: (K, K) counts.
    """
    matrix = np.asarray(matrix)
    total = matrix.sum(axis=1, keepdims=True)
    share = np.divide(matrix, total, out=np.zeros(matrix.shape), where=total > 0)
    size = len(classes)
    figure = new_figure(1.9 + 0.52 * size, min(7.2, 2.6 + 0.78 * size))
    axes = figure.subplots()
    image = axes.imshow(100 * share, vmin=0, vmax=100, aspect="auto")
    for i in range(size):
        for j in range(size):
            if matrix[i, j]:
                colour = "black" if share[i, j] > 0.55 else "white"
                axes.text(j, i, _cell(share[i, j], matrix[i, j]), ha="center", va="center", color=colour)
    axes.set_xticks(range(size), classes, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size), classes)
    axes.set_xlabel("answer")
    axes.set_ylabel("true class")
    axes.grid(False)
    if title:
        axes.set_title(title)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    bar.set_label(f"% of the {what} of a class")
    bar.outline.set_visible(False)  # type: ignore[operator]
    accuracy = 100 * np.trace(matrix) / max(1, matrix.sum())
    alt = f"Confusion matrix of {size} classes over {matrix.sum():g} {what}; {accuracy:.1f} % are right. "
    return Picture(figure, alt + _worst(share, classes))


def _cell(share: float, count: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.995 or share * 100 >= 1 else "<1"


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
    points, labels = np.asarray(points), np.asarray(labels)
    figure = new_figure(4.6)
    axes = figure.subplots()
    for k, name in enumerate(classes):
        mine = points[labels == k]
        style: dict[str, Any] = {"color": COLOURS[k % 7], "marker": MARKERS[(k + k // 7) % 7], "s": 26}
        axes.scatter(*mine.T, label=name, alpha=0.75, linewidths=0.3, edgecolors="white", **style)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("first coordinate of the map (no unit)")
    axes.set_ylabel("second coordinate (no unit)")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.3)
    if title:
        axes.set_title(title)
    near = _same_neighbour(points, labels)
    alt = (
        f"A two-dimensional map of {len(points)} points in {len(classes)} classes ({listed(list(classes))}); "
    )
    return Picture(
        figure, alt + f"for {near:.0f} % of the points the nearest other point is of the same class."
    )


@styled
def scatter(
    points: np.ndarray, labels: np.ndarray, classes: Sequence[str], xlabel: str, ylabel: str
) -> Picture:
    """Two measured numbers against each other, (n, 2), one colour and one marker a class; labels (n,) int."""
    points, labels = np.asarray(points), np.asarray(labels)
    figure = new_figure(3.7)
    axes = figure.subplots()
    told = []
    for k, name in enumerate(classes):
        mine = points[labels == k]
        marks: dict[str, Any] = {"color": COLOURS[k % 7], "marker": MARKERS[k % 7], "s": 30}
        axes.scatter(*mine.T, label=name, alpha=0.8, **marks)
        low, high = mine.min(axis=0), mine.max(axis=0)
        told.append(f"{name} {low[0]:.2f} to {high[0]:.2f} and {low[1]:.2f} to {high[1]:.2f}")
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    _legend_below(figure, len(classes))
    return Picture(figure, f"{ylabel} against {xlabel} of {len(points)} points: {'; '.join(told)}.")


def _same_neighbour(points: np.ndarray, labels: np.ndarray) -> float:
    """Percent of points whose nearest neighbour has their label."""
    from scipy.spatial import cKDTree

    if len(points) < 2:
        return 100.0
    _, nearest = cKDTree(points).query(points, k=2)
    return 100 * float((labels[nearest[:, 1]] == labels).mean())


@styled
def curves(
    arms: Mapping[str, Any],
    x: Sequence[float] | None = None,
    xlabel: str = "epoch",
    ylabel: str = "accuracy (%)",
    title: str = "",
    reported: float | None = None,
) -> Picture:
    """One line an arm: its mean over runs, with the range of the runs as a band.

    arms: name -> (E,) or (runs, E); arms of other lengths are drawn as far as they go; x: positions, 1 … E by
    default; reported: a level printed in the paper, as a dotted line.
    """
    figure = new_figure(3.7)
    axes = figure.subplots()
    ends = []
    for k, (name, values) in enumerate(arms.items()):
        runs = np.atleast_2d(np.asarray(values, float))
        at = np.arange(1, runs.shape[1] + 1) if x is None else np.asarray(x)[: runs.shape[1]]
        mean, colour = runs.mean(axis=0), COLOURS[k % 7]
        marks: dict[str, Any] = {"marker": MARKERS[k % 7], "markevery": max(1, len(at) // 8)}
        axes.plot(at, mean, color=colour, label=name, **marks)
        if len(runs) > 1:
            axes.fill_between(at, runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.18, linewidth=0)
        ends.append(f"{name} ends at {mean[-1]:.3g}")
    if reported is not None:
        axes.axhline(reported, color="#444444", linestyle=":", label=f"reported {reported:g}")
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if title:
        axes.set_title(title)
    _legend_below(figure, len(arms) + (reported is not None))
    said = f" The paper reports {reported:g}." if reported is not None else ""
    return Picture(figure, f"Curves of {ylabel} over {xlabel}: {listed(ends)}.{said}")


def _legend_below(figure: Figure, entries: int) -> None:
    if entries > 1:
        figure.legend(loc="outside lower center", ncols=entries if entries <= 4 else 3)


@styled
def gain_curve(
    x: Sequence[float],
    gains: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    xlabel: str,
    ylabel: str = "gain of the LSTM (points)",
    reported: float | None = None,
    title: str = "",
) -> Picture:
    """A difference between two arms over a dial, with its interval at each recorded point."""
    figure = new_figure(3.4)
    axes = figure.subplots()
    bars = [np.subtract(gains, lows), np.subtract(highs, gains)]
    axes.errorbar(x, gains, bars, color=COLOURS[0], marker="o", capsize=4, label="measured, 95 % interval")
    axes.axhline(0, color="#444444", linewidth=1)
    if reported is not None:
        axes.axhline(reported, color=COLOURS[1], linestyle="--", label=f"reported {reported:+g}")
        figure.legend(loc="outside lower center", ncols=2)
    axes.set_xticks(x, [f"{value:g}" for value in x])
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if title:
        axes.set_title(title)
    told = [
        f"{g:+.1f} [{a:+.1f}, {b:+.1f}] at {v:g}" for v, g, a, b in zip(x, gains, lows, highs, strict=True)
    ]
    said = f" The paper reports {reported:+g}." if reported is not None else ""
    return Picture(figure, f"{ylabel} over {xlabel}: {listed(told)}.{said}")


@styled
def splits_spread(
    values: Mapping[str, Sequence[float]], reported: Mapping[str, float] | None = None, title: str = ""
) -> Picture:
    """The accuracy of each split as a dot, one row an arm, with mean (bar) and reported level (diamond)."""
    reported = reported or {}
    figure = new_figure(1.5 + 0.55 * len(values))
    axes = figure.subplots()
    told = []
    for row, (name, listing) in enumerate(values.items()):
        found = np.asarray(listing, float)
        jitter = np.linspace(-0.16, 0.16, len(found)) if len(found) > 1 else np.zeros(1)
        axes.plot(found, row + jitter, "o", color=COLOURS[0], alpha=0.7, markeredgewidth=0)
        axes.plot([found.mean()] * 2, [row - 0.3, row + 0.3], color="black", linewidth=2.5)
        if name in reported:
            axes.plot(reported[name], row, "D", color=COLOURS[1], markersize=8)
        sd = f", standard deviation {found.std(ddof=1):.1f}" if len(found) > 1 else ""
        told.append(f"{name} {found.mean():.1f} on average over {len(found)} splits{sd}")
    axes.set_yticks(range(len(values)), list(values))
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.set_xlabel("accuracy (%)")
    if title:
        axes.set_title(title)
    handles = [
        Line2D([], [], color=COLOURS[0], marker="o", linestyle="", label="one split"),
        Line2D([], [], color="black", marker="|", markersize=13, mew=2.5, linestyle="", label="their mean"),
    ]
    if reported:
        handles.append(
            Line2D([], [], color=COLOURS[1], marker="D", linestyle="", label="reported (real data)")
        )
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    said = "".join(f" Reported for {name}: {value:g}." for name, value in reported.items())
    return Picture(figure, f"Accuracy by split: {listed(told)}.{said}")


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
    told = []
    for y, row in enumerate(chosen):
        if row.reported_value is not None:
            axes.plot(row.reported_value, y - 0.17, "D", color=COLOURS[1], markersize=7)
        if row.estimate is not None:
            axes.plot([row.low, row.high], [y + 0.12] * 2, color=COLOURS[0], linewidth=3)
            axes.plot(row.estimate, y + 0.12, "o", color=COLOURS[0], markersize=8)
        measured = row.measured or "not recorded"
        told.append(f"{row.claim} {row.test}: reported {row.reported}, measured {measured}, {row.verdict}")
    axes.set_yticks(range(len(chosen)), [_label(row) for row in chosen])
    axes.set_ylim(len(chosen) - 0.45, -0.55)
    axes.set_xlabel("difference (percentage points)")
    if title:
        axes.set_title(title)
    handles = [
        Line2D([], [], color=COLOURS[1], marker="D", linestyle="", label="reported, real data"),
        Line2D([], [], color=COLOURS[0], marker="o", linewidth=3, label="measured, synthetic data"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return Picture(figure, f"Reported beside measured differences. {'; '.join(told)}.")


def _label(row: Any) -> str:
    """claim and comparison in at most three short lines."""
    import textwrap

    return "\n".join(textwrap.wrap(f"{row.claim}: {row.test}", 36, max_lines=2, placeholder=" …"))
