"""Tran et al. 2015, Figs. 4 and 9 to 15 as numbers: do back-projections of conv5b lie on what moves?

"C3D starts by focusing on appearance in the first few frames and tracks the salient motion in the subsequent
frames" (Sec. 3.3): the paper shows chosen pictures. Here every map of conv5b is asked, in the clip in which
it fires most, in a world whose true motion is known.
"""

from typing import cast

import cv2
import numpy as np
import torch

from vidlab import synth, transforms
from vidlab.experiment import Experiment, Outcome
from vidlab.explain.deconvolution import (
    activations,
    as_tested,
    deconvolution,
    energy_by_frame,
    layer_of,
    peaks,
)
from vidlab.nets.c3d import C3D, ClipNet
from vidlab.papers.c3d import table
from vidlab.papers.c3d.clips import Clips, centre_crops
from vidlab.papers.c3d.solve import Solver
from vidlab.papers.worlds import Material, material

LAYER, FRAMES, FIRST = "relu5b", 16, 3  # "the first few frames"
MOVING = 0.5  # pixels a frame beyond the background's, in frames of 120 rows


def train(experiment: Experiment, size: str, device: str = "cpu") -> Outcome:
    """A row a feature map: `asks` is "moving" (its energy lies on moving pixels more than chance, after the
    first frames) or "later" (and more so than in the first frames). Right means yes; a map that never fires,
    or has no energy or motion to compare, says no (`unknown` counts the latter).

    People stand in the middle and have sharp outlines, so an untrained network says yes as well, more often
    than not: compare with its arm. extra holds the mean curves by frame: shares of the energy, and chance.
    """
    solver = Solver(size, device)
    trained = table.needs(experiment)
    below = trained[0] if trained else sized(experiment, table.arm("sports-c3d")[experiment.seed])
    net = cast(C3D, solver.solve(below).net if trained else solver.network(below))
    found = material(experiment.data, size, below.net.get("side", 128))
    told = [measured(net.eval(), found, size, *top) for top in tops(net, found, experiment.split)]
    names = [f"map {k}" for k in range(net.conv5b.out_channels)]
    gains = {row["name"]: row["gains"] for row in told}
    early, later = np.array([gains.get(name, (np.nan, np.nan)) for name in names]).T
    least = early if experiment.net["asks"] == "later" else np.ones(len(later))
    yes = later > least  # nan is no
    unknown = len(told) - int(np.isfinite(later - least).sum())
    curves = {name: np.nanmean([row[name] for row in told], axis=0).tolist() for name in CURVES}
    medians = [float(np.median(side[np.isfinite(side)])) for side in (early, later)]
    return Outcome(names, names, np.ones(len(yes), int), np.stack([~yes, yes], 1).astype(float),
                   yes.astype(int),
                   extra=curves | {"gains": medians, "fire": len(told), "unknown": unknown})  # fmt: skip


def sized(experiment: Experiment, small: Experiment) -> Experiment:
    """The small experiment, or its like at the paper's size where `experiment` is of that size."""
    return table.at_paper_size(small) if table.of_paper_size(experiment) else small


CURVES = ("energy", "on_moving", "chance_moving", "on_person", "chance_person")


def middle(found: Material, video: int) -> int:
    """Where the middle clip of a video begins."""
    return max(len(found.pixels[video]) - FRAMES, 0) // 2


@torch.no_grad()
def tops(net: ClipNet, found: Material, split: str) -> list[tuple[int, int, tuple[int, ...]]]:
    """Of each map of conv5b that fires at all: its number, the test video in whose middle clip it is
    strongest, and the cell (t, y, x)."""
    tested, source, crop = found.benchmark.split(split).test, Clips(found.pixels), net.shape[-1]
    with as_tested(net):
        maps = [activations(net, centre_crops(source, v, [middle(found, v)], crop), layer_of(net, LAYER))
                for v in tested]  # fmt: skip
    every = torch.cat(maps)
    best = [max(peaks(every[:, k]), key=lambda peak: peak.value) for k in range(every.shape[1])]
    return [(k, tested[peak.index], peak.position) for k, peak in enumerate(best) if peak.value > 0]


def measured(net: ClipNet, found: Material, size: str, channel: int, video: int, cell: tuple[int, ...]
             ) -> dict:  # fmt: skip
    """Where the back-projection of one activation lies: curves by frame (16,), and how much of it moving
    pixels have, divided by their share of the area, in the first frames and later (`gains`)."""
    start, crop, film = middle(found, video), net.shape[-1], found.benchmark.videos[video]
    clip = centre_crops(Clips(found.pixels), video, [start], crop)
    back = deconvolution(net, clip, LAYER, channel, position=cell)[0]
    truth = synth.truth(found.benchmark.name, film.name, size=size, frames=(start, start + FRAMES))
    least = MOVING * truth.actor.shape[1] / 120
    masks = [
        cropped(mask, found.side, crop) for mask in (moving(truth.flow, truth.actor, least), truth.actor)
    ]
    (energy, on_moving), (_, on_person) = (energy_by_frame(back, mask) for mask in masks)
    chance_moving, chance_person = (mask.mean((1, 2)) for mask in masks)
    parts = slice(None, FIRST), slice(FIRST, None)
    with np.errstate(invalid="ignore", divide="ignore"):
        gains = [
            np.nansum((energy * on_moving)[part]) / energy[part].sum() / chance_moving[part].mean()
            for part in parts
        ]
    return {"name": f"map {channel}", "gains": gains, "energy": energy, "on_moving": on_moving,
            "chance_moving": chance_moving, "on_person": on_person,
            "chance_person": chance_person}  # fmt: skip


def moving(flow: np.ndarray, actor: np.ndarray, least: float) -> np.ndarray:
    """(T, H, W) bool: pixels that move by more than `least` beyond what the camera does to the background.

    flow (T - 1, 2, H, W) of T frames, pixels a frame; actor (T, H, W) bool. The camera's part (pan, zoom,
    turn) is linear in x and y, fitted to the background; the last frame moves like the one before.
    """
    rows, columns = np.indices(actor.shape[1:])
    at = np.stack([np.ones_like(rows), columns, rows], -1).astype(float)  # (H, W, 3)
    masks = []
    for field, person in zip(flow, actor, strict=False):
        fit, *_ = np.linalg.lstsq(at[~person], field[:, ~person].T, rcond=None)
        masks.append(np.linalg.norm(field - (at @ fit).transpose(2, 0, 1), axis=0) > least)
    return np.stack([*masks, masks[-1]])


def cropped(masks: np.ndarray, side: int, crop: int) -> np.ndarray:
    """Masks (T, H, W) bool as the network sees their frames: made small, then the centre."""
    height, width = masks.shape[1:]
    scale = side / min(height, width)
    size = round(width * scale), round(height * scale)
    small = [cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) for mask in masks]
    whole = torch.from_numpy(np.stack(small)[None].astype(np.float32))
    return transforms.five_crops(whole, crop)[0, 4].numpy() > 0.5
