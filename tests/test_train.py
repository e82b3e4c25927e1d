"""fit(): learns, resumes to the same numbers (also after SIGKILL), says what is wrong."""

import os
import platform
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from torch import nn

from vidlab.train import IGNORED, Recipe, cross_entropy, fit, learning_rate, optimiser_for, save_checkpoint

RECIPE = Recipe("test-1", epochs=4, batch=8, lr=0.05)


class Dots:
    """Two clouds of points, in an order that the epoch decides."""

    def __init__(self, n=64, batch=8):
        g = torch.Generator().manual_seed(0)
        self.y = torch.arange(n) % 2
        self.x = torch.randn(n, 3, generator=g) + 2 * self.y[:, None]
        self.batch = batch

    def __len__(self):
        return len(self.x) // self.batch

    def epoch(self, number):
        order = torch.randperm(len(self.x), generator=torch.Generator().manual_seed(number))
        for part in order.split(self.batch):
            yield self.x[part], self.y[part]


def small_net():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 2))


def test_fit_learns_and_writes_one_entry_an_epoch():
    history = fit(small_net(), Dots(), RECIPE, each_epoch=lambda net, epoch: {"number": epoch})
    assert history["accuracy"][-1] > 0.9 > history["accuracy"][0]
    assert history["number"] == [0, 1, 2, 3]


def test_caffes_biases_learn_at_twice_the_rate_and_do_not_decay():
    net, dots = nn.Linear(3, 2), Dots(n=8)  # one step
    nn.init.constant_(net.weight, 1.0)
    nn.init.constant_(net.bias, 1.0)
    recipe = Recipe("c", 1, batch=8, lr=0.1, optimiser="caffe", weight_decay=0.5, schedule="constant")
    fit(net, dots, recipe, loss=lambda logits, targets: logits.sum())
    torch.testing.assert_close(net.bias.data, torch.full((2,), 1 - 2 * 0.1 * 8))
    torch.testing.assert_close(net.weight.data, (1 - 0.1 * (dots.x.sum(0) + 0.5)).expand(2, 3))


@pytest.mark.parametrize("optimiser", ["sgd", "caffe", "adam", "adamw"])
def test_a_stopped_run_goes_on_to_the_same_numbers(tmp_path, optimiser):
    recipe = Recipe("test-1", epochs=4, batch=8, lr=0.01, optimiser=optimiser)
    whole = small_net()
    expected = fit(whole, Dots(), recipe)

    def stop(net, epoch):
        if epoch == 2:
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        fit(small_net(), Dots(), recipe, each_epoch=stop, checkpoint=tmp_path / "last.safetensors")
    resumed = small_net()
    history = fit(resumed, Dots(), recipe, checkpoint=tmp_path / "last.safetensors")
    assert history == expected
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from test_train import Dots, RECIPE, small_net
from vidlab.train import fit
def die(net, epoch):
    if epoch == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return {{}}
fit(small_net(), Dots(), RECIPE, each_epoch=die, checkpoint=__import__("pathlib").Path({path!r}))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_and_resumed_equals_never_killed(tmp_path):
    path = tmp_path / "last.safetensors"
    code = textwrap.dedent(KILLED.format(tests=os.path.dirname(__file__), path=str(path)))
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert fit(small_net(), Dots(), RECIPE, checkpoint=path) == fit(small_net(), Dots(), RECIPE)


def test_a_half_written_checkpoint_is_never_read(tmp_path):
    path = tmp_path / "last.safetensors"
    path.with_name(path.name + ".part").write_bytes(b"half")
    assert len(fit(small_net(), Dots(), RECIPE, checkpoint=path)["loss"]) == RECIPE.epochs


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path):
    path, net = tmp_path / "last.safetensors", small_net()
    save_checkpoint(path, net, optimiser_for(net, RECIPE), RECIPE, 0, {"loss": [1.0]})
    with pytest.raises(ValueError, match=r"last\.safetensors: a checkpoint of another recipe or seed"):
        fit(small_net(), Dots(), Recipe("test-2", epochs=4, batch=8, lr=0.05), checkpoint=path)


def test_a_loss_that_is_not_finite_is_named():
    with pytest.raises(FloatingPointError, match="epoch 1, batch 1"):
        fit(small_net(), Dots(), RECIPE, loss=lambda logits, targets: logits.sum() * float("nan"))


def test_padding_steps_count_for_nothing():
    logits, targets = torch.randn(2, 3, 4), torch.tensor([[0, 1, IGNORED], [2, IGNORED, IGNORED]])
    kept = torch.stack([logits[0, 0], logits[0, 1], logits[1, 0]])
    expected = nn.functional.cross_entropy(kept, torch.tensor([0, 1, 2]))
    torch.testing.assert_close(cross_entropy(logits, targets), expected)


def test_one_cycle_rises_then_falls_to_zero():
    rates = [learning_rate(RECIPE, step, 100) for step in range(100)]
    assert max(rates) == pytest.approx(RECIPE.lr) and rates.index(max(rates)) == 20
    assert rates[0] == pytest.approx(0.1 * RECIPE.lr) and rates[-1] < 0.01 * RECIPE.lr


@pytest.mark.parametrize("change", [{"optimiser": "rprop"}, {"schedule": "stairs"}])
def test_unknown_words_in_a_recipe_are_named(change):
    with pytest.raises(ValueError, match=next(iter(change.values()))):
        fit(small_net(), Dots(), Recipe("test-1", epochs=1, batch=8, lr=0.1, **change))


TWO = """
import sys
sys.path.insert(0, {tests!r})
import torch
from test_train import Dots, RECIPE, small_net
from vidlab.train import fit
net = small_net().eval()
net.train = lambda mode=True: net
fit(net, Dots(), RECIPE)
if not torch.distributed.is_initialized() or torch.distributed.get_rank() == 0:
    torch.save([p.detach() for p in net.parameters()], {path!r})
"""


def test_two_processes_train_the_same_network_as_one(tmp_path):
    """DistributedDataParallel averages the halves of each batch: without dropout, the same weights."""
    weights = []
    for processes in (1, 2):
        script, out = tmp_path / f"{processes}.py", tmp_path / f"{processes}.pt"
        script.write_text(TWO.format(tests=os.path.dirname(__file__), path=str(out)))
        command = [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            f"--nproc-per-node={processes}",
            str(script),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        assert done.returncode == 0, done.stderr[-2000:]
        weights.append(torch.load(out, weights_only=True))
    for one, two in zip(*weights, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-3, atol=1e-5)


def test_on_linux_freed_memory_is_kept_for_the_next_step():
    """A child process: after a few tensors of 64 MB no page is taken anew."""
    script = (
        "import resource, torch; from vidlab import train; print(train.keep_memory())\n"
        "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "used = [(torch.ones(1 << 24), faults())[1] for _ in range(40)]; print(used[-1] - used[-9] < 1000)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    here = "True True" if sys.platform == "linux" and platform.libc_ver()[0] == "glibc" else "False"
    assert " ".join(done.stdout.split()).startswith(here)


def test_steps_divide_the_rate_by_ten_at_each_drop():
    """The two-stream schedule: 1e-2, 1e-3 after 50K iterations, 1e-4 after 70K (Sec. 5)."""
    recipe = Recipe("s", epochs=1, batch=256, lr=1e-2, schedule="steps", drops=(50_000, 70_000))
    rates = [learning_rate(recipe, step, 80_000) for step in (0, 49_999, 50_000, 69_999, 70_000, 79_999)]
    np.testing.assert_allclose(rates, [1e-2, 1e-2, 1e-3, 1e-3, 1e-4, 1e-4])
