"""Pictures of clip networks: how time and space shrink, and what a feature map sees in a clip."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from vidlab.plots.diagrams import _arrow, _sheet
from vidlab.plots.flow import flow_colours
from vidlab.plots.frames import filmstrip
from vidlab.plots.picture import COLOURS, WIDTH, Picture, listed, look, new_figure, styled

Stage = tuple[str, str, int, int, int]


@styled
def clip_network(stages: Sequence[Stage], title: str = "") -> Picture:
    """A network over clips, left to right: each volume as a stack of cards, one card a frame.

    stages: (name, what leads to it, maps, frames, side in cells); frames 0 for a layer of `maps` numbers.
    """
    middle, room = 1.42, WIDTH / len(stages)
    figure, axes = _sheet(2.75 if title else 2.5)
    largest = max(stage[4] for stage in stages)
    before = None
    for column, (name, what, maps, frames, side) in enumerate(stages):
        centre = (column + 0.5) * room
        wide = 0.5 * room * (side / largest) ** 0.5 if frames else 0.12
        high = wide if frames else 0.3 + 0.6 * (maps / 4096) ** 0.5
        shift = min(0.02, 0.28 * room / max(frames, 1))
        half = (wide + shift * max(frames - 1, 0)) / 2
        for card in range(max(frames, 1))[::-1]:  # the first frame lies in front
            x, y = centre - half + shift * card, middle - high / 2 + shift * (card - max(frames - 1, 0) / 2)
            face = COLOURS[0] if frames else COLOURS[1]
            axes.add_patch(Rectangle((x, y), wide, high, facecolor=face, edgecolor="white", linewidth=0.7))
        times = f"{frames} frame{'s' if frames > 1 else ''}"
        size = f"{maps} maps\n{times}\n{side} × {side}" if frames else f"{maps:,}\nnumbers"
        axes.text(centre, 2.32, name, ha="center", va="bottom", weight="bold", fontsize=9.5)
        axes.text(centre, 2.28, what, ha="center", va="top", fontsize=8.5, color="#444444", linespacing=1.2)
        axes.text(centre, 0.66, size, ha="center", va="top", fontsize=9, linespacing=1.3)
        if before is not None and centre - half - before > 0.12:
            _arrow(axes, (before + 0.02, middle), (centre - half - 0.02, middle))
        before = centre + half
    axes.text(0.08, 2.7, title, ha="left", va="top", fontsize=12)
    told = [f"{n} {w} {m} x {t} x {s} x {s}" if t else f"{n} {m} numbers" for n, w, m, t, s in stages]
    alt = f"Diagram of a network over clips, one card a frame: {'; '.join(told)}."
    return Picture(figure, alt.replace("\n", " "))


def back_projection(
    clip: np.ndarray, back: np.ndarray, flow: np.ndarray, every: int = 2, what: str = "synthetic clip",
    caption: str = "",
) -> Picture:  # fmt: skip
    """Fig. 15: a clip, what one activation saw in it, and its optical flow, in three rows.

    clip: (T, H, W, 3) uint8; back: (3, T, H, W), grey is 0; flow: (T, 2, H, W), grey is still. The strongest
    hundredth of the signals are drawn alike: one pixel would else leave all others grey. Colours of
    flow are scaled to this clip alone.
    """
    signal = np.asarray(back, float).transpose(1, 2, 3, 0)
    strongest = np.quantile(np.abs(signal[signal != 0]), 0.99) if signal.any() else 1.0
    seen = (127.5 + 127.5 * np.clip(signal / strongest, -1, 1)).astype(np.uint8)
    longest = max(float(np.quantile(np.hypot(flow[:, 0], flow[:, 1]), 0.999)), 0.1)
    moves = np.stack([(255 * flow_colours(field, longest)).astype(np.uint8) for field in flow])
    rows = {"clip": clip, "back-projection": seen, "optical flow": moves}
    return filmstrip(rows, every=every, what=what, coarse=8, caption=caption)


@styled
def shares_by_frame(
    shares: Mapping[str, Sequence[float]], chances: Mapping[str, Sequence[float]], energy: Sequence[float],
    whose: str = "",
) -> Picture:  # fmt: skip
    """Left, by frame and in percent: of a frame's energy how much lies where, beside the share of the area
    (dashed, the same colour). Right: of the whole energy how much lies in each frame, beside an even share.
    """
    figure = new_figure(3.6)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    told = []
    for k, (name, values) in enumerate(shares.items()):
        style = look(k)
        left.plot(values, label=name, markevery=3, **style)
        left.plot(
            chances[name], color=style["color"], linestyle=(0, (2, 2)), linewidth=1.5, label=f"{name}: area"
        )
        ends = [f"{min(row):.0f} to {max(row):.0f}" for row in (values, chances[name])]
        told.append(f"{name} {ends[0]} % of a frame's energy, {ends[1]} % of its area")
    left.set(xlabel="frame", ylabel="share (%)", title="of each frame's energy", ylim=(0, None))
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.bar(range(len(energy)), energy, color=COLOURS[2], label="energy")
    right.axhline(100 / len(energy), color="#444444", linestyle=":", label="an even share")
    right.set(xlabel="frame", ylabel="share (%)", title="of all energy")
    figure.suptitle(whose) if whose else None
    figure.legend(loc="outside lower center", ncols=3)
    strongest = int(np.argmax(energy))
    most = f"Most energy ({energy[strongest]:.0f} %) lies in frame {strongest}, {energy[0]:.0f} % in frame 0"
    return Picture(figure, f"Energy of back-projections by frame: {listed(told)}. {most}.")
