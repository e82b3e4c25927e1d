"""CNN-M-2048: counts and sizes of the paper, the normalisation's equation, heads, and thin versions."""

import math

import pytest
import torch
from torch import nn

from vidlab.nets import CNNM2048
from vidlab.nets.cnn_m import LocalResponse, sides


def count(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def on_paper(*args, **options) -> CNNM2048:
    """A network of the paper's size that takes no memory: shapes only."""
    with torch.device("meta"):
        return CNNM2048(*args, **options)


def small(**options) -> CNNM2048:
    torch.manual_seed(0)
    return CNNM2048(**{"width": 0.25, "crop": 56, "classes": 5} | options)


@pytest.mark.parametrize(
    ("channels", "classes", "parameters"),
    [
        (3, 101, 90_627_813),
        (20, 101, 90_707_781),
        (10, 101, 90_660_741),  # L = 5
        (2, 101, 90_623_109),  # L = 1
        (33, 101, 90_768_933),  # "slow fusion": 11 frames
        (3, 51, 90_525_363),
        (20, 51, 90_605_331),
        (20, (101, 51), 90_812_280),
    ],
)
def test_parameters_of_each_network_of_the_paper(channels, classes, parameters):
    assert count(on_paper(channels, classes, second_norm=channels == 3)) == parameters


def test_parameters_layer_by_layer():
    net = on_paper()
    assert [count(getattr(net, name)) for name in ("conv1", "full6", "full7", "full8")] == [
        14_208,
        75_501_568,
        8_390_656,
        206_949,
    ]
    assert sum(count(getattr(net, f"conv{k}")) for k in (2, 3, 4, 5)) == 6_514_432
    assert [count(on_paper(2 * length).conv1) for length in (1, 5, 10)] == [9_504, 47_136, 94_176]
    assert count(on_paper(33).conv1) == 155_328


def test_only_weights_and_biases_of_the_papers_layers_have_parameters():
    layers = [f"conv{k}" for k in range(1, 6)] + [f"full{k}" for k in range(6, 9)]
    assert list(on_paper().state_dict()) == [
        f"{name}.{kind}" for name in layers for kind in ("weight", "bias")
    ]


SIDES = {
    "conv1": 109,
    "pool1": 54,
    "conv2": 26,
    "pool2": 13,
    "conv3": 13,
    "conv4": 13,
    "conv5": 13,
    "pool5": 6,
}


def sides_in(net: CNNM2048, crop: int) -> dict[str, int]:
    seen = {}
    for name in SIDES:
        getattr(net, name).register_forward_hook(lambda m, i, o, name=name: seen.update({name: o.shape[-1]}))
    net(torch.zeros(1, 3, crop, crop, device=net.conv1.weight.device))
    return seen


def test_maps_of_224_pixels_are_the_papers():
    assert dict(zip(SIDES, sides(), strict=True)) == SIDES == sides_in(on_paper(), 224)


@pytest.mark.parametrize("crop", [41, 56, 57, 64, 112, 113, 114, 115])
def test_sides_foretell_any_crop(crop):
    assert list(sides_in(small(crop=crop).eval(), crop).values()) == sides(crop)


def test_a_crop_of_which_nothing_is_left_is_named():
    with pytest.raises(ValueError, match="crop=40: nothing is left"):
        CNNM2048(crop=40)


def test_a_picture_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"\(2, 3, 64, 64\), not \(N, 3, 56, 56\)"):
        small()(torch.zeros(2, 3, 64, 64))


def test_local_response_is_krizhevskys_equation():
    """b_i = a_i / (2 + 1e-4 sum_j a_j^2)^.75, where j goes over the 5 channels around i."""
    a = 40 * torch.rand(2, 9, 3, 4, dtype=torch.float64)
    b = torch.empty_like(a)
    for i in range(9):
        around = a[:, max(0, i - 2) : i + 3]
        b[:, i] = a[:, i] / (2 + 1e-4 * (around**2).sum(1)) ** 0.75
    torch.testing.assert_close(LocalResponse()(a), b)


def test_the_temporal_network_has_only_the_first_normalisation():
    kinds = [type(m) for m in small(in_channels=20, second_norm=False).modules()]
    assert kinds.count(LocalResponse) == 1
    assert [type(m) for m in small().modules()].count(LocalResponse) == 2


def test_every_layer_has_a_relu_of_its_own():
    assert len({id(m) for m in small().modules() if isinstance(m, nn.ReLU)}) == 7


def test_two_heads_give_two_tensors_on_the_same_features():
    net, x = small(classes=(5, 3)).eval(), torch.randn(2, 3, 56, 56)
    logits = net(x)
    assert [part.shape for part in logits] == [(2, 5), (2, 3)]
    torch.testing.assert_close(logits[1], net.full8[1](net.features(x)))


def test_features_are_full7_before_dropout():
    net = small(dropout=0.9).train()
    net.drop6.p = 0.0
    features = net.features(torch.randn(4, 3, 56, 56))
    assert features.shape == (4, 512) and (features >= 0).all()
    assert 0.3 < (features > 0).float().mean() < 0.7  # not one in ten


@pytest.mark.parametrize("net", [small(), small(second_norm=False), small(classes=(5, 3))])
def test_gradient_reaches_every_weight(net):
    logits = net.eval()(torch.randn(4, 3, 56, 56))
    sum(part.square().sum() for part in (logits if isinstance(logits, tuple) else [logits])).backward()
    assert [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_batch_norm_is_added_and_nothing_else_changes():
    plain, normed = small(), small(norm=True)
    added = [m for m in normed.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    assert [m.num_features for m in added] == [24, 64, 128, 128, 128, 1024, 512]
    assert count(normed) - count(plain) == 2 * sum(m.num_features for m in added)
    assert [type(m) for m in normed.modules()].count(LocalResponse) == 2
    normed.eval()(torch.randn(2, 3, 56, 56)).sum().backward()
    assert all(p.grad is not None for p in normed.parameters())


def test_at_first_all_classes_are_alike_and_the_signal_keeps_its_size():
    net, x = small(crop=112).eval(), torch.randn(8, 3, 112, 112)
    loss = nn.functional.cross_entropy(net(x), torch.arange(8) % 5)
    assert loss.item() == pytest.approx(math.log(5), abs=0.3)
    assert 0.1 < net.features(x).std() < 10


def test_a_thin_network_learns_one_batch():
    net, x, y = small(dropout=0.0), torch.randn(10, 3, 56, 56), torch.arange(10) % 5
    optimiser = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)
    for _ in range(30):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimiser.step()
    assert loss < 0.2
