"""Deconvolution: what in the pixels a feature map fires for (Zeiler & Fergus 2014, Sec. 2.1).

So Tran et al. 2015 look into C3D (Sec. 3.3, Fig. 4; App. B, Figs. 9 to 15). A deconvnet runs a trained
network backwards, from an activation down to the pixels, with the network's own weights:

    convolution, full layer   transposed
    max-pooling               the signal returns to where the maximum was (the "switch"); the rest is 0
    ReLU                      only a positive signal passes

The first two are what the gradient does anyway: the backward pass of a convolution is its transpose, that of
max-pooling is un-pooling with switches. So a deconvnet is the gradient but for ReLU, where a signal passes
if *it* is positive (deconvnet), if the activation was (gradient), or if both were (guided backpropagation).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Peak:
    """Where a feature map is strongest in one clip: number of the clip, activation, cell (t, y, x)."""

    index: int
    value: float
    position: tuple[int, ...]


def rectify(relu: nn.Module, grad_input: tuple, grad_output: tuple[Tensor]) -> tuple[Tensor]:
    """Backward hook of a ReLU: what comes from above is itself rectified, whatever the activation was."""
    return (grad_output[0].clamp(min=0),)


@contextmanager
def signals_rectified(net: nn.Module) -> Iterator[None]:
    """`net` as a deconvnet: within, its ReLUs rectify the signal on the way down. No hook stays behind.

    Raises ValueError for a network without ReLU modules (functions cannot be hooked) or with one in place.
    """
    relus = [module for module in net.modules() if isinstance(module, nn.ReLU)]
    if not relus:
        raise ValueError("deconvolution needs ReLUs that are modules (nn.ReLU); the network has none")
    if any(relu.inplace for relu in relus):
        raise ValueError("deconvolution needs nn.ReLU(inplace=False): in place, the maps are written over")
    hooks = [relu.register_full_backward_hook(rectify) for relu in relus]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def as_tested(net: nn.Module) -> Iterator[None]:
    """`net` in eval mode: no dropout, BatchNorm with its running averages. Then each layer's own again."""
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def layer_of(net: nn.Module, layer: nn.Module | str) -> nn.Module:
    """A layer inside `net`, given itself or its dotted name. Raises ValueError if it is not there."""
    modules = dict(net.named_modules(remove_duplicate=False))
    module = modules.get(layer) if isinstance(layer, str) else layer
    if module is None or module not in modules.values():
        name = layer if isinstance(layer, str) else type(layer).__name__
        raise ValueError(f"{type(net).__name__} has no layer {name}")
    return module


def activations(net: nn.Module, inputs: Tensor, layer: nn.Module) -> Tensor:
    """What `layer` gives while `net` runs: (N, channels, T, H, W), (N, channels, H, W) or (N, channels).

    Raises ValueError if the layer does not take part, or gives no tensor.
    """
    seen: list[Tensor] = []
    hook = layer.register_forward_hook(lambda module, args, output: seen.append(output))
    try:
        net(inputs)
    finally:
        hook.remove()
    if not seen or not isinstance(seen[-1], Tensor):
        raise ValueError(f"the layer ({type(layer).__name__}) gives no maps when the network runs")
    return seen[-1]


def feature_map(maps: Tensor, channel: int) -> Tensor:
    """One channel (N, ...) of maps (N, channels, ...). Raises ValueError if there is no such channel."""
    if not 0 <= channel < maps.shape[1]:
        raise ValueError(f"the layer has channels 0 to {maps.shape[1] - 1}, and no channel {channel}")
    return maps[:, channel]


def strongest(feature: Tensor, top: int | None) -> Tensor:
    """1 at the `top` strongest cells of each feature map (N, ...), the first of equals; None: all."""
    if top is not None and top < 1:
        raise ValueError(f"top={top}: at least one activation, or None for the whole map")
    flat = feature.reshape(len(feature), -1)
    order = flat.sort(dim=1, descending=True, stable=True).indices
    return torch.zeros_like(flat).scatter(1, order[:, :top], 1.0).reshape(feature.shape)


def only(feature: Tensor, position: tuple[int, ...]) -> Tensor:
    """1 at one cell, such as (t, y, x), of each feature map (N, T, H, W). Raises ValueError if outside."""
    size = tuple(feature.shape[1:])
    if len(position) != len(size) or not all(0 <= p < n for p, n in zip(position, size, strict=True)):
        raise ValueError(f"position {tuple(position)} is not inside a map of {size}")
    cell: tuple[slice | int, ...] = (slice(None), *position)  # in every clip
    chosen = torch.zeros_like(feature)
    chosen[cell] = 1
    return chosen


def deconvolution(net: nn.Module, inputs: Tensor, layer: nn.Module | str, channel: int,
                  top: int | None = 1, position: tuple[int, ...] | None = None) -> Tensor:  # fmt: skip
    """The back-projection of one feature map to the pixels: float, of the shape of `inputs` (N, C, T, H, W).

    `layer`, a module or its dotted name, gives the maps; of map `channel` the `top` strongest activations in
    each clip (None: all), or the one at `position` (t, y, x), go down, the rest of the layer is set to 0.
    Pictures (N, C, H, W) and full layers (one cell, position ()) work alike. The signal starts as the
    activation itself (Zeiler & Fergus), so a map that is nowhere positive gives 0: `top_activations` finds
    clips in which it is.

    What else the signal meets passes it on as the gradient does: BatchNorm multiplies (by gamma / sigma; the
    shift is gone), dropout is off, local response normalisation has its slope at these maps. Where pooling
    windows overlap and share a maximum, their signals add up. The network is left as it was: no hook, its own
    modes, no gradient. Raises ValueError for an unknown layer, channel or position and for ReLUs that cannot
    be hooked.
    """
    module = layer_of(net, layer)
    pixels = inputs.detach().clone().requires_grad_()
    with as_tested(net), signals_rectified(net), torch.enable_grad():
        maps = activations(net, pixels, module)
        feature = feature_map(maps.detach(), channel)
        chosen = strongest(feature, top) if position is None else only(feature, position)
        signal = torch.zeros_like(maps)
        signal[:, channel] = feature.clamp(min=0) * chosen
        return torch.autograd.grad(maps, pixels, signal)[0]


def peaks(feature: Tensor, first: int = 0) -> list[Peak]:
    """The strongest activation of each feature map (N, ...), the first of equals; maps count from `first`."""
    values, cells = feature.reshape(len(feature), -1).max(1)
    places = [np.unravel_index(cell, feature.shape[1:]) for cell in cells.tolist()]
    return [
        Peak(first + n, value, tuple(int(p) for p in place))
        for n, (value, place) in enumerate(zip(values.tolist(), places, strict=True))
    ]


def top_activations(net: nn.Module, clips: Iterable[Tensor], layer: nn.Module | str, channel: int,
                    count: int) -> list[Peak]:  # fmt: skip
    """The `count` clips in which a feature map is strongest, the strongest first (Tran et al., App. B).

    `clips` are batches (N, C, T, H, W) on the network's device; `index` counts clips over all batches. Each
    clip stands in the list once. Only the list is kept, so the clips may be as many as one likes. Raises
    ValueError for an unknown layer or channel.
    """
    module = layer_of(net, layer)
    best: list[Peak] = []
    done = 0
    with as_tested(net), torch.no_grad():
        for batch in clips:
            feature = feature_map(activations(net, batch, module), channel)
            found = best + peaks(feature, first=done)
            best = sorted(found, key=lambda peak: (-peak.value, peak.index))[:count]
            done += len(batch)
    return best


def energy_by_frame(back: Tensor | np.ndarray, masks: Tensor | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How a back-projection (C, T, H, W) spreads over the frames, and over a mask (T, H, W) of bool in each.

    Energy is the square, summed over channels. Returns (T,) each frame's share of all energy, sum 1, and (T,)
    the share of each frame's energy inside its mask (actor, moving pixels), nan where a frame has none;
    chance is the mask's share of the area. Raises ValueError where shapes differ. Tran et al. say of Fig. 4
    that C3D starts with appearance and then follows motion; the measure is ours.
    """
    energy = (np.asarray(back, np.float64) ** 2).sum(0)
    inside = np.asarray(masks, bool)
    if energy.ndim != 3 or energy.shape != inside.shape:
        raise ValueError(f"a mask of {inside.shape} does not fit a back-projection of {tuple(back.shape)}")
    frames = energy.sum((1, 2))
    with np.errstate(invalid="ignore"):  # 0 / 0 is nan
        return frames / frames.sum(), (energy * inside).sum((1, 2)) / frames
