"""Simonyan & Zisserman 2014, the streams: how each network is made, trained (Sec. 5) and tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vidlab import transforms
from vidlab.nets.cnn_m import CNNM2048
from vidlab.papers.twostream.data import SampleLoader, Source, Task
from vidlab.train import IGNORED, Recipe, cross_entropy, fit

EPOCH = 1728  # samples that count as an epoch of the small recipes: SynthUCF-1's training videos
TEST_FRAMES = 10  # of a video, each with 10 crops; the paper's are 25, of videos three times as long


def small(name: str, epochs: int) -> Recipe:
    """A recipe for a quarter of the width: chosen on training groups (data/README.md)."""
    return Recipe(name, epochs, batch=32, lr=1e-3, optimiser="adamw", weight_decay=1e-3)


def paper(name: str, thousands: int, drops: tuple[int, ...]) -> Recipe:
    """The paper's own (Sec. 5), in epochs of 1,000 iterations; weight decay as in Krizhevsky 2012."""
    return Recipe(name, thousands, batch=256, lr=1e-2, weight_decay=5e-4, schedule="steps", drops=drops)


RECIPES = {
    recipe.name: recipe
    for recipe in (
        small("small-rgb-1", 40),
        small("small-flow-1", 40),
        small("small-flow-80", 80),
        small("small-fine-tune-1", 20),
        small("small-stills-1", 60),
        small("small-joint-1", 10),
        paper("paper-scratch", 80, (50_000, 70_000)),
        paper("paper-fine-tune", 20, (14_000,)),
    )
}


def samples_of(recipe: Recipe) -> int:
    """Samples that count as an epoch of a recipe."""
    return 1000 * recipe.batch if recipe.name.startswith("paper") else EPOCH


@dataclass(frozen=True)
class Shape:
    """The size of a network and of its frames; by default the paper's. `norm`: BatchNorm, which the paper
    has not."""

    width: float = 1.0
    crop: int = 224
    side: int = 256
    norm: bool = False

    def net(self, channels: int, classes: int | tuple[int, ...], dropout: float, temporal: bool) -> CNNM2048:
        """CNN-M-2048 at this size; the temporal one is without the second LRN."""
        return CNNM2048(channels, classes, second_norm=not temporal, width=self.width, crop=self.crop,
                        dropout=dropout, norm=self.norm)  # fmt: skip


class MultiTask(nn.Module):
    """The logits of several heads in one tensor (N, heads, K), K being the most classes of any head.

    Missing classes get logits of -1e9, so that one cross entropy serves all heads: labels (N, heads), with
    `IGNORED` for the head of the other data set ("operates only on the videos from the respective dataset").
    """

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, inputs: Tensor) -> Tensor:
        logits = self.net(inputs)
        most = max(part.shape[1] for part in logits)
        return torch.stack([F.pad(part, (0, most - part.shape[1]), value=-1e9) for part in logits], 1)


def summed(logits: Tensor, targets: Tensor) -> Tensor:
    """The sum of the heads' losses (Sec. 4), each the mean over the samples that its head has labels for.

    A head without any is left out: the mean over no sample would be NaN.
    """
    heads = [h for h in range(targets.shape[1]) if (targets[:, h] != IGNORED).any()]
    return sum((cross_entropy(logits[:, h], targets[:, h]) for h in heads), torch.zeros(()))


class LastLayer(nn.Module):
    """A network of which only the classifier trains; batch statistics stay those of the pre-training."""

    def __init__(self, net: CNNM2048):
        super().__init__()
        self.net = net
        for name, weight in net.named_parameters():
            weight.requires_grad_(name.startswith("full8"))

    def train(self, mode: bool = True) -> "LastLayer":
        super().train(mode)
        for module in self.net.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.eval()
        return self

    def forward(self, inputs: Tensor) -> Tensor:
        return self.net(inputs)


class JointStack(nn.Module):
    """Fully connected layers over full7 of both streams, which stay fixed (Sec. 6: "not feasible")."""

    def __init__(self, spatial: CNNM2048, temporal: CNNM2048, classes: int, dropout: float = 0.5):
        super().__init__()
        self.spatial, self.temporal = spatial.requires_grad_(False), temporal.requires_grad_(False)
        self.channels = [net.conv1.in_channels for net in (spatial, temporal)]
        inputs = sum(net.full7.out_features for net in (spatial, temporal))
        self.full = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(inputs, inputs // 2), nn.ReLU(),
            nn.Dropout(dropout), nn.Linear(inputs // 2, classes),
        )  # fmt: skip

    def train(self, mode: bool = True) -> "JointStack":
        super().train(mode)
        self.spatial.eval(), self.temporal.eval()
        return self

    def forward(self, inputs: Tensor) -> Tensor:
        rgb, flows = inputs.split(self.channels, 1)
        with torch.no_grad():
            features = [self.spatial.features(rgb), self.temporal.features(flows)]
        return self.full(torch.cat(features, 1))


def start_from(net: nn.Module, trained: nn.Module) -> None:
    """Copy all weights but the classifiers': fine-tuning starts here.

    KeyError or RuntimeError where the networks differ.
    """
    state, kept = net.state_dict(), trained.state_dict()
    net.load_state_dict({k: own if k.startswith("full8") else kept[k] for k, own in state.items()})


def train_on(
    net: nn.Module,
    tasks: Sequence[Task],
    recipe: Recipe,
    per_epoch: int,
    crop: int,
    *,
    seed: int = 0,
    centre: bool = False,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> dict[str, list]:
    """Train in place on random samples of the tasks' videos; returns the history."""
    loader = SampleLoader(tasks, crop, recipe.batch, per_epoch, seed, centre)
    many = tasks[0].labels.shape[1] > 1
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a third faster on a CPU
    model, loss = (MultiTask(net), summed) if many else (net, cross_entropy)
    return fit(model, loader, recipe, seed=seed, loss=loss, checkpoint=checkpoint, device=device)


@torch.inference_mode()
def label_crops(net: nn.Module, source: Source, video: int, crop: int, frames: int = 25) -> np.ndarray:
    """Class probabilities (frames, 10, K) of one video: `frames` positions x 10 crops (Sec. 5).

    Of the ten the last five are the first five in a mirror.
    """
    net.eval()
    starts, place = np.unique(source.starts(video, frames), return_inverse=True)  # short videos repeat some
    inputs = source.inputs([video] * len(starts), starts.tolist())
    crops = transforms.five_crops(inputs, crop).flatten(0, 1)
    ten = torch.cat([crops, source.mirror(crops)]).contiguous(memory_format=torch.channels_last)
    logits = net(ten.to(next(net.parameters()).device))
    logits = logits[0] if isinstance(logits, tuple) else logits  # of two heads its own set's
    chances = logits.softmax(1).cpu().unflatten(0, (2, len(starts), 5))
    return chances.transpose(0, 1).flatten(1, 2).numpy()[place]


def label_videos(net: nn.Module, source: Source, videos: Sequence[int] | np.ndarray, crop: int,
                 frames: int = 25) -> np.ndarray:  # fmt: skip
    """Class probabilities (V, K) of whole videos: the mean over positions and crops (Sec. 5)."""
    rows = [label_crops(net, source, video, crop, frames).mean((0, 1)) for video in videos]
    return np.stack(rows) if rows else np.zeros((0, 0))
