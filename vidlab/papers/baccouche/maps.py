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


def window_with_mask(name: str, size: str, at: int = 60, frames: int = 9, lcn: bool = True):
    """One window of a synthetic video, normalised (frames, 54, 34), and the actor's mask in the same box."""
    start = max(0, at - 20)
    truth = synth.truth(WORLD, name, size=size, frames=(start, start + 40 + frames))
    grey = transforms.halve(truth.frames)
    centres = transforms.person_box(grey)
    boxes = torch.from_numpy(transforms.crop_box(grey, centres)).float()
    mask = transforms.crop_box(transforms.halve(truth.actor.astype(np.uint8) * 255), centres) > 127
    clip = transforms.local_contrast_normalise(boxes) if lcn else (boxes - 110) / 40
    inside = slice(at - start, at - start + frames)
    return clip[inside], mask[inside]


def mask_auc(
    net: ConvNet3D, benchmark: Benchmark, videos, size: str, frames: int = 9, lcn: bool = True
) -> dict[str, float]:
    """Area under the ROC curve of C1 maps against the actor's mask, on a test video of each action of Fig. 2.

    0.5 is chance. `c1_mask_auc` is that of the best of the seven maps, `c1_mask_auc_mean` the mean of all.
    """
    values, masks = [], []
    for action in ACTIONS:
        names = [benchmark.videos[i].path.stem.removesuffix("_uncomp") for i in videos]
        name = next(n for n in names if n.split("_")[1] == action)
        clip, mask = window_with_mask(name, size, at=30, frames=frames, lcn=lcn)
        maps = c1_maps(net, clip)
        rows, columns = maps.shape[2:]
        before = (frames - maps.shape[1]) // 2
        values.append(maps.reshape(7, -1))
        masks.append(mask[before : before + maps.shape[1], 3 : 3 + rows, 3 : 3 + columns].reshape(-1))
    truth = np.concatenate(masks)
    areas = [roc_auc_score(truth, row) for row in np.concatenate(values, 1)]
    return {"c1_mask_auc": float(max(areas)), "c1_mask_auc_mean": float(np.mean(areas))}
