"""Deconvolution against arithmetic by hand, captum and an explicit deconvnet; peaks against brute force."""

import warnings
import weakref

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum.attr import Deconvolution
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from vidlab import explain


def hand_net(kernel):
    """Rows (N, 1, 1, 5): differences of neighbours, ReLU, the larger of each two, a kernel of 2, plus 1."""
    net = nn.Sequential(nn.Conv2d(1, 1, (1, 2)), nn.ReLU(), nn.MaxPool2d((1, 2)), nn.Conv2d(1, 1, (1, 2)))
    for layer, weight, bias in ((net[0], [1.0, -1.0], 0.0), (net[3], kernel, 1.0)):
        layer.weight.data = torch.tensor(weight).view(1, 1, 1, 2)
        nn.init.constant_(layer.bias, bias)
    return net


def small_net(seed=0, classes=5):
    """conv-relu-pool-conv-relu-fc over clips (N, 2, 4, 6, 6); weights are of double precision."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv3d(2, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool3d(2),
        nn.Conv3d(4, 6, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(6 * 2 * 3 * 3, classes),
    ).double()


def clips(count, seed=1, shape=(2, 4, 6, 6)):
    return torch.randn(count, *shape, dtype=torch.double, generator=torch.Generator().manual_seed(seed))


def captum_deconvolution(net, inputs, target):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it sets hooks
        return Deconvolution(net).attribute(inputs, target=target).detach()


ROW = torch.tensor([3.0, 1, 0, 2, 5]).view(1, 1, 1, 5)
# Going up: differences 2, 1, -2, -3; rectified 2, 1, 0, 0; pooled 2, 0 with switches at 0 and 2 (of equals
# the first).


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        # 2 * 2 + 3 * 0 + 1 = 5 goes down as 10, 15, to the switches as 10, 0, 15, 0. All is positive and
        # passes ReLU, also at place 2, where the difference was negative and the gradient would be 0.
        ([2.0, 3.0], [10, -10, 15, -15, 0]),
        # 5 goes down as 10, -15: only the first passes.
        ([2.0, -3.0], [10, -10, 0, 0, 0]),
        # -4 + 1 is negative: there is no activation to project.
        ([-2.0, 3.0], [0, 0, 0, 0, 0]),
    ],
)
def test_by_hand(kernel, expected):
    back = explain.deconvolution(hand_net(kernel), ROW, "3", channel=0)
    assert back.flatten().tolist() == expected


def test_the_gradient_would_stop_where_the_activation_was_negative():
    net, row = hand_net([2.0, 3.0]), ROW.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(row).sum(), row)
    assert (5 * gradient).flatten().tolist() == [10, -10, 0, 0, 0]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [2, -2, 0, 0, 0]),
        ({"top": 2}, [2, -1, -1, 0, 0]),
        ({"top": None}, [2, -1, -1, 0, 0]),
        ({"top": 99}, [2, -1, -1, 0, 0]),
        ({"position": (0, 1)}, [0, 1, -1, 0, 0]),
        ({"position": (0, 3)}, [0, 0, 0, 0, 0]),
    ],
)
def test_what_is_kept_of_a_map(options, expected):
    """The rectified differences 2, 1, 0, 0 by themselves, each with its own strength."""
    back = explain.deconvolution(hand_net([2.0, 3.0]), ROW, "1", 0, **options)
    assert back.flatten().tolist() == expected


def test_each_clip_has_its_own_strongest_activation():
    net, batch = small_net(), clips(3)
    together = explain.deconvolution(net, batch, "4", 2)
    alone = [explain.deconvolution(net, clip[None], "4", 2)[0] for clip in batch]
    torch.testing.assert_close(together, torch.stack(alone))


def test_captum_of_a_logit():
    """captum starts with 1 where we start with the activation, as Zeiler & Fergus do: ours is logit x theirs.

    So the two agree where the logit is positive. For a negative logit captum still starts with 1, and we have
    no activation to project: 0.
    """
    net, batch = small_net(), clips(2)
    logits = net(batch).detach()
    assert (logits > 0).any() and (logits < 0).any()
    for channel in range(logits.shape[1]):
        theirs = captum_deconvolution(net, batch, channel)
        strength = logits[:, channel].clamp(min=0).view(-1, 1, 1, 1, 1)
        torch.testing.assert_close(explain.deconvolution(net, batch, "6", channel), strength * theirs)


def test_captum_of_an_inner_map():
    """Of a rectified map captum needs the cell, and starts with 1 there, too."""
    net, batch = small_net(), clips(1)
    lower = net[:5]
    (peak,) = explain.top_activations(net, [batch], "4", 3, count=1)
    assert peak.value > 0
    theirs = peak.value * captum_deconvolution(lower, batch, (3, *peak.position))
    torch.testing.assert_close(explain.deconvolution(net, batch, net[4], 3), theirs)
    torch.testing.assert_close(explain.deconvolution(net, batch, "4", 3, position=peak.position), theirs)


class Normed(nn.Module):
    """Two convolutions, each with BatchNorm, ReLU and a pooling that hangs over the border; a full layer."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv3d(3, 4, 3, padding=1), nn.Conv3d(4, 5, (3, 3, 2), padding=(1, 0, 0))
        self.relu1 = nn.Sequential(nn.BatchNorm3d(4), nn.ReLU())
        self.relu2 = nn.Sequential(nn.BatchNorm3d(5), nn.ReLU())
        self.pool1 = nn.MaxPool3d((1, 2, 2), (1, 2, 2), ceil_mode=True)
        self.pool2 = nn.MaxPool3d(2, 2, ceil_mode=True)
        self.drop, self.fc6 = nn.Dropout(0.5), nn.Linear(5 * 3 * 1 * 2, 7)
        self.relu6 = nn.Sequential(nn.BatchNorm1d(7), nn.ReLU())
        self.unused = nn.ReLU()

    def forward(self, x):
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.relu6(self.fc6(self.drop(x.flatten(1))))


def normed(seed=0):
    """A Normed as if trained: its BatchNorms have averages and multipliers, negative ones among them."""
    torch.manual_seed(seed)
    net = Normed().double()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm3d | nn.BatchNorm1d):
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean, std=0.2)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return net


def normed_clip(seed=1):
    return clips(1, seed, (3, 5, 7, 9))


class Deconvnet:
    """The slow way for a Normed in eval mode: every layer's own backward step, written out.

    `x` holds the maps by the layer that they go into; `top` is what comes out.
    """

    @torch.no_grad()
    def __init__(self, net, clip):
        self.net, self.x = net.eval(), {}
        self.x["pool1"] = net.relu1(net.conv1(clip))
        self.x["conv2"], self.switches1 = F.max_pool3d(
            self.x["pool1"], (1, 2, 2), ceil_mode=True, return_indices=True
        )
        self.x["pool2"] = net.relu2(net.conv2(self.x["conv2"]))
        self.x["flat"], self.switches2 = F.max_pool3d(self.x["pool2"], 2, ceil_mode=True, return_indices=True)
        self.x["top"] = net.relu6(net.fc6(self.x["flat"].flatten(1)))

    @staticmethod
    def unrectified(block, signal):
        """Through ReLU, which lets the positive pass, and BatchNorm, which multiplies."""
        norm = block[0]
        multiplier = norm.weight / (norm.running_var + norm.eps).sqrt()
        return signal.clamp(min=0) * multiplier.view(-1, *[1] * (signal.ndim - 2))

    def from_relu1(self, signal):
        return F.conv_transpose3d(
            self.unrectified(self.net.relu1, signal), self.net.conv1.weight, padding=self.net.conv1.padding
        )

    def from_relu2(self, signal):
        conv = self.net.conv2
        signal = F.conv_transpose3d(
            self.unrectified(self.net.relu2, signal), conv.weight, padding=conv.padding
        )
        size = self.x["pool1"].shape
        return self.from_relu1(F.max_unpool3d(signal, self.switches1, (1, 2, 2), output_size=size))

    def from_pool2(self, signal):
        size = self.x["pool2"].shape
        return self.from_relu2(F.max_unpool3d(signal, self.switches2, 2, output_size=size))

    def from_relu6(self, signal):
        signal = self.unrectified(self.net.relu6, signal) @ self.net.fc6.weight
        return self.from_pool2(signal.view_as(self.x["flat"]))


def strongest_of(maps, channel):
    """`maps` (1, C, ...), rectified, with all but the largest value of one channel set to 0."""
    kept = torch.zeros_like(maps)
    kept[0, channel].view(-1)[maps[0, channel].argmax()] = maps[0, channel].max()
    return kept


def whole(maps, channel):
    """`maps` (1, C, ...), rectified, with all other channels set to 0."""
    kept = torch.zeros_like(maps)
    kept[0, channel] = maps[0, channel]
    return kept


@pytest.mark.parametrize(("top", "kept"), [(1, strongest_of), (None, whole)])
@pytest.mark.parametrize(
    ("layer", "maps"), [("relu1", "pool1"), ("relu2", "pool2"), ("pool2", "flat"), ("relu6", "top")]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_slow_way_gives_the_same(layer, maps, top, kept, seed):
    """For every channel, the dead ones among them, and to rounding."""
    net, clip = normed(seed), normed_clip(seed)
    slow = Deconvnet(net, clip)
    net.train()  # deconvolution itself sees to eval mode
    live = 0
    for channel in range(slow.x[maps].shape[1]):
        expected = getattr(slow, f"from_{layer}")(kept(slow.x[maps], channel))
        back = explain.deconvolution(net, clip, layer, channel, top=top)
        assert back.shape == clip.shape
        torch.testing.assert_close(back, expected, rtol=1e-10, atol=1e-12)
        live += bool(back.abs().max() > 0)
    assert live > 1


def test_pictures_and_the_relu_itself():
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3, 2), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True)
    )
    picture = torch.randn(2, 3, 12, 12)
    block = nn.Sequential(net[:3], net[3])
    for channel in range(4):
        back = explain.deconvolution(net, picture, net[2], channel)
        assert back.shape == picture.shape and back.dtype == picture.dtype
        torch.testing.assert_close(back, explain.deconvolution(block, picture, "0", channel))


class Fails(nn.Module):
    """A network that fails on its way."""

    def __init__(self):
        super().__init__()
        self.conv, self.relu, self.norm = nn.Conv3d(2, 3, 1), nn.ReLU(), nn.BatchNorm3d(3)

    def forward(self, x):
        self.norm(self.relu(self.conv(x)))
        raise RuntimeError("no more memory")


def hooks(net):
    return [len(m._forward_hooks) + len(m._backward_hooks) + len(m._forward_pre_hooks) for m in net.modules()]


def assert_untouched(net, state, inputs):
    assert not any(hooks(net))
    assert all(p.grad is None and p.requires_grad for p in net.parameters())
    assert inputs.grad is None and not inputs.requires_grad
    for name, values in net.state_dict().items():
        assert torch.equal(values, state[name]), name


@pytest.mark.parametrize("frozen", [False, True])
def test_the_network_is_left_as_it_was(frozen):
    net, clip = normed().train(), normed_clip()
    net.relu1[0].train(not frozen)  # one layer may be in a mode of its own
    modes = [m.training for m in net.modules()]
    state = {name: values.clone() for name, values in net.state_dict().items()}
    with torch.no_grad():  # gradients are switched on where they are needed
        explain.deconvolution(net, clip, "relu6", 0)
    explain.top_activations(net, [clip], "relu6", 0, 1)
    with pytest.raises(ValueError, match="channel 7"):
        explain.deconvolution(net, clip, "relu6", 7)
    assert_untouched(net, state, clip)
    assert [m.training for m in net.modules()] == modes


def test_the_network_is_left_as_it_was_when_it_fails():
    net, batch = Fails().double(), clips(2)
    state = {name: values.clone() for name, values in net.state_dict().items()}
    with pytest.raises(RuntimeError, match="no more memory"):
        explain.deconvolution(net, batch, "relu", 0)
    with pytest.raises(RuntimeError, match="no more memory"):
        explain.top_activations(net, [batch], "relu", 0, 1)
    assert_untouched(net, state, batch)
    assert all(m.training for m in net.modules())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"layer": "relu9"}, "Normed has no layer relu9"),
        ({"layer": nn.ReLU()}, "Normed has no layer ReLU"),
        ({"layer": "unused"}, "gives no maps"),
        ({"channel": 5}, "channels 0 to 4, and no channel 5"),
        ({"channel": -1}, "no channel -1"),
        ({"top": 0}, "top=0"),
        ({"position": (0, 0)}, "position"),
        ({"position": (0, 0, 4)}, r"position \(0, 0, 4\) is not inside a map of \(5, 2, 4\)"),
        ({"position": (-1, 0, 0)}, "position"),
    ],
)
def test_what_is_refused(wrong, message):
    arguments = {"layer": "relu2", "channel": 0} | wrong
    with pytest.raises(ValueError, match=message) as caught:
        explain.deconvolution(normed(), normed_clip(), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rectifier", "message"), [(nn.ReLU(inplace=True), "inplace=False"), (nn.Tanh(), "none")]
)
def test_relus_that_cannot_be_hooked_are_refused(rectifier, message):
    net = nn.Sequential(nn.Conv3d(2, 3, 1), rectifier).double()
    with pytest.raises(ValueError, match=message):
        explain.deconvolution(net, clips(1), "0", 0)
    assert not any(hooks(net)) and net.training


def whole_numbers(count=12):
    """A network and clips of small whole numbers: sums are exact in any batch, and equal peaks are common."""
    generator = torch.Generator().manual_seed(0)
    net = nn.Sequential(nn.Conv3d(1, 2, 2), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(24, 3))
    for weights in net.parameters():
        weights.data = torch.randint(-1, 2, weights.shape, generator=generator).float()
    return net, torch.randint(-1, 2, (count, 1, 3, 3, 4), generator=generator).float()


NET, WHOLE = whole_numbers()


@given(
    st.sets(st.integers(1, len(WHOLE) - 1)),
    st.sampled_from(["1", "4"]),
    st.integers(0, 1),
    st.integers(1, 15),
)
def test_top_activations_are_those_of_brute_force(cuts, layer, channel, count):
    batches = torch.tensor_split(WHOLE, sorted(cuts))
    peaks = explain.top_activations(NET, iter(batches), layer, channel, count)
    with torch.no_grad():
        maps = NET[: int(layer) + 1].eval()(WHOLE)[:, channel].numpy()
    NET.train()
    strongest = maps.reshape(len(maps), -1).max(1)
    order = np.argsort(-strongest, kind="stable")[:count]
    assert [peak.index for peak in peaks] == order.tolist()
    assert [peak.value for peak in peaks] == strongest[order].tolist()
    for peak in peaks:
        assert peak.position == np.unravel_index(maps[peak.index].argmax(), maps.shape[1:])


def test_top_activations_keeps_no_clip():
    """A batch is let go when the next one comes."""
    alive = []

    def stream():
        for batch in torch.split(WHOLE, 2):
            made = batch.clone()
            alive.append(weakref.ref(made))
            yield made
            del made
            assert sum(reference() is not None for reference in alive) <= 1

    assert len(explain.top_activations(NET, stream(), "1", 0, 3)) == 3


def test_energy_by_frame():
    back = np.zeros((2, 3, 2, 2))
    back[0, 0, 0, 0], back[1, 0, 1, 1] = 1, -2  # 1 and 4 in the first frame
    back[:, 2, 0, 1] = 3, 4  # 25 in the last
    masks = np.zeros((3, 2, 2), bool)
    masks[0, 0, 0] = masks[1] = masks[2, 0] = True
    shares, inside = explain.energy_by_frame(torch.from_numpy(back), masks)
    np.testing.assert_allclose(shares, [5 / 30, 0, 25 / 30])
    np.testing.assert_allclose(inside, [1 / 5, np.nan, 1])


def test_energy_of_a_back_projection():
    net, batch = normed(1), clips(8, shape=(3, 5, 7, 9))
    (peak,) = explain.top_activations(net, [batch], "relu2", 1, count=1)
    assert peak.value > 0
    back = explain.deconvolution(net, batch[peak.index : peak.index + 1], "relu2", 1)[0]
    everywhere = torch.ones(back.shape[1:], dtype=torch.bool)
    shares, inside = explain.energy_by_frame(back, everywhere)
    assert shares.sum() == pytest.approx(1) and (shares >= 0).all()
    np.testing.assert_allclose(inside[shares > 0], 1)
    _, nothing = explain.energy_by_frame(back, ~everywhere)
    np.testing.assert_allclose(nothing[shares > 0], 0)


def test_energy_of_nothing_is_nan_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shares, inside = explain.energy_by_frame(np.zeros((3, 2, 4, 4)), np.ones((2, 4, 4), bool))
    assert np.isnan(shares).all() and np.isnan(inside).all()


@pytest.mark.parametrize("shape", [(1, 4, 4), (4, 4), (2, 1, 1)])
def test_a_mask_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match="does not fit"):
        explain.energy_by_frame(np.zeros((3, 2, 4, 4)), np.ones(shape, bool))
