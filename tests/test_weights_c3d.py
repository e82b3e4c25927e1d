"""Published weights of C3D and VGG-19: known layouts, the transforms that go with them, and wrong files."""

import numpy as np
import pytest
import torch

from vidlab import weights
from vidlab.nets import C3D, VGG19
from vidlab.weights import c3d, vgg19
from vidlab.weights.c3d_sports1m import LAYOUTS

NARROW = 1 / 32


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


def test_prefixes_of_training_programs_are_taken_off(tmp_path, net):
    found = {f"module.backbone.{key}": t for key, t in stored(net, "mmaction2").items()}
    torch.save({"state_dict": found, "meta": {}}, tmp_path / "c3d.pth")
    assert torch.equal(c3d(tmp_path / "c3d.pth").net.conv1a.weight, net.conv1a.weight)


def test_what_was_converted_once_reads_the_same(tmp_path, net):
    torch.save(stored(net, "features"), tmp_path / "c3d.pth")
    first = c3d(tmp_path / "c3d.pth")
    first.write(tmp_path / "c3d.safetensors")
    again = c3d(tmp_path / "c3d.safetensors")
    assert again.layers == first.layers and torch.equal(again.mean, first.mean)
    assert all(torch.equal(a, b) for a, b in zip(first.net.parameters(), again.net.parameters(), strict=True))


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
@pytest.mark.parametrize("content", [b"", b"no weights", None])
def test_files_that_hold_no_weights_are_refused_in_one_line(tmp_path, read, content):
    path = tmp_path / "w.pth"
    if content is None:
        torch.save([1, 2], path)
    else:
        path.write_bytes(content)
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


def test_a_mean_volume_with_frames_and_channels_exchanged_is_refused(tmp_path, net):
    np.save(tmp_path / "mean.npy", np.zeros((16, 3, 128, 171), np.float32))
    with pytest.raises(ValueError, match=r"the mean volume is \(16, 3, 128, 171\), not \(3, 16, 128, 171\)"):
        published(tmp_path, net, tmp_path / "mean.npy")


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
