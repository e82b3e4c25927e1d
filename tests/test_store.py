"""The store: each file decoded once, whole or not there, whatever interrupts it."""

import errno
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.video_files import broken, moving_square
from vidlab.videos import (
    DiskError,
    PreparationError,
    Store,
    Video,
    VideoError,
    prepare,
    read_frames,
    reading,
    store,
    write_frames,
)


@pytest.fixture
def clips(tmp_path) -> list[Path]:
    """Three videos of 10, 12 and 14 frames."""
    folder = tmp_path / "clips"
    folder.mkdir()
    return [write_frames(folder / f"{n}.avi", moving_square(10 + 2 * n, (48, 64), n)) for n in range(3)]


@pytest.fixture
def decoded(monkeypatch) -> list[str]:
    """The names of the files that are decoded from now on (with jobs=1)."""
    names: list[str] = []

    def counting(path, *args):
        names.append(Path(path).name)
        return read_frames(path, *args)

    monkeypatch.setattr(reading, "read_frames", counting)
    return names


def halve(frames: np.ndarray) -> np.ndarray:
    return frames[:, ::2, ::2]


def test_the_store_holds_what_decoding_gives(clips, tmp_path):
    prepared = prepare(clips, tmp_path / "store", "plain", grey=True)  # in two processes
    assert len(prepared) == 3
    for path in clips:
        assert prepared[path].dtype == np.uint8
        assert np.array_equal(prepared[path], read_frames(path, grey=True))
    prepared.verify()


def test_the_transform_is_stored(clips, tmp_path):
    prepared = prepare(clips, tmp_path / "store", "half", halve)
    assert np.array_equal(prepared[clips[0]], halve(read_frames(clips[0])))


CUTS = st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=4)


@settings(max_examples=20)
@given(length=st.integers(1, 30), cuts=CUTS)
def test_a_stretch_is_that_of_direct_decoding(length, cuts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("s")
    path = write_frames(folder / "a.avi", moving_square(length, (48, 64)))
    videos = [Video(path, 0, "g", start, min(start + size, length)) for start, size in cuts if start < length]
    prepared = prepare([path, *videos], folder / "store", "plain", jobs=1)
    frames = read_frames(path)
    for video in videos:
        cut = frames[video.start : video.stop]
        assert np.array_equal(prepared[video], cut) and prepared.length(video) == len(cut)


def test_one_file_with_many_stretches_is_decoded_once(clips, tmp_path, decoded):
    videos = [Video(clips[0], 0, "g", start, start + 3) for start in range(5)]
    prepare(videos, tmp_path / "store", "plain", jobs=1)
    assert decoded == ["0.avi"]


def test_a_second_preparation_decodes_nothing(clips, tmp_path, decoded):
    prepare(clips[:2], tmp_path / "store", "plain", jobs=1)
    assert len(prepare(clips, tmp_path / "store", "plain", jobs=1)) == 3
    assert decoded == ["0.avi", "1.avi", "2.avi"]


def test_a_finished_store_is_not_written_to(clips, tmp_path, monkeypatch):
    prepare(clips, tmp_path / "store", "plain", jobs=1)
    monkeypatch.setattr(os, "replace", lambda *names: pytest.fail("a file was written"))
    prepare(clips, tmp_path / "store", "plain", jobs=1)


def test_a_changed_source_is_prepared_anew_and_no_other(clips, tmp_path, decoded):
    prepare(clips, tmp_path / "store", "plain", jobs=1)
    write_frames(clips[1], moving_square(9, (48, 64)))
    prepared = prepare(clips, tmp_path / "store", "plain", jobs=1)
    assert decoded[3:] == ["1.avi"] and prepared.length(clips[1]) == 9


def test_a_copy_with_another_time_is_recognised_by_its_checksum(clips, tmp_path, decoded, monkeypatch):
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    os.utime(clips[0], (1, 1))
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    monkeypatch.setattr(store, "_sha256", lambda path: pytest.fail("the new time was not noted"))
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    assert decoded == ["0.avi"]


@pytest.mark.parametrize("name, grey", [("plain/2", False), ("plain/1", True)])
def test_another_recipe_prepares_all_anew(name, grey, clips, tmp_path, decoded):
    prepare(clips, tmp_path / "store", "plain/1", jobs=1)
    prepared = prepare(clips, tmp_path / "store", name, grey=grey, jobs=1)
    assert decoded == ["0.avi", "1.avi", "2.avi"] * 2
    assert prepared[clips[0]].shape[-1] == (1 if grey else 3)


def test_all_bad_files_come_at_the_end_and_the_good_ones_are_kept(clips, tmp_path):
    bad = [broken(kind, tmp_path) for kind in ("missing", "empty", "garbage", "truncated", "corrupt h264")]
    with pytest.raises(PreparationError) as caught:
        prepare([bad[0], clips[0], *bad[1:], clips[1]], tmp_path / "store", "plain")
    assert {error.path for error in caught.value.errors} == set(bad)
    lines = str(caught.value).splitlines()
    assert lines[0] == "5 videos cannot be used:" and len(lines) == 6
    kept = Store(tmp_path / "store")
    assert [path in kept for path in (clips[0], clips[1], bad[4])] == [True, True, False]


def test_a_range_past_the_end_is_reported_with_the_bad_files(clips, tmp_path):
    with pytest.raises(PreparationError, match="0.avi: its frames 4 to 13 .* go past its end at 10"):
        prepare([Video(clips[0], 0, "g", 4, 13)], tmp_path / "store", "plain", jobs=1)
    with pytest.raises(VideoError, match="go past its end"):
        Store(tmp_path / "store")[Video(clips[0], 0, "g", 10, 11)]


def test_a_range_may_end_two_frames_late_as_headers_do(clips, tmp_path):
    video = Video(clips[0], 0, "g", 4, 12)
    prepared = prepare([video], tmp_path / "store", "plain", jobs=1)
    assert prepared.length(video) == len(prepared[video]) == 6


@pytest.mark.parametrize("transform", [lambda frames: frames[1:], lambda frames: frames / 255.0])
def test_a_transform_must_keep_the_frames_and_uint8(transform, clips, tmp_path):
    with pytest.raises(PreparationError, match="the transform gave"):
        prepare(clips[:1], tmp_path / "store", "wrong", transform, jobs=1)


class Interrupted:
    """A transform that is stopped at its third video, as by Ctrl-C."""

    def __init__(self):
        self.seen = 0

    def __call__(self, frames):
        self.seen += 1
        if self.seen == 3:
            raise KeyboardInterrupt
        return frames


def test_an_interrupted_preparation_goes_on(clips, tmp_path, decoded):
    with pytest.raises(KeyboardInterrupt):
        prepare(clips, tmp_path / "store", "plain", Interrupted(), jobs=1)
    assert len(Store(tmp_path / "store")) == 2
    prepared = prepare(clips, tmp_path / "store", "plain", jobs=1)
    assert decoded == ["0.avi", "1.avi", "2.avi", "2.avi"] and len(prepared) == 3


KILLED = """
import sys, time
from vidlab.videos import prepare
def slow(frames):
    time.sleep(0.2)
    return frames
prepare(sys.argv[2:], sys.argv[1], "plain", slow, jobs=1)
"""


def test_a_killed_preparation_leaves_nothing_that_is_taken_for_whole(clips, tmp_path):
    folder = tmp_path / "store"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), *map(str, clips)], cwd=Path(store.__file__).parents[2]
    )
    while process.poll() is None and not list(folder.glob("*.npy")):
        time.sleep(0.01)
    process.kill()
    process.wait()
    next(folder.glob("*.npy")).write_bytes(b"torn")
    prepared = prepare(clips, folder, "plain", jobs=1)
    prepared.verify()
    assert all(np.array_equal(prepared[path], read_frames(path)) for path in clips)


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_stops_at_once_and_says_so(clips, tmp_path, monkeypatch):
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    with monkeypatch.context() as patch:
        patch.setattr(np, "save", full_disk)
        with pytest.raises(DiskError, match=r"\.npy: the disk is full; make room"):
            prepare(clips, tmp_path / "store", "plain", jobs=1)
    assert not list((tmp_path / "store").glob("*.part"))
    assert len(Store(tmp_path / "store")) == 1
    assert len(prepare(clips, tmp_path / "store", "plain", jobs=1)) == 3


def test_a_full_disk_under_the_manifest_leaves_the_old_one(clips, tmp_path, monkeypatch):
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    before = (tmp_path / "store" / store.MANIFEST).read_text()
    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(DiskError, match="manifest.json: the disk is full"):
        prepare(clips, tmp_path / "store", "plain", jobs=1)
    assert (tmp_path / "store" / store.MANIFEST).read_text() == before


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="a folder is closed to writing for ordinary users only",
)
def test_a_folder_that_cannot_be_written_to_is_said(clips, tmp_path):
    closed = tmp_path / "store"
    closed.mkdir(mode=0o500)
    with pytest.raises(DiskError, match="cannot be written"):
        prepare(clips, closed, "plain", jobs=1)


def test_what_is_not_in_the_manifest_is_not_there(clips, tmp_path, decoded):
    prepared = prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    array = next((tmp_path / "store").glob("*.npy"))
    left = tmp_path / "store" / (array.name + ".1234.part")
    left.write_bytes(array.read_bytes()[:100])
    os.utime(left, (0, 0))  # long ago
    manifest = tmp_path / "store" / store.MANIFEST
    manifest.write_text(json.dumps({**prepared.manifest, "videos": {}}))
    assert clips[0] not in Store(tmp_path / "store")
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    assert decoded == ["0.avi", "0.avi"] and not list((tmp_path / "store").glob("*.part"))


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_cut_or_lost_array_is_prepared_anew(damage, clips, tmp_path, decoded):
    prepare(clips, tmp_path / "store", "plain", jobs=1)
    array = next((tmp_path / "store").glob("1.*.npy"))
    array.write_bytes(array.read_bytes()[:-5]) if damage == "cut" else array.unlink()
    prepare(clips, tmp_path / "store", "plain", jobs=1).verify()
    assert decoded[3:] == ["1.avi"]


def test_a_changed_array_is_found_by_its_checksum(clips, tmp_path):
    prepared = prepare(clips, tmp_path / "store", "plain", jobs=1)
    array = next((tmp_path / "store").glob("1.*.npy"))
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(data)
    with pytest.raises(PreparationError, match=r"1\.\w+\.npy: its checksum is not the manifest's"):
        prepared.verify()


@pytest.mark.parametrize("text", ["", '{"format": 1, "videos"', "[]", '{"format": 99}'])
def test_a_torn_manifest_is_no_manifest(text, clips, tmp_path, decoded):
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    (tmp_path / "store" / store.MANIFEST).write_text(text)
    with pytest.raises(VideoError, match="no whole manifest; prepare the store again"):
        Store(tmp_path / "store")
    prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    assert decoded == ["0.avi", "0.avi"]


def test_an_unknown_video_is_named(clips, tmp_path):
    prepared = prepare(clips[:1], tmp_path / "store", "plain", jobs=1)
    with pytest.raises(VideoError, match="1.avi: it is not in the store"):
        prepared[clips[1]]


def test_videos_and_store_move_together(clips, tmp_path, decoded):
    prepare(clips, tmp_path / "store", "plain", jobs=1)
    manifest = (tmp_path / "store" / store.MANIFEST).read_text()
    assert str(tmp_path) not in manifest
    moved = tmp_path / "elsewhere"
    for name in ("clips", "store"):
        shutil.copytree(tmp_path / name, moved / name)
    prepare([moved / "clips" / path.name for path in clips], moved / "store", "plain", jobs=1)
    assert len(decoded) == 3


def test_same_names_in_two_folders_are_two_videos(clips, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    twin = write_frames(other / "0.avi", moving_square(5, (48, 64)))
    prepared = prepare([clips[0], twin], tmp_path / "store", "plain", jobs=1)
    assert (prepared.length(clips[0]), prepared.length(twin)) == (10, 5)


def test_changing_an_array_changes_no_file(clips, tmp_path):
    prepared = prepare(clips, tmp_path / "store", "plain", jobs=1)
    prepared[clips[0]][:] = 0
    prepared.verify()
    assert prepared[clips[1]].any()


def test_a_store_can_be_sent_to_another_process(clips, tmp_path):
    prepared = prepare(clips, tmp_path / "store", "plain", jobs=1)
    copy = pickle.loads(pickle.dumps(prepared))
    assert np.array_equal(copy[clips[0]], prepared[clips[0]])


def test_views_of_one_file_share_one_mapping(clips, tmp_path, monkeypatch):
    prepared = prepare(clips, tmp_path / "store", "plain", jobs=1)
    first = prepared[Video(clips[0], 0, "g", 0, 4)]
    monkeypatch.setattr(np, "load", lambda *args, **options: pytest.fail("mapped twice"))
    second = prepared[Video(clips[0], 0, "g", 2, 6)]
    assert np.shares_memory(first, second)


def test_many_held_arrays_do_not_use_up_the_file_handles(clips, tmp_path):
    prepared = prepare(clips, tmp_path / "store", "plain", jobs=1)
    prepared._most_mapped = 2
    held = [prepared[path] for path in clips]
    assert [array.flags.owndata for array in held] == [False, False, True]
    assert all(np.array_equal(array, read_frames(path)) for array, path in zip(held, clips, strict=True))
