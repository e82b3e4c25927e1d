"""Flow on the disk as in Simonyan & Zisserman 2014, Sec. 5: bytes instead of floats, and JPEG.

Each component of each field is linearly rescaled to 0 … 255, its range is kept beside it, and both components
become one JPEG picture, one below the other. A `videos.store` holds one record a field: the range (4 float32:
least and greatest x, least and greatest y), the height of a component and the length of the picture in bytes
(uint32 each), the picture.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from vidlab.flow.estimators import estimate
from vidlab.transforms import shrunk
from vidlab.videos import store
from vidlab.videos.benchmark import Benchmark, Video
from vidlab.videos.reading import VideoError

QUALITY = 90  # of the JPEG, 0 … 100: the paper does not say
IN_MEMORY = 4e9  # bytes of decoded flow that are kept; what has more is decoded field by field
HEAD = 24  # bytes before the picture
BLOCK = 8  # rows that JPEG codes together: x and y are to share none


@dataclass(frozen=True)
class Packed:
    """The fields of one video as bytes in memory: levels `(T - 1, 2, H, W)` uint8, and as float32
    `(T - 1, 2, 1, 1)` the least value and the step from one level to the next, in pixels a frame."""

    levels: Tensor
    step: Tensor
    least: Tensor

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def size(self) -> tuple[int, ...]:
        """Height and width."""
        return tuple(self.levels.shape[2:])

    def restored(self, start: int = 0, length: int | None = None) -> Tensor:
        """`length` fields from `start` on, float32 `(length, 2, H, W)`; past the end the last is repeated."""
        stop = len(self) if length is None else start + length
        part = slice(min(start, len(self) - 1), stop)
        fields = torch.addcmul(self.least[part], self.levels[part], self.step[part])
        missing = stop - start - len(fields)
        return torch.cat([fields, fields[-1:].expand(missing, -1, -1, -1)]) if missing > 0 else fields


@dataclass(frozen=True)
class Stored:
    """The fields of one video as they lie on the disk: those that are asked for are decoded. In all else like
    `Packed`."""

    store: store.Store
    video: Video

    def __len__(self) -> int:
        return self.store.length(self.video) - 1

    @property
    def records(self) -> np.ndarray:
        """A row of bytes a field `(T - 1, bytes)`."""
        return self.store[self.video][:-1]

    @cached_property
    def size(self) -> tuple[int, ...]:
        """Height and width."""
        return unpack(self.records[:1]).size

    def restored(self, start: int = 0, length: int | None = None) -> Tensor:
        """As `Packed.restored`."""
        first, stop = min(start, len(self) - 1), len(self) if length is None else start + length
        return unpack(self.records[first:stop]).restored(0, stop - start)


Fields = Packed | Stored


class FlowStore:
    """Extracted flow: `flows[video]` is float32 `(T - 1, 2, H, W)`, `flows.packed(video)` the same in bytes.

    `flows.fields(videos)` gives the fields of many, decoded if they fit into memory. Raises VideoError for a
    folder without a store, and for a video that is not in it or is damaged there.
    """

    def __init__(self, folder: str | Path):
        self.records = store.Store(folder)

    def __getitem__(self, video: Video | str | Path) -> np.ndarray:
        return self.packed(video).restored().numpy()

    def packed(self, video: Video | str | Path) -> Packed:
        """All fields of a video, or of its stretch, in memory."""
        try:
            return unpack(self.records[video][:-1])
        except ValueError as error:
            path = video.path if isinstance(video, Video) else video
            raise VideoError(path, str(error), "delete the store and extract the flow again") from error

    def fields(self, videos: Sequence[Video], most: float = IN_MEMORY) -> Sequence[Fields]:
        """The fields of each video: decoded, or beyond `most` bytes of them in all as they are stored."""
        stored = [Stored(self.records, video) for video in videos]
        size = 2 * sum(len(some) * int(np.prod(some.size)) for some in stored)
        return [self.packed(video) for video in videos] if size <= most else stored


def pack(fields: np.ndarray, quality: int = QUALITY) -> list[np.ndarray]:
    """Fields `(n, 2, H, W)` float32 → n records, uint8 of different lengths."""
    least, most = fields.min((2, 3)), fields.max((2, 3))
    span = np.maximum(most - least, 1e-12)[..., None, None]
    levels = np.rint((fields - least[..., None, None]) * (255 / span)).astype(np.uint8)
    records = []
    for low, high, (x, y) in zip(least, most, levels, strict=True):
        below = np.pad(x, ((0, -len(x) % BLOCK), (0, 0)), "edge"), y
        picture = cv2.imencode(".jpg", np.vstack(below), (cv2.IMWRITE_JPEG_QUALITY, quality))[1].ravel()
        ranges = np.stack([low, high], 1).astype("<f4")
        head = ranges.tobytes() + np.array([len(x), len(picture)], "<u4").tobytes()
        records.append(np.concatenate([np.frombuffer(head, np.uint8), picture]))
    return records


def unpack(records: Sequence[np.ndarray] | np.ndarray) -> Packed:
    """Records `(n, bytes)`, each perhaps followed by zeros, → the n fields that they hold.

    Raises ValueError for no record, and for one that holds no picture.
    """
    if not len(records):
        raise ValueError("it has no flow: a single frame is no motion")
    pictures, ranges = [], []
    for record in records:
        height, length = (int(n) for n in record[16:HEAD].view("<u4"))
        picture = cv2.imdecode(record[HEAD : HEAD + length], cv2.IMREAD_GRAYSCALE) if length else None
        if picture is None:
            raise ValueError("a field of its flow is damaged")
        pictures.append(np.stack([picture[:height], picture[-height:]]))
        ranges.append(record[:16].view("<f4").reshape(2, 2))
    low, high = torch.from_numpy(np.stack(ranges)).float().unbind(-1)
    step = (high - low)[..., None, None] / 255
    return Packed(torch.from_numpy(np.stack(pictures)), step, low[..., None, None].clone())


def cost(fields: np.ndarray, quality: int = QUALITY) -> tuple[float, float]:
    """What packing fields `(n, 2, H, W)` saves and costs: float32 bytes over packed bytes, and the mean
    end-point error in pixels. (In a store a record takes as much as the longest of its video: about a third
    more than here.)"""
    records = pack(fields, quality)
    lost = np.linalg.norm(unpack(records).restored().numpy() - fields, axis=1).mean()
    return fields.nbytes / sum(map(len, records)), float(lost)


def recorded(frames: np.ndarray, method: str, side: int | None, backward: bool, quality: int,
             device: str = "cpu") -> np.ndarray:  # fmt: skip
    """What the store keeps of a video's frames `(T, H, W, C)`: a row of bytes a frame, `(T, bytes)`.

    Row t holds the field between frames t and t + 1; rows are filled up with zeros, the last is empty.
    """
    fields = estimate(frames, method, backward, device)
    records = pack(fields if side is None else resized(fields, side), quality)
    rows = np.zeros((len(frames), max(map(len, records))), np.uint8)
    for row, record in zip(rows, records, strict=False):
        row[: len(record)] = record
    return rows


def resized(fields: np.ndarray, side: int) -> np.ndarray:
    """Fields `(n, 2, H, W)` with `side` pixels on the smaller side; their vectors shrink with the picture."""
    small = shrunk(fields.transpose(0, 2, 3, 1), side)
    scale = np.array([small.shape[2] / fields.shape[3], small.shape[1] / fields.shape[2]], np.float32)
    return (small * scale).transpose(0, 3, 1, 2)


def extract(
    videos: Benchmark | Iterable[Video | str | Path],
    folder: str | Path,
    method: str = "farneback",
    side: int | None = None,
    jobs: int = -1,
    backward: bool = False,
    quality: int = QUALITY,
    device: str = "cpu",
) -> FlowStore:
    """Estimate and store the flow of each distinct file, in `jobs` processes (-1: one a core); stops and
    resumes. device: of the methods in torch; give "cuda" one job.

    side: fields are kept with that many pixels on the smaller side; they are estimated on the frames as they
    are, which is worth its time: at half the size errors double. backward: field t leads from frame t + 1 to
    frame t. Raises PreparationError at the end, with every bad file, as `store.prepare` does.
    """
    name = f"{method}, side {side}, {'backward' if backward else 'forward'}, JPEG {quality}, 2"
    work = partial(recorded, method=method, side=side, backward=backward, quality=quality, device=device)
    store.prepare(videos, folder, name, work, jobs=jobs)
    return FlowStore(folder)
