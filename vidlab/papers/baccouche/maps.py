"""Baccouche 2011, Fig. 2 measured: how far do the maps of C1 tell the person from the background? (bac-8)"""

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from vidlab import synth, transforms
from vidlab.nets.baccouche import ConvNet3D
from vidlab.papers.baccouche.data import WORLD
from vidlab.videos.benchmark import Benchmark

ACTIONS = ("walking", "boxing", "handclapping", "handwaving")  # the four of the paper's Fig. 2


def c1_maps(net: ConvNet3D, clip: torch.Tensor) -> np.ndarray:
    """Rectified maps of C1 for one window (frames, 54, 34): (7, T, 48, 28), T as the kernel leaves it."""
    with torch.inference_mode():
        return net.C1(clip[None, None]).abs()[0].numpy()


def window_with_mask(name: str, size: str, at: int = 60, frames: int = 9):
    """One window of a synthetic video, normalised (frames, 54, 34), and the actor's mask in the same box."""
    start = max(0, at - 20)
    truth = synth.truth(WORLD, name, size=size, frames=(start, start + 40 + frames))
    grey = transforms.halve(truth.frames)
    centres = transforms.person_box(grey)
    boxes = torch.from_numpy(transforms.crop_box(grey, centres)).float()
    mask = transforms.crop_box(transforms.halve(truth.actor.astype(np.uint8) * 255), centres) > 127
    clip = transforms.local_contrast_normalise(boxes)
    inside = slice(at - start, at - start + frames)
    return clip[inside], mask[inside]


def mask_auc(net: ConvNet3D, benchmark: Benchmark, videos, size: str, seed: int = 0) -> dict[str, float]:
    """Area under the ROC curve of C1 maps against the actor's mask, on a test video of each action of Fig. 2.

    0.5 is chance. `c1_mask_auc` is that of the best of the seven maps, `c1_mask_auc_untrained` the same for
    the network before training, since filters drawn at random find edges, too; `c1_mask_auc_gain` is the
    difference.
    """
    names = [benchmark.videos[i].path.stem.removesuffix("_uncomp") for i in videos]
    shown = [next(n for n in names if n.split("_")[1] == action) for action in ACTIONS]
    windows = [window_with_mask(name, size, at=30) for name in shown]
    torch.manual_seed(seed)
    untrained = ConvNet3D(len(benchmark.classes))
    best, before = _best_area(net, windows), _best_area(untrained, windows)
    return {"c1_mask_auc": best, "c1_mask_auc_untrained": before, "c1_mask_auc_gain": best - before}


def _best_area(net: ConvNet3D, windows: list[tuple[torch.Tensor, np.ndarray]]) -> float:
    """The largest area of the seven maps, over the pixels of all windows (9, 54, 34) with their masks."""
    maps = [c1_maps(net, clip) for clip, _ in windows]
    values = np.concatenate([m.reshape(7, -1) for m in maps], axis=1)
    inside = [mask[2:-2, 3:-3, 3:-3].ravel() for _, mask in windows]  # what the 5 x 7 x 7 kernel covers whole
    return float(max(roc_auc_score(np.concatenate(inside), row) for row in values))
