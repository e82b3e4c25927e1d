"""Tran et al. 2015, Figs. 4 and 9 to 15 as numbers: do back-projections of conv5b lie on what moves?

"C3D starts by focusing on appearance in the first few frames and tracks the salient motion in the subsequent
frames" (Sec. 3.3): the paper shows chosen pictures. Here every map of conv5b is asked, in the clip in which
it fires most, in a world whose true motion is known.
"""

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
from vidlab.nets.c3d import ClipNet
from vidlab.papers.c3d import table
from vidlab.papers.c3d.clips import Clips, centre_crops
from vidlab.papers.c3d.solve import Solver
from vidlab.papers.worlds import Material, material
from vidlab.synth.groundtruth import Truth

LAYER, FRAMES, FIRST = "relu5b", 16, 3  # "the first few frames"
MOVING = 0.5  # pixels a frame beyond the background's, in frames of 120 rows


def train(experiment: Experiment, size: str, device: str = "cpu") -> Outcome:
    """A row a feature map: `asks` is "moving" (its energy lies on moving pixels more than chance, after the
    first frames) or "later" (and more so than in the first frames). Right means yes.

    extra holds the mean curves by frame: shares of the energy, and chance.
    """
    below = table.needs(experiment)[0]
    solver = Solver(size, device)
    net = solver.solve(below).net.eval()
    found = material(experiment.data, size, below.net.get("side", 128))
    rows = [measured(net, found, size, *top) for top in tops(net, found, experiment.split)]
    told = [row for row in rows if np.isfinite(row["gains"]).all()]
    gains = np.array([row["gains"] for row in told])  # (maps, 2): in the first frames, and later
    yes = gains[:, 1] > (1.0 if experiment.net["asks"] == "moving" else gains[:, 0])
    curves = {name: np.nanmean([row[name] for row in told], axis=0).tolist() for name in CURVES}
    means = {"first_frames": float(np.median(gains[:, 0])), "later": float(np.median(gains[:, 1]))}
    return Outcome([row["name"] for row in told], [row["group"] for row in told], np.ones(len(yes), int),
                   np.stack([~yes, yes], 1).astype(float), yes.astype(int), extra=curves | means)  # fmt: skip


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
    masks = [cropped(mask, found.side, crop) for mask in (moving(truth), truth.actor)]
    (energy, on_moving), (_, on_person) = (energy_by_frame(back, mask) for mask in masks)
    chance_moving, chance_person = (mask.mean((1, 2)) for mask in masks)
    parts = slice(None, FIRST), slice(FIRST, None)
    with np.errstate(invalid="ignore", divide="ignore"):
        gains = [np.nansum((energy * on_moving)[part]) / energy[part].sum() / chance_moving[part].mean()
                 for part in parts]  # fmt: skip
    return {"name": f"map {channel} in {film.name}", "group": film.group, "gains": gains, "energy": energy,
            "on_moving": on_moving, "chance_moving": chance_moving, "on_person": on_person,
            "chance_person": chance_person}  # fmt: skip


def moving(truth: Truth) -> np.ndarray:
    """(T, H, W) bool: pixels whose flow differs from the background's median by more than half a pixel."""
    flow = np.concatenate([truth.flow, truth.flow[-1:]])  # the last frame moves like the one before
    still = np.stack(
        [np.median(field[:, ~mask], axis=1) for field, mask in zip(flow, truth.actor, strict=True)]
    )
    beyond = np.linalg.norm(flow - still[:, :, None, None], axis=1)
    return beyond > MOVING * truth.actor.shape[1] / 120


def cropped(masks: np.ndarray, side: int, crop: int) -> np.ndarray:
    """Masks (T, H, W) bool as the network sees their frames: made small, then the centre."""
    height, width = masks.shape[1:]
    scale = side / min(height, width)
    size = round(width * scale), round(height * scale)
    small = [cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) for mask in masks]
    whole = torch.from_numpy(np.stack(small)[None].astype(np.float32))
    return transforms.five_crops(whole, crop)[0, 4].numpy() > 0.5
