"""SynthScenes-1: every class moves as its name says, and its place does not give it away."""

import csv
from collections import Counter
from functools import lru_cache

import cv2
import numpy as np
import pytest

from vidlab.synth import camera, is_complete, places, scenes, stage, truth, write
from vidlab.videos.reading import read_frames

# Mean red, green and blue of frame 20 of a video, before encoding. When one of these moves, the world has
# changed: that needs a new version of the world, and new runs.
FROZEN = {
    "Bubbles_01": (131.439, 124.579, 118.456),
    "Crowd_02": (156.162, 141.975, 124.545),
    "Fire_03": (155.081, 158.235, 149.603),
    "Flags_04": (148.413, 131.343, 105.211),
    "Fog_05": (131.231, 147.566, 134.246),
    "Foliage_06": (112.019, 166.567, 112.899),
    "Fountain_07": (163.023, 112.485, 135.502),
    "Lake_08": (123.885, 142.861, 127.680),
    "LeafFall_09": (156.882, 126.667, 96.164),
    "Rain_10": (139.081, 156.226, 188.769),
    "River_11": (58.069, 125.933, 158.058),
    "Sea_12": (115.527, 118.363, 105.108),
    "Smoke_13": (159.710, 151.237, 122.247),
    "Snowfall_14": (160.361, 126.902, 115.858),
    "Traffic_01": (134.502, 126.693, 93.135),
    "Waterfall_02": (133.901, 160.538, 132.693),
}
STILL = 3.39  # mean absolute difference of two frames of which only the noise (spread 3) differs


def grey(name, start, stop, **dials):
    """Frames (T, H, W), smoothed a little against the noise."""
    frames = stage.draw(scenes.shot(name, **dials), start, stop)
    return [cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (0, 0), 1) for frame in frames]


@lru_cache
def motion(name):
    """Mean flow (x, y) in pixels a frame, where something changes; the camera stands still."""
    a, b, c = grey(name, 10, 13, camera=0.0)
    flow = [cv2.calcOpticalFlowFarneback(*pair, None, 0.5, 3, 9, 5, 5, 1.1, 0) for pair in ((a, b), (b, c))]
    here = scenes.shot(name, camera=0.0).parts(11) > 0
    return np.mean(flow, 0)[here & (np.maximum(cv2.absdiff(a, b), cv2.absdiff(b, c)) > 9)].mean(0)


# --- names and sizes ---


@pytest.mark.parametrize(("size", "each", "frames"), [("quick", 2, 20), ("laptop", 14, 48), ("full", 14, 48)])
def test_sizes(size, each, frames):
    found = scenes.names(size)
    assert Counter(scenes.parse(name)[0] for name in found) == dict.fromkeys(scenes.CLASSES, each)
    plan = scenes.shot("Rain_02", size=size)
    assert plan.length == frames and plan.size == ((320, 240) if size == "full" else (160, 120))


@pytest.mark.parametrize(
    "name", ["Snowfall", "Snowfall_00", "Snowfall_15", "Hail_01", "Rain_1", "Rain_01.avi"]
)
def test_a_name_that_is_not_in_the_world_is_refused(name):
    with pytest.raises(ValueError, match="SynthScenes-1: write <class>_NN, 01 to 14"):
        scenes.shot(name)


def test_a_size_and_a_dial_that_do_not_exist_are_refused(tmp_path):
    with pytest.raises(ValueError, match="use quick, laptop or full"):
        scenes.names("huge")
    with pytest.raises(ValueError, match="a dial is 0"):
        scenes.shot("Rain_01", camera=-1)
    with pytest.raises(ValueError, match="has no dial wind"):
        write("SynthScenes-1", tmp_path, wind=1.0)


def test_every_class_is_in_one_pair_or_told_by_what_is_seen():
    alike = [name for pair in scenes.PAIRS for name in pair]
    assert sorted([*alike, *scenes.APPEARANCE]) == list(scenes.CLASSES) and len(scenes.CLASSES) == 16


# --- drawing ---


@pytest.mark.parametrize("name", FROZEN)
def test_the_world_is_frozen(name):
    frame = next(scenes.shot(name).frames(20, 21))
    assert frame.mean((0, 1)) == pytest.approx(FROZEN[name], abs=0.02)


@pytest.mark.parametrize("label", scenes.CLASSES)
def test_frames_follow_from_seed_and_name(label):
    name = f"{label}_01"
    frames = stage.draw(scenes.shot(name, size="quick"), 10)
    assert frames.shape == (10, 120, 160, 3) and frames.dtype == np.uint8
    assert (frames[3] == next(scenes.shot(name, size="quick").frames(13, 14))).all()
    for other in (scenes.shot(name, 1, "quick"), scenes.shot(f"{label}_02", size="quick")):
        assert np.abs(frames[:1].astype(int) - stage.draw(other, 10, 11)).mean() > 8


@pytest.mark.parametrize("label", scenes.CLASSES)
def test_every_class_moves_while_the_camera_stands_still(label):
    plan = scenes.shot(f"{label}_02", camera=0.0)
    frames = stage.draw(plan, 10, 13).astype(int)
    assert np.abs(np.diff(frames, axis=0)).mean() > 1.1 * STILL
    assert 0.005 < np.mean(plan.parts(10) > 0) < 0.95  # something is seen, and something of the place


@pytest.mark.parametrize("label", scenes.CLASSES)
def test_everything_is_seen_through_the_camera(label):
    """What a camera at rest sees, shifted and enlarged, is what the moving one sees at the same time."""
    plan, held = (scenes.shot(f"{label}_03", size="quick", camera=c) for c in (1.0, 0.0))
    t = int(np.argmax(np.abs(plan.camera.matrix[:, :, 2]).sum(1)))
    still, now = held.clean(t).astype(np.float32), plan.clean(t)
    shifted = cv2.warpAffine(still, plan.camera.matrix[t], plan.size)
    far, near = (np.abs(a - now)[20:-20, 30:-30].mean() for a in (still, shifted))
    assert near < 0.5 * far


@pytest.mark.parametrize(
    "label", ["Snowfall", "Bubbles", "LeafFall", "River", "Sea", "Smoke", "Fog", "Fire", "Waterfall"]
)
def test_a_class_moves_the_way_it_says(label):
    for number in (1, 2):
        name = f"{label}_{number:02d}"
        drift, found = np.array(scenes.shot(name).note["drift"]), motion(name)
        assert found @ drift > 0.1 * drift @ drift
        assert abs(found[0] * drift[1] - found[1] * drift[0]) < 0.3 * drift @ drift  # and not across


def test_pairs_differ_in_their_direction():
    way = {label: [motion(f"{label}_{n:02d}") for n in (1, 2)] for pair in scenes.PAIRS for label in pair}
    assert min(y for _, y in way["Snowfall"]) > 1 > -1 > max(y for _, y in way["Bubbles"])
    assert min(y for _, y in way["LeafFall"]) > 0.8 > 0.4 > max(np.hypot(*v) for v in way["Foliage"])
    assert min(abs(x) for x, _ in way["River"]) > 1 > 0.5 > max(np.hypot(*v) for v in way["Lake"])
    assert min(y for _, y in way["Sea"]) > 0.6
    assert max(y for _, y in way["Smoke"]) < -0.9 and min(abs(x) for x, _ in way["Fog"]) > 0.8


def test_rain_falls_along_its_streaks():
    """Too fast for an estimate: what was drawn is looked at."""
    for number in (1, 2):
        streaks = scenes.shot(f"Rain_{number:02d}", camera=0.0).props[0]
        step = np.median(streaks.ends[11, :, 0] - streaks.ends[10, :, 0], 0)
        assert step[1] > 0
        tail = streaks.ends[10, :, 0] - streaks.ends[10, :, 1]
        assert np.cross(tail[0] / np.hypot(*tail[0]), step / np.hypot(*step)) == pytest.approx(0, abs=0.05)


def test_lanes_are_of_one_way_each():
    plan = scenes.shot("Traffic_02", camera=0.0)
    step = [np.median(np.diff(car.anchors[:, 0, 0])) for car in plan.props[1:]]
    assert {np.sign(v) for v in step} == {-1, 1} and np.abs(step).min() > 1
    assert sum(np.abs(np.diff(np.sign(step))) > 0) == 1


def test_people_of_a_crowd_are_painted_from_far_to_near():
    plan = scenes.shot("Crowd_01", camera=0.0)
    grounds = [layer.lens.ground for layer in plan._layers(0)]
    assert grounds == sorted(grounds) and 7 <= len(grounds) <= 10


def test_truth_draws_it_again():
    known = truth("SynthScenes-1", "River_01", size="quick", frames=(3, 6), camera=0.0)
    assert (known.frames == stage.draw(scenes.shot("River_01", size="quick", camera=0.0), 3, 6)).all()
    water = known.parts[0] > 0
    assert 0.2 < water.mean() < 0.7 and not water[:40].any() and not known.actor.any()
    drift = scenes.shot("River_01").note["drift"]
    assert known.flow[0, :, water].mean(0) == pytest.approx(drift, abs=0.01)


# --- place and look do not tell ---


def test_places_are_drawn_without_regard_to_the_class():
    found = {c: [_kind(f"{c}_{n:02d}") for n in range(1, 15)] for c in scenes.CLASSES}
    assert min(len(set(kinds)) for kinds in found.values()) >= 7
    assert {kind for kinds in found.values() for kind in kinds} == {*places.KINDS_VIDEO, *places.KINDS_STILLS}
    every = [(c, kind) for c, kinds in found.items() for kind in kinds]
    right = 0
    for i, (label, kind) in enumerate(every):
        others = Counter(c for j, (c, other) in enumerate(every) if j != i and other == kind)
        right += bool(others) and others.most_common(1)[0][0] == label
    assert right / len(every) < 0.14  # chance is 0.06


def _kind(name):
    rng = stage.generator(scenes.WORLD, 0, name, "place")
    return str(rng.choice(scenes.KINDS))


@pytest.mark.parametrize("pair", scenes.PAIRS, ids="-".join)
def test_the_members_of_a_pair_look_the_same(pair):
    """From the same random numbers they draw the same first frame, pixel for pixel; the next ones differ."""
    path = camera.path(stage.generator("test"), 9, (160, 120))
    pictures = []
    for label in pair:
        (thing,) = scenes.PROGRAMS[label](stage.generator("test", 4), path, 1)
        first, later = (np.full((120, 160, 3), 120, np.uint8) for _ in range(2))
        thing.paint(first, 0)
        thing.paint(later, 8)
        pictures.append((first, later))
    for first, later in pictures[1:]:
        assert (first == pictures[0][0]).all()
        assert np.abs(later.astype(int) - pictures[0][1]).mean() > 3


# --- files ---


def test_written_files_and_labels(tmp_path, monkeypatch):
    few = [name for name in scenes.names("quick") if name.split("_")[0] in ("Flags", "Lake", "Rain")]
    monkeypatch.setattr(scenes, "names", lambda size: few)
    root = write("SynthScenes-1", tmp_path / "scenes", "quick", jobs=1)
    assert is_complete(root) and {p.name for p in root.iterdir()} == {
        "Flags", "Lake", "Rain", "labels.csv", "world.json",
    }  # fmt: skip
    with open(root / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["video"] for row in rows] == [f"{name.split('_')[0]}/{name}.avi" for name in few]
    assert len({row["group"] for row in rows}) == len(rows)
    for row in rows:
        assert row["class"] in scenes.CLASSES and row["video"].startswith(row["class"])
        assert read_frames(root / row["video"]).shape == (20, 120, 160, 3)
