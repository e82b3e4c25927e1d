"""VGG-19: Simonyan & Zisserman, "Very deep convolutional networks" (ICLR 2015), configuration E.

A network of single images, used by two papers of this book: as the rival of C3D's descriptor (Tran et al.
2015 take Caffe's ImageNet model) and below VGG-3D (Husain et al. 2016).
"""

from torch import Tensor, nn

BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))  # convolutions and their channels, then a pooling


class VGG19(nn.Module):
    """Sixteen convolutions of 3 x 3, three full layers: images (N, 3, 224, 224) -> logits (N, classes).

    143,667,240 parameters with ImageNet's 1,000 classes. The layout (`features`, `classifier`) and its key
    names are torchvision's, so that published weights fit. Ours: `width` thins, `crop` shrinks the input.
    """

    def __init__(self, classes: int = 1000, width: float = 1.0, crop: int = 224, dropout: float = 0.5):
        super().__init__()
        self.shape = (3, crop, crop)
        layers: list[nn.Module] = []
        inputs = 3
        for count, channels in BLOCKS:
            outputs = max(1, round(width * channels))
            for _ in range(count):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
                inputs = outputs
            layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        cells, hidden = (crop // 32) ** 2, max(1, round(width * 4096))
        self.classifier = nn.Sequential(
            nn.Linear(inputs * cells, hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, classes),
        )  # fmt: skip
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def checked(self, x: Tensor) -> Tensor:
        if x.shape[1:] != self.shape:
            raise ValueError(f"images are {tuple(x.shape)}, not (N, {', '.join(map(str, self.shape))})")
        return x

    def fc6(self, x: Tensor) -> Tensor:
        """Images -> (N, 4096): the first full layer, rectified. The descriptor of an image."""
        return self.classifier[:2](self.features(self.checked(x)).flatten(1))

    def described(self, x: Tensor) -> dict[str, Tensor]:
        """Images -> fc6 and fc7 after their ReLU, and prob, each (N, ...) with one row an image."""
        fc6 = self.fc6(x)
        fc7 = self.classifier[2:5](fc6)
        return {"fc6": fc6, "fc7": fc7, "prob": self.classifier[5:](fc7).softmax(1)}

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(self.checked(x)).flatten(1))
