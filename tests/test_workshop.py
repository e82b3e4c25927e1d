"""`vidlab train` and `evaluate` on a user's folder: which videos, which splits, and what is refused."""

from pathlib import Path

import pytest

from vidlab import workshop


@pytest.fixture
def chosen(monkeypatch, tmp_path):
    """Call `_material` without decoding anything: the benchmark that would be prepared."""
    monkeypatch.setattr(workshop, "prepare", lambda benchmark, store: benchmark)
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "data"))
    return lambda kind, root, classes=None, partial=False: workshop._material(kind, root, classes, partial)


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


def test_too_few_windows_are_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ValueError, match="--windows 0: give at least 4"):
        workshop.train_on("folder", tmp_path, "", 0, None, 0, tmp_path / "w", "baccouche2011")


def test_a_folder_is_no_place_for_weights(tmp_path):
    with pytest.raises(ValueError, match="name a file for the weights"):
        workshop.train_on("folder", tmp_path, "", 3000, None, 0, tmp_path, "baccouche2011")
