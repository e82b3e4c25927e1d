"""SynthStills-1: three labels an image, and nothing in it that a video of another world holds."""

import csv
import zlib

import cv2
import numpy as np
import pytest

from vidlab.synth import (
    hmdb,
    is_complete,
    kth,
    objects,
    people,
    places,
    scenes,
    shapes,
    sports,
    stage,
    stills,
    truth,
    ucf,
    write,
)

WORLDS = (kth, ucf, hmdb, stills, sports, scenes, objects)

# Mean red, green and blue of an image, before encoding. When one of these moves, the world has changed: that
# needs a new version of the world, and new runs (data/cards/SynthStills-1.md).
FROZEN = {
    "000000": (172.003, 117.538, 62.078),
    "000007": (149.485, 145.083, 159.244),
    "001234": (151.727, 135.795, 124.03),
    "002500": (148.762, 131.591, 125.78),
    "004321": (83.719, 125.937, 168.528),
    "005678": (131.724, 133.87, 110.082),
    "007999": (142.376, 134.333, 114.97),
    "008000": (109.33, 161.346, 137.546),
    "008999": (185.484, 135.504, 79.422),
}


@pytest.mark.parametrize("name", FROZEN)
def test_the_world_is_frozen(name):
    assert stills.draw(stills.shot(name)).mean((0, 1, 2)) == pytest.approx(FROZEN[name], abs=0.02)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(stills, "TRAIN", {"quick": 9})
    monkeypatch.setattr(stills, "VAL", {"quick": 3})


@pytest.fixture
def root(few, tmp_path):
    return write("SynthStills-1", tmp_path / "stills", jobs=1)


def rows(root):
    with open(root / "labels.csv", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("size", "train", "val"), [("quick", 200, 50), ("laptop", 8000, 1000)])
def test_sizes(size, train, val):
    assert len(stills.names(size)) == train + val
    parts = [stills.shot(name, size=size).note["part"] for name in (stills.names(size)[i] for i in (0, -1))]
    assert parts == ["train", "val"]
    assert stills.shot(f"{train:06d}", size=size).note["part"] == "val"


def test_layout(root):
    assert {p.name for p in root.iterdir()} == {"images", "labels.csv", "world.json"}
    assert {p.name for p in (root / "images").iterdir()} == {f"{i:06d}.jpg" for i in range(12)}
    assert is_complete(root)


def test_labels_name_each_image_and_what_it_shows(root):
    found = rows(root)
    assert [row["image"] for row in found] == [f"{i:06d}.jpg" for i in range(12)]
    assert [row["part"] for row in found] == 9 * ["train"] + 3 * ["val"]
    for row in found:
        note = stills.shot(row["image"][:6], size="quick").note
        assert [row[c] for c in ("object", "place", "pose")] == [note[c] for c in ("object", "place", "pose")]


def test_an_image_holds_the_frame_that_truth_draws(root):
    for name in ("000000", "000007"):
        image = cv2.imread(str(root / "images" / f"{name}.jpg"))[..., ::-1]
        known = truth("SynthStills-1", name, size="quick")
        assert image.shape == (120, 160, 3) and known.frames.shape == (1, 120, 160, 3)
        assert np.abs(image.astype(int) - known.frames[0]).mean() < 5
        assert known.actor.any() and known.flow.shape == (0, 2, 120, 160)


def test_an_image_that_was_deleted_is_noticed_and_drawn_again(root):
    path = root / "images" / "000004.jpg"
    content = path.read_bytes()
    path.unlink()
    assert not is_complete(root)
    write("SynthStills-1", root, jobs=1)
    assert is_complete(root) and path.read_bytes() == content


def test_labels_are_balanced_and_independent():
    found = [stills.labels(name) for name in stills.names("laptop")[:2000]]
    for head, values in enumerate((stills.OBJECTS, stills.PLACES, stills.POSES)):
        counts = [sum(labels[head] == value for labels in found) for value in values]
        assert 0.7 * 2000 / len(values) < min(counts) and max(counts) < 1.35 * 2000 / len(values)
    table = np.zeros((len(stills.POSES), len(stills.PLACES)))
    for _, place, pose in found:
        table[stills.POSES.index(pose), stills.PLACES.index(place)] += 1
    expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
    assert ((table - expected) ** 2 / expected).sum() < 86  # chi-square, 50 degrees of freedom, p = .001


def test_there_are_enough_kinds():
    assert len(stills.OBJECTS) >= 10 and len(stills.PLACES) == 11 and len(stills.POSES) == 6


def test_the_object_is_seen_at_the_hand():
    """The nearest point of the object is within a hand's length of the hand that holds it."""
    for i in range(60):
        plan = stills.shot(f"{i:06d}")
        actor, prop = plan.actors[0], plan.props[0]
        y, x = np.nonzero(prop.mask(0, (360, 480)))
        hands = [stage.INDEX[f"{side}_hand"] for side in stage.SIDES]
        gaps = [np.hypot(x - a, y - b).min() for a, b in actor.joints[0, hands]]
        assert min(gaps) < 0.06 * actor.lens.height + 1


def test_the_object_is_all_in_the_picture():
    for i in range(100):
        corners = np.concatenate(stills.shot(f"{i:06d}").props[0].outlines(0))
        assert corners.min() > 0 and (corners < [160, 120]).all(axis=0)[0] and corners[:, 1].max() < 128


@pytest.mark.parametrize("name", ["000250", "1", "00000a", ""])
def test_a_name_that_is_not_in_the_world_is_refused(name):
    with pytest.raises(ValueError, match="SynthStills-1"):
        stills.shot(name, size="quick")


def test_it_has_no_dial(tmp_path):
    with pytest.raises(ValueError, match="has no dial camera"):
        write("SynthStills-1", tmp_path, camera=0.0)


# --- nothing of a test ---


def test_objects_and_places_are_of_other_kinds_than_those_of_videos():
    assert not set(stills.OBJECTS) & set(shapes.VIDEO) and not set(stills.PLACES) & set(places.KINDS_VIDEO)
    for name in (*ucf.names("quick")[::7], *hmdb.names("quick")[::7]):
        plan = (ucf if name.startswith("v_") else hmdb).shot(name, size="quick")
        assert plan.place.kind not in stills.PLACES


@pytest.mark.parametrize("module", WORLDS, ids=lambda module: module.WORLD)
def test_every_seed_is_keyed_by_its_own_world(module, monkeypatch):
    """Subjects, places, motion and noise come from generators whose first key is the world's name; folds and
    patterns of clothes from `marks`, which such a generator has drawn with the subject."""
    seeds, subjects = [], []
    generator, person = np.random.default_rng, people.person
    monkeypatch.setattr(np.random, "default_rng", lambda key=None: seeds.append(key) or generator(key))
    monkeypatch.setattr(people, "person", lambda *a: subjects.append(person(*a)) or subjects[-1])
    for name in module.names("quick")[:12:2]:  # their seed is asked for nowhere else: nothing is remembered
        module.draw(module.shot(name, seed=77), 0, 1)
    own, marks = zlib.crc32(module.WORLD.encode()), [o.marks for who in subjects for o in who.outfits]
    keys = [seed for seed in seeds if seed not in marks]
    assert {key[0] if isinstance(key, list) else key for key in keys} == {own}


def test_no_two_worlds_have_the_same_key():
    assert len({zlib.crc32(module.WORLD.encode()) for module in WORLDS}) == len(WORLDS)


def test_no_clothes_and_no_place_are_those_of_a_video():
    """Folds and patterns have a seed of their own, the outfit's `marks`; a canvas is a place's texture."""
    mine = [stills.shot(f"{i:06d}") for i in range(40)]
    others = [m.shot(name) for m in (ucf, hmdb) for name in m.names("quick")[::9]]
    marks = {a.painter.outfit.marks for plan in mine for a in plan.actors}
    theirs = {a.painter.outfit.marks for plan in others for a in plan.actors if isinstance(a, stage.Actor)}
    theirs |= {outfit.marks for number in range(1, 26) for outfit in kth.subject(number).outfits}
    assert len(marks) == 40 and not marks & theirs
    assert not {p.place.canvas.tobytes() for p in mine} & {p.place.canvas.tobytes() for p in others}
