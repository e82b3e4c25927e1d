"""Published weights of C3D and VGG-19: known layouts, the transforms that go with them, and wrong files."""

import numpy as np
import pytest
import torch

from vidlab import weights
from vidlab.nets import C3D, VGG19
from vidlab.weights import c3d, vgg19
from vidlab.weights.c3d_sports1m import LAYOUTS, VOLUME

NARROW = 1 / 32


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """What is converted is kept here, not among the user's data."""
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(scope="module")
def net():
    """Weights that stand in for the published ones: random."""
    torch.manual_seed(0)
    return C3D(7, width=NARROW).eval()


def stored(net: C3D, layout: str) -> dict:
    state, own = net.state_dict(), LAYOUTS["ours"]
    names = LAYOUTS[layout].items()
    return {
        f"{theirs}.{part}": state[f"{own[k]}.{part}"] for k, theirs in names for part in ("weight", "bias")
    }


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_known_layout_gives_the_same_network(tmp_path, net, layout):
    torch.save(stored(net, layout), tmp_path / "c3d.pth")
    published, clip = c3d(tmp_path / "c3d.pth"), torch.randn(1, 3, 16, 112, 112)
    theirs, ours = published.net.described(clip), net.described(clip)
    for layer in published.layers:
        torch.testing.assert_close(theirs[layer], ours[layer], rtol=0, atol=0)
    assert ("prob" in published.layers) == ("fc8" in LAYOUTS[layout])


def test_the_port_with_numbered_layers_is_read_with_and_without_its_classifier(tmp_path, net):
    """The names in c3d-pretrained.pth of jfzhang95/pytorch-video-recognition, written out."""
    names = [f"features.{n}" for n in (0, 3, 6, 8, 11, 13, 16, 18)] + [f"classifier.{n}" for n in (0, 3, 6)]
    tensors = list(net.state_dict().values())  # weight and bias of each layer, first to last
    found = dict(zip([f"{n}.{part}" for n in names for part in ("weight", "bias")], tensors, strict=True))
    torch.save(found, tmp_path / "c3d.pth")
    whole = c3d(tmp_path / "c3d.pth")
    assert torch.equal(whole.net.full.fc8.weight, net.full.fc8.weight) and "prob" in whole.layers
    torch.save({k: t for k, t in found.items() if "classifier.6" not in k}, tmp_path / "short.pth")
    assert c3d(tmp_path / "short.pth").layers == ("pool5", "fc6", "fc7")


def test_prefixes_of_training_programs_are_taken_off(tmp_path, net):
    found = {f"module.backbone.{key}": t for key, t in stored(net, "mmaction2").items()}
    torch.save({"state_dict": found, "meta": {}}, tmp_path / "c3d.pth")
    assert torch.equal(c3d(tmp_path / "c3d.pth").net.conv1a.weight, net.conv1a.weight)


def test_two_keys_that_differ_in_their_prefix_alone_are_named(tmp_path, net):
    found = stored(net, "mmaction")
    torch.save(found | {"module.conv1a.weight": found["conv1a.weight"] + 1}, tmp_path / "c3d.pth")
    with pytest.raises(
        ValueError, match=r"it has both conv1a.weight and module.conv1a.weight, which are one"
    ):
        c3d(tmp_path / "c3d.pth")


def test_what_was_converted_once_reads_the_same(tmp_path, net):
    torch.save(stored(net, "features"), tmp_path / "c3d.pth")
    first = c3d(tmp_path / "c3d.pth")
    first.write(tmp_path / "c3d.safetensors")
    again = c3d(tmp_path / "c3d.safetensors")
    assert again.layers == first.layers and torch.equal(again.mean, first.mean)
    assert all(torch.equal(a, b) for a, b in zip(first.net.parameters(), again.net.parameters(), strict=True))


def weights_for(read, net) -> dict:
    return stored(net, "mmaction") if read is c3d else VGG19(5, width=NARROW).state_dict()


@pytest.mark.parametrize("read", [c3d, vgg19])
def test_a_file_is_unpickled_once(tmp_path, net, read, monkeypatch):
    torch.save(weights_for(read, net), tmp_path / "w.pth")
    first = read(tmp_path / "w.pth")
    monkeypatch.setattr(torch, "load", None)
    again = read(tmp_path / "w.pth")
    assert all(torch.equal(a, b) for a, b in zip(first.net.parameters(), again.net.parameters(), strict=True))


@pytest.mark.parametrize("read", [c3d, vgg19])
def test_a_safetensors_file_is_not_copied(tmp_path, net, read, data):
    torch.save(weights_for(read, net), tmp_path / "w.pth")
    read(tmp_path / "w.pth").write(tmp_path / "w.safetensors")
    before = sorted(data.rglob("*"))
    read(tmp_path / "w.safetensors")
    assert sorted(data.rglob("*")) == before


@pytest.mark.parametrize("key", ["conv3b.weight", "fc6.bias", "fc8.weight"])
def test_a_missing_key_is_named(tmp_path, net, key):
    found = stored(net, "mmaction")
    del found[key]
    torch.save(found, tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match=rf"c3d.pth: it has no {key} \(its names are those of 'mmaction'\)"):
        c3d(tmp_path / "c3d.pth")


def test_weights_that_belong_to_other_transforms_are_refused(tmp_path, net):
    found = {f"backbone.{k}": t for k, t in stored(net, "mmaction2").items()}
    torch.save({"state_dict": found | {"cls_head.fc_cls.weight": torch.zeros(7, 128)}}, tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match="fine-tuned with RGB frames and other pooling"):
        c3d(tmp_path / "c3d.pth")


def test_a_surplus_key_is_named(tmp_path, net):
    torch.save(stored(net, "conv1") | {"bn1.weight": torch.zeros(3)}, tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match=r"it has bn1.weight, which C3D has not"):
        c3d(tmp_path / "c3d.pth")


def test_a_shape_that_does_not_fit_is_named(tmp_path, net):
    found = stored(net, "mmaction") | {"fc6.weight": torch.zeros(128, 144)}  # floor pooling: 3 x 3 cells
    torch.save(found, tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match=r"full.fc6.weight is \(128, 144\), not \(128, 256\)"):
        c3d(tmp_path / "c3d.pth")


class Evil:
    def __reduce__(self):
        return (print, ("code ran",))


@pytest.mark.parametrize("read", [c3d, vgg19])
def test_a_file_that_would_run_code_is_refused(tmp_path, capsys, read):
    torch.save({"conv1.weight": Evil()}, tmp_path / "w.pth")
    with pytest.raises(ValueError, match=r"w.pth: "):
        read(tmp_path / "w.pth")
    assert "code ran" not in capsys.readouterr().out


@pytest.mark.parametrize("read", [c3d, vgg19])
@pytest.mark.parametrize("content", [b"", b"no weights", [1, 2], {0: torch.zeros(1)}])
def test_files_that_hold_no_weights_are_refused_in_one_line(tmp_path, read, content):
    path = tmp_path / "w.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(ValueError, match="w.pth: ") as caught:
        read(path)
    assert "\n" not in str(caught.value) and "; give" in str(caught.value)


def test_a_missing_file_and_another_hash_are_refused(tmp_path, net):
    with pytest.raises(ValueError, match="there is no such file"):
        c3d(tmp_path / "none.pth")
    torch.save(stored(net, "mmaction"), tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match="its SHA-256 is"):
        c3d(tmp_path / "c3d.pth", sha256="0" * 64)


def published(tmp_path, net, mean=None):
    torch.save(stored(net, "mmaction"), tmp_path / "c3d.pth")
    return c3d(tmp_path / "c3d.pth", mean)


def test_inputs_are_bgr_from_0_to_255_less_the_mean_colour(tmp_path, net):
    clips = np.zeros((1, 16, 240, 320, 3), np.uint8)
    clips[...] = (200, 150, 100)  # RGB
    inputs = published(tmp_path, net).inputs(clips)
    assert inputs.shape == (1, 3, 16, 112, 112)
    np.testing.assert_allclose(inputs[0, :, 3, 50, 50], [100 - 90, 150 - 98, 200 - 102])


def test_the_crop_is_the_centre_of_171_x_128_and_the_mean_volume_is_cropped_with_it(tmp_path, net):
    volume = np.arange(3 * 16 * 128 * 171, dtype=np.float32).reshape(1, 3, 16, 128, 171)
    np.save(tmp_path / "mean.npy", volume)
    clips = np.zeros((1, 16, 128, 171, 3), np.uint8)
    clips[:, :, 8, 29] = 255  # the crop's top left pixel
    inputs = published(tmp_path, net, tmp_path / "mean.npy").inputs(clips)
    expected = -volume[0, :, :, 8:120, 29:141]
    expected[:, :, 0, 0] += 255
    np.testing.assert_array_equal(inputs[0], expected)


def a_mean(path, value: float):
    np.save(path, np.full(VOLUME, value, np.float32))
    return path


@pytest.mark.parametrize("name", ["c3d.pth", "c3d.safetensors"])
def test_a_mean_that_is_given_goes_before_the_stored_one(tmp_path, net, name):
    published(tmp_path, net, a_mean(tmp_path / "1.npy", 1)).write(tmp_path / "c3d.safetensors")
    assert c3d(tmp_path / name, a_mean(tmp_path / "2.npy", 2)).mean.unique().tolist() == [2]


def test_a_mean_in_a_safetensors_file_is_taken_where_none_is_given(tmp_path, net):
    published(tmp_path, net, a_mean(tmp_path / "1.npy", 1)).write(tmp_path / "c3d.safetensors")
    assert c3d(tmp_path / "c3d.safetensors").mean.unique().tolist() == [1]


def test_a_mean_is_not_remembered_with_the_converted_weights(tmp_path, net):
    published(tmp_path, net, a_mean(tmp_path / "1.npy", 1))
    assert c3d(tmp_path / "c3d.pth").mean.flatten().tolist() == [90, 98, 102]


def complaint_about_the_mean(tmp_path, net, name: str) -> str:
    """What is said where a safetensors file of weights is given with a mean."""
    published(tmp_path, net).write(tmp_path / "c3d.safetensors")
    with pytest.raises(ValueError) as caught:
        c3d(tmp_path / "c3d.safetensors", tmp_path / name)
    told = str(caught.value)
    assert told.startswith(f"{tmp_path / name}: ") and told.endswith("then the mean colour is taken")
    assert "\n" not in told
    return told


def test_a_mean_that_is_not_there_is_said(tmp_path, net):
    assert "there is no such file" in complaint_about_the_mean(tmp_path, net, "none.npy")


@pytest.mark.parametrize("content", [b"", b"no mean", b"\x93NUMPY\x01\x00"], ids=["empty", "text", "cut"])
def test_a_mean_in_a_file_of_another_kind_is_said(tmp_path, net, content):
    (tmp_path / "mean.binaryproto").write_bytes(content)
    assert "it is no .npy file" in complaint_about_the_mean(tmp_path, net, "mean.binaryproto")


@pytest.mark.parametrize("shape", [(16, 3, 128, 171), (2, *VOLUME), (3,)])
def test_a_mean_of_another_shape_is_said(tmp_path, net, shape):
    """The first has frames and channels exchanged."""
    np.save(tmp_path / "mean.npy", np.zeros(shape, np.float32))
    told = complaint_about_the_mean(tmp_path, net, "mean.npy")
    assert f"the mean volume is {shape}, not (3, 16, 128, 171)" in told


@pytest.mark.parametrize("value", [np.nan, "x", 1j])
def test_a_mean_that_is_no_number_is_said(tmp_path, net, value):
    np.save(tmp_path / "mean.npy", np.full(VOLUME, value))
    assert "values that are no numbers" in complaint_about_the_mean(tmp_path, net, "mean.npy")


def test_a_stored_mean_of_another_shape_is_said(tmp_path, net):
    tensors = net.state_dict() | {"mean": torch.zeros(3)}
    weights.write(tmp_path / "c3d.safetensors", tensors, {"layers": "[]"})
    with pytest.raises(ValueError, match=r"its mean is \(3,\), not \(3, 1, 1, 1\) or \(3, 16, 128, 171\)"):
        c3d(tmp_path / "c3d.safetensors")


def test_vgg19_reads_torchvisions_keys(tmp_path):
    torch.manual_seed(0)
    net = VGG19(5, width=1 / 32).eval()
    torch.save(net.state_dict(), tmp_path / "vgg.pth")
    read, images = vgg19(tmp_path / "vgg.pth"), torch.randn(1, 3, 224, 224)
    torch.testing.assert_close(read.net.fc6(images), net.fc6(images), rtol=0, atol=0)
    assert {f"features.{n}.weight" for n in (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)} == {
        key for key in net.state_dict() if key.startswith("features") and key.endswith("weight")}  # fmt: skip
    white = read.inputs(np.full((2, 240, 320, 3), 255, np.uint8))
    assert white.shape == (2, 3, 224, 224)
    np.testing.assert_allclose(
        white[0, :, 0, 0], [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]
    )


def test_vgg19_names_what_is_missing(tmp_path):
    state = VGG19(5, width=1 / 32).state_dict()
    del state["features.12.bias"]
    weights.write(tmp_path / "vgg.safetensors", state, {})
    with pytest.raises(ValueError, match=r"features.12.bias"):
        vgg19(tmp_path / "vgg.safetensors")
