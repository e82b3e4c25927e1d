"""Flow as bytes: what is written is read, whole or not at all, again and again."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab import flow
from vidlab.flow import storage
from vidlab.flow.analytic import moved
from vidlab.videos import Video
from vidlab.videos.reading import PreparationError, VideoError, write_frames


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """Two short videos of a texture that shifts, and their frames."""
    folder = tmp_path_factory.mktemp("videos")
    frames = np.concatenate([moved(motion, (48, 64))[0] for motion in ("zoom", "rotation")])
    return [write_frames(folder / f"{name}.avi", frames[:n]) for name, n in (("a", 4), ("b", 3))]


@pytest.fixture
def flows(videos, tmp_path):
    return flow.extract(videos, tmp_path / "flow", jobs=1)


@pytest.mark.parametrize("height", [48, 50, 53, 60])
def test_what_x_does_leaves_no_trace_in_y(height):
    """Both components are in one picture, and JPEG mixes what shares a block."""
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    smooth = np.broadcast_to(rows, (height, 64))
    rough = np.random.default_rng(0).uniform(-1, 1, (height, 64)).astype(np.float32)
    both = [np.stack([x, smooth])[None] for x in (rough, -smooth)]
    back = [storage.unpack(storage.pack(fields)).restored()[0, 1] for fields in both]
    assert back[0].shape == (height, 64)
    np.testing.assert_array_equal(back[0], back[1])


@settings(max_examples=25)
@given(st.integers(0, 999), st.integers(1, 4), st.floats(0.01, 20), st.floats(-5, 5))
def test_smooth_flow_survives_to_a_few_levels(seed, n, spread, shift):
    coarse = np.random.default_rng(seed).normal(shift, spread, (n, 2, 3, 4))
    fields = torch.nn.functional.interpolate(
        torch.from_numpy(coarse).float(), (48, 64), mode="bilinear"
    ).numpy()
    back = storage.unpack(storage.pack(fields)).restored().numpy()
    reach = np.ptp(fields, (2, 3), keepdims=True)
    assert (np.abs(back - fields) <= 6 * reach / 255 + 1e-5).all()


def test_constant_flow_survives_exactly():
    fields = np.broadcast_to(np.array([2.5, -1.0], np.float32)[:, None, None], (3, 2, 16, 16))
    np.testing.assert_array_equal(storage.unpack(storage.pack(fields)).restored(), fields)


def test_a_record_keeps_the_range_of_each_component():
    fields = np.random.default_rng(0).normal(size=(1, 2, 16, 24)).astype(np.float32)
    head = storage.pack(fields)[0][:16].view("<f4")
    np.testing.assert_array_equal(
        head, [fields[0, 0].min(), fields[0, 0].max(), fields[0, 1].min(), fields[0, 1].max()]
    )


def test_bytes_in_memory_are_as_many_as_pixels(flows, videos):
    packed = flows.packed(videos[0])
    assert packed.levels.dtype == torch.uint8 and packed.levels.shape == (3, 2, 48, 64) and len(packed) == 3


def test_fields_are_those_of_the_frames(flows, videos):
    from vidlab.videos import read_frames

    expected = flow.estimate(read_frames(videos[0]))
    assert flows[videos[0]].dtype == np.float32
    assert flow.end_point_error(flows[videos[0]], expected).mean() < 0.1


def test_a_part_is_a_part_of_the_whole(flows, videos):
    packed = flows.packed(videos[0])
    assert torch.equal(packed.restored(1, 2), packed.restored()[1:3])


@pytest.mark.parametrize("start, length, expected", [(0, 5, [0, 1, 2, 2, 2]), (2, 3, [2, 2, 2]), (7, 1, [2])])
def test_past_the_end_the_last_field_is_repeated(flows, videos, start, length, expected):
    packed = flows.packed(videos[0])
    assert torch.equal(packed.restored(start, length), packed.restored()[expected])


def test_a_stretch_of_a_video_has_the_fields_between_its_frames(flows, videos):
    stretch = Video(videos[0], label=0, group="", start=1, stop=3)
    np.testing.assert_array_equal(flows[stretch], flows[videos[0]][1:2])


def test_a_stretch_of_one_frame_has_no_flow(flows, videos):
    with pytest.raises(VideoError, match="a.avi: it has no flow"):
        flows[Video(videos[0], label=0, group="", start=1, stop=2)]


def test_backward_flow_is_stored_apart(videos, tmp_path):
    back = flow.extract(videos, tmp_path, backward=True, jobs=1)[videos[0]]
    from vidlab.videos import read_frames

    expected = flow.estimate(read_frames(videos[0]), backward=True)
    assert flow.end_point_error(back, expected).mean() < 0.1


def test_a_smaller_field_has_smaller_vectors():
    fields = np.broadcast_to(np.array([8.0, 4.0], np.float32)[:, None, None], (2, 2, 48, 64))
    small = storage.resized(fields, 12)
    assert small.shape == (2, 2, 12, 16)
    np.testing.assert_allclose(small[0, :, 0, 0], [2, 1])


def test_extraction_goes_on_where_it_stopped(videos, tmp_path, monkeypatch):
    flow.extract(videos[:1], tmp_path, jobs=1)
    asked = []
    monkeypatch.setattr(storage, "estimate", lambda frames, *rest: asked.append(1) or flow.estimate(frames))
    flow.extract(videos, tmp_path, jobs=1)
    assert len(asked) == 1


def test_another_method_is_extracted_anew(videos, tmp_path):
    first = flow.extract(videos[:1], tmp_path, jobs=1)[videos[0]]
    second = flow.extract(videos[:1], tmp_path, method="dis", jobs=1)[videos[0]]
    assert not np.array_equal(first, second)


def test_bad_files_are_reported_together_and_the_good_ones_are_kept(videos, tmp_path):
    (tmp_path / "bad.avi").write_bytes(b"no video")
    single = write_frames(tmp_path / "single.avi", np.zeros((1, 48, 64, 3), np.uint8))
    with pytest.raises(PreparationError) as caught:
        flow.extract([videos[0], tmp_path / "bad.avi", single], tmp_path / "flow", jobs=1)
    assert [error.path.name for error in caught.value.errors] == ["bad.avi", "single.avi"]
    assert len(flow.FlowStore(tmp_path / "flow")[videos[0]]) == 3


def test_an_interruption_while_writing_keeps_what_is_whole_and_nothing_else(videos, tmp_path, monkeypatch):
    """The second video's array is cut off in the middle of its bytes, as by a power cut or Ctrl-C."""
    whole, calls = np.save, []

    def half(file, rows):
        calls.append(1)
        whole(file, rows)
        if len(calls) == 2:
            file.truncate(60)
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(np, "save", half)
        flow.extract(videos, tmp_path, jobs=1)
    assert len(calls) == 2 and len(list(tmp_path.glob("*.npy"))) == 1 and not list(tmp_path.glob("*.part"))
    again = flow.extract(videos, tmp_path, jobs=1)
    assert [len(again[video]) for video in videos] == [3, 2]


@pytest.mark.parametrize("start, length", [(0, None), (1, 2), (0, 5), (2, 3), (7, 1)])
def test_fields_decoded_one_by_one_are_those_decoded_before(flows, videos, start, length):
    many = [Video(path, label=0, group="") for path in videos]
    (before, _), (later, _) = flows.fields(many), flows.fields(many, most=10)
    assert isinstance(before, storage.Packed) and isinstance(later, storage.Stored)
    assert len(before) == len(later) and before.size == later.size == (48, 64)
    assert torch.equal(before.restored(start, length), later.restored(start, length))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_brox_on_a_gpu_agrees_with_the_cpu(videos, tmp_path):
    here, there = (flow.extract(videos[:1], tmp_path / d, "brox", jobs=1, device=d) for d in ("cpu", "cuda"))
    assert flow.end_point_error(here[videos[0]], there[videos[0]]).mean() < 0.02


def test_a_damaged_field_is_named(flows, videos):
    for path in flows.records.folder.glob("a.*.npy"):
        rows = np.load(path)
        rows[1, storage.HEAD :] = 7
        np.save(path, rows)
    with pytest.raises(VideoError, match="a.avi: a field of its flow is damaged; delete the store"):
        flow.FlowStore(flows.records.folder)[videos[0]]


def test_several_processes_extract_the_same(videos, flows, tmp_path):
    together = flow.extract(videos, tmp_path / "two", jobs=2)
    np.testing.assert_array_equal(together[videos[1]], flows[videos[1]])


def test_what_packing_saves_and_costs():
    fields = flow.estimate(moved("zoom")[0])
    fine, coarse = flow.cost(fields, quality=95), flow.cost(fields, quality=50)
    assert 1 < fine[0] < coarse[0] and 0 < fine[1] < coarse[1] < 1
