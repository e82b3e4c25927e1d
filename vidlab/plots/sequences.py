"""Pictures of decisions over time."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from vidlab.plots.picture import COLOURS, Picture, listed, look, new_figure, styled

EMPTY = "#e4e4e4"
FPS = 25.0  # KTH's, and that of the drawn videos
HOP = 9  # frames from one window to the next


@styled
def unrolled(
    lstm: np.ndarray,
    windows: np.ndarray,
    classes: Sequence[str],
    label: int,
    present: np.ndarray | None = None,
) -> Picture:
    """What the LSTM says after each window, above what each window says alone, beside the vote.

    lstm, windows: (T, K) probabilities of the second and of the first stage; label: the true class;
    present: (T,) bool, whether anyone is in the window (grey where not; by default always).
    """
    present = np.ones(len(lstm), bool) if present is None else np.asarray(present)
    seconds = np.arange(len(lstm)) * HOP / FPS
    votes = np.bincount(windows.argmax(axis=1), minlength=len(classes)) / len(windows)
    mean = lstm.mean(axis=0)
    figure = new_figure(5.0)
    axes = figure.subplots(2, 2, width_ratios=(3.6, 1), sharex="col")
    for (line, bars), values, shares in zip(axes, (lstm, windows), (mean, votes), strict=True):
        _shade(line, seconds, present)
        for k in _worth_showing(lstm, windows, label):
            line.plot(seconds, values[:, k], label=classes[k], markevery=max(1, len(values) // 10), **look(k))
        line.set(ylim=(-0.03, 1.03), ylabel="probability")
        bars.barh(range(len(classes)), 100 * shares, color=[look(k)["color"] for k in range(len(classes))])
        bars.set_yticks(range(len(classes)), classes, fontsize=9)
        bars.invert_yaxis()
        bars.set_xlim(0, 100)
    axes[0, 0].set_title("LSTM, after each window")
    axes[0, 1].set_title("its mean (%)")
    axes[1, 0].set_title("3D-ConvNet, each window alone")
    axes[1, 1].set_title("votes (%)")
    axes[1, 0].set_xlabel("time (s)")
    handles, names = axes[0, 0].get_legend_handles_labels()
    empty = ""
    if not present.all():
        handles.append(Patch(color=EMPTY))
        names.append("nobody there")
        empty = f" In {(~present).sum()} windows nobody is there."
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), columnspacing=1.2)
    alt = (
        f"Class probabilities over {len(lstm)} windows. The LSTM settles on {classes[int(mean.argmax())]}; "
        f"the windows vote for {classes[int(votes.argmax())]} with {100 * votes.max():.0f} % of the votes."
        f"{empty} The true class is {classes[label]}."
    )
    return Picture(figure, alt)


def _worth_showing(lstm: np.ndarray, windows: np.ndarray, label: int) -> list[int]:
    """The true class and the three highest others: many flat lines at zero would only hide them."""
    peak = np.maximum(lstm, windows).mean(axis=0)
    peak[label] = np.inf
    return sorted(np.argsort(-peak)[:4].tolist())


def _shade(axes: Axes, seconds: np.ndarray, present: np.ndarray) -> None:
    step = seconds[1] - seconds[0] if len(seconds) > 1 else 1.0
    for t in seconds[~present]:
        axes.axvspan(t - step / 2, t + step / 2, color=EMPTY, linewidth=0, zorder=0)


@styled
def traces(
    rows: Mapping[str, np.ndarray],
    ylabel: str,
    shade: Mapping[str, np.ndarray],
    shaded: str = "nobody there",
) -> Picture:
    """One measured number over time, one panel a row on shared axes, with some frames shaded.

    rows: name -> (T,), which may differ in length; shade: name -> (T,) bool; shaded: what the shading means.
    """
    figure = new_figure(0.9 + 0.95 * len(rows))
    axes = figure.subplots(len(rows), sharex=True, sharey=True, squeeze=False)[:, 0]
    told = []
    for k, (line, (name, values)) in enumerate(zip(axes, rows.items(), strict=True)):
        seconds = np.arange(len(values)) / FPS
        dark = shade.get(name, np.zeros(len(values), bool))
        _shade(line, seconds, ~dark)
        line.plot(seconds, values, markersize=4, linewidth=1.6, **look(k))
        line.text(1.01, 0.5, name, transform=line.transAxes, va="center", color=COLOURS[k % 7])
        share = f", {shaded} in {100 * dark.mean():.0f} % of the frames" if dark.any() else ""
        told.append(f"{name} between {np.nanmin(values):.2g} and {np.nanmax(values):.2g}{share}")
    axes[-1].set_xlabel("time (s)")
    figure.supylabel(ylabel, fontsize=11)
    figure.legend([Patch(color=EMPTY)], [shaded], loc="outside upper right")
    return Picture(figure, f"{ylabel} over time: {listed(told)}.")
