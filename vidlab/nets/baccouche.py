"""The 3D-ConvNet and the LSTM of Baccouche 2011, "Sequential Deep Learning for Human Action Recognition".

Built step by step in chapter 02. Counts of parameters are the paper's (17,169) and ours where the paper
is silent (25,956, "about 25,000"); what each open choice is, the docstrings say.
"""

from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Extents in time of the kernels of C1, C2, C3, by the length of the window. 9 frames is the paper's.
TIME_KERNELS = {1: (1, 1, 1), 5: (3, 2, 2), 9: (5, 3, 3), 13: (7, 4, 4)}


class Gain(nn.Module):
    """One trainable gain for each map after a squashing: y = gain * tanh(x) (Jarrett's F_CSG layer)."""

    def __init__(self, maps: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(maps, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, maps, T, H, W) -> same shape."""
        return self.gain * torch.tanh(x)


class SubSample(nn.Module):
    """LeCun's sub-sampling: the mean of each 2 x 2 square, times a coefficient, plus a bias: a pair a map."""

    def __init__(self, maps: int):
        super().__init__()
        self.coefficient = nn.Parameter(torch.ones(maps, 1, 1, 1))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, maps, T, H, W) -> (N, maps, T, H/2, W/2)."""
        return self.coefficient * F.avg_pool3d(x, (1, 2, 2)) + self.bias


def connections(maps: int = 7) -> list[tuple[int, ...]]:
    """Which S1 maps each C2 map sees: every map alone, twice, then every pair: 2 * 7 + 21 = 35 (Sec. 2).

    Our reconstruction: Garcia's face finder (CFF), which the paper follows, has 4 * 2 + 6 = 14 in this way.
    """
    alone = [(i,) for i in range(maps) for _ in range(2)]
    return alone + list(combinations(range(maps), 2))


class LinkedConv3d(nn.Module):
    """A 3-D convolution in which each output map sees only the input maps that `links` names.

    Every link is a small convolution of one input map; an output map is the sum of its links. All input
    maps must have equally many links, since they are convolved side by side (`groups`).
    """

    outputs: Tensor

    def __init__(self, inputs: int, links: list[tuple[int, ...]], kernel: tuple[int, int, int]):
        super().__init__()
        pairs = sorted((i, o) for o, sees in enumerate(links) for i in sees)
        self.inputs = inputs
        self.register_buffer("outputs", torch.tensor([o for _, o in pairs]), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(pairs), 1, *kernel))
        self.bias = nn.Parameter(torch.zeros(len(links), 1, 1, 1))
        reach = (2 * kernel[0] * kernel[1] * kernel[2]) ** -0.5
        nn.init.uniform_(self.weight, -reach, reach)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, T, H, W) -> (N, outputs, T', H', W'), valid borders."""
        linked = F.conv3d(x, self.weight, groups=self.inputs)
        start = self.bias.to(linked.dtype).expand(len(x), -1, *linked.shape[2:])
        return start.index_add(1, self.outputs, linked)


class Rectify(nn.Module):
    """The absolute value: an edge counts whichever side is bright (layers R1 and R2, after Jarrett)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.abs()


class ConvNet3D(nn.Module):
    """The 3D-ConvNet of Sec. 2 and Fig. 1: 9 frames of 54 x 34 pixels -> 120 numbers -> one logit an action.

    Input (N, 1, 9, 54, 34), normalised grey; output logits (N, classes). 17,169 parameters with 6 classes.
    `frames` 1, 5 or 13 shortens or lengthens the kernels in time; `rectify=False` leaves R1 and R2 out.
    Ours, where the paper is silent: 50 hidden units, tanh with a gain, linear sub-sampling.
    """

    def __init__(self, classes: int = 6, frames: int = 9, rectify: bool = True):
        super().__init__()
        if frames not in TIME_KERNELS:
            raise ValueError(f"frames={frames}: a window has {', '.join(map(str, TIME_KERNELS))} frames")
        t1, t2, t3 = TIME_KERNELS[frames]
        self.frames = frames
        self.C1 = nn.Sequential(nn.Conv3d(1, 7, (t1, 7, 7)), Gain(7))
        self.R1 = Rectify() if rectify else nn.Identity()
        self.S1 = SubSample(7)
        self.C2 = nn.Sequential(LinkedConv3d(7, connections(7), (t2, 5, 5)), Gain(35))
        self.R2 = Rectify() if rectify else nn.Identity()
        self.S2 = SubSample(35)
        self.C3 = nn.Sequential(nn.Conv3d(35, 5, (t3, 3, 3)), nn.Tanh(), nn.Flatten())
        self.N1 = nn.Sequential(nn.Linear(120, 50), nn.Tanh())
        self.N2 = nn.Linear(50, classes)

    def features(self, clips: Tensor) -> Tensor:
        """(N, 1, frames, 54, 34) -> (N, 120): the output of C3, which the LSTM reads."""
        if clips.shape[1:] != (1, self.frames, 54, 34):
            raise ValueError(f"clips are {tuple(clips.shape)}, not (N, 1, {self.frames}, 54, 34)")
        first = self.S1(self.R1(self.C1(clips)))
        second = self.S2(self.R2(self.C2(first)))
        return self.C3(second)

    def forward(self, clips: Tensor) -> Tensor:
        return self.N2(self.N1(self.features(clips)))


class LSTMCell(nn.Module):
    """One layer of LSTM cells as of 1997: input and output gates, no forget gate, so the state only adds up.

    The count of the paper ("about 25,000", Sec. 3) rules a forget gate out; `forget_gate=True` is a variant.
    """

    def __init__(self, inputs: int, cells: int, forget_gate: bool = False):
        super().__init__()
        self.cells, self.forget_gate = cells, forget_gate
        gates = 4 if forget_gate else 3
        self.from_input = nn.Linear(inputs, gates * cells)
        self.from_cells = nn.Linear(cells, gates * cells, bias=False)
        if forget_gate:
            nn.init.ones_(self.from_input.bias[3 * cells :])  # remember, until told otherwise

    def step(self, driven: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One time step: driven (N, gates * cells) from the input, output h and state c (N, cells)."""
        gates = (driven + self.from_cells(h)).split(self.cells, dim=1)
        i, o, g = gates[0].sigmoid(), gates[1].sigmoid(), gates[2].tanh()
        c = (gates[3].sigmoid() * c if self.forget_gate else c) + i * g
        return o * c.tanh(), c

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, inputs) -> the cells' outputs (N, T, cells), from an empty state."""
        h = c = x.new_zeros(len(x), self.cells)
        outputs = []
        for driven in self.from_input(x).unbind(1):
            h, c = self.step(driven, h, c)
            outputs.append(h)
        return torch.stack(outputs, 1)


class SequenceLSTM(nn.Module):
    """Sec. 3: 120 numbers a window -> LSTM cells -> one logit an action, at every step.

    Input (N, T, inputs), output logits (N, T, classes). 25,956 parameters at the defaults.
    """

    def __init__(self, inputs: int = 120, cells: int = 50, classes: int = 6, forget_gate: bool = False):
        super().__init__()
        self.lstm = LSTMCell(inputs, cells, forget_gate)
        self.output = nn.Linear(cells, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.lstm(x))


class OneStepModel(nn.Module):
    """What the paper left as future work: the 3D-ConvNet feeds the LSTM and both are trained as one.

    Input (N, T, frames, 54, 34): T windows of each of N sequences; output logits (N, T, classes).
    """

    def __init__(self, classes: int = 6, cells: int = 50, forget_gate: bool = False):
        super().__init__()
        self.convnet = ConvNet3D(classes)
        self.sequence = SequenceLSTM(120, cells, classes, forget_gate)
        self.convnet.N1, self.convnet.N2 = nn.Identity(), nn.Identity()  # type: ignore[assignment]  # not used

    def forward(self, windows: Tensor) -> Tensor:
        features = self.convnet.features(windows.flatten(0, 1).unsqueeze(1))
        return self.sequence(features.unflatten(0, windows.shape[:2]))
