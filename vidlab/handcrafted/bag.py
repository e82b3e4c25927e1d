"""A bag of words: how often each of a codebook's words occurs among the descriptors of a video.

As Tran et al. 2015 (Sec. 4) use improved dense trajectories: 5 channels (trajectory, HOG, HOF, MBHx, MBHy),
5,000 words each, 25,000 numbers a video. The codebooks follow Wang et al. (CVPR 2011, "Bag of features"):
k-means on 100,000 descriptors drawn at random. Ours is k-means on mini-batches, which is quicker.

    rng = np.random.default_rng(seed)
    drawn = sample((dense_trajectories(frames) for frames in training_videos), rng)
    codebooks = {name: codebook(rows, 5000, rng) for name, rows in drawn.items()}
    features = bag(dense_trajectories(frames), codebooks)
"""

from collections.abc import Iterable, Mapping

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import pairwise_distances_argmin

from vidlab.handcrafted.trajectories import CHANNELS, Trajectories


def sample(
    videos: Iterable[Trajectories], rng: np.random.Generator, most: int = 100_000
) -> dict[str, np.ndarray]:
    """At most so many trajectories, drawn at random from those of all videos: channel → `(n, d)` float32.

    Each trajectory is as likely as any other, whichever video it is from, and only `most` are ever held (a
    reservoir: Vitter 1985, algorithm R): the i-th replaces a drawn one with probability most / i.
    """
    pool = {name: np.empty((most, width), np.float32) for name, width in CHANNELS.items()}
    seen = 0
    for video in videos:
        number = seen + np.arange(len(video))
        place = np.where(number < most, number, rng.integers(0, number + 1))
        drawn = place < most
        for name, rows in pool.items():
            rows[place[drawn]] = getattr(video, name)[drawn]
        seen += len(video)
    return {name: rows[:seen] for name, rows in pool.items()}


def codebook(descriptors: np.ndarray, words: int, rng: np.random.Generator, tries: int = 8) -> np.ndarray:
    """The centres `(words, d)` float32 of descriptors `(n, d)`: k-means from the best of so many beginnings.

    Wang et al. run all 8 to their end, and keep the best. Raises ValueError for fewer descriptors than words.
    """
    if len(descriptors) < words:
        raise ValueError(f"{words} words need at least as many descriptors, got {len(descriptors)}")
    seed = int(rng.integers(2**31))
    means = MiniBatchKMeans(words, batch_size=max(4096, 2 * words), n_init=tries, random_state=seed)
    return means.fit(descriptors).cluster_centers_.astype(np.float32)


def histogram(descriptors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Which share of descriptors `(n, d)` is nearest to each centre `(words, d)`: `(words,)` float32.

    It sums to 1; for no descriptors it is 0. Distances are computed a block at a time.
    """
    if not len(descriptors):
        return np.zeros(len(centres), np.float32)
    nearest = pairwise_distances_argmin(descriptors, centres)
    return (np.bincount(nearest, minlength=len(centres)) / len(descriptors)).astype(np.float32)


def bag(video: Trajectories, codebooks: Mapping[str, np.ndarray]) -> np.ndarray:
    """The histograms of all channels, one behind the other in the codebooks' order: `(sum of words,)`."""
    return np.concatenate([histogram(getattr(video, name), words) for name, words in codebooks.items()])
