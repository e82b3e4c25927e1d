"""From videos to descriptors and labels: `vidlab features` and `vidlab classify`."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vidlab import cli, workshop
from vidlab.nets import C3D, VGG19
from vidlab.papers.c3d import describe
from vidlab.papers.samples import GREY, SPREAD
from vidlab.videos import folder
from vidlab.videos.reading import read_frames, write_frames


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return C3D(5, 40, 0.05, norm=True).eval()


def noisy(step: int, seed: int, frames=40) -> np.ndarray:
    """A bright square that moves over noise: uint8 (T, 48, 64, 3)."""
    video = np.random.default_rng(seed).integers(0, 60, (frames, 48, 64, 3), dtype=np.uint8)
    for t, frame in enumerate(video):
        x = (10 + step * t) % 44
        frame[16:32, x : x + 16] = 220
    return video


@pytest.fixture
def found(tmp_path):
    """Two classes of three groups, the way a user has them."""
    for label, name in enumerate(("Left", "Right")):
        (tmp_path / "videos" / name).mkdir(parents=True)
        for group in (1, 2, 3):
            path = tmp_path / "videos" / name / f"v_{name}_g{group:02d}_c01.avi"
            write_frames(path, noisy(1 + 6 * label, group))
    return workshop.benchmark("folder", tmp_path / "videos", None, False)


def test_inputs_are_small_centred_and_in_time(net):
    white = np.full((2, 16, 48, 64, 3), 255, np.uint8)
    inputs = describe.small_inputs(white, 44, 40)
    assert inputs.shape == (2, 3, 16, 40, 40)
    assert inputs.unique().tolist() == pytest.approx([(255 - GREY) / SPREAD])
    ramp = np.zeros((1, 16, 48, 64, 3), np.uint8)
    ramp[0] += np.arange(16, dtype=np.uint8)[:, None, None, None]
    along = describe.small_inputs(ramp, 44, 40)[0, 0, :, 0, 0]
    np.testing.assert_allclose(along * SPREAD + GREY, np.arange(16), atol=1e-3)


def test_a_descriptor_is_the_mean_over_clips_eight_frames_apart(net):
    frames, describer = noisy(2, 0), describe.recorded(net, 44, "net")
    assert sum(len(batch) for batch in describer.batches(frames)) == 4  # 0, 8, 16, 24
    with torch.no_grad():
        clips = np.stack([frames[start : start + 16] for start in (0, 8, 16, 24)])
        expected = net.described(describe.small_inputs(clips, 44, 40))["fc6"].mean(0)
    np.testing.assert_allclose(describer.described(frames)["fc6"], expected, rtol=1e-4, atol=1e-6)


def test_a_showcase_describes_up_to_fc6_and_is_small(net):
    kept = {f"net.{k}": t for k, t in net.state_dict().items() if not k.startswith(describe.ABOVE_FC6)}
    shown, frames = describe.showcase(C3D(5, 40, 0.05, norm=True), kept, 44, "run"), noisy(2, 0)
    expected = describe.recorded(net, 44, "net").described(frames, ("pool5", "fc6"))
    for layer, row in shown.described(frames, ("pool5", "fc6")).items():
        np.testing.assert_allclose(row, expected[layer], rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match="fc7: these weights describe pool5, fc6"):
        shown.described(frames, ("fc7",))
    whole = C3D(48, 56, 0.25, norm=True).state_dict()
    assert 2 * sum(t.numel() for k, t in whole.items() if not k.startswith(describe.ABOVE_FC6)) < 5_000_000


def test_features_of_a_folder_are_written_whole(net, found, tmp_path, monkeypatch):
    monkeypatch.setattr(workshop, "describer", lambda *_: describe.recorded(net, 44, "net"))
    monkeypatch.setattr(workshop, "best_device", lambda: "cpu")
    told = workshop.describe_to("c3d", found, tmp_path / "store", tmp_path / "f.npz", ["fc6", "prob"], None)
    assert "6 videos: fc6 (6, 205), prob (6, 5)" in told
    kept = np.load(tmp_path / "f.npz")
    assert kept["labels"].tolist() == found.labels.tolist() and kept["names"][0] == found.videos[0].name
    first = describe.recorded(net, 44, "net").described(read_frames(found.videos[0].path))
    np.testing.assert_allclose(kept["fc6"][0], first["fc6"], rtol=1e-3, atol=1e-5)


def test_a_folder_is_classified_with_frozen_features(net, found, tmp_path, monkeypatch):
    monkeypatch.setattr(workshop, "describer", lambda *_: describe.recorded(net, 44, "net"))
    monkeypatch.setattr(workshop, "best_device", lambda: "cpu")
    told = workshop.classify_on("c3d", found, tmp_path / "store", "without-g01", None)
    assert "without-g01: 4 videos train, 2 are tested" in told
    assert "% of 2 videos" in told and "true classes by row" in told
    told = workshop.classify_on("c3d", found, tmp_path / "store", "", None)
    assert "trained on all other groups" in told and "% of 6 videos" in told and "note:" not in told
    monkeypatch.setattr(workshop, "MOST_GROUPS", 2)
    holdout = found.split("holdout")
    told = workshop.classify_on("c3d", found, tmp_path / "store", "", None)
    assert f"holdout: {len(holdout.train)} videos train, {len(holdout.test)} are tested" in told


def test_a_class_of_one_group_is_said_to_be_never_found(found):
    last = replace(found.videos[-1], label=2)
    three = replace(found, classes=(*found.classes, "Up"), videos=(*found.videos[:-1], last))
    answers, tested, head = workshop._answers(np.eye(6), three, None)
    assert tested.tolist() == list(range(6)) and answers[-1] != 2
    assert "note: all videos of Up are of one group" in head[-1]


def test_of_two_classes_one_of_which_is_one_group_a_quarter_is_held_out(found):
    some = tuple(v for v in found.videos if v.label == 0 or v.group == "g01")
    moved = replace(some[-1], group="g04")
    two = folder._with_splits(replace(found, videos=(*some[:-1], moved)))
    answers, tested, head = workshop._answers(np.eye(4), two, None)
    assert head[0].startswith(f"{two.name}, holdout") and len(tested) == len(two.split("holdout").test) < 4


def test_one_class_cannot_train_an_svm(found):
    one = folder._with_splits(replace(found, videos=tuple(v for v in found.videos if v.label == 0)))
    with pytest.raises(ValueError, match="are of one class: an SVM takes two"):
        workshop._answers(np.eye(len(one.videos)), one, None)


@pytest.fixture
def run(net, monkeypatch, tmp_path, capsys):
    """Call the command, with a small network for the recorded one: (exit status, stdout, stderr)."""
    monkeypatch.setattr(workshop, "describer", lambda *_: describe.recorded(net, 44, "net"))
    monkeypatch.setattr(workshop, "best_device", lambda: "cpu")
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "data"))

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vidlab", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capsys.readouterr()

    return call


@pytest.fixture
def with_bad(found):
    """The folder of videos, and two of them that are no videos any more."""
    bad = [found.videos[0].path, found.videos[4].path]
    for path in bad:
        path.write_bytes(path.read_bytes()[:300])
    return bad[0].parent.parent, bad


@pytest.mark.parametrize("command", ["features", "classify"])
def test_the_command_tells_all_bad_files_and_goes_on_without_them(run, with_bad, tmp_path, command):
    root, bad = with_bad
    out = tmp_path / "rows.npz"
    call = ["features", "--root", root, "--out", out] if command == "features" else ["classify", root]
    for excluded, left in ((), bad), (bad[:1], bad[1:]):
        status, _, err = run(*call, *(part for path in excluded for part in ("--exclude", path.stem)))
        assert status == 1 and len(err.splitlines()) == 1 + len(left) and not out.exists()
        for path, line in zip(left, err.splitlines()[1:], strict=True):
            assert str(path) in line and line.endswith(f"leave it out (--exclude {path.stem})")
    status, told, err = run(*call, "--exclude", bad[0].stem, "--exclude", bad[1].stem)
    assert (status, err) == (0, "") and all(f"{path.name} was left out" in told for path in bad)
    assert "4 videos: fc6 (4, 205)" in told if command == "features" else "% of 4 videos" in told


def test_a_file_of_kth_is_left_out_by_its_own_name_or_by_the_lists(run, tmp_path):
    (tmp_path / "videos").mkdir()
    for person in (1, 2):
        path = tmp_path / "videos" / f"person{person:02d}_boxing_d1_uncomp.avi"
        write_frames(path, noisy(2, person))
    path.write_bytes(b"no video")
    call = ["features", "--data", "kth", "--root", tmp_path / "videos", "--out", tmp_path / "rows.npz"]
    assert f"(--exclude {path.stem})" in run(*call)[2]
    for name in (path.stem, path.stem.removesuffix("_uncomp")):
        assert "1 videos: fc6 (1, 205)" in run(*call, "--exclude", name)[1]


def test_nothing_left_to_describe_is_one_line(run, found, tmp_path):
    root = found.videos[0].path.parent.parent
    every = [part for video in found.videos for part in ("--exclude", video.name)]
    status, _, err = run("features", "--root", root, "--out", tmp_path / "rows.npz", *every)
    assert status == 1 and err == "vidlab: videos: there is no video left to describe\n"


@pytest.mark.parametrize("names", [["mine.avi"], ["v_x_g01_c01.avi", "v_x_g01_c02.avi"]])
def test_features_need_no_split_and_classify_does(run, tmp_path, names):
    (tmp_path / "videos" / "one").mkdir(parents=True)
    for number, name in enumerate(names):
        write_frames(tmp_path / "videos" / "one" / name, noisy(2, number))
    status, told, _ = run("features", "--root", tmp_path / "videos", "--out", tmp_path / "rows.npz")
    assert status == 0 and f"{len(names)} videos: fc6 ({len(names)}, 205)" in told
    assert np.load(tmp_path / "rows.npz")["names"].tolist() == [Path(name).stem for name in names]
    status, _, err = run("classify", tmp_path / "videos")
    assert status == 1 and "no split has videos on both sides" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("net_name", "out", "told"),
    [("vgg", "f.npz", "--net vgg"), ("c3d", "f.csv", "ends in .npz"), ("vgg19", "f.npz", "give --weights")],
)
def test_what_cannot_be_described_is_refused(found, tmp_path, net_name, out, told):
    with pytest.raises(ValueError, match=told):
        workshop.describe_to(net_name, found, tmp_path, tmp_path / out, ["fc6"], None)


def test_without_a_recorded_run_the_command_is_named(monkeypatch):
    monkeypatch.setattr(workshop.runs, "find", lambda _: None)
    with pytest.raises(ValueError, match=r"vidlab record c3d2015 --arm sports-c3d.*or give --weights"):
        workshop.describer("c3d", None)


def test_an_image_network_describes_a_video_by_the_mean_over_frames(found, tmp_path, monkeypatch):
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "data"))
    torch.save(VGG19(7, width=1 / 32).state_dict(), tmp_path / "vgg.pth")
    by, frames = workshop.describer("vgg19", tmp_path / "vgg.pth"), noisy(2, 0, 20)
    told = by.described(frames, ("fc6", "fc7", "prob"))
    assert {layer: row.shape for layer, row in told.items()} == {"fc6": (128,), "fc7": (128,), "prob": (7,)}
    each = np.stack([by.described(frames[t : t + 1])["fc6"] for t in range(20)])
    np.testing.assert_allclose(told["fc6"], each.mean(0), rtol=1e-4, atol=1e-6)
    monkeypatch.setattr(workshop, "best_device", lambda: "cpu")
    told = workshop.classify_on("vgg19", found, tmp_path / "store", "", tmp_path / "vgg.pth")
    assert "frozen fc6 of vgg19 and a linear SVM" in told


def test_published_weights_describe_as_the_paper_does(tmp_path, monkeypatch):
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "data"))
    torch.save(
        {key.removeprefix("full."): t for key, t in C3D(7, width=1 / 32).state_dict().items()},
        tmp_path / "w.pth",
    )
    describer = describe.published(tmp_path / "w.pth")
    assert describer.described(noisy(2, 0, 24), ("fc6", "fc7"))["fc6"].shape == (128,)
