"""How fast frames are halved, boxed, normalised and described, on one thread. `python -m bench.transforms`"""

import time

import cv2
import torch

from vidlab.handcrafted import describe, flow_field, harris3d
from vidlab.synth import truth
from vidlab.transforms import crop_box, halve, local_contrast_normalise, person_box


def milliseconds(work, frames: int, repeats: int = 3) -> float:
    """The best of a few runs, in milliseconds a frame."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times) / frames


def measure(name: str = "person01_walking_d1") -> list[tuple[str, float]]:
    """Rows of what, milliseconds a frame, on one video of the synthetic world."""
    frames = truth("SynthKTH-1", name, size="quick").frames
    small = halve(frames)
    centres = person_box(small)
    clip = torch.from_numpy(crop_box(small, centres)).float()
    steps = {
        "half size": lambda: halve(frames),
        "person box": lambda: person_box(small),
        "crop": lambda: crop_box(small, centres),
        "local contrast normalisation 7x7x7": lambda: local_contrast_normalise(clip),
        "Harris-3D points, all 12 scales": lambda: harris3d(frames),
        "flow, half size": lambda: flow_field(frames),
        "points and HOF, all in": lambda: describe(frames[..., None]),
    }
    return [(what, milliseconds(work, len(frames))) for what, work in steps.items()]


def main() -> None:
    threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    for what, much in measure():
        print(f"{what:48s}{much:12.3f} ms/frame {1000 / much:12,.0f} frames/s")
    torch.set_num_threads(threads[0])
    cv2.setNumThreads(threads[1])


if __name__ == "__main__":
    main()
