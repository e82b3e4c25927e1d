"""C3D and the networks of its search: Tran et al. 2015, "Learning Spatiotemporal Features with 3D
Convolutional Networks" (Secs. 3.1 and 3.3, App. A).

Built step by step in chapter 05. Layers are called as in Fig. 3. Clips are (N, 3, T, H, W).
"""

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

SEARCHED = (64, 128, 256, 256, 256, 2048)  # channels of conv1 to conv5, of fc6 and fc7 (Sec. 3.1)
CHOSEN = (64, 128, 256, 512, 512, 4096)  # of conv1a, conv2a, conv3a/b, conv4a/b, conv5a/b, fc6, fc7 (Fig. 3)
FRAMES = 16


def pooling(first: bool = False) -> nn.MaxPool3d:
    """The maximum of 2 x 2 x 2 cells, of 1 x 2 x 2 after the first layer; a window may hang over the border.

    The paper says "with stride 1", which contradicts its own sizes: the stride is that of the window. That
    7 x 7 become 4 x 4 and not 3 x 3 follows from its parameter counts; Caffe rounds so.
    """
    size = (1, 2, 2) if first else (2, 2, 2)
    return nn.MaxPool3d(size, size, ceil_mode=True)


def convolution(inputs: int, outputs: int, depth: int = 3, kernel: int = 3) -> nn.Conv3d:
    """depth x kernel x kernel kernels at stride 1, padded so that the map keeps its size (Sec. 3.1)."""
    return nn.Conv3d(inputs, outputs, (depth, kernel, kernel), padding=(depth // 2, kernel // 2, kernel // 2))


def rectifier(channels: int, norm: bool, full: bool = False) -> nn.Module:
    """ReLU; with `norm` a BatchNorm before it, over maps (N, channels, T, H, W) or layers (N, channels)."""
    batch = nn.BatchNorm1d(channels) if full else nn.BatchNorm3d(channels)
    return nn.Sequential(batch, nn.ReLU()) if norm else nn.ReLU()


def pooled(size: int, times: int) -> int:
    """What is left of `size` frames or pixels after so many poolings: halved, rounded up."""
    for _ in range(times):
        size = (size + 1) // 2
    return size


def caffe_initialise(net: nn.Module) -> None:
    """The first weights of the released code, since the paper names none: Gaussian of 0.01 for kernels and
    the classifier, 0.005 for fc6 and fc7; biases 1, but 0 in the first convolution and in the classifier."""
    layers = {name: layer for name, layer in net.named_modules() if isinstance(layer, nn.Conv3d | nn.Linear)}
    first, last = next(iter(layers)), next(reversed(layers))
    for name, layer in layers.items():
        hidden = isinstance(layer, nn.Linear) and name != last
        nn.init.normal_(layer.weight, std=0.005 if hidden else 0.01)
        nn.init.constant_(layer.bias, 0.0 if name in (first, last) else 1.0)  # type: ignore[arg-type]


def he_initialise(net: nn.Module) -> None:
    """He's weights (2015), for thin networks with BatchNorm; the classifier's start near 0."""
    layers = [layer for layer in net.modules() if isinstance(layer, nn.Conv3d | nn.Linear)]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    nn.init.normal_(layers[-1].weight, std=0.01)


class FullLayers(nn.Module):
    """fc6, fc7 and fc8, each of the first two rectified and followed by dropout: the end of both networks."""

    def __init__(self, inputs: int, hidden: int, classes: int, dropout: float, norm: bool):
        super().__init__()
        self.fc6, self.fc7 = nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)
        self.fc8 = nn.Linear(hidden, classes)
        self.relu6, self.relu7 = rectifier(hidden, norm, full=True), rectifier(hidden, norm, full=True)
        self.drop6, self.drop7 = nn.Dropout(dropout), nn.Dropout(dropout)

    def described(self, pool5: Tensor) -> dict[str, Tensor]:
        """What each layer says of pooled maps (N, C, T, H, W): pool5, fc6 and fc7 after their ReLU, prob."""
        flat = pool5.flatten(1)
        fc6 = self.relu6(self.fc6(flat))
        fc7 = self.relu7(self.fc7(self.drop6(fc6)))
        return {"pool5": flat, "fc6": fc6, "fc7": fc7, "prob": self.fc8(self.drop7(fc7)).softmax(1)}

    def forward(self, pool5: Tensor) -> Tensor:
        fc6 = self.drop6(self.relu6(self.fc6(pool5.flatten(1))))
        return self.fc8(self.drop7(self.relu7(self.fc7(fc6))))


class ClipNet(nn.Module):
    """Convolutions and full layers over clips of one shape (channels, frames, crop, crop)."""

    shape: tuple[int, int, int, int]
    full: FullLayers

    def maps(self, x: Tensor) -> Tensor:
        """What pool5 gives of clips `x`."""
        raise NotImplementedError

    def checked(self, x: Tensor) -> Tensor:
        if x.shape[1:] != self.shape:
            raise ValueError(f"clips are {tuple(x.shape)}, not (N, {', '.join(map(str, self.shape))})")
        return x

    def described(self, x: Tensor) -> dict[str, Tensor]:
        """Clips (N, 3, T, H, W) -> pool5, fc6, fc7 and prob, each (N, ...) with one row a clip (Sec. 5)."""
        return self.full.described(self.maps(self.checked(x)))

    def forward(self, x: Tensor) -> Tensor:
        """Clips (N, 3, T, H, W) -> logits (N, classes)."""
        return self.full(self.maps(self.checked(x)))


class SearchNet(ClipNet):
    """Five convolutions of chosen depths over time, two full layers (Sec. 3.1).

    Clips (N, 3, frames, crop, crop) -> logits. `depths` of the kernels: (3,) * 5 is depth-3, the winner, with
    17,444,965 parameters at crop 112 and 101 classes; (3, 3, 5, 5, 7) is *increasing*. `kernel` is their
    side in space: 3 or, in the paper's other trial, 5. App. A's net-64, net-128 and net-256 have crops of 56,
    112 and 224, by our reading of their counts.

    Ours: `width` thins (or widens) every layer; `norm` adds a BatchNorm before each ReLU, which the paper has
    not; `stacked` is the rival that the paper argues against: the frames are channels of one picture, so the
    first layer sees all of them at once, and no later layer knows time.
    """

    def __init__(self, depths: Sequence[int] = (3, 3, 3, 3, 3), crop: int = 112, classes: int = 101,
                 kernel: int = 3, width: float = 1.0, frames: int = FRAMES, dropout: float = 0.5,
                 norm: bool = False, stacked: bool = False):  # fmt: skip
        super().__init__()
        if len(depths) != 5 or any(d < 1 or d % 2 == 0 for d in depths):
            raise ValueError(f"depths={tuple(depths)}: five odd numbers are wanted, one for each convolution")
        self.shape, self.stacked = (3, frames, crop, crop), stacked
        *channels, hidden = (max(1, round(width * n)) for n in SEARCHED)
        inputs = [3 * frames if stacked else 3, *channels]
        for n, depth in enumerate((1,) * 5 if stacked else depths, 1):
            self.add_module(f"conv{n}", convolution(inputs[n - 1], inputs[n], depth, kernel))
            self.add_module(f"relu{n}", rectifier(inputs[n], norm))
            self.add_module(f"pool{n}", pooling(first=n == 1))
        cells = pooled(1 if stacked else frames, 4) * pooled(crop, 5) ** 2
        self.full = FullLayers(channels[-1] * cells, hidden, classes, dropout, norm)
        (he_initialise if norm else caffe_initialise)(self)

    def maps(self, x: Tensor) -> Tensor:
        x = x.flatten(1, 2).unsqueeze(2) if self.stacked else x
        for n in range(1, 6):
            conv, relu, pool = (self.get_submodule(f"{part}{n}") for part in ("conv", "relu", "pool"))
            x = pool(relu(conv(x)))
        return x


class C3D(ClipNet):
    """Eight convolutions of 3 x 3 x 3, five poolings, two full layers (Fig. 3).

    Clips (N, 3, 16, crop, crop) -> logits (N, classes). 79,991,015 parameters at crop 112 with the 487
    classes of Sports-1M. Without `norm` the first weights are those of the released code, since the paper
    names none, and no dropout either (0.5 there). `depth=1, frames=1` is its 2-D sister, VGG-A (Sec. 3.2).
    Ours: `width` and `norm`, as in SearchNet.
    """

    def __init__(self, classes: int = 487, crop: int = 112, width: float = 1.0, frames: int = FRAMES,
                 depth: int = 3, dropout: float = 0.5, norm: bool = False):  # fmt: skip
        super().__init__()
        self.shape = (3, frames, crop, crop)
        c1, c2, c3, c4, c5, hidden = (max(1, round(width * n)) for n in CHOSEN)
        self.conv1a, self.relu1a, self.pool1 = convolution(3, c1, depth), rectifier(c1, norm), pooling(True)
        self.conv2a, self.relu2a, self.pool2 = convolution(c1, c2, depth), rectifier(c2, norm), pooling()
        self.conv3a, self.relu3a = convolution(c2, c3, depth), rectifier(c3, norm)
        self.conv3b, self.relu3b, self.pool3 = convolution(c3, c3, depth), rectifier(c3, norm), pooling()
        self.conv4a, self.relu4a = convolution(c3, c4, depth), rectifier(c4, norm)
        self.conv4b, self.relu4b, self.pool4 = convolution(c4, c4, depth), rectifier(c4, norm), pooling()
        self.conv5a, self.relu5a = convolution(c4, c5, depth), rectifier(c5, norm)
        self.conv5b, self.relu5b, self.pool5 = convolution(c5, c5, depth), rectifier(c5, norm), pooling()
        self.full = FullLayers(c5 * pooled(frames, 4) * pooled(crop, 5) ** 2, hidden, classes, dropout, norm)
        (he_initialise if norm else caffe_initialise)(self)

    def maps(self, x: Tensor) -> Tensor:
        x = self.pool1(self.relu1a(self.conv1a(x)))
        x = self.pool2(self.relu2a(self.conv2a(x)))
        x = self.pool3(self.relu3b(self.conv3b(self.relu3a(self.conv3a(x)))))
        x = self.pool4(self.relu4b(self.conv4b(self.relu4a(self.conv4a(x)))))
        return self.pool5(self.relu5b(self.conv5b(self.relu5a(self.conv5a(x)))))


def parameters(net: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(weights.numel() for weights in net.parameters())


def multiplications(net: ClipNet) -> int:
    """Of one clip's forward pass: each weight of a layer counts once for each cell of the layer's output.

    The network is only asked for shapes: on PyTorch's meta device nothing is computed.
    """
    counts: list[int] = []

    def count(layer: nn.Module, args: tuple, output: Tensor) -> None:
        counts.append(cast(Tensor, layer.weight).numel() * output[0, 0].numel())

    layers = [layer for layer in net.modules() if isinstance(layer, nn.Conv3d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    net.eval()(torch.empty(1, *net.shape, device=layers[0].weight.device))
    for hook in hooks:
        hook.remove()
    return sum(counts)


def matched_width(build: Callable[[float], nn.Module], wanted: int) -> float:
    """The width at which `build(width)` has about `wanted` parameters: the control for capacity.

    The paper compares depths at one width, where depth-1 has 3.1 million parameters fewer than depth-3
    (it says 17 thousand). Networks are built without memory, on PyTorch's meta device.
    """
    low, high = 0.01, 8.0
    with torch.device("meta"):
        for _ in range(30):  # halve the interval
            middle = (low + high) / 2
            low, high = (middle, high) if parameters(build(middle)) < wanted else (low, middle)
        below, above = (abs(parameters(build(width)) - wanted) for width in (low, high))
    return round(low if below < above else high, 4)
