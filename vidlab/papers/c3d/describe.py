"""Tran et al. 2015, to use: a trained C3D describes any video (Sec. 3.3); an SVM can name it (Sec. 4)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vidlab import clips, features, transforms, weights
from vidlab.nets.c3d import ClipNet
from vidlab.nets.vgg19 import VGG19
from vidlab.papers.c3d.clips import BATCH
from vidlab.papers.samples import GREY, SPREAD
from vidlab.train import keep_memory
from vidlab.videos.benchmark import Benchmark, Video
from vidlab.videos.reading import stream_frames
from vidlab.videos.store import stretch

ABOVE_FC6 = ("full.fc7", "full.relu7", "full.fc8")
HOP = 8  # frames from one clip of a descriptor to the next: 16-frame clips overlap by half


@dataclass(frozen=True)
class Describer:
    """A trained clip network, and how clips uint8 RGB (n, 16, H, W, 3) become its inputs.

    name: stands for the weights; extraction begins anew where it has changed. layers: what it can describe.
    """

    net: ClipNet | VGG19
    inputs: Callable[[np.ndarray], Tensor]
    name: str
    layers: tuple[str, ...] = features.LAYERS

    def batches(self, frames: Iterable[np.ndarray]) -> Iterator[Tensor]:
        """Inputs from frames (H, W, 3): clips 8 frames apart, as many at once as memory is used for."""
        for some in clips.stream(frames, self.net.shape[1], HOP, BATCH):
            yield self.inputs(some)

    def described(self, frames: Iterable[np.ndarray], layers: Sequence[str] = ("fc6",), device: str = "cpu"
                  ) -> dict[str, np.ndarray]:  # fmt: skip
        """Frames (H, W, 3) uint8 RGB of one video -> a row a layer, averaged over its clips.

        frames: an array (T, H, W, 3), or they come one by one, and then memory holds a batch of clips.
        Raises ValueError for a layer that these weights do not describe.
        """
        if unknown := set(layers) - set(self.layers):
            raise ValueError(f"{', '.join(sorted(unknown))}: these weights describe {', '.join(self.layers)}")
        return features.described(self.net.to(device), self.batches(frames), layers, device)

    def extract(self, found: Benchmark, folder: Path, layers: Sequence[str] = ("fc6",), device: str = "cpu"
                ) -> dict[str, np.ndarray]:  # fmt: skip
        """Rows (V, d) a layer of all videos of a data set, on the disk; stops and resumes.

        In memory there is a batch of clips at a time. Raises PreparationError at the end, with every
        video that cannot be used; the rows of the others are kept, and found again whichever are left out.
        """
        keep_memory()  # as `fit` does: a quarter less time

        def of(number: int) -> dict[str, np.ndarray]:
            return self.described(frames_of(found.videos[number]), layers, device)

        names = [_told(video) for video in found.videos]
        return features.extract(folder, len(names), f"{self.name} {list(layers)}", of, names)


class ImageDescriber(Describer):
    """A network of images: rows are averaged over frames instead of clips ("Imagenet" of Sec. 4)."""

    def batches(self, frames: Iterable[np.ndarray]) -> Iterator[Tensor]:
        """Inputs from frames (H, W, 3), a batch at a time."""
        for some in clips.stream(frames, 1, 1, BATCH):
            yield self.inputs(some[:, 0])


def frames_of(video: Video) -> Iterator[np.ndarray]:
    """The frames (H, W, 3) of a video's stretch, one by one. VideoError where the file ends before it."""
    count = 0
    for count, frame in enumerate(stream_frames(video.path, video.truncated), 1):
        if count > video.start and (video.stop is None or count <= video.stop):
            yield frame
    stretch(video, count)


def _told(video: Video) -> str:
    """A video as an extraction knows it: a file that has changed is another one."""
    path = video.path.absolute()
    facts = path.stat() if path.exists() else None  # a link to nowhere is told when it is read
    return str((str(path), facts and (facts.st_size, facts.st_mtime_ns), video.start, video.stop))


def published(path: Path, mean: Path | None = None) -> Describer:
    """C3D with weights that somebody published, as in the paper: fc6 of 4,096 numbers."""
    found = weights.c3d(path, mean)
    told = [(str(file.resolve()), file.stat().st_mtime_ns) for file in (path, mean) if file]
    return Describer(found.net, found.inputs, f"C3D {told}", found.layers)


def published_images(path: Path) -> ImageDescriber:
    """VGG-19 with published weights, in the place of Caffe's ImageNet model: fc6 of 4,096 numbers a frame."""
    found = weights.vgg19(path)
    name = f"VGG-19 {path.resolve()} {path.stat().st_mtime_ns}"
    return ImageDescriber(found.net, found.inputs, name, ("fc6", "fc7", "prob"))


def recorded(net: ClipNet, side: int, name: str) -> Describer:
    """A network of this book, trained on frames of `side` pixels on the smaller side."""
    return Describer(net.eval(), partial(small_inputs, side=side, crop=net.shape[-1]), name)


def showcase(net: ClipNet, tensors: dict[str, Tensor], side: int, name: str) -> Describer:
    """A recorded run's network, of which weights are kept up to fc6."""
    own = {key: tensor for key, tensor in net.state_dict().items() if key.startswith(ABOVE_FC6)}
    kept = {key.removeprefix("net."): tensor for key, tensor in tensors.items() if key.startswith("net.")}
    net.load_state_dict(own | kept)
    return replace(recorded(net, side, name), layers=("pool5", "fc6"))


def small_inputs(taken: np.ndarray, side: int, crop: int) -> Tensor:
    """Clips uint8 (n, T, H, W, 3) -> float (n, 3, T, crop, crop): made small, centre crop, then scaled."""
    frames = transforms.shrunk(taken.reshape(-1, *taken.shape[2:]), side)
    pixels = torch.from_numpy(frames).movedim(-1, 1).float()
    cut = (transforms.five_crops(pixels, crop)[:, 4] - GREY) / SPREAD
    clips_of = cut.unflatten(0, taken.shape[:2]).transpose(1, 2)
    return clips_of.contiguous(memory_format=torch.channels_last_3d)  # a fifth less time on a CPU
