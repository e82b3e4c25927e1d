"""Published weights: MatConvNet's files in their versions, what belongs to them, and wrong files."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat

from vidlab import weights
from vidlab.nets import CNNM2048
from vidlab.weights import cnn_m_2048, cnn_m_imagenet

CLASSES = ("tench", "goldfish", "great white shark", "tiger shark")


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """What is converted is kept here, not among the user's data."""
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "data"))


def cell(items) -> np.ndarray:
    """A MATLAB cell array."""
    array = np.empty((1, len(items)), object)
    array[0, :] = items
    return array


def trained(crop: int = 56, width: float = 0.25) -> CNNM2048:
    """Weights that stand in for the published ones: random, also the biases."""
    torch.manual_seed(0)
    net = CNNM2048(3, len(CLASSES), width=width, crop=crop).eval()
    for name, p in net.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(p)
    return net


def a_layer(net: CNNM2048, name: str, layout: str) -> dict:
    """One layer as MatConvNet stores it: filters (H, W, in, out), full layers as convolutions."""
    layer = getattr(net, name)
    weight = layer.weight.detach()
    if weight.ndim == 2:
        side = 1 if name != "full6" else round((weight.shape[1] / net.conv5.out_channels) ** 0.5)
        weight = weight.reshape(len(weight), -1, side, side)
    filters, biases = weight.permute(2, 3, 1, 0).numpy(), layer.bias.detach()[None].numpy()
    parts = (
        {"filters": filters, "biases": biases} if layout == "old" else {"weights": cell([filters, biases])}
    )
    return {"name": name.replace("full", "fc"), "type": "conv", "stride": [[1.0, 1.0]]} | parts


def average_of(crop: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(90, 130, (crop, crop, 3)).astype(np.float32)


def a_file(path: Path, net: CNNM2048, layout: str = "new", average=None, leave_out: str = "") -> Path:
    """A .mat file: "old" has filters, biases and `normalization`; "new" has weights and `meta`."""
    crop, layers = net.shape[1], []
    for name in weights.LAYERS:
        if name != leave_out:
            layers += [a_layer(net, name, layout), {"name": f"relu{name[-1]}", "type": "relu"}]
    meta = {
        "normalization": {
            "averageImage": average_of(crop) if average is None else average,
            "imageSize": [[float(crop), float(crop), 3.0]],
        },
        "classes": {"name": cell(["n1", "n2", "n3", "n4"]), "description": cell(CLASSES)},
    }
    savemat(path, {"layers": cell(layers)} | (meta if layout == "old" else {"meta": meta}))
    return path


@pytest.mark.parametrize("layout", ["old", "new"])
@pytest.mark.parametrize("crop", [56, 112])
def test_the_network_computes_what_the_trained_one_does(tmp_path, layout, crop):
    net = trained(crop)
    published = cnn_m_2048(a_file(tmp_path / "m.mat", net, layout))
    x = torch.randn(2, 3, crop, crop)
    torch.testing.assert_close(published.net(x), net(x), rtol=0, atol=0)
    assert published.classes == CLASSES and not published.net.training


def test_filters_are_not_mirrored_and_rows_stay_rows(tmp_path):
    """A file whose conv1 has one weight at row 2, column 5, green, map 7, by MATLAB's order."""
    net = trained()
    net.conv1.weight.data.zero_()
    net.conv1.weight.data[7, 1, 2, 5] = 3.0
    path = a_file(tmp_path / "m.mat", net)
    assert cnn_m_imagenet._from_matconvnet(path)[0]["conv1.weight"][7, 1, 2, 5] == 3.0


def test_pixels_are_rgb_from_0_to_255_less_the_average(tmp_path):
    published = cnn_m_2048(a_file(tmp_path / "m.mat", trained()))
    frames = np.zeros((2, 64, 64, 3), np.uint8)  # 64 = 56 x 256 / 224: nothing is resized
    frames[..., 0] = np.arange(64)[:, None]  # red grows from row to row
    inputs = published.inputs(frames)
    average = torch.from_numpy(average_of(56)).movedim(-1, 0)
    assert inputs.shape == (2, 3, 56, 56) and inputs.dtype == torch.float32
    torch.testing.assert_close(inputs[1, 0] + average[0], torch.arange(4.0, 60.0)[:, None].expand(56, 56))
    torch.testing.assert_close(inputs[1, 2], -average[2])


def test_frames_are_resized_by_their_smaller_side(tmp_path):
    published = cnn_m_2048(a_file(tmp_path / "m.mat", trained()))
    assert published.inputs(np.zeros((1, 120, 160, 3), np.uint8)).shape == (1, 3, 56, 56)


def test_three_numbers_may_stand_for_the_average_image(tmp_path):
    published = cnn_m_2048(a_file(tmp_path / "m.mat", trained(), average=[[[123.0, 116.0, 103.0]]]))
    inputs = published.inputs(np.full((1, 64, 64, 3), 123, np.uint8))
    assert inputs.amax((0, 2, 3)).tolist() == [0, 7, 20]


def test_what_was_converted_once_is_the_same(tmp_path):
    first = cnn_m_2048(a_file(tmp_path / "m.mat", trained()))
    first.write(tmp_path / "m.safetensors")
    second = cnn_m_2048(tmp_path / "m.safetensors")
    frames = np.random.default_rng(0).integers(0, 256, (1, 70, 90, 3), np.uint8)
    torch.testing.assert_close(second.net(second.inputs(frames)), first.net(first.inputs(frames)))
    assert second.classes == CLASSES


def test_the_second_reading_is_of_the_converted_file(tmp_path, monkeypatch):
    path = a_file(tmp_path / "m.mat", trained())
    first = cnn_m_2048(path)
    monkeypatch.setattr(cnn_m_imagenet, "_from_matconvnet", None)
    again = cnn_m_2048(path)
    assert torch.equal(again.net.full8.weight, first.net.full8.weight)
    assert torch.equal(again.average, first.average) and again.classes == CLASSES


def complaint(path: Path, **options) -> str:
    with pytest.raises(ValueError) as caught:
        cnn_m_2048(path, **options)
    line = str(caught.value)
    assert line.startswith(f"{path}: ") and len(line.splitlines()) == 1
    return line


def test_the_checksum_is_kept_if_one_is_given(tmp_path):
    path = a_file(tmp_path / "m.mat", trained())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert cnn_m_2048(path, sha256=digest.upper()).classes
    assert f"its SHA-256 is {digest}, not 00ff" in complaint(path, sha256="00ff")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello\nworld" * 99,
        b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + b"\x89HDF\r\n\x1a\n" * 99,
    ],
    ids=["empty", "text", "version 7.3"],
)
def test_a_file_of_another_kind_is_said(tmp_path, content):
    path = tmp_path / "m.mat"
    path.write_bytes(content)
    assert "it cannot be read as a MATLAB file" in complaint(path)
    path = path.rename(tmp_path / "m.safetensors")
    assert "give imagenet-vgg-m-2048.mat" in complaint(path)


def test_half_a_file_is_said(tmp_path):
    path = a_file(tmp_path / "m.mat", trained())
    path.write_bytes(path.read_bytes()[:5000])
    assert "it cannot be read as a MATLAB file" in complaint(path)


def test_another_mat_file_is_said(tmp_path):
    for content in ({"x": 1.0}, {"layers": 1.0}):
        savemat(tmp_path / "m.mat", content)
        assert "it has no list of layers" in complaint(tmp_path / "m.mat")
    assert "there is no such file" in complaint(tmp_path / "n.mat")


def test_a_missing_layer_is_named(tmp_path):
    path = a_file(tmp_path / "m.mat", trained(), leave_out="full7")
    assert "it has no layer full7 (or fc7), but conv1, relu1" in complaint(path)


def test_a_layer_of_another_shape_is_named(tmp_path):
    net = trained()
    net.full7 = torch.nn.Linear(1024, 1024)  # CNN-M with 4096 units, not 2048
    net.full8 = torch.nn.Linear(1024, 4)
    path = a_file(tmp_path / "m.mat", net)
    assert "full7.weight is (1024, 1024), not (512, 1024)" in complaint(path)


def test_an_average_of_another_size_is_named(tmp_path):
    path = a_file(tmp_path / "m.mat", trained(), average=average_of(64))
    assert "its average image is (3, 64, 64), not (3, 56, 56)" in complaint(path)


def test_a_safetensors_file_of_another_kind_is_said(tmp_path):
    path = tmp_path / "m.safetensors"
    weights.write(path, weights.of(trained(), "net"), {})
    assert "it has no crop" in complaint(path)
