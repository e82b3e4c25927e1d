"""VGG-19 with torchvision's weights, from a file that the user has, and the pixels that go with them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vidlab import transforms
from vidlab.nets.vgg19 import VGG19
from vidlab.weights.files import check_file, once, one_line, read, unpickled, write

WANTED = "give torchvision's vgg19-dcbb9e9d.pth"
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, RGB from 0 to 1


@dataclass(frozen=True)
class PublishedVGG19:
    """A trained VGG-19 and its transforms."""

    net: VGG19

    def inputs(self, frames: np.ndarray) -> Tensor:
        """Frames uint8 RGB (N, H, W, 3) -> float (N, 3, 224, 224): smaller side 256, its centre, centred and
        scaled as in its training (torchvision's, which differs from the Oxford weights')."""
        small = torch.from_numpy(transforms.shrunk(frames, 256)).movedim(-1, 1).float() / 255
        mean, spread = (torch.tensor(values)[:, None, None] for values in (MEAN, SPREAD))
        return (transforms.five_crops(small, 224)[:, 4] - mean) / spread

    def write(self, path: Path) -> None:
        """Write a safetensors file that `vgg19` reads, which cannot run code."""
        write(path, self.net.state_dict(), {})


def vgg19(path: str | Path, sha256: str | None = None) -> PublishedVGG19:
    """VGG-19 from torchvision's file or a safetensors file with its keys.

    torchvision's is converted at its first reading, and what it was converted to is read from then on
    (`files.once`). Raises ValueError, one line, where the file is not there, has another SHA-256 than asked
    for, cannot be read, or lacks a key, has one too many, or one of another shape.
    """
    path = Path(path)
    check_file(path, sha256, WANTED)
    with one_line(path, WANTED):
        return _read(path) if path.suffix == ".safetensors" else once(path, "vgg19-1", _converted, _read)


def _converted(path: Path) -> PublishedVGG19:
    return _assembled(unpickled(path))


def _read(path: Path) -> PublishedVGG19:
    return _assembled(read(path)[0])


def _assembled(tensors: dict[str, Tensor]) -> PublishedVGG19:
    """The network that the tensors fit, as wide as their first layer."""
    net = VGG19(len(tensors["classifier.6.bias"]), width=len(tensors["features.0.weight"]) / 64).eval()
    net.load_state_dict(tensors)
    return PublishedVGG19(net)
