"""Recorded runs: stored whole, found without training, never recorded twice."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from vidlab import runs
from vidlab.experiment import Experiment
from vidlab.papers import baccouche, twostream
from vidlab.papers.baccouche.stages import Outcome


@pytest.fixture
def runs_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "folder", lambda paper: tmp_path / paper)
    return tmp_path


def an_experiment(seed=0):
    return Experiment(
        "baccouche2011", "3D-ConvNet + LSTM", "SynthKTH-1/KTH2", "random1", "r-1", seed, {"cells": 10}
    )


def an_outcome(n=5):
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(6), n)
    return Outcome(
        [f"video{i}" for i in range(n)],
        ["person01"] * n,
        rng.integers(0, 6, n),
        p,
        p.argmax(1),
        {"loss": [1.0, 0.5]},
        rng.integers(0, 2, (2, n)),
        {"window_accuracy": 0.5},
        {"convnet.w": torch.ones(3).half()},
    )


def a_run(monkeypatch, seed=0):
    monkeypatch.setattr(baccouche, "train", lambda experiment, size, device: an_outcome())
    return runs.train(an_experiment(seed))


def test_a_stored_run_comes_back_whole(runs_folder, monkeypatch):
    run = a_run(monkeypatch)
    runs.store(run)
    found = runs.find(an_experiment())
    assert found.experiment == run.experiment and found.video_names == run.video_names
    np.testing.assert_array_equal(found.predictions, run.predictions)
    np.testing.assert_allclose(found.probabilities, run.probabilities, atol=5e-4)
    np.testing.assert_array_equal(found.test_correct_by_epoch, run.test_correct_by_epoch)
    assert (found.history, found.extra) == (run.history, run.extra)
    assert torch.equal(found.tensors["convnet.w"], run.tensors["convnet.w"])
    assert found.commit == run.commit and found.versions["torch"] == torch.__version__


def test_find_returns_none_and_never_trains(runs_folder, monkeypatch):
    monkeypatch.setattr(baccouche, "train", lambda *_: pytest.fail("find trained"))
    assert runs.find(an_experiment()) is None


def test_find_writes_down_what_was_asked_for(runs_folder, monkeypatch, tmp_path):
    runs.store(a_run(monkeypatch))
    monkeypatch.setenv("VIDLAB_RUN_LOG", str(tmp_path / "log"))
    runs.find(an_experiment())
    runs.find(an_experiment(seed=9))
    assert (tmp_path / "log").read_text().split() == [
        f"baccouche2011/{an_experiment(seed).id}" for seed in (0, 9)
    ]


def test_a_file_that_is_no_run_is_named(runs_folder):
    path = runs.path_of(an_experiment())
    path.parent.mkdir(parents=True)
    save_file({"x": torch.ones(1)}, path)
    with pytest.raises(ValueError, match=f"{an_experiment().id}.safetensors: not a recorded run"):
        runs.find(an_experiment())


def test_record_trains_only_what_is_missing(runs_folder, monkeypatch):
    monkeypatch.setattr(runs, "dirty", lambda: False)
    monkeypatch.setattr(runs, "commit", lambda: "c0ffee")
    runs.store(a_run(monkeypatch, seed=0))
    trained = []
    monkeypatch.setattr(
        baccouche, "train", lambda experiment, size, device: trained.append(experiment.seed) or an_outcome()
    )
    assert runs.record([an_experiment(0), an_experiment(1), an_experiment(1)]) == 1
    assert trained == [1]
    assert runs.record([an_experiment(0), an_experiment(1)]) == 0


def test_record_leaves_out_what_is_for_another_device(runs_folder, monkeypatch, capsys):
    trained = []
    monkeypatch.setattr(runs, "dirty", lambda: False)
    monkeypatch.setattr(runs, "commit", lambda: "c0ffee")
    monkeypatch.setattr(runs, "_record_family", lambda family, *_: trained.extend(family))
    here, there = an_experiment(0), replace(an_experiment(1), net={"device": "cuda"})
    assert runs.record([here, there]) == 1 and trained == [here]
    assert "1 runs are for another device" in capsys.readouterr().out


def test_record_at_full_size_takes_the_papers_network_and_the_full_videos(runs_folder, monkeypatch):
    monkeypatch.setattr(runs, "dirty", lambda: False)
    monkeypatch.setattr(runs, "commit", lambda: "c0ffee")
    trained = []
    monkeypatch.setattr(twostream, "train", lambda *asked: trained.append(asked) or an_outcome())
    small = twostream.arm("flow-l10")[:1]
    assert runs.record(runs.at_size(small, "full"), size="full") == 1
    assert trained == [(twostream.table.at_paper_size(small[0]), "full", "cpu")]
    assert runs.find(small[0]) is None and runs.at_size(small, "laptop") == small


@pytest.mark.parametrize(("commit", "dirty"), [("c0ffee", True), ("unknown", False)])
def test_record_refuses_what_is_not_committed(runs_folder, monkeypatch, commit, dirty):
    monkeypatch.setattr(runs, "dirty", lambda: dirty)
    monkeypatch.setattr(runs, "commit", lambda: commit)
    with pytest.raises(runs.NotCommitted, match="uncommitted changes"):
        runs.record([an_experiment()])


def test_a_run_names_the_commit_at_which_recording_began(runs_folder, monkeypatch):
    commits = iter(["first", "second", "third"])
    monkeypatch.setattr(runs, "dirty", lambda: False)
    monkeypatch.setattr(runs, "commit", lambda: next(commits))
    monkeypatch.setattr(baccouche, "train", lambda experiment, size, device: an_outcome())
    runs.record([an_experiment(0), an_experiment(1)])
    assert [runs.find(an_experiment(seed)).commit for seed in (0, 1)] == ["first", "first"]


def test_an_interrupted_store_leaves_nothing_that_counts(runs_folder, monkeypatch):
    run = a_run(monkeypatch)
    monkeypatch.setattr(runs.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        runs.store(run)
    assert runs.find(an_experiment()) is None


def test_what_is_not_recorded_says_the_command_and_the_minutes(runs_folder):
    line = runs.not_recorded(baccouche.arm("kth2-one-step"), "kth2-one-step")
    assert line.startswith("not recorded here: vidlab record baccouche2011 --arm kth2-one-step, about ")


def test_an_arm_comes_back_in_the_order_of_its_table_without_what_nobody_recorded(runs_folder, monkeypatch):
    monkeypatch.setattr(baccouche, "arms", lambda: {"two": [an_experiment(1), an_experiment(0)]})
    assert runs.of_arm("baccouche2011", "two") == []
    runs.store(a_run(monkeypatch, seed=0))
    assert [run.experiment.seed for run in runs.of_arm("baccouche2011", "two")] == [0]
    runs.store(a_run(monkeypatch, seed=1))
    assert [run.experiment.seed for run in runs.of_arm("baccouche2011", "two")] == [1, 0]


def test_arms_without_a_single_run_are_lost_and_the_line_names_only_those(runs_folder, monkeypatch, capsys):
    table = {
        "here": [an_experiment(0), an_experiment(1)],
        "gone": [an_experiment(2)],
        "too": [an_experiment(3)],
    }
    monkeypatch.setattr(baccouche, "arms", lambda: table)
    runs.store(a_run(monkeypatch, seed=0))
    capsys.readouterr()
    assert runs.lost("baccouche2011", ["here", "gone", "too"]) == ["gone", "too"]
    assert "vidlab record baccouche2011 --arm gone --arm too, about " in capsys.readouterr().out
    assert runs.lost("baccouche2011", ["here"]) == []
    assert capsys.readouterr().out == ""


def test_a_borrowed_arm_that_is_lost_is_recorded_from_the_table_that_has_it(runs_folder, capsys):
    assert runs.lost("c3d2015", ["temporal-stream"]) == ["temporal-stream"]
    assert "vidlab record c3d2015 --arm temporal-stream" in capsys.readouterr().out


def test_values_are_written_with_their_spread_and_number():
    assert runs.written([53.0, 54.0, 55.0]) == "54.0 ± 1.0 (3)"
    assert runs.written(np.array([0.1234]), places=3) == "0.123 (1)"
    assert runs.written([]) == "not recorded"


def test_an_unknown_paper_is_named():
    with pytest.raises(ValueError, match="nobody2030"):
        runs.experiments("nobody2030")


def test_committed_runs_are_readable_and_small():
    files = sorted((runs.vidlab.project_folder() / "data" / "runs").rglob("*.safetensors"))
    for path in files:
        run = runs.load(path)
        assert run.experiment.id == path.stem, f"{path.name} is not named by its experiment"
        assert path.stat().st_size <= 5_000_000 if run.tensors else path.stat().st_size < 300_000, path.name
    assert sum(path.stat().st_size for path in files) < 80_000_000
