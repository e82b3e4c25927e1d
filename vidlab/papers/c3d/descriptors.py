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
from vidlab.papers.worlds import UCF, Material, material
from vidlab.videos.reading import read_frames

IMAGE, TRAJECTORIES, UNTRAINED = "image", "trajectories", "untrained C3D"
WORDS, PAPERS_WORDS = 500, 5000  # of a channel's codebook, small and as the paper has it (Sec. 4)
SAMPLED = 6  # codebooks are made from every sixth training video
FRAMES = 32  # frames that the image network takes at once


@dataclass(frozen=True)
class Descriptors:
    """Rows of a set's videos by any of the ways, at one size of the data; `paper`: networks of its size."""

    size: str
    device: str = "cpu"
    paper: bool = False

    def rows(self, kind: str, seed: int, data: str, split: str = "") -> dict[str, np.ndarray]:
        """(V, d) by layer. kind: an arm of C3D networks, IMAGE, TRAJECTORIES or UNTRAINED; seed: of the
        network; split: whose training videos the codebooks come from, SynthUCF-1's where there is none."""
        side = (256 if kind == IMAGE else 128) if self.paper else table.SMALL["side"]
        found = material(data, self.size, side)
        net_of = {IMAGE: self._image, TRAJECTORIES: self._bags}.get(kind, self._clips)
        return net_of(kind, seed, found, split)

    def _kept(self, told: str, found: Material, describe_one) -> dict[str, np.ndarray]:
        told = f"{told} {found.version} {found.benchmark.name} {len(found.benchmark.videos)}"
        folder = vidlab.generated("c3d", "rows", hashlib.sha256(told.encode()).hexdigest()[:16])
        return features.extract(folder, len(found.benchmark.videos), told, describe_one)

    def _clips(self, kind: str, seed: int, found: Material, split: str) -> dict[str, np.ndarray]:
        solver = Solver(self.size, self.device)
        experiment: Experiment = table.arm("sports-c3d" if kind == UNTRAINED else kind)[seed]
        experiment = table.at_paper_size(experiment) if self.paper else experiment
        net = solver.network(experiment) if kind == UNTRAINED else solver.solve(experiment).net
        describer = describe.recorded(cast(ClipNet, net), found.side, kind)
        made_of = "first weights" if kind == UNTRAINED else solver.made_of(experiment)
        made_of = f"{experiment.id} {made_of} {found.side} {describe.HOP}"

        def one(number: int) -> dict[str, np.ndarray]:
            return describer.described(found.pixels[number], features.LAYERS, self.device)

        return self._kept(f"{kind} {seed} {made_of}", found, one)

    def _image(self, kind: str, seed: int, found: Material, split: str) -> dict[str, np.ndarray]:
        stills = twostream.table.runs_of(twostream.table.STILLS_NET, "SynthStills-1", [("all", seed)])[0]
        stills = twostream.at_paper_size(stills) if self.paper else stills
        solver = StillsSolver(self.size, self.device)
        net, crop = solver.solve(stills).net.eval(), stills.net.get("crop", 224)
        told = f"image {stills.id} {solver.made_of(stills)} {found.side} {crop}"
        return self._kept(told, found, lambda i: described_frames(net, found.pixels[i], crop, self.device))

    def _bags(self, kind: str, seed: int, found: Material, split: str) -> dict[str, np.ndarray]:
        source = found if split else material(UCF, self.size, found.side)
        known, words = source.benchmark.split(split or "split1").train, PAPERS_WORDS if self.paper else WORDS
        books: dict[str, dict[str, np.ndarray]] = {}  # by seed and channel

        def one(number: int) -> dict[str, np.ndarray]:
            if not books:  # the same trajectories for every seed: following points is what takes long
                drawn = sample((trajectories(source, i) for i in known[::SAMPLED]), np.random.default_rng(0))
                for n in table.SEEDS:
                    rng = np.random.default_rng(n)
                    books[f"seed {n}"] = {name: codebook(rows, words, rng) for name, rows in drawn.items()}
            followed = trajectories(found, number)
            return {name: bag(followed, book) for name, book in books.items()}

        told = f"trajectories 2, {source.benchmark.name} {split} {source.version}, {words} {SAMPLED}"
        return {"fc6": self._kept(told, found, one)[f"seed {seed}"]}


def trajectories(found: Material, number: int) -> Trajectories:
    """Dense trajectories of a video at its own size, with the camera's motion taken out ("improved")."""
    video = found.benchmark.videos[number]
    return dense_trajectories(read_frames(video.path)[video.start : video.stop], stabilise=True)


@torch.inference_mode()
def described_frames(net: CNNM2048, frames: np.ndarray, crop: int, device: str = "cpu"
                     ) -> dict[str, np.ndarray]:  # fmt: skip
    """The mean over frames (T, H, W, 3) uint8 of what an image network's layers say, called as C3D's are.

    prob: of the three heads of the pre-training (object, place, pose), side by side.
    """
    sums: dict[str, Tensor] = {}
    some = torch.from_numpy(np.ascontiguousarray(frames)).movedim(-1, 1)
    net.to(device)
    for part in some.split(FRAMES):
        inputs = (transforms.five_crops(part.float(), crop)[:, 4] - GREY) / SPREAD
        pool5 = net.maps(inputs.to(device)).flatten(1)
        fc6 = net.relu6(net.full6(pool5))
        fc7 = net.relu7(net.full7(fc6))
        heads = net.full8 if isinstance(net.full8, torch.nn.ModuleList) else [net.full8]
        prob = torch.cat([head(fc7).softmax(1) for head in heads], 1)
        for layer, rows in {"pool5": pool5, "fc6": fc6, "fc7": fc7, "prob": prob}.items():
            sums[layer] = sums.get(layer, torch.zeros(())) + rows.sum(0).cpu()
    return {layer: (total / len(frames)).numpy() for layer, total in sums.items()}
