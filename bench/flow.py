"""How fast flow is estimated, stacked, stored and read, and how well. `python -m bench.flow`"""

import time

import numpy as np
import torch

from vidlab import flow, synth
from vidlab.flow import estimators, storage
from vidlab.flow.analytic import MOTIONS, moved
from vidlab.train import best_device

SIZES = ((120, 160), (240, 320))


def rate(work, count: int, repeats: int = 3) -> float:
    """How many of `count` things a second `work` gets through, the best of a few runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return count / min(times)


def estimating(pairs: int = 16) -> list[tuple[str, list[float]]]:
    """Rows of method, pairs a second at each of SIZES; Brox on the accelerator, too, where there is one."""
    videos = [
        np.concatenate([moved("zoom", size)[0]] * (pairs // 2) + [moved("zoom", size)[0][:1]])
        for size in SIZES
    ]
    works = dict(flow.METHODS)
    device = best_device()
    if device != "cpu":
        works[f"brox on {device}"] = lambda frames: estimators.brox(frames, device)
    return [(name, [rate(lambda v=v, w=w: w(v), pairs) for v in videos]) for name, w in works.items()]


def errors() -> list[tuple[str, list[float]]]:
    """Rows of method, mean end-point error in pixels on each of MOTIONS and on a synthetic walker."""
    truth = synth.truth("SynthKTH-1", "person02_walking_d1", size="quick", frames=(30, 42))
    known = [moved(motion) for motion in MOTIONS] + [(truth.frames, truth.flow)]
    return [
        (name, [float(flow.end_point_error(flow.estimate(f, name), t).mean()) for f, t in known])
        for name in flow.METHODS
    ]


def handling() -> list[tuple[str, float]]:
    """Rows of what, how many a second, at the size that small networks train on and at the paper's."""
    rows = []
    for height, width in ((60, 80), (240, 320)):
        fields = np.repeat(flow.estimate(moved("zoom", (height, width))[0], "dis"), 20, 0)
        records = storage.pack(fields)
        packed = storage.unpack(records)
        batch = torch.stack([packed.restored(0, 10)] * 4)
        for what, work, count in (
            ("fields to JPEG", lambda f=fields: storage.pack(f), 20),
            ("fields from JPEG", lambda r=records: storage.unpack(r), 20),
            ("stacks of 10 from bytes in memory", lambda p=packed: p.restored(3, 10), 1),
            ("stacks of 10, Eq. 1", lambda b=batch: flow.stacked(b), 4),
            ("stacks of 10, Eq. 2", lambda b=batch: flow.along_trajectories(b), 4),
        ):
            rows.append((f"{what}, {width} x {height}", rate(work, count, repeats=5)))
    return rows


def main() -> None:
    print("pairs of frames a second at " + " and ".join(f"{w} x {h}" for h, w in SIZES))
    for name, rates in estimating():
        print(f"  {name:20s}" + "".join(f"{value:12,.0f}" for value in rates))
    print("mean end-point error in pixels: " + ", ".join([*MOTIONS, "synthetic walker"]))
    for name, found in errors():
        print(f"  {name:20s}" + "".join(f"{value:12.3f}" for value in found))
    print("a second")
    for what, value in handling():
        print(f"  {value:12,.0f}  {what}")


if __name__ == "__main__":
    main()
