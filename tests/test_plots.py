"""Figures: every one becomes a small PNG with alt text that is written from the data."""

import base64
import io
import re
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image

from vidlab import plots
from vidlab.plots.flow import flow_colours

CLASSES = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 255, (20, 24, 32), dtype=np.uint8)
MASK = (VIDEO > 200).astype(int)
FIELD = RNG.normal(size=(2, 24, 32))
PROBABILITIES = RNG.dirichlet(np.ones(6), 15)


def row(**changes):
    given = {"claim": "bac-1", "test": "KTH1-shaped", "reported": "+3.35", "reported_value": 3.35}
    measured = {"estimate": 2.0, "low": -1.0, "high": 5.0, "measured": "+2.0 [-1.0, +5.0]", "unit": "points"}
    return SimpleNamespace(**(given | measured | {"verdict": "too small to tell here"} | changes))


LAYERS = (plots.Layer("input", (1, 9, 54, 34)), plots.Layer("C1", (7, 5, 48, 28), "7×7×5", 1722))
DRAW: dict[str, Callable[[], plots.Picture]] = {
    "filmstrip": lambda: plots.filmstrip(VIDEO, every=4),
    "filmstrip in rows": lambda: plots.filmstrip({"a": VIDEO, "b": VIDEO[..., None]}, every=4),
    "filmstrip in colour": lambda: plots.filmstrip(np.repeat(VIDEO[..., None], 3, -1)),
    "filmstrip with boxes": lambda: plots.filmstrip(VIDEO, boxes=np.tile([2, 3, 10, 12], (20, 1))),
    "filmstrip of floats": lambda: plots.filmstrip(VIDEO / 255.0 - 0.5, titles=list("abcdefghijkl")),
    "overlay": lambda: plots.overlay(VIDEO, MASK, every=5, joints=np.full((20, 3, 2), 9.0)),
    "arrows": lambda: plots.arrows(VIDEO, np.full((19, 2, 24, 32), 2.0), every=5),
    "flow fields": lambda: plots.flow_fields({"a": FIELD, "b\nc": -FIELD}, first=VIDEO[0]),
    "flow components": lambda: plots.flow_components(VIDEO[:2], FIELD, (4, 3, 12, 16)),
    "flow arrows": lambda: plots.flow_arrows([VIDEO[0]], {"a": FIELD}, step=4, grow=2),
    "flow paths": lambda: plots.flow_paths(VIDEO[0], RNG.uniform(2, 20, (4, 3, 2))),
    "flow errors": lambda: plots.flow_errors(pd.DataFrame({"a": [0.1, 2], "b": [1, 3]}, ["x", "y"])),
    "confusion": lambda: plots.confusion(np.diag([5, 6, 7, 8, 9, 10]) + 1, CLASSES, title="t"),
    "embedding": lambda: plots.embedding(RNG.normal(size=(30, 2)), np.arange(30) % 6, CLASSES),
    "scatter": lambda: plots.scatter(RNG.normal(size=(30, 2)), np.arange(30) % 3, "abc", "x (m)", "y (s)"),
    "traces": lambda: plots.traces(
        {"a": RNG.random(20), "b": RNG.random(9)}, "y (m)", {"b": np.arange(9) > 5}
    ),
    "timelines": lambda: plots.timelines({"whole": [(0, 90)], "parts": [(3, 20), (40, 90)]}, 90),
    "split table": lambda: plots.split_table({"one": ["g1"], "two": ["g2", "g3"]}, ["g1", "g2", "g3"], "g"),
    "curves": lambda: plots.curves({"a": RNG.random((3, 9)), "b": RNG.random(5)}),
    "curves, log": lambda: plots.curves({"a": RNG.random((3, 4))}, (2, 10, 50, 100), log=True),
    "gain curve": lambda: plots.gain_curve([1, 2], [3, 4], [2, 3], [4, 5], "dial", reported=3.35),
    "splits": lambda: plots.splits_spread({"vote": [90, 91.5, 92], "one": [80]}, chance=16.7),
    "reported": lambda: plots.reported_beside_measured([row(), row(estimate=None, measured="")]),
    "unrolled": lambda: plots.unrolled(
        PROBABILITIES, PROBABILITIES, CLASSES, label=2, present=PROBABILITIES[:, 0] > 0.1
    ),
    "windows": lambda: plots.windows_diagram(100, 9, 9),
    "architecture": lambda: plots.architecture([*LAYERS, plots.Layer("N2", (6,), "full", 306)]),
    "two streams": lambda: plots.two_streams({"one": [("conv1", "7×7")], "two": [("conv1", "")]}, "mean"),
    "flow filters": lambda: plots.flow_filters(RNG.normal(size=(5, 4, 7, 7)), RNG.random((5, 3)) / 3),
    "large confusion": lambda: plots.large_confusion(np.eye(6) + 1, CLASSES, "aabbbc", "t"),
    "recall": lambda: plots.recall_by_class({"a": RNG.random(6), "b": RNG.random(6)}, CLASSES, "aababb"),
    "shares": lambda: plots.stacked_shares({"a": {"b": 40, "c": 60}, "d": {"b": 97, "c": 3}}, "e (%)"),
    "clip network": lambda: plots.clip_network([("clip", "RGB", 3, 16, 112), ("fc6", "", 4096, 0, 0)], "t"),
    "back-projection": lambda: plots.back_projection(
        np.repeat(VIDEO[..., None], 3, -1),
        RNG.normal(size=(3, 20, 24, 32)),
        np.full((20, 2, 24, 32), 2.0),
        caption="clip",
    ),
    "shares by frame": lambda: plots.shares_by_frame(
        {"on it": [3.0, 9.0]}, {"on it": [1.0, 2.0]}, [40.0, 60.0], "noise"
    ),
    "data flow": lambda: plots.dataflow([(str(i), "some words on it") for i in range(6)]),
}


def image(picture):
    return Image.open(io.BytesIO(picture.png))


@pytest.fixture(scope="module", params=DRAW)
def picture(request):
    return DRAW[request.param]()


def test_a_picture_is_a_palette_png(picture):
    assert image(picture).mode == "P"


def test_a_picture_is_small(picture):
    assert len(picture.png) < 200_000
    assert image(picture).width <= 7.3 * 130


def test_a_picture_shows_something(picture):
    assert np.asarray(image(picture).convert("L")).std() > 5


def test_alt_text_is_a_sentence(picture):
    assert len(picture.alt) > 40
    assert picture.alt.endswith(".")


def test_html_is_one_image_with_alt_text(picture):
    shown = picture._repr_html_()
    assert re.findall(r"<img alt=\"[^\"]{40,}\" ", shown)
    assert base64.b64decode(shown.split("base64,")[1].split('"')[0]) == picture.png


@pytest.mark.parametrize("name", DRAW)
def test_the_same_data_give_the_same_bytes(name):
    before = RNG.bit_generator.state
    first = DRAW[name]().png
    RNG.bit_generator.state = before
    assert DRAW[name]().png == first


def test_no_figure_stays_open():
    plots.windows_diagram(30)
    plots.Picture(pyplot.figure(), "An empty figure, made by pyplot.")
    assert pyplot.get_fignums() == []


def test_the_readers_style_stays_as_it_was():
    before = dict(pyplot.rcParams)
    plots.windows_diagram(30)
    assert dict(pyplot.rcParams) == before


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_picture_without_alt_text_is_refused(alt):
    with pytest.raises(ValueError, match="alt text"):
        plots.Picture(Figure(), alt)


def test_alt_text_is_escaped():
    assert 'alt="a &quot;b&quot; &lt;c&gt;"' in plots.Picture(Figure(), 'a "b" <c>')._repr_html_()


def test_confusion_names_the_largest_mistake():
    picture = plots.confusion(np.array([[8, 2], [0, 10]]), ("walking", "running"))
    assert "90.0 % are right" in picture.alt
    assert "20 % of walking are called running" in picture.alt


def test_a_perfect_confusion_matrix_says_so():
    assert "No class is taken for another" in plots.confusion(np.eye(3), "abc").alt


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=10)
def test_the_windows_diagram_counts_windows(length, size, hop):
    expected = max(length - size, 0) // hop + 1
    assert f"into {expected} windows" in plots.windows_diagram(length, size, hop).alt


def test_timelines_count_frames_once():
    alt = plots.timelines({"whole": [(0, 90)], "parts": [(0, 20), (10, 30)]}, 90).alt
    assert "whole, 1 stretch, 90 frames; parts, 2 stretches, 30 frames" in alt


def test_the_split_table_names_who_is_tested():
    alt = plots.split_table({"one": ["g1"], "two": ["g2", "g3"]}, ["g1", "g2", "g3"]).alt
    assert "one tests g1; two tests g2 and g3" in alt


def test_arrows_tell_the_longest():
    flow = np.zeros((2, 2, 24, 32))
    flow[0, :, :, :16] = np.reshape([3.0, 4.0], (2, 1, 1))
    assert "the longest is 5.0 pixels, 75 % stay in place" in plots.arrows(VIDEO, flow).alt


def test_traces_tell_how_much_is_shaded():
    alt = plots.traces({"a": np.arange(10)}, "steps", {"a": np.arange(10) < 3}, "in the air").alt
    assert "a between 0 and 9, in the air in 30 % of the frames" in alt


def test_scatter_tells_each_range():
    alt = plots.scatter([[1, 2], [3, 4], [5, 6]], [0, 0, 1], "ab", "x", "y").alt
    assert "a 1.00 to 3.00 and 2.00 to 4.00; b 5.00" in alt


def test_embedding_counts_like_neighbours():
    points = np.array([[0, 0], [0, 1], [9, 9], [9, 8]], float)
    assert "for 100 % of the points" in plots.embedding(points, np.array([0, 0, 1, 1]), "ab").alt
    assert "for 0 % of the points" in plots.embedding(points, np.array([0, 1, 0, 1]), "ab").alt


def test_rows_without_numbers_cannot_be_drawn():
    with pytest.raises(ValueError, match="no row"):
        plots.reported_beside_measured([row(unit="AUC")])


def test_reported_beside_measured_says_both():
    alt = plots.reported_beside_measured([row()]).alt
    assert "reported +3.35, measured +2.0 [-1.0, +5.0], too small to tell here" in alt


def test_unrolled_says_who_wins_the_vote():
    sure = np.tile([0.1, 0.9], (10, 1))
    alt = plots.unrolled(sure[:, ::-1], sure, ("walking", "running"), label=0).alt
    assert "settles on walking" in alt
    assert "vote for running with 100 %" in alt


def test_a_large_confusion_counts_mistakes_within_families():
    matrix = np.array([[8, 1, 1], [0, 10, 0], [2, 0, 8]])
    alt = plots.large_confusion(matrix, "abc", ["x", "x", "y"]).alt
    assert "86.7 % are right" in alt and "25 % of the mistakes stay within" in alt


def test_recall_names_the_worst_class_of_each_system():
    alt = plots.recall_by_class({"spatial": [50, 90], "temporal": [80, 70]}, "ab", ["x", "y"]).alt
    assert "spatial a (50 %)" in alt and "temporal b (70 %)" in alt


def test_stacked_shares_tell_every_part():
    alt = plots.stacked_shares({"spatial": {"right": 60, "wrong": 40}}, "videos (%)").alt
    assert "spatial: right 60 %, wrong 40 %" in alt


def test_still_is_grey_and_every_direction_has_its_colour():
    right, left, down, up = ([1, 0], [-1, 0], [0, 1], [0, -1])
    field = np.array([[0, 0], right, left, down, up], float).T[:, None]
    still, *ways = flow_colours(field, longest=1)[0]
    assert np.ptp(still) == 0
    assert ways[0][0] > ways[0][2] and ways[1][2] > ways[1][0] and ways[2].max() < 0.1 and ways[3].min() == 1


def test_a_longer_vector_keeps_its_direction_s_colour():
    field = np.array([[3.0, 4.0], [30.0, 40.0]]).T[:, None]
    short, long = flow_colours(field, longest=5)[0]
    np.testing.assert_allclose(short, long)


def test_splits_are_told_with_their_number_and_with_chance():
    alt = plots.splits_spread({"vote": [90, 92], "one": [80]}, one="seed", chance=16.7).alt
    assert "vote 91.0 on average over 2 seeds, standard deviation 1.4" in alt
    assert "one 80.0 on average over 1 seed and chance 17." in alt
    assert "chance" not in plots.splits_spread({"vote": [90, 92]}).alt
