"""CNN-M-2048 as published for MatConvNet, and the pixels that belong to it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vidlab import transforms
from vidlab.nets.cnn_m import CHANNELS, CNNM2048
from vidlab.weights.files import check_file, once, one_line, read, write

CNN_M = "give imagenet-vgg-m-2048.mat of vlfeat.org/matconvnet/pretrained"
LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "full6", "full7", "full8")


@dataclass(frozen=True)
class Published:
    """A network with weights that somebody else trained, and the pixels that belong to them.

    average: float (3, 1, 1) or (3, crop, crop), RGB from 0 to 255, taken from every picture; classes: their
    names, () where the file has none.
    """

    net: CNNM2048
    average: Tensor
    classes: tuple[str, ...] = ()

    def inputs(self, frames: np.ndarray) -> Tensor:
        """Frames uint8 RGB (N, H, W, 3) -> what the network was trained on: float (N, 3, crop, crop).

        Smaller side 256 pixels (for a crop of 224), its centre, values from 0 to 255, less the average.
        """
        crop = self.net.shape[1]
        small = torch.from_numpy(transforms.shrunk(frames, round(crop * 256 / 224)))
        return transforms.five_crops(small.movedim(-1, 1).float(), crop)[:, 4] - self.average

    def write(self, path: Path) -> None:
        """Write a safetensors file that `cnn_m_2048` reads, faster than the .mat."""
        notes = {"crop": str(self.net.shape[1]), "classes": json.dumps(self.classes)}
        write(path, self.net.state_dict() | {"average": self.average}, notes)


def cnn_m_2048(path: str | Path, sha256: str | None = None) -> Published:
    """CNN-M-2048 trained on ImageNet, from MatConvNet's `imagenet-vgg-m-2048.mat` or what `write` made of it.

    The filters fit `CNNM2048`, the paper's spatial network (Sec. 5), as they are: same layers, paddings and
    normalisation. The .mat is converted at its first reading, and what it was converted to is read from then
    on (`files.once`). Raises ValueError, one line, where the file is not there, has another SHA-256 than
    asked for, is of another kind, or lacks a layer or has one of another shape.
    """
    path = Path(path)
    check_file(path, sha256, CNN_M)
    with one_line(path, CNN_M):
        return _read(path) if path.suffix == ".safetensors" else once(path, "cnn-m-1", _converted, _read)


def _converted(path: Path) -> Published:
    return _assembled(*_from_matconvnet(path))


def _read(path: Path) -> Published:
    tensors, notes = read(path)
    return _assembled(tensors, int(notes["crop"]), tuple(json.loads(notes["classes"])))


def _assembled(tensors: dict[str, Tensor], crop: int, classes: tuple[str, ...]) -> Published:
    """The network that the tensors fit, as wide as their conv1; ValueError names the first that does not."""
    average = tensors.pop("average")
    width = len(tensors["conv1.weight"]) / CHANNELS[0]
    net = CNNM2048(3, len(tensors["full8.bias"]), width=width, crop=crop).eval()
    for name, wanted in net.state_dict().items():
        if tensors[name].shape != wanted.shape:
            raise ValueError(f"{name} is {tuple(tensors[name].shape)}, not {tuple(wanted.shape)}")
    if average.shape not in ((3, 1, 1), (3, crop, crop)):
        raise ValueError(f"its average image is {tuple(average.shape)}, not (3, {crop}, {crop})")
    net.load_state_dict(tensors)
    return Published(net, average, classes)


def _from_matconvnet(path: Path) -> tuple[dict[str, Tensor], int, tuple[str, ...]]:
    """Tensors by our names, crop and classes of a MatConvNet network, of any of its versions.

    Older ones keep `filters` and `biases` apart and have no `meta`; full6 to full8 are called fc6 to fc8.
    """
    from scipy.io import loadmat

    try:
        mat: dict[str, Any] = loadmat(path, simplify_cells=True)
    except Exception as error:  # scipy has no one error for files that are damaged or of another kind
        raise ValueError(f"it cannot be read as a MATLAB file ({error})") from None
    mat = mat.get("net", mat)
    if not isinstance(mat.get("layers"), list):
        raise ValueError("it has no list of layers")
    layers = {layer["name"].replace("fc", "full"): layer for layer in mat["layers"] if "name" in layer}
    tensors = {}
    for name in LAYERS:
        if name not in layers:
            raise ValueError(f"it has no layer {name} (or fc{name[-1]}), but {', '.join(layers)}")
        layer = layers[name]
        filters, biases = layer["weights"] if "weights" in layer else (layer["filters"], layer["biases"])
        # (H, W, inputs, outputs) -> torch's order; loadmat has dropped an H and W of 1
        weight = torch.from_numpy(np.float32(np.moveaxis(filters, (-1, -2), (0, 1))))
        tensors[f"{name}.weight"] = weight.flatten(1) if name.startswith("full") else weight
        tensors[f"{name}.bias"] = torch.from_numpy(np.float32(biases).reshape(-1))
    meta = mat.get("meta", mat)
    average = torch.from_numpy(np.float32(meta["normalization"]["averageImage"]))
    tensors["average"] = average.movedim(-1, 0) if average.ndim == 3 else average.reshape(-1, 1, 1)
    names = tuple(map(str, meta.get("classes", {}).get("description", ())))
    return tensors, int(meta["normalization"]["imageSize"][0]), names
