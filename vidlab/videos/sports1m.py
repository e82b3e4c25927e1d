"""Lists in the way of Sports-1M: `labels.txt` and partitions of "path label", with paths where it has URLs.

Sports-1M itself is a list of URLs, most of them dead; so this reads SynthSports-1, and whoever has videos can
write such lists. A video has one label here, and is a group of its own: nobody knows who films.
"""

from pathlib import Path

from .benchmark import Benchmark, Split, Video
from .reading import VideoError

PARTS = (
    "train",
    "test",
    "pairs",
)  # the last one is SynthSports-1's own: classes for pairs of never-seen ones


def load(root: str | Path, name: str = "Sports-1M") -> Benchmark:
    """The listed videos with the split "official"; those of the list "pairs" are on neither side.

    Raises VideoError, naming the file and the line, for a list that cannot be read or a label out of range.
    """
    root = Path(root)
    classes = tuple(_lines(root / "labels.txt"))
    sides: dict[str, list[int]] = {part: [] for part in PARTS}
    videos: list[Video] = []
    for part in PARTS:
        file = root / f"{part}_partition.txt"
        for number, line in enumerate(_lines(file) if file.exists() else (), 1):
            path, _, label = line.rpartition(" ")
            if not path or not label.isdecimal() or int(label) >= len(classes):
                told = f"line {number} is {line!r}, not a path and a label from 0 to {len(classes) - 1}"
                raise VideoError(file, told, "correct the list")
            sides[part].append(len(videos))
            videos.append(Video(root / path, int(label), path))
    groups = [video.group for video in videos]
    split = Split("official", tuple(sides["train"]), tuple(sides["test"]), groups)
    missing = tuple(video.group for video in videos if not video.path.is_file())
    return Benchmark(name, classes, tuple(videos), (split,), missing)


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text().splitlines() if line.strip()]
    except OSError as error:
        raise VideoError(
            path, f"cannot be read ({error.strerror})", "give the folder of the lists"
        ) from error
