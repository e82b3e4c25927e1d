"""Flow on the disk as in Simonyan & Zisserman 2014, Sec. 5: bytes instead of floats, and JPEG.

Each component of each field is linearly rescaled to 0 … 255, its range is kept beside it, and both components
become one JPEG picture, one below the other. A `videos.store` holds one record a field: the range (4 float32:
least and greatest x, least and greatest y), the height of a component and the length of the picture in bytes
(uint32 each), the picture.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
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

    def restored(self, start: int = 0, length: int | None = None) -> Tensor:
        """`length` fields from `start` on, float32 `(length, 2, H, W)`; past the end the last is repeated."""
        stop = len(self) if length is None else start + length
        part = slice(min(start, len(self) - 1), stop)
        fields = torch.addcmul(self.least[part], self.levels[part], self.step[part])
        missing = stop - start - len(fields)
        return torch.cat([fields, fields[-1:].expand(missing, -1, -1, -1)]) if missing > 0 else fields


class FlowStore:
    """Extracted flow: `flows[video]` is float32 `(T - 1, 2, H, W)`, `flows.packed(video)` the same in bytes.

    Raises VideoError for a folder without a store, and for a video that is not in it or is damaged there.
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
    end-point error in pixels."""
    records = pack(fields, quality)
    lost = np.linalg.norm(unpack(records).restored().numpy() - fields, axis=1).mean()
    return fields.nbytes / sum(map(len, records)), float(lost)


def recorded(frames: np.ndarray, method: str, side: int | None, backward: bool, quality: int) -> np.ndarray:
    """What the store keeps of a video's frames `(T, H, W, C)`: a row of bytes a frame, `(T, bytes)`.

    Row t holds the field between frames t and t + 1; rows are filled up with zeros, the last is empty.
    """
    fields = estimate(frames, method, backward)
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
    jobs: int = 2,
    backward: bool = False,
    quality: int = QUALITY,
) -> FlowStore:
    """Estimate and store the flow of each distinct file, in `jobs` processes; stops and resumes.

    side: fields are kept with that many pixels on the smaller side; they are estimated on the frames as they
    are, which is worth its time: at half the size errors double. backward: field t leads from frame t + 1 to
    frame t. Raises PreparationError at the end, with every bad file, as `store.prepare` does.
    """
    name = f"{method}, side {side}, {'backward' if backward else 'forward'}, JPEG {quality}, 2"
    work = partial(recorded, method=method, side=side, backward=backward, quality=quality)
    store.prepare(videos, folder, name, work, jobs=jobs)
    return FlowStore(folder)
