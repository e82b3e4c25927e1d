"""The synthetic worlds as papers use them: written when first needed, decoded once; dials and choices."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

import vidlab
from vidlab import clips, flow, synth, transforms
from vidlab.features import window_labels
from vidlab.papers.samples import Flows, Frames
from vidlab.synth import hmdb, objects, scenes, sports, stills, ucf
from vidlab.train import IGNORED
from vidlab.videos import hmdb51, sports1m, store, ucf101
from vidlab.videos.benchmark import Benchmark, Video, only
from vidlab.videos.reading import VideoError, written_whole

UCF, HMDB = ucf.WORLD, hmdb.WORLD
SIDE = 60  # pixels of the smaller side at rest, for crops of 56; the papers' are 256 for 224, 128 for 112
METHOD = "farneback"  # of the flow; the two-stream paper's is Brox


@dataclass(frozen=True)
class Material:
    """A benchmark with its frames at rest and its flow, both of `side` pixels on the smaller side.

    folder: where they are kept; version: a checksum of the synthetic world that the videos are from.
    """

    benchmark: Benchmark
    folder: Path
    side: int = SIDE
    version: str = ""

    @cached_property
    def pixels(self) -> Sequence[np.ndarray]:
        """Of each video uint8 (T, H, W, 3), memory-mapped."""
        shrink = partial(transforms.shrunk, side=self.side)
        kept = store.prepare(self.benchmark, self.folder / f"frames-{self.side}", f"side-{self.side}", shrink)
        return store.Arrays(kept, self.benchmark.videos)

    @cached_property
    def forward(self) -> Sequence[flow.Fields]:
        return self._flow(backward=False)

    @cached_property
    def backward(self) -> Sequence[flow.Fields]:
        return self._flow(backward=True)

    def _flow(self, backward: bool) -> Sequence[flow.Fields]:
        folder = self.folder / f"flow{'-backward' if backward else ''}-{self.side}"
        found = flow.extract(self.benchmark, folder, METHOD, self.side, backward=backward)
        return found.fields(self.benchmark.videos)

    def frames(self, depth: int = 1) -> Frames:
        return Frames(self.pixels, depth)

    def flows(self, depth: int = 10, trajectory=False, subtract_mean=True, both_ways=False) -> Flows:
        back = self.backward if both_ways else ()
        return Flows(self.forward, back, depth, trajectory, subtract_mean)

    def labels(self, videos: np.ndarray, head: int = 0, heads: int = 1) -> np.ndarray:
        """Labels (n, heads) for `Task`: those of this data set in its own head, nothing in the others."""
        out = np.full((len(videos), heads), IGNORED)
        out[:, head] = self.benchmark.labels[videos]
        return out


def world_folder(world: str, size: str, **dials: float) -> Path:
    """Where a synthetic world lies at that size and these dials: written there when it is not."""
    folder = synth.folder_of(world, size, **dials)
    return folder if synth.is_complete(folder) else synth.write(world, folder, size, **dials)  # type: ignore[arg-type]


SCENES, OBJECTS = scenes.WORLD, objects.WORLD
SPORTS = sports.WORLD  # the classes to pre-train on
NEVER_SEEN = f"{SPORTS}, classes kept apart"
STILL = f"{UCF}, still camera"
NO_MOTION = f"{UCF} without motion-only classes"
NO_APPEARANCE = f"{UCF} without appearance classes"
NO_REVERSED = f"{UCF} without reversed pairs"
OTHER_VIDEOS = f"{HMDB} without classes of {UCF}"  # a second source of videos to pre-train on


@lru_cache(maxsize=3)
def material(data: str, size: str = "laptop", side: int = SIDE) -> Material:
    """A synthetic set by the name that experiments use, with its dial or its choice of classes.

    Groups are what may not be on both sides, and what is resampled together: a person of SynthUCF-1, who
    acts in all classes of a family; a film of SynthHMDB-1.
    """
    if data in (HMDB, OTHER_VIDEOS):
        folder = world_folder(HMDB, size)
        whole = hmdb51.load(folder, data, group=lambda action, film: film)
        kept = only(whole, set(whole.classes) - set(hmdb.SHARED)) if data == OTHER_VIDEOS else whole
        return Material(kept, stores(folder), side, version_of(folder))
    if data in (SPORTS, NEVER_SEEN):
        folder = world_folder(SPORTS, size)
        wanted = sports.SEEN if data == SPORTS else sports.UNSEEN
        return Material(only(sports1m.load(folder, data), wanted), stores(folder), side, version_of(folder))
    if data in (SCENES, OBJECTS):
        folder = world_folder(data, size)
        return Material((_scenes if data == SCENES else _objects)(folder), stores(folder), side,
                        version_of(folder))  # fmt: skip
    folder = world_folder(UCF, size, camera=0.0) if data == STILL else world_folder(UCF, size)
    benchmark = ucf101.load(folder, data, group=lambda action, number: f"{ucf.family(action)} {number}")
    reversed_pairs = [name for pair in ucf.PAIRS["reversed"] for name in pair]
    out = {NO_MOTION: ucf.MOTION_ONLY, NO_APPEARANCE: ucf.APPEARANCE, NO_REVERSED: reversed_pairs}.get(
        data, ()
    )
    return Material(only(benchmark, set(benchmark.classes) - set(out)), stores(folder), side,
                    version_of(folder))  # fmt: skip


def _scenes(folder: Path) -> Benchmark:
    """Each video a group of its own: scenes are tested by leaving one video out."""
    rows = pd.read_csv(folder / "labels.csv")
    classes = tuple(sorted(set(rows["class"])))
    videos = [Video(folder / file, classes.index(name), str(group))
              for file, name, group in rows[["video", "class", "group"]].itertuples(index=False)]  # fmt: skip
    return Benchmark(SCENES, classes, tuple(videos))


def _objects(folder: Path) -> Benchmark:
    """Every labelled window of 16 frames as a video of its own, in the group of the video that it is from."""
    rows, videos = pd.read_csv(folder / "labels.csv"), []
    facts = json.loads((folder / "world.json").read_text(encoding="utf-8"))["videos"]
    classes = tuple(sorted(set(rows["object"])))
    for file, seen in rows.groupby("video"):
        labels = np.full(facts[Path(str(file)).stem]["frames"], -1)
        for start, stop, kind in seen[["start", "stop", "object"]].itertuples(index=False):
            labels[start:stop] = classes.index(kind)
        starts = clips.windows(len(labels), 16, 8)
        for start, label in zip(starts, window_labels(labels, starts), strict=True):
            if label >= 0:
                path = folder / str(file)
                videos.append(Video(path, int(label), path.stem, int(start), int(start) + 16))
    return Benchmark(OBJECTS, classes, tuple(videos))


def version_of(folder: Path) -> str:
    """A checksum of a world: of its manifest, which holds the checksums of its files."""
    return hashlib.sha256((folder / "world.json").read_bytes()).hexdigest()[:16]


def stores(folder: Path) -> Path:
    """Where what is decoded from the videos of a folder is kept."""
    return vidlab.generated("stores", folder.resolve().name)


@dataclass(frozen=True)
class Stills:
    """The synthetic still images in the place of ImageNet: pixels uint8 (n, H, W, 3); labels (n, 3) of
    object, place and pose, with `heads` classes each; held (n,): for validation only."""

    pixels: np.ndarray
    labels: np.ndarray
    heads: tuple[int, ...]
    held: np.ndarray
    version: str

    def frames(self) -> Frames:
        """Each image as a video of one frame."""
        return Frames(list(self.pixels[:, None]))


@lru_cache(maxsize=1)
def still_images(size: str = "laptop", side: int = SIDE) -> Stills:
    """SynthStills-1, decoded once and kept in one file, which its version names."""
    folder = world_folder(stills.WORLD, size)
    table = pd.read_csv(folder / "labels.csv")
    kept = stores(folder) / f"side-{side}-{version_of(folder)}.npy"
    if not kept.exists():
        images = [_read_image(folder / "images" / name) for name in table["image"]]
        kept.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(kept) as aside, open(aside, "wb") as file:
            np.save(file, transforms.shrunk(np.stack(images), side))
    codes = [pd.factorize(table[head], sort=True) for head in ("object", "place", "pose")]
    labels = np.stack([code for code, _ in codes], 1)
    heads = tuple(len(names) for _, names in codes)
    held = (table["part"] == "val").to_numpy()
    return Stills(np.load(kept, mmap_mode="r"), labels, heads, held, version_of(folder))


def _read_image(path: Path) -> np.ndarray:
    """An image (H, W, 3) uint8 RGB. Raises VideoError where it cannot be read."""
    image = cv2.imread(str(path))
    if image is None:
        raise VideoError(path, "the image cannot be read", "delete the folder; it is written again")
    return image[..., ::-1]
