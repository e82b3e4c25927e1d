"""Tran et al. 2015, the descriptors that are compared: C3D's, an image network's, trajectories' (Secs. 4-7).

Each makes one row a video and layer of a set's videos, kept on the disk. C3D: the mean over clips 8 frames
apart. Images: the mean over frames of the full6 of a CNN-M that was pre-trained on synthetic stills, where
the paper has Caffe's network. Trajectories: a bag of words in five channels, codebooks from training videos.
"""

import hashlib
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor

import vidlab
from vidlab import features, transforms
from vidlab.experiment import Experiment
from vidlab.handcrafted.bag import bag, codebook, sample
from vidlab.handcrafted.trajectories import Trajectories, dense_trajectories
from vidlab.nets.c3d import ClipNet
from vidlab.nets.cnn_m import CNNM2048
from vidlab.papers import twostream
from vidlab.papers.c3d import describe, table
from vidlab.papers.c3d.solve import Solver
from vidlab.papers.samples import GREY, SPREAD
from vidlab.papers.twostream.solve import Solver as StillsSolver
from vidlab.papers.worlds import Material, material
from vidlab.videos.reading import read_frames

IMAGE, TRAJECTORIES, UNTRAINED = "image", "trajectories", "untrained C3D"
WORDS = 500  # of a channel's codebook; the paper's are 5,000
SAMPLED = 6  # codebooks are made from every sixth training video
FRAMES = 32  # frames that the image network takes at once


@dataclass(frozen=True)
class Descriptors:
    """Rows of a set's videos by any of the ways, at one size of the data."""

    size: str
    device: str = "cpu"

    def rows(self, kind: str, seed: int, data: str, split: str = "") -> dict[str, np.ndarray]:
        """(V, d) by layer. kind: an arm of C3D networks, IMAGE, TRAJECTORIES or UNTRAINED; seed: of the
        network; split: whose training videos the codebooks come from."""
        found = material(data, self.size, table.SMALL["side"])
        net_of = {IMAGE: self._image, TRAJECTORIES: self._bags}.get(kind, self._clips)
        return net_of(kind, seed, found, split)

    def _kept(self, told: str, found: Material, describe_one) -> dict[str, np.ndarray]:
        told = f"{told} {found.version} {found.benchmark.name}"
        folder = vidlab.generated("c3d", "rows", hashlib.sha256(told.encode()).hexdigest()[:16])
        return features.extract(folder, len(found.benchmark.videos), told, describe_one)

    def _clips(self, kind: str, seed: int, found: Material, split: str) -> dict[str, np.ndarray]:
        solver = Solver(self.size, self.device)
        experiment: Experiment = table.arm("sports-c3d" if kind == UNTRAINED else kind)[seed]
        net = solver.network(experiment) if kind == UNTRAINED else solver.solve(experiment).net
        describer = describe.recorded(cast(ClipNet, net), found.side, kind)
        made_of = "first weights" if kind == UNTRAINED else solver.made_of(experiment)

        def one(number: int) -> dict[str, np.ndarray]:
            return describer.described(found.pixels[number], features.LAYERS, self.device)

        return self._kept(f"{kind} {seed} {made_of}", found, one)

    def _image(self, kind: str, seed: int, found: Material, split: str) -> dict[str, np.ndarray]:
        stills = twostream.table.runs_of(twostream.table.STILLS_NET, "SynthStills-1", [("all", seed)])[0]
        solver = StillsSolver(self.size, self.device)
        net, crop = solver.solve(stills).net.eval(), stills.net["crop"]
        return self._kept(f"image {seed} {solver.made_of(stills)}", found,
                          lambda i: {"fc6": mean_full6(net, found.pixels[i], crop)})  # fmt: skip

    def _bags(self, kind: str, seed: int, found: Material, split: str) -> dict[str, np.ndarray]:
        known = found.benchmark.split(split).train if split else range(len(found.benchmark.videos))
        books: dict[str, np.ndarray] = {}

        def one(number: int) -> dict[str, np.ndarray]:
            if not books:
                rng = np.random.default_rng(seed)
                drawn = sample((trajectories(found, i) for i in known[::SAMPLED]), rng)
                books.update({channel: codebook(rows, WORDS, rng) for channel, rows in drawn.items()})
            return {"fc6": bag(trajectories(found, number), books)}

        return self._kept(f"trajectories {seed} {split} {WORDS}", found, one)


def trajectories(found: Material, number: int) -> Trajectories:
    """Dense trajectories of a video at its own size, with the camera's motion taken out ("improved")."""
    video = found.benchmark.videos[number]
    return dense_trajectories(read_frames(video.path)[video.start : video.stop], stabilise=True)


@torch.inference_mode()
def mean_full6(net: CNNM2048, frames: np.ndarray, crop: int) -> np.ndarray:
    """The mean over frames (T, H, W, 3) uint8 of an image network's full6, rectified: (d,)."""
    total, some = torch.zeros(()), torch.from_numpy(np.ascontiguousarray(frames)).movedim(-1, 1)
    for part in some.split(FRAMES):
        inputs: Tensor = (transforms.five_crops(part.float(), crop)[:, 4] - GREY) / SPREAD
        total = total + net.relu6(net.full6(net.maps(inputs).flatten(1))).sum(0)
    return (total / len(frames)).numpy()
