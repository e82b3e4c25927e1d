"""C3D and the search networks: counts of the paper, shapes, which cells pool5 covers, first weights."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.nets import C3D, VGG19, SearchNet, c3d

DEPTH_1, DEPTH_3 = (1,) * 5, (3,) * 5


def counted(net_of, *args, **options) -> int:
    with torch.device("meta"):
        return c3d.parameters(net_of(*args, **options))


@pytest.mark.parametrize(
    ("depths", "crop", "count"),
    [
        (DEPTH_1, 112, 14_344_933),
        (DEPTH_3, 112, 17_444_965),
        ((5,) * 5, 112, 20_544_997),
        ((7,) * 5, 112, 23_645_029),
        ((3, 3, 5, 5, 7), 112, 21_573_733),
        ((7, 5, 5, 3, 3), 112, 18_189_157),
        (DEPTH_3, 56, 11_153_509),
        (DEPTH_3, 224, 34_746_469),
    ],
)
def test_search_networks_have_as_many_parameters_as_the_specification(depths, crop, count):
    assert counted(SearchNet, depths, crop) == count


def test_the_appendix_prints_these_counts_to_half_a_percent():
    for crop, millions in ((56, 11.1), (112, 17.5), (224, 34.8)):
        assert counted(SearchNet, DEPTH_3, crop) / 1e6 == pytest.approx(millions, rel=0.005)


def test_a_step_of_two_in_depth_costs_three_million_parameters_and_not_17_thousand():
    step = counted(SearchNet, (5,) * 5) - counted(SearchNet, DEPTH_3)
    assert step == 3_100_032
    forgotten = 2 * 9 * sum(c3d.SEARCHED[:5])  # what remains when the input channels are forgotten
    assert forgotten == 17_280


def test_c3d_has_as_many_parameters_as_the_specification():
    assert counted(C3D) == 79_991_015
    assert counted(C3D, 101) == 78_409_573


def test_with_depth_1_and_one_frame_c3d_is_the_2d_vgg_a():
    net = C3D(5, 56, 0.1, frames=1, depth=1)
    assert net(torch.zeros(2, 3, 1, 56, 56)).shape == (2, 5)
    assert {tuple(layer.kernel_size) for layer in net.modules() if isinstance(layer, torch.nn.Conv3d)} == {
        (1, 3, 3)
    }


def test_vgg19_has_as_many_parameters_as_published():
    assert counted(VGG19) == 143_667_240


def test_five_by_five_kernels_keep_the_size_of_the_maps():
    net = SearchNet(crop=56, classes=5, kernel=5, width=0.05)
    assert net.conv3.kernel_size == (3, 5, 5)
    assert net(torch.zeros(1, 3, 16, 56, 56)).shape == (1, 5)


@given(st.integers(1, 300), st.integers(0, 6))
@settings(max_examples=50)
def test_pooled_is_what_pooling_leaves(size, times):
    line = torch.zeros(1, 1, 1, 1, size)
    for _ in range(times):
        line = c3d.pooling(first=True)(line)
    assert line.shape[-1] == c3d.pooled(size, times)


@pytest.mark.parametrize("crop", [33, 56, 90, 112])
@pytest.mark.parametrize("frames", [8, 16])
def test_networks_take_any_crop_and_length(crop, frames):
    for net in (SearchNet(crop=crop, classes=4, width=0.05, frames=frames), C3D(4, crop, 0.03, frames)):
        assert net(torch.zeros(2, 3, frames, crop, crop)).shape == (2, 4)


def test_pool5_covers_every_cell_once_and_hangs_over_the_far_border():
    """7 x 7 cells become 4 x 4: the last window holds one row, or column, of its own; none is left out."""
    maps = torch.arange(2 * 7 * 7, dtype=torch.float).view(1, 1, 2, 7, 7).requires_grad_()
    pool5 = C3D(4, 112, 0.02).pool5(maps)
    assert pool5.shape == (1, 1, 1, 4, 4)
    rows = np.minimum(2 * np.arange(4) + 1, 6)  # the largest value lies at the end of each window
    expected = 49 + 7 * rows[:, None] + rows
    assert np.array_equal(pool5[0, 0, 0].detach(), expected)


def test_padding_on_both_sides_would_cover_other_cells():
    """What several ports do instead: windows begin one cell earlier. Frozen descriptors would differ."""
    maps = torch.rand(1, 1, 2, 7, 7)
    port = torch.nn.MaxPool3d(2, 2, padding=(0, 1, 1))
    assert port(maps).shape == c3d.pooling()(maps).shape
    assert not torch.equal(port(maps), c3d.pooling()(maps))


def test_descriptors_are_rectified_and_probabilities_sum_to_one():
    net = C3D(5, 40, 0.05, norm=True).eval()
    told = net.described(torch.randn(2, 3, 16, 40, 40))
    assert {name: tuple(rows.shape) for name, rows in told.items()} == {
        "pool5": (2, 26 * 4), "fc6": (2, 205), "fc7": (2, 205), "prob": (2, 5)}  # fmt: skip
    assert min(told["fc6"].min(), told["fc7"].min(), told["pool5"].min()) >= 0
    assert torch.allclose(told["prob"].sum(1), torch.ones(2))


def test_described_and_forward_agree():
    net = SearchNet(crop=40, classes=5, width=0.1).eval()
    clips = torch.randn(3, 3, 16, 40, 40)
    assert torch.allclose(net.described(clips)["prob"], net(clips).softmax(1))


def test_depth_1_does_not_see_order_before_its_poolings_over_time():
    """Frames within one pooling window may change places without any effect: pool2 takes two."""
    net = SearchNet(DEPTH_1, 40, 5, width=0.1).eval()
    clips = torch.randn(1, 3, 16, 40, 40)
    swapped = clips[:, :, [1, 0, *range(2, 16)]]
    assert torch.allclose(net(clips), net(swapped), atol=1e-6)
    deep = SearchNet(DEPTH_3, 40, 5, width=0.1, norm=True).eval()
    assert not torch.allclose(deep(clips), deep(swapped), atol=1e-6)


def test_stacked_frames_are_channels_of_one_picture():
    net = SearchNet(crop=40, classes=5, width=0.1, stacked=True)
    assert net.conv1.in_channels == 48
    assert net.conv2.kernel_size == (1, 3, 3)
    assert net(torch.randn(2, 3, 16, 40, 40)).shape == (2, 5)


@pytest.mark.parametrize("options", [{"depths": DEPTH_1}, {"stacked": True}])
@pytest.mark.parametrize("width", [0.25, 1.0])
def test_matched_networks_have_as_many_parameters_as_depth_3(options, width):
    wanted = counted(SearchNet, DEPTH_3, 56, 24, width=width)
    found = c3d.matched_width(lambda w: SearchNet(crop=56, classes=24, width=w, **options), wanted)
    assert counted(SearchNet, crop=56, classes=24, width=found, **options) == pytest.approx(wanted, rel=0.01)


def test_multiplications_are_weights_times_cells():
    with torch.device("meta"):
        found = c3d.multiplications(SearchNet(crop=112, classes=101))
    maps = [3, 64, 128, 256, 256, 256]
    cells = [16 * 112**2, 16 * 56**2, 8 * 28**2, 4 * 14**2, 2 * 7**2]
    convolved = sum(27 * maps[n] * maps[n + 1] * cells[n] for n in range(5))
    assert found == convolved + 256 * 4 * 4 * 2048 + 2048 * 2048 + 2048 * 101


def test_counting_multiplications_leaves_no_hook():
    net = SearchNet(DEPTH_1, 40, 5, width=0.1)
    c3d.multiplications(net)
    assert not any(layer._forward_hooks for layer in net.modules())


def test_first_weights_are_those_of_the_released_code():
    torch.manual_seed(0)
    net = C3D(20, 56, 0.25)
    assert net.conv4b.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert net.full.fc6.weight.std().item() == pytest.approx(0.005, rel=0.02)
    assert net.full.fc8.weight.std().item() == pytest.approx(0.01, rel=0.05)
    biases = {name: w.unique().tolist() for name, w in net.named_parameters() if name.endswith("bias")}
    assert biases.pop("conv1a.bias") == [0.0]
    assert biases.pop("full.fc8.bias") == [0.0]
    assert all(values == [1.0] for values in biases.values())


def test_every_weight_has_a_gradient():
    net = C3D(5, 40, 0.05, norm=True)
    net(torch.randn(4, 3, 16, 40, 40)).logsumexp(1).sum().backward()
    assert all(
        w.grad is not None and w.grad.abs().sum() > 0 for n, w in net.named_parameters() if "weight" in n
    )


@pytest.mark.parametrize("shape", [(1, 3, 8, 40, 40), (1, 3, 16, 40, 41), (1, 1, 16, 40, 40)])
def test_clips_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"not \(N, 3, 16, 40, 40\)"):
        C3D(5, 40, 0.05)(torch.zeros(shape))


@pytest.mark.parametrize("depths", [(3, 3, 3), (2, 3, 3, 3, 3), (0, 1, 1, 1, 1)])
def test_depths_are_five_odd_numbers(depths):
    with pytest.raises(ValueError, match="five odd numbers"):
        SearchNet(depths)


def test_vgg19_describes_an_image():
    net = VGG19(7, width=0.05, crop=64).eval()
    images = torch.randn(2, 3, 64, 64)
    assert net(images).shape == (2, 7)
    assert net.fc6(images).shape == (2, 205)
    assert net.fc6(images).min() >= 0
    with pytest.raises(ValueError, match=r"not \(N, 3, 64, 64\)"):
        net(torch.zeros(1, 3, 63, 64))
