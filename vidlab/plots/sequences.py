"""Pictures of decisions over time."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Patch

from vidlab.plots.picture import COLOURS, MARKERS, Picture, listed, new_figure, styled

EMPTY = "#e4e4e4"


@styled
def unrolled(
    lstm: np.ndarray,
    windows: np.ndarray,
    classes: Sequence[str],
    label: int | None = None,
    present: np.ndarray | None = None,
    hop: int = 9,
    fps: float = 25.0,
) -> Picture:
    """What the LSTM says after each window, above what each window says alone, beside the vote.

    lstm, windows: (T, K) probabilities of the second and of the first stage; label: the true class;
    present: (T,) bool, whether anyone is in the window (grey where not).
    """
    lstm, windows = np.asarray(lstm), np.asarray(windows)
    seconds = np.arange(len(lstm)) * hop / fps
    figure = new_figure(5.0)
    axes = figure.subplots(2, 2, width_ratios=(3.6, 1), sharex="col")
    shown = _worth_showing(lstm, windows, label)
    for line, values in zip(axes, (lstm, windows), strict=True):
        if present is not None:
            _shade(line[0], seconds, np.asarray(present, bool))
        for k in shown:
            style = {
                "color": COLOURS[k % 7],
                "marker": MARKERS[k % 7],
                "markevery": max(1, len(values) // 10),
            }
            line[0].plot(seconds, values[:, k], label=classes[k], **style)
        line[0].set_ylim(-0.03, 1.03)
        line[0].set_ylabel("probability")
    votes = np.bincount(windows.argmax(axis=1), minlength=len(classes)) / len(windows)
    for line, shares in zip(axes, (lstm.mean(axis=0), votes), strict=True):
        line[1].barh(range(len(classes)), 100 * shares, color=[COLOURS[k % 7] for k in range(len(classes))])
        line[1].set_yticks(range(len(classes)), classes, fontsize=9)
        line[1].invert_yaxis()
        line[1].set_xlim(0, 100)
    axes[0, 0].set_title("LSTM, after each window")
    axes[0, 1].set_title("its mean (%)")
    axes[1, 0].set_title("3D-ConvNet, each window alone")
    axes[1, 1].set_title("votes (%)")
    axes[1, 0].set_xlabel("time (s)")
    handles, names = axes[0, 0].get_legend_handles_labels()
    if present is not None and not np.all(present):
        handles.append(Patch(color=EMPTY))
        names.append("nobody there")
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), columnspacing=1.2)
    said, voted = classes[int(lstm.mean(axis=0).argmax())], classes[int(votes.argmax())]
    empty = "" if present is None else f" In {np.sum(~np.asarray(present, bool))} windows nobody is there."
    true = f" The true class is {classes[label]}." if label is not None else ""
    alt = f"Class probabilities over {len(lstm)} windows. The LSTM settles on {said}; the windows vote for"
    return Picture(figure, f"{alt} {voted} with {100 * votes.max():.0f} % of the votes.{empty}{true}")


def _worth_showing(lstm: np.ndarray, windows: np.ndarray, label: int | None) -> list[int]:
    """The classes that ever matter, at most four: many flat lines at zero would only hide them."""
    peak = np.maximum(lstm, windows).mean(axis=0)
    if label is not None:
        peak[label] = np.inf
    return sorted(np.argsort(-peak)[:4].tolist())


def _shade(axes, seconds: np.ndarray, present: np.ndarray) -> None:
    step = seconds[1] - seconds[0] if len(seconds) > 1 else 1.0
    for t in seconds[~present]:
        axes.axvspan(t - step / 2, t + step / 2, color=EMPTY, linewidth=0, zorder=0)


@styled
def probabilities(
    values: np.ndarray, classes: Sequence[str], title: str = "", xlabel: str = "window"
) -> Picture:
    """A (T, K) table of probabilities as an image, one row a class: for many classes or a first look."""
    values = np.asarray(values)
    figure = new_figure(1.3 + 0.33 * len(classes))
    axes = figure.subplots()
    image = axes.imshow(values.T, vmin=0, vmax=1, aspect="auto")
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel(xlabel)
    axes.grid(False)
    if title:
        axes.set_title(title)
    figure.colorbar(image, ax=axes, pad=0.02).set_label("probability")
    top = np.bincount(values.argmax(axis=1), minlength=len(classes))
    told = [f"{classes[k]} in {top[k]}" for k in np.argsort(-top)[:3] if top[k]]
    return Picture(
        figure,
        f"Probabilities of {len(classes)} classes over {len(values)} windows; highest: {listed(told)}.",
    )


@styled
def traces(
    rows: Mapping[str, np.ndarray],
    ylabel: str,
    shade: Mapping[str, np.ndarray] | None = None,
    shaded: str = "nobody there",
    fps: float = 25.0,
) -> Picture:
    """One measured number over time, one panel a row on shared axes, with some frames shaded.

    rows: name -> (T,), which may differ in length; shade: name -> (T,) bool; shaded: what the shading means.
    """
    figure = new_figure(0.9 + 0.95 * len(rows))
    axes = figure.subplots(len(rows), sharex=True, sharey=True, squeeze=False)[:, 0]
    told = []
    for k, (line, (name, values)) in enumerate(zip(axes, rows.items(), strict=True)):
        seconds = np.arange(len(values)) / fps
        dark = np.asarray((shade or {}).get(name, np.zeros(len(values))), bool)
        _shade(line, seconds, ~dark)
        line.plot(seconds, values, color=COLOURS[k % 7], marker=MARKERS[k % 7], markersize=4, linewidth=1.6)
        line.text(1.01, 0.5, name, transform=line.transAxes, va="center", color=COLOURS[k % 7])
        share = f", {shaded} in {100 * dark.mean():.0f} % of the frames" if dark.any() else ""
        told.append(f"{name} between {np.nanmin(values):.2g} and {np.nanmax(values):.2g}{share}")
    axes[-1].set_xlabel("time (s)")
    figure.supylabel(ylabel, fontsize=11)
    if shade:
        figure.legend([Patch(color=EMPTY)], [shaded], loc="outside upper right")
    return Picture(figure, f"{ylabel} over time: {listed(told)}.")
