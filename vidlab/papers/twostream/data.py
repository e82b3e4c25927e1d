"""Simonyan & Zisserman 2014, the data: what `samples` and `worlds` offer, and both streams' inputs in one."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from vidlab.papers.samples import GREY, SPREAD, Flows, Frames, SampleLoader, Source, Task
from vidlab.papers.worlds import (
    HMDB,
    METHOD,
    NO_APPEARANCE,
    NO_MOTION,
    SIDE,
    STILL,
    UCF,
    Material,
    Stills,
    material,
    still_images,
)

__all__ = [
    "GREY", "HMDB", "METHOD", "NO_APPEARANCE", "NO_MOTION", "SIDE", "SPREAD", "STILL", "UCF", "Both", "Flows",
    "Frames", "Material", "SampleLoader", "Source", "Stills", "Task", "material", "still_images",
]  # fmt: skip


class Both(Source):
    """RGB and flow of the same moment, one after the other in the channels: for the joint network only."""

    def __init__(self, frames: Frames, flows: Flows):
        self.frames, self.flows, self.depth = frames, flows, flows.depth
        self.channels = frames.channels + flows.channels

    def length(self, video: int) -> int:
        return self.flows.length(video)

    def size(self, video: int) -> tuple[int, ...]:
        return self.flows.size(video)

    def inputs(self, which: Sequence[int], at: Sequence[int]) -> Tensor:
        return torch.cat([self.frames.inputs(which, at), self.flows.inputs(which, at)], 1)

    def _parts(self, inputs: Tensor) -> tuple[Tensor, ...]:
        return inputs.split([self.frames.channels, self.flows.channels], 1)

    def mirror(self, inputs: Tensor) -> Tensor:
        rgb, flows = self._parts(inputs)
        return torch.cat([self.frames.mirror(rgb), self.flows.mirror(flows)], 1)

    def jitter(self, inputs: Tensor, rng: np.random.Generator) -> Tensor:
        rgb, flows = self._parts(inputs)
        return torch.cat([self.frames.jitter(rgb, rng), flows], 1)
