"""The 2011 network: sizes, counts and equations as the paper prints them."""

import pytest
import torch
from torch import nn

from vidlab.nets import ConvNet3D, OneStepModel, SequenceLSTM
from vidlab.nets.baccouche import TIME_KERNELS, LinkedConv3d, connections


def count(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def test_convnet_has_the_papers_17169_parameters():
    assert count(ConvNet3D()) == 17_169


@pytest.mark.parametrize(
    ("layer", "parameters"), [("C1", 1722 + 7), ("C2", 4235 + 35), ("C3", 4730), ("N1", 6050), ("N2", 306)]
)
def test_convnet_counts_layer_by_layer(layer, parameters):
    assert count(getattr(ConvNet3D(), layer)) == parameters


def test_lstm_counts_without_and_with_forget_gate():
    assert count(SequenceLSTM()) == 25_956
    assert count(SequenceLSTM(forget_gate=True)) == 34_506


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("C1", (7, 5, 48, 28)),
        ("S1", (7, 5, 24, 14)),
        ("C2", (35, 3, 20, 10)),
        ("S2", (35, 3, 10, 5)),
        ("C3", (120,)),
    ],
)
def test_convnet_shapes_are_those_of_section_2(layer, shape):
    net, seen = ConvNet3D(), {}
    getattr(net, layer).register_forward_hook(lambda m, i, o: seen.update(shape=tuple(o.shape[1:])))
    assert net(torch.randn(2, 1, 9, 54, 34)).shape == (2, 6)
    assert seen["shape"] == shape


@pytest.mark.parametrize("frames", sorted(TIME_KERNELS))
def test_every_window_length_ends_in_120_numbers(frames):
    assert ConvNet3D(frames=frames).features(torch.randn(2, 1, frames, 54, 34)).shape == (2, 120)


def test_unknown_window_length_is_named():
    with pytest.raises(ValueError, match="frames=7"):
        ConvNet3D(frames=7)


def test_wrong_clip_shape_is_named():
    with pytest.raises(ValueError, match=r"\(2, 1, 9, 34, 54\), not \(N, 1, 9, 54, 34\)"):
        ConvNet3D()(torch.randn(2, 1, 9, 34, 54))


def test_connections_are_14_single_maps_and_21_pairs():
    links = connections(7)
    assert [len(sees) for sees in links] == [1] * 14 + [2] * 21
    assert sum(map(len, links)) == 56
    assert len(connections(4)) == 14  # Garcia's CFF, from which the scheme comes


def test_linked_convolution_equals_a_dense_one_with_zeros_where_there_is_no_link():
    links = connections(3)
    layer = LinkedConv3d(3, links, (2, 3, 3))
    nn.init.normal_(layer.bias)
    dense = torch.zeros(len(links), 3, 2, 3, 3)
    by_input = sorted((i, o) for o, sees in enumerate(links) for i in sees)
    for (i, o), kernel in zip(by_input, layer.weight, strict=True):
        dense[o, i] = kernel[0]
    x = torch.randn(2, 3, 4, 6, 6)
    slow = nn.functional.conv3d(x, dense, layer.bias.flatten())
    torch.testing.assert_close(layer(x), slow, rtol=1e-4, atol=1e-5)


def test_rectification_forgets_the_polarity_of_an_edge():
    net = ConvNet3D()
    nn.init.zeros_(net.C1[0].bias)  # the only odd term before the absolute value
    x = torch.randn(2, 1, 9, 54, 34)
    torch.testing.assert_close(net(x), net(-x))
    plain = ConvNet3D(rectify=False)
    assert not torch.allclose(plain(x), plain(-x), atol=1e-4)


@pytest.mark.parametrize("forget_gate", [False, True])
def test_lstm_equals_the_equations_written_out(forget_gate):
    net = SequenceLSTM(inputs=4, cells=3, classes=2, forget_gate=forget_gate)
    cell, x = net.lstm, torch.randn(2, 5, 4)
    h = c = torch.zeros(2, 3)
    for t in range(5):
        z = x[:, t] @ cell.from_input.weight.T + cell.from_input.bias + h @ cell.from_cells.weight.T
        i, o, g = torch.sigmoid(z[:, :3]), torch.sigmoid(z[:, 3:6]), torch.tanh(z[:, 6:9])
        c = (torch.sigmoid(z[:, 9:]) if forget_gate else 1.0) * c + i * g
        h = o * torch.tanh(c)
        torch.testing.assert_close(net(x)[:, t], h @ net.output.weight.T + net.output.bias)


def test_forget_gate_variant_is_torchs_lstm():
    ours, theirs = SequenceLSTM(5, 4, 2, forget_gate=True).lstm, nn.LSTM(5, 4, batch_first=True)
    i, o, g, f = ((n * 4, n * 4 + 4) for n in range(4))
    order = torch.cat([torch.arange(*block) for block in (i, f, g, o)])  # torch keeps i, f, g, o
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(ours.from_input.weight[order])
        theirs.bias_ih_l0.copy_(ours.from_input.bias[order])
        theirs.weight_hh_l0.copy_(ours.from_cells.weight[order])
        theirs.bias_hh_l0.zero_()
    x = torch.randn(3, 6, 5)
    torch.testing.assert_close(ours(x), theirs(x)[0], rtol=1e-4, atol=1e-6)


def test_lstm_is_causal():
    net, x = SequenceLSTM(4, 3, 2), torch.randn(1, 6, 4)
    later = x.clone()
    later[:, 4:] = 0
    torch.testing.assert_close(net(x)[:, :4], net(later)[:, :4])


@pytest.mark.parametrize("net", [ConvNet3D(), OneStepModel()], ids=["3D-ConvNet", "one step"])
def test_gradient_reaches_every_weight(net):
    shape = (2, 1, 9, 54, 34) if isinstance(net, ConvNet3D) else (2, 3, 9, 54, 34)
    net(torch.randn(shape)).square().sum().backward()
    assert [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_one_step_model_has_both_counts_less_the_perceptron():
    assert count(OneStepModel()) == 17_169 - 6_050 - 306 + 25_956
