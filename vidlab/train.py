"""Training: one loop, one page. Recipes are data; the checkpoint logic stands apart below it."""

import ctypes
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vidlab import weights

IGNORED = -100  # the target of a step that does not exist (padding of a short sequence)


@dataclass(frozen=True)
class Recipe:
    """How to train, as data: `name` carries a version, and what has been recorded under it never changes.

    lr: peak learning rate; schedule "one-cycle" (warm-up over 20 % of the steps, then a cosine to zero),
    "constant", or "steps" (times `factor` from each of the iterations in `drops` on); clip: largest norm of
    the gradient; precision "float32" or "bfloat16" (autocast).
    """

    name: str
    epochs: int
    batch: int
    lr: float
    optimiser: str = "sgd"
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "one-cycle"
    drops: tuple[int, ...] = ()
    factor: float = 0.1
    clip: float | None = None
    precision: str = "float32"


class Loader(Protocol):
    """What `fit` reads: the batches of an epoch, in an order that the epoch's number alone decides."""

    def __len__(self) -> int: ...

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]: ...


def optimiser_for(net: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """SGD with momentum, Adam or AdamW over all weights that train.

    "caffe" is SGD as the networks of the time were defined for Caffe: biases learn at twice the rate, and do
    not decay.
    """
    named = [(name, p) for name, p in net.named_parameters() if p.requires_grad]
    trained = [p for _, p in named]
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(trained, recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay)
    if recipe.optimiser == "caffe":
        biases = [p for name, p in named if name.endswith("bias")]
        others = [p for name, p in named if not name.endswith("bias")]
        groups: list[dict[str, Any]] = [
            {"params": others},
            {"params": biases, "times": 2.0, "weight_decay": 0.0},  # `fit` multiplies the rate
        ]
        return torch.optim.SGD(groups, recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay)
    if recipe.optimiser not in ("adam", "adamw"):
        known = "sgd, caffe, adam or adamw"
        raise ValueError(f"recipe {recipe.name}: optimiser {recipe.optimiser!r} is not {known}")
    kind = torch.optim.Adam if recipe.optimiser == "adam" else torch.optim.AdamW
    return kind(trained, recipe.lr, weight_decay=recipe.weight_decay)


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """The rate of one step: a function of its number alone, so that a resumed run takes the same one."""
    if recipe.schedule == "constant":
        return recipe.lr
    if recipe.schedule == "steps":
        return recipe.lr * recipe.factor ** sum(step >= drop for drop in recipe.drops)
    if recipe.schedule != "one-cycle":
        kinds = "constant, steps or one-cycle"
        raise ValueError(f"recipe {recipe.name}: schedule {recipe.schedule!r} is not {kinds}")
    warm = max(1, round(0.2 * steps))
    if step < warm:
        return recipe.lr * (0.1 + 0.9 * step / warm)
    return recipe.lr * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean over all samples and real steps of sequences: logits (..., K), targets (...), -100 is padding."""
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=IGNORED)


def fit(
    net: nn.Module,
    loader: Loader,
    recipe: Recipe,
    *,
    seed: int = 0,
    device: str = "cpu",
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
    each_epoch: Callable[[nn.Module, int], dict[str, Any]] | None = None,
    checkpoint: Path | None = None,
) -> dict[str, list]:
    """Train `net` in place and return its history, one list a quantity, one entry an epoch.

    Each epoch ends in a checkpoint, when a path is given; a later call with the same path goes on from
    there to the same numbers. Under `torchrun` every process takes its share of each batch.
    Raises FloatingPointError when the loss is no longer finite.
    """
    device = own_device(device)
    if device == "cpu":
        keep_memory()
    net.to(device)
    model, rank, world = distributed(net, device)
    optimiser = optimiser_for(net, recipe)
    first, history = resume(checkpoint, net, optimiser, recipe, seed)
    steps = recipe.epochs * len(loader)
    for epoch in range(first, recipe.epochs):
        torch.manual_seed(hash((seed, epoch)) % 2**31)  # dropout: the same after a resume
        net.train()
        total, right, seen = 0.0, 0, 0
        for number, (inputs, targets) in enumerate(loader.epoch(epoch)):
            if len(inputs) < world:
                raise ValueError(f"a batch of {len(inputs)} cannot be shared by {world} processes: use fewer")
            inputs, targets = inputs[rank::world].to(device), targets[rank::world].to(device)
            rate = learning_rate(recipe, epoch * len(loader) + number, steps)
            for group in optimiser.param_groups:
                group["lr"] = group.get("times", 1.0) * rate
            with torch.autocast(torch.device(device).type, torch.bfloat16, recipe.precision == "bfloat16"):
                logits = model(inputs)
                value = loss(logits, targets)
            if not torch.isfinite(value):
                raise FloatingPointError(
                    f"the loss is {value.item()} in epoch {epoch + 1}, batch {number + 1} "
                    f"(recipe {recipe.name}, seed {seed}): lower the learning rate, {recipe.lr}"
                )
            optimiser.zero_grad(set_to_none=True)
            value.backward()
            if recipe.clip:
                nn.utils.clip_grad_norm_(net.parameters(), recipe.clip)
            optimiser.step()
            real = targets != IGNORED
            total += value.item() * int(real.sum())
            right += int((logits.argmax(-1) == targets)[real].sum())
            seen += int(real.sum())
        numbers = {"loss": total / max(seen, 1), "accuracy": right / max(seen, 1)}
        if each_epoch:
            numbers |= each_epoch(net, epoch)
        for name, number_of_epoch in numbers.items():
            history.setdefault(name, []).append(number_of_epoch)
        if checkpoint and rank == 0:
            save_checkpoint(checkpoint, net, optimiser, recipe, seed, history)
    return history


def keep_memory() -> bool:
    """On Linux, have the C library keep freed memory for the next step; returns whether it could be asked.

    Else each large tensor is given back and taken anew as empty pages that the system must clear: a step of
    C3D's search takes 1.2 s so, and 0.7 s without (bench/). The results are the same.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    mmap_max, trim_threshold, top_pad = -4, -1, -2  # <malloc.h>
    return bool(mallopt(mmap_max, 0) and mallopt(trim_threshold, -1) and mallopt(top_pad, 64 << 20))


# --- several processes, and going on after a stop -----------------------------------------------------------


def own_device(device: str) -> str:
    """Under `torchrun` each process takes the GPU of its own number; else the device as it is."""
    if device == "cuda" and "LOCAL_RANK" in os.environ:
        return f"cuda:{os.environ['LOCAL_RANK']}"
    return device


def distributed(net: nn.Module, device: str) -> tuple[nn.Module, int, int]:
    """The model to call, this process's rank and their number: DistributedDataParallel under `torchrun`."""
    if "RANK" not in os.environ or int(os.environ.get("WORLD_SIZE", 1)) == 1:
        return net, 0, 1
    if not torch.distributed.is_initialized():
        torch.distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    model = nn.parallel.DistributedDataParallel(net)
    return model, torch.distributed.get_rank(), torch.distributed.get_world_size()


def save_checkpoint(
    path: Path,
    net: nn.Module,
    optimiser: torch.optim.Optimizer,
    recipe: Recipe,
    seed: int,
    history: dict[str, list],
) -> None:
    """Weights, optimiser and history in one file."""
    tensors = weights.of(net, "net")
    for index, entry in optimiser.state_dict()["state"].items():
        for name, value in entry.items():
            if value is not None:
                tensors[f"optimiser.{index}.{name}"] = torch.as_tensor(value)
    notes = {"recipe": repr(recipe), "seed": str(seed), "history": json.dumps(history)}
    weights.write(path, tensors, notes)


def resume(
    path: Path | None, net: nn.Module, optimiser: torch.optim.Optimizer, recipe: Recipe, seed: int
) -> tuple[int, dict[str, list]]:
    """Load a checkpoint into net and optimiser. Returns the epoch to go on with, and the history so far."""
    if path is None or not path.exists():
        return 0, {}
    tensors, notes = weights.read(path)
    if notes["recipe"] != repr(recipe) or notes["seed"] != str(seed):
        raise ValueError(f"{path}: a checkpoint of another recipe or seed: delete it, or train under its own")
    weights.load_into(net, "net", tensors)
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, index, key = name.split(".")
            state.setdefault(int(index), {})[key] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    history = json.loads(notes["history"])
    return len(history["loss"]), history


def best_device() -> str:
    """CUDA when there is one, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
