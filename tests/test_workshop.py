"""`vidlab train` and `evaluate` on a user's folder: which videos, which splits, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from vidlab import weights, workshop
from vidlab.videos.reading import write_frames


@pytest.fixture
def chosen():
    """The benchmark that would be prepared, without decoding anything."""
    return lambda kind, root, classes=None, partial=False: workshop.benchmark(kind, root, classes, partial)


def classes_folder(root: Path, groups=(1, 2, 3)) -> Path:
    for name in ("Archery", "Bowling", "Rowing"):
        (root / name).mkdir(parents=True)
        for group in groups:
            (root / name / f"v_{name}_g{group:02d}_c01.avi").write_bytes(b"x")
    return root


def kth_folder(root: Path, people=(1, 2, 22), listed=()) -> Path:
    names = [f"person{n:02d}_{action}_d1" for n in people for action in ("boxing", "walking")]
    root.mkdir()
    for name in names:
        (root / f"{name}_uncomp.avi").write_bytes(b"x")
    if listed:
        lines = [f"{name}\tframes\t1-20, 21-40\n" for name in (*names, *listed)]
        (root / "00sequences.txt").write_text("".join(lines))
    return root


def test_one_group_is_left_out_by_default(chosen, tmp_path):
    found = chosen("folder", classes_folder(tmp_path / "videos"))
    assert [s.name for s in found.splits] == ["without-g01", "without-g02", "without-g03", "holdout"]


@pytest.mark.parametrize(("kind", "make"), [("folder", classes_folder), ("kth", kth_folder)])
def test_fewer_classes_keep_their_videos_on_the_same_side(chosen, tmp_path, kind, make):
    whole = chosen(kind, make(tmp_path / "videos"))
    wanted = whole.classes[-1]
    part = chosen(kind, tmp_path / "videos", [wanted])
    assert part.classes == (wanted,) and set(part.labels.tolist()) == {0}
    for split in part.splits:
        before = whole.split(split.name)
        for side in ("train", "test"):
            paths = {whole.videos[i].path for i in getattr(before, side)}
            assert {part.videos[i].path for i in getattr(split, side)} == {
                p for p in paths if wanted in p.name
            }


def test_an_unknown_class_is_named(chosen, tmp_path):
    with pytest.raises(ValueError, match="Chess: no class of videos; it has Archery, Bowling, Rowing"):
        chosen("folder", classes_folder(tmp_path / "videos"), ["Chess"])


def test_one_group_cannot_be_split(chosen, tmp_path):
    with pytest.raises(ValueError, match="no split has videos on both sides"):
        chosen("folder", classes_folder(tmp_path / "videos", groups=(1,)))


def test_missing_videos_are_refused_unless_partial(chosen, tmp_path):
    root = kth_folder(tmp_path / "videos", listed=("person03_boxing_d1",))
    with pytest.raises(ValueError, match="person03_boxing_d1 is the first of 1 missing"):
        chosen("kth", root)
    assert any("6 of the 7 videos" in note for note in chosen("kth", root, partial=True).notes)


@pytest.fixture
def three(tmp_path):
    """A data set of three classes that nobody decodes."""
    return workshop.benchmark("folder", classes_folder(tmp_path / "videos"), None, False)


@pytest.mark.parametrize(
    ("net", "shown", "told"),
    [
        ("baccouche2011", 0, "--samples 0: give at least 4"),
        ("temporal", 0, "--samples 0: give at least 32"),
        ("vgg", 1000, "--net vgg: this book trains baccouche2011, spatial, temporal"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_read(three, tmp_path, net, shown, told):
    with pytest.raises(ValueError, match=told):
        workshop.train_on(net, three, tmp_path, "", shown, 0, tmp_path / "w")


def test_a_folder_is_no_place_for_weights(three, tmp_path):
    with pytest.raises(ValueError, match="name a file for the weights"):
        workshop.train_on("temporal", three, tmp_path, "", 3000, 0, tmp_path)


@pytest.mark.parametrize("kind", ["spatial", "temporal"])
def test_a_stream_is_trained_saved_read_and_asked_again(kind, tmp_path, monkeypatch):
    """The whole way on a few small videos: the same weights give the same report and the same answer."""
    monkeypatch.setattr(workshop, "best_device", lambda: "cpu")
    root = tmp_path / "videos"
    for label, name in enumerate(("Left", "Right")):
        for group in (1, 2):
            (root / name).mkdir(parents=True, exist_ok=True)
            write_frames(root / name / f"v_{name}_g{group:02d}_c01.avi", square(3 - 6 * label, group))
    found, out = workshop.benchmark("folder", root, None, False), tmp_path / "w.safetensors"
    report = workshop.train_on(kind, found, tmp_path / "store", "", 64, 0, out)
    assert "top-1" in report and f"{kind} stream" in report and "of 2 videos" in report
    assert report.startswith(workshop.evaluate_on(out, found, tmp_path / "store", ""))
    answer = workshop.predict_file(root / "Left" / "v_Left_g01_c01.avi", out)
    assert "Left" in answer and "Right" in answer


def test_an_interrupted_training_is_not_gone_on_with_on_another_split(tmp_path, monkeypatch):
    """It would go on from weights that have seen the other split's test videos."""
    root, kept = classes_folder(tmp_path / "videos"), []
    found = workshop.benchmark("folder", root, None, False)

    def stop(kind, data, split, shown, seed, device, checkpoint):
        kept.append(checkpoint.name)
        raise KeyboardInterrupt

    monkeypatch.setattr(workshop.twostream.system, "train", stop)
    for split, shown in (("without-g01", 64), ("without-g01", 64), ("without-g02", 64), ("without-g01", 96)):
        with pytest.raises(KeyboardInterrupt):
            workshop.train_on("temporal", found, tmp_path / "s", split, shown, 0, tmp_path / "w")
    assert kept[0] == kept[1] and len(set(kept)) == 3


def square(step: int, seed: int) -> np.ndarray:
    """A bright square that moves `step` pixels a frame over a noisy ground: uint8 (12, 60, 80, 3)."""
    frames = np.random.default_rng(seed).integers(0, 60, (12, 60, 80, 3), dtype=np.uint8)
    for t, frame in enumerate(frames):
        frame[20:40, 30 + step * (t - 6) : 50 + step * (t - 6)] = 200
    return frames


def test_a_file_of_other_weights_is_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    weights.write(path, {}, {"system": "twostream2014", "stream": "{}"})
    with pytest.raises(ValueError, match="w.safetensors: holds no stream of twostream2014"):
        workshop.saved(path)
