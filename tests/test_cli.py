"""The command `vidlab`: help at once, one line and status 1 for a user's mistake."""

import os
import subprocess
import sys

import pytest

from vidlab import cli, project_folder
from vidlab.runs import NotCommitted


@pytest.fixture
def run(monkeypatch, capsys):
    """Call the command with arguments; returns (exit status, stdout, stderr)."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vidlab", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capsys.readouterr()

    return call


def test_help_lists_the_commands(run):
    status, out, _ = run("--help")
    assert status == 0
    names = ["check", "data", "train", "evaluate", "predict", "record", "claims", "render"]
    assert [name for name in names if name not in out] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("render", "99"),
        ("data", "SynthMoon-1", "--size", "quick"),
        ("data", "SynthKTH-1", "--size", "huge"),
        ("render", "00", "--profile", "quick"),
        ("predict", "missing.avi"),
        ("train", "--root", "missing"),
        ("claims", "nobody2000"),
        ("record", "nobody2000"),
        ("record", "nobody2000", "--plan"),
        ("record", "baccouche2011", "--arm", "kth3"),
        ("record", "baccouche2011", "--plan", "--arm", "kth3"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_line_on_stderr(run, arguments, monkeypatch, tmp_path):
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path))
    status, _, err = run(*arguments)
    assert status == 1
    assert err.startswith("vidlab: ") and len(err.splitlines()) == 1


def test_check_exits_with_one_when_something_is_missing(run, monkeypatch, tmp_path):
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path))
    monkeypatch.setenv("VIDLAB_PROFILE", "quick")
    status, out, _ = run("check")
    assert status == 1
    assert "[FAIL] Data" in out


class OurError(Exception):
    __module__ = "vidlab.videos.reading"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OurError(), True),
        (ValueError(), True),
        (FileNotFoundError(), True),
        (FloatingPointError(), True),
        (NotCommitted(), True),
        (KeyError(), False),
    ],
)
def test_only_errors_that_say_what_to_do_are_shortened(error, expected):
    assert cli.is_for_the_user(error) is expected


def test_output_is_utf8_whatever_the_pipe_is():
    code = (
        "import sys; from vidlab import cli; sys.argv[1:] = ['claims', 'baccouche2011', '--json']; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(project_folder())},
    )
    assert done.returncode == 0, done.stderr
    assert "−" in done.stdout.decode("utf-8")
