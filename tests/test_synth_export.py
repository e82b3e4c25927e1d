"""Writing a world: KTH's layout, resumable, and never half of it taken for whole."""

import json

import numpy as np
import pytest

from vidlab.synth import export, is_complete, kth, truth, write
from vidlab.videos.kth import read_sequences
from vidlab.videos.reading import read_frames

NAMES = ["person01_boxing_d2", "person01_running_d1", "person02_walking_d4"]


@pytest.fixture
def few(monkeypatch):
    """Three videos instead of 150."""
    monkeypatch.setattr(kth, "names", lambda size: NAMES)


@pytest.fixture
def root(few, tmp_path):
    return write("SynthKTH-1", tmp_path / "world", jobs=1)


def path(root, name):
    return root / name.split("_")[1] / f"{name}_uncomp.avi"


def test_layout(root):
    folders = {"boxing", "running", "walking"}
    assert {p.name for p in root.iterdir()} == folders | {"00sequences.txt", "world.json"}
    assert all(path(root, name).is_file() for name in NAMES)


def test_files_hold_the_frames_that_truth_draws(root):
    written = read_frames(path(root, NAMES[1]), grey=True)[..., 0]
    drawn = truth("SynthKTH-1", NAMES[1], size="quick").frames
    assert written.shape == drawn.shape
    assert np.abs(written.astype(int) - drawn).mean() < 4


def test_sequences_are_in_kth_s_format(root):
    ranges = read_sequences(root / "00sequences.txt")
    assert ranges == {name: kth.shot(name, size="quick").ranges for name in NAMES}


def test_writing_again_changes_nothing(root):
    before = {name: path(root, name).stat().st_mtime_ns for name in NAMES}
    write("SynthKTH-1", root, jobs=1)
    assert before == {name: path(root, name).stat().st_mtime_ns for name in NAMES}


def test_a_missing_file_is_noticed_and_written_again(root):
    content = path(root, NAMES[0]).read_bytes()
    path(root, NAMES[0]).unlink()
    assert not is_complete(root)
    write("SynthKTH-1", root, jobs=1)
    assert is_complete(root)
    assert len(path(root, NAMES[0]).read_bytes()) == len(content)


def test_an_interrupted_world_is_not_complete_and_resumes(few, tmp_path, monkeypatch):
    real, calls = export.write_frames, []

    def stops_at_the_third(target, frames):
        calls.append(target)
        if len(calls) == 3:
            target.with_name(f"{target.stem}.part.avi").write_bytes(b"half")
            raise KeyboardInterrupt
        return real(target, frames)

    monkeypatch.setattr(export, "write_frames", stops_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        write("SynthKTH-1", tmp_path, jobs=1)
    assert not is_complete(tmp_path)
    write("SynthKTH-1", tmp_path, jobs=1)
    assert is_complete(tmp_path)
    assert len(calls) == 4 and not list(tmp_path.rglob("*.part*"))


def test_the_manifest_names_world_version_size_seed_dials_and_files(root):
    manifest = json.loads((root / "world.json").read_text())
    assert manifest["world"] == "SynthKTH-1" and manifest["version"] == 1
    assert (manifest["size"], manifest["seed"], manifest["dials"]) == ("quick", 0, {"idle": 1.0})
    assert set(manifest["videos"]) == set(NAMES)
    assert all(len(video["sha256"]) == 64 for video in manifest["videos"].values())


@pytest.mark.parametrize("other", [{"seed": 1}, {"size": "laptop"}, {"idle": 0.0}])
def test_a_folder_with_another_choice_is_refused(root, other):
    with pytest.raises(ValueError, match="another (seed|size|dials)"):
        write("SynthKTH-1", root, jobs=1, **other)


def test_a_folder_with_something_else_is_left_alone(few, tmp_path):
    (tmp_path / "00sequences.txt").write_text("real")
    with pytest.raises(ValueError, match="empty folder"):
        write("SynthKTH-1", tmp_path, jobs=1)
    assert (tmp_path / "00sequences.txt").read_text() == "real"


@pytest.mark.parametrize("world", export.WORLDS)
def test_every_world_offers_what_writing_needs(world, tmp_path):
    at = export.module(world)
    names = at.names("quick")
    assert world == at.WORLD and len(set(names)) == len(names) < len(at.names("laptop")) <= len(
        at.names("full")
    )
    assert len({at.path(tmp_path, name) for name in names}) == len(names)
    plan = at.shot(names[0], 0, "quick", **at.DIALS)
    frames = at.draw(plan)
    assert len(frames) == plan.length and frames.dtype == np.uint8 and frames.shape[1:3] == (120, 160)
    facts = {name: json.loads(json.dumps(at.shot(name, 0, "quick").note)) for name in names[:3]}
    assert all(text.endswith("\n") for text in at.lists(names[:3], facts).values())


@pytest.mark.parametrize("world", [world for world in export.WORLDS if world != "SynthKTH-1"])
def test_every_world_in_colour_tells_the_truth(world):
    at = export.module(world)
    name = "Crowd_01" if world == "SynthScenes-1" else at.names("quick")[5]  # somebody who is seen
    known = truth(world, name, size="quick", **at.DIALS)
    count = at.shot(name, size="quick").length
    assert known.frames.shape == (count, 120, 160, 3) and known.parts.shape == (count, 120, 160)
    assert known.flow.shape == (count - 1, 2, 120, 160) and np.isfinite(known.flow).all()
    assert known.present.any() and known.part_names[-1] == "prop" and known.ranges == ()
    assert (known.actor == ((known.parts > 0) & (known.parts < len(known.part_names) - 1))).all()


def test_unknown_worlds_and_dials_are_refused(tmp_path):
    with pytest.raises(ValueError, match="SynthKTH-1"):
        write("SynthABC", tmp_path)
    with pytest.raises(ValueError, match="idle"):
        write("SynthKTH-1", tmp_path, wind=3.0)


def test_two_processes_write_what_one_does(tmp_path):
    tasks = [("SynthKTH-1", str(tmp_path), name, 0, "quick", {"idle": 1.0}) for name in NAMES]
    done = dict(export._run(tasks, jobs=2))
    assert {name: done[name]["frames"] for name in NAMES} == {
        name: kth.shot(name, size="quick").length for name in NAMES
    }


def test_is_complete_of_nothing(tmp_path):
    assert not is_complete(tmp_path / "nowhere")
