"""Frames of the synthetic world drawn, and drawn and encoded, in a second on one core."""

import tempfile
import time
from pathlib import Path

import cv2

from vidlab.synth import kth
from vidlab.videos.reading import write_frames

NAMES = ("person03_boxing_d1", "person07_jogging_d2", "person11_handwaving_d4", "person15_walking_d3")


def main() -> None:
    cv2.setNumThreads(1)
    drawn = encoded = 0.0
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            start = time.process_time()
            frames = kth.draw(kth.shot(name))
            middle = time.process_time()
            write_frames(Path(folder) / f"{name}.avi", frames)
            drawn += middle - start
            encoded += time.process_time() - middle
            count += len(frames)
    both = count / (drawn + encoded)
    print(f"  {kth.WORLD}: {count / drawn:,.0f} frames/s drawn, {both:,.0f} with encoding")


if __name__ == "__main__":
    main()
