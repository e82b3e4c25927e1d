"""C3D with weights that somebody else trained, from a file that the user has, and their transforms.

The released network is Caffe's: BGR from 0 to 255 at 171 x 128 pixels, less the mean of Sports-1M, the centre
of 112 x 112 (Tran et al. 2015, Sec. 3.3, and the released feature extractor). Its ports to PyTorch carry the
same numbers under other names; several feed RGB, or pool with padding on both sides: windows move.
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from vidlab.nets.c3d import C3D, CHOSEN
from vidlab.weights.files import check_file, once, one_line, read, unpickled, write

WANTED = "give a file of C3D's weights for PyTorch (data/README.md lists them)"
MEAN_WANTED = "give the .npy file of Sports-1M's mean volume, or none: then the mean colour is taken"
SIZE = (171, 128)  # width and height to which every frame is stretched
VOLUME = (3, 16, *SIZE[::-1])  # of the mean: channels, frames, height, width
CORNER = (8, 29)  # top and left of the centre crop, rounded down as in Caffe
BGR_MEAN = (90.0, 98.0, 102.0)  # of Sports-1M, where the mean volume is not at hand
LAYERS = ("conv1a", "conv2a", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b", "fc6", "fc7", "fc8")


def _layout(*names: str) -> dict[str, str]:
    """Their names of the layers, as far as they go, by ours."""
    return dict(zip(LAYERS, names, strict=False))


CONVOLUTIONS = LAYERS[:8]
FEATURES = tuple(f"features.{n}" for n in (0, 3, 6, 8, 11, 13, 16, 18))
LAYOUTS = {
    "ours": _layout(*CONVOLUTIONS, "full.fc6", "full.fc7", "full.fc8"),
    "mmaction": _layout(*LAYERS),
    "mmaction, without a classifier": _layout(*LAYERS[:10]),
    "mmaction2": _layout(*(f"{name}.conv" for name in CONVOLUTIONS), "fc6", "fc7"),
    "conv1": _layout("conv1", "conv2", *LAYERS[2:]),
    "features": _layout(*FEATURES, "classifier.0", "classifier.3", "classifier.6"),
    "features, without a classifier": _layout(*FEATURES, "classifier.0", "classifier.3"),
}


@dataclass(frozen=True)
class PublishedC3D:
    """A trained C3D and its transforms.

    mean: float (3, 1, 1, 1) or (3, 16, 128, 171), BGR; layers: those that the file describes ("prob" is
    absent where it has no classifier).
    """

    net: C3D
    mean: Tensor
    layers: tuple[str, ...]

    def inputs(self, clips: np.ndarray) -> Tensor:
        """Clips uint8 RGB (N, 16, H, W, 3) -> what the network was trained on: float (N, 3, 16, 112, 112)."""
        crop, (top, left) = self.net.shape[-1], CORNER
        frames = [cv2.resize(frame, SIZE, interpolation=cv2.INTER_LINEAR) for clip in clips for frame in clip]
        small = torch.from_numpy(np.stack(frames)).unflatten(0, clips.shape[:2]).float()
        whole = small.flip(-1).movedim(-1, 1) - self.mean  # BGR, channels first
        return whole[..., top : top + crop, left : left + crop]

    def write(self, path: Path) -> None:
        """Write a safetensors file that `c3d` reads, which cannot run code."""
        write(path, self.net.state_dict() | {"mean": self.mean}, {"layers": json.dumps(self.layers)})


def c3d(path: str | Path, mean: str | Path | None = None, sha256: str | None = None) -> PublishedC3D:
    """C3D from a file of weights in any known layout, at the paper's size.

    mean: a `.npy` file with the mean volume (3, 16, 128, 171), BGR, which goes before the one that a
    safetensors file brings along; without either the mean colour is taken. Any other file is converted at its
    first reading, and what it was converted to is read from then on (`files.once`). Raises ValueError, one
    line, where a file is not there, has another SHA-256 than asked for, cannot be read, or lacks a key or has
    one too many.
    """
    path = Path(path)
    check_file(path, sha256, WANTED)
    volume = None if mean is None else _mean_volume(Path(mean))
    with one_line(path, WANTED):
        found = _read(path) if path.suffix == ".safetensors" else once(path, "c3d-1", _converted, _read)
    return found if volume is None else replace(found, mean=volume)


def _converted(path: Path) -> PublishedC3D:
    """What a file for PyTorch describes, with the mean colour: the files bring no mean along."""
    return _assembled(*_renamed(_bare(unpickled(path))), mean=torch.tensor(BGR_MEAN)[:, None, None, None])


def _read(path: Path) -> PublishedC3D:
    """What `PublishedC3D.write` wrote."""
    tensors, notes = read(path)
    return _assembled(tensors, tuple(json.loads(notes["layers"])), tensors.pop("mean"))


def _bare(found: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors by their names within C3D: prefixes of training programs are taken off."""
    if any("fc_cls" in key for key in found):
        told = "it is mmaction2's, fine-tuned with RGB frames and other pooling: its transforms are not these"
        raise ValueError(told)
    theirs: dict[str, str] = {}  # by the name without prefixes
    for key in found:
        name = re.sub(r"^(module\.|backbone\.|cls_head\.|base_model\.)+", "", key)
        if name in theirs:  # two networks in one file, and nothing says which is meant
            raise ValueError(f"it has both {theirs[name]} and {key}, which are one name without prefixes")
        theirs[name] = key
    return {name: found[key] for name, key in theirs.items()}


def _renamed(found: dict[str, Tensor]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Tensors by our names, and the layers that they describe. Of the known layouts the one that fits best is
    taken; ValueError names the first key that is missing or too many."""

    def keys(layout: str) -> dict[str, str]:
        own = LAYOUTS["ours"]
        return {f"{theirs}.{part}": f"{own[layer]}.{part}" for layer, theirs in LAYOUTS[layout].items()
                for part in ("weight", "bias")}  # fmt: skip

    best = min(LAYOUTS, key=lambda layout: len(keys(layout).keys() ^ found.keys()))
    wanted = keys(best)
    for key in wanted:
        if key not in found:
            raise ValueError(f"it has no {key} (its names are those of {best!r})")
    for key in found:
        if key not in wanted:
            raise ValueError(f"it has {key}, which C3D has not (its names are those of {best!r})")
    layers = ("pool5", "fc6", "fc7", "prob") if "fc8" in LAYOUTS[best] else ("pool5", "fc6", "fc7")
    return {ours: found[theirs] for theirs, ours in wanted.items()}, layers


def _mean_volume(path: Path) -> Tensor:
    """The mean volume (3, 16, 128, 171) of a .npy file, with or without an axis of 1 before it."""
    check_file(path, None, MEAN_WANTED)
    with one_line(path, MEAN_WANTED), open(path, "rb") as file:
        try:
            volume = np.lib.format.read_array(file, allow_pickle=False)
        except ValueError:
            raise ValueError("it is no .npy file of numbers, or a damaged one") from None
        # with frames and channels exchanged it would be nonsense, and fit
        if volume.shape not in (VOLUME, (1, *VOLUME)):
            raise ValueError(f"the mean volume is {volume.shape}, not {VOLUME}")
        if volume.dtype.kind not in "fiu" or not np.isfinite(volume).all():
            raise ValueError("the mean volume holds values that are no numbers")
        return torch.from_numpy(volume.reshape(VOLUME).astype(np.float32))


def _assembled(tensors: dict[str, Tensor], layers: tuple[str, ...], mean: Tensor) -> PublishedC3D:
    """The network that the tensors fit, as wide as their conv1a; ValueError names the first that does not."""
    if mean.shape not in (VOLUME, (3, 1, 1, 1)):
        raise ValueError(f"its mean is {tuple(mean.shape)}, not (3, 1, 1, 1) or {VOLUME}")
    if "full.fc8.bias" not in tensors:  # a file without a classifier: `layers` tells that there is none
        hidden = tensors["full.fc7.weight"].shape[1]
        tensors |= {"full.fc8.weight": torch.zeros(1, hidden), "full.fc8.bias": torch.zeros(1)}
    width = len(tensors["conv1a.weight"]) / CHOSEN[0]
    net = C3D(len(tensors["full.fc8.bias"]), width=width).eval()
    for name, wanted in net.state_dict().items():
        if tensors[name].shape != wanted.shape:
            raise ValueError(f"{name} is {tuple(tensors[name].shape)}, not {tuple(wanted.shape)}")
    net.load_state_dict(tensors)
    return PublishedC3D(net, mean, layers)
