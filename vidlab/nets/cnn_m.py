"""CNN-M-2048, both streams of Simonyan & Zisserman 2014, "Two-Stream Convolutional Networks" (Fig. 1).

Built step by step in chapter 04. The network is Chatfield's (2014); layers are called as in Fig. 1.
"""

import torch
from torch import Tensor, nn

CHANNELS = (96, 256, 512, 4096, 2048)  # of conv1, conv2, conv3 to conv5, full6, full7


def pooling() -> nn.MaxPool2d:
    """The maximum of 3 x 3 pixels, every second pixel. A window may hang over the border, as in Caffe."""
    return nn.MaxPool2d(3, 2, ceil_mode=True)


class LocalResponse(nn.Module):
    """Each value divided by (2 + 1e-4 x the sum of squares of the 5 channels around it) ** 0.75.

    Krizhevsky's settings, as the paper says (Sec. 5). The sums are one product with a band of ones, and the
    power is made of square roots: on a CPU two to six times as fast as torch's own layer.
    """

    def forward(self, maps: Tensor) -> Tensor:
        channels = maps.shape[1]
        band = torch.ones(channels, channels, dtype=maps.dtype, device=maps.device).tril(2).triu(-2)
        around = (maps.square().movedim(1, -1) @ band).movedim(-1, 1)
        root = (2 + 1e-4 * around).rsqrt()
        return maps * root * root.sqrt()  # (2 + ...) ** -0.75


def rectifier(channels: int, norm: bool, full: bool = False) -> nn.Module:
    """ReLU; with `norm` a BatchNorm before it, over maps (N, channels, H, W) or full layers (N, channels)."""
    batch = nn.BatchNorm1d(channels) if full else nn.BatchNorm2d(channels)
    return nn.Sequential(batch, nn.ReLU()) if norm else nn.ReLU()


def sides(crop: int = 224) -> list[int]:
    """Side of the maps after conv1, pool1, conv2, pool2, conv3, conv4, conv5, pool5.

    224 pixels give 109, 54, 26, 13, 13, 13, 13, 6. Raises ValueError for a crop of which nothing is left.
    """
    conv1 = (crop - 7) // 2 + 1
    pool1 = (conv1 - 2) // 2 + 1  # rounded up: (conv1 - 3) / 2 + 1
    conv2 = (pool1 + 2 - 5) // 2 + 1
    pool2 = (conv2 - 2) // 2 + 1
    pool5 = (pool2 - 2) // 2 + 1
    if pool5 < 1:
        raise ValueError(f"crop={crop}: nothing is left of it after the last pooling; the smallest is 41")
    return [conv1, pool1, conv2, pool2, pool2, pool2, pool2, pool5]


def he_initialise(net: nn.Module) -> None:
    """He's weights (2015): Gaussian of variance 2 / inputs, so that the signal keeps its size; biases 0."""
    for name, weights in net.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(weights)
        elif weights.ndim > 1:  # not a BatchNorm's
            nn.init.kaiming_normal_(weights, nonlinearity="relu")


def classifier(inputs: int, classes: int) -> nn.Linear:
    """The last layer, full8. Its weights start near 0 (Gaussian of 0.01), so that all classes start alike."""
    layer = nn.Linear(inputs, classes)
    nn.init.normal_(layer.weight, std=0.01)
    nn.init.zeros_(layer.bias)
    return layer


class Convolutions(nn.Module):
    """conv1 to pool5, the lower half: (N, in_channels, crop, crop) -> (N, 512, 6, 6) of 224 pixels."""

    def __init__(self, in_channels: int, second_norm: bool, width: float, crop: int, norm: bool):
        super().__init__()
        self.shape = (in_channels, crop, crop)
        c1, c2, c3 = (max(1, round(width * n)) for n in CHANNELS[:3])
        self.conv1 = nn.Conv2d(in_channels, c1, 7, stride=2)
        self.norm1, self.pool1 = LocalResponse(), pooling()
        self.conv2 = nn.Conv2d(c1, c2, 5, stride=2, padding=1)
        self.norm2, self.pool2 = LocalResponse() if second_norm else nn.Identity(), pooling()
        self.conv3 = nn.Conv2d(c2, c3, 3, padding=1)
        self.conv4 = nn.Conv2d(c3, c3, 3, padding=1)
        self.conv5 = nn.Conv2d(c3, c3, 3, padding=1)
        self.pool5 = pooling()
        self.relu1, self.relu2 = rectifier(c1, norm), rectifier(c2, norm)
        self.relu3, self.relu4, self.relu5 = (rectifier(c3, norm) for _ in range(3))

    def maps(self, x: Tensor) -> Tensor:
        """What pool5 gives. Raises ValueError for pictures of another shape."""
        if x.shape[1:] != self.shape:
            raise ValueError(f"pictures are {tuple(x.shape)}, not (N, {', '.join(map(str, self.shape))})")
        x = self.pool1(self.norm1(self.relu1(self.conv1(x))))
        x = self.pool2(self.norm2(self.relu2(self.conv2(x))))
        x = self.relu4(self.conv4(self.relu3(self.conv3(x))))
        return self.pool5(self.relu5(self.conv5(x)))


class CNNM2048(Convolutions):
    """Five convolutions and three full layers: pictures or stacked flow -> logits (Fig. 1, Sec. 5).

    Input (N, in_channels, crop, crop): 3 channels of RGB, or 2L of flow. Output logits (N, classes); with
    `classes=(101, 51)` one tensor for each of two heads on the same full7 (Sec. 4). 90,627,813 parameters for
    RGB and 101 classes; 90,707,781 for L = 10, where the paper leaves the second normalisation out
    (`second_norm=False`). Dropout follows full6 and full7.

    Ours: `width` thins every layer; `norm` adds a BatchNorm after conv1 to full7, which the paper has not;
    and He's first weights below full8, because with the Gaussian of 0.01 of [15], which the paper adapts, the
    signal shrinks from layer to layer and thin networks hardly start to learn.
    """

    def __init__(self, in_channels: int = 3, classes: int | tuple[int, ...] = 101, second_norm: bool = True,
                 width: float = 1.0, crop: int = 224, dropout: float = 0.5, norm: bool = False):  # fmt: skip
        super().__init__(in_channels, second_norm, width, crop, norm)
        f6, f7 = (max(1, round(width * n)) for n in CHANNELS[3:])
        self.full6 = nn.Linear(self.conv5.out_channels * sides(crop)[-1] ** 2, f6)
        self.full7 = nn.Linear(f6, f7)
        self.relu6, self.relu7 = rectifier(f6, norm, full=True), rectifier(f7, norm, full=True)
        self.drop6, self.drop7 = nn.Dropout(dropout), nn.Dropout(dropout)
        he_initialise(self)
        self.full8: nn.Module
        if isinstance(classes, tuple):
            self.full8 = nn.ModuleList(classifier(f7, k) for k in classes)
        else:
            self.full8 = classifier(f7, classes)

    def features(self, x: Tensor) -> Tensor:
        """(N, in_channels, crop, crop) -> (N, 2048): full7, rectified, before its dropout."""
        full6 = self.relu6(self.full6(self.maps(x).flatten(1)))
        return self.relu7(self.full7(self.drop6(full6)))

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        full7 = self.drop7(self.features(x))
        if isinstance(self.full8, nn.ModuleList):
            return tuple(head(full7) for head in self.full8)
        return self.full8(full7)
