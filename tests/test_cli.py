"""The command `vidlab`: help at once, one line and status 1 for a user's mistake."""

import subprocess
import sys

import pytest

from vidlab import cli


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    import os

    code = "import sys; from vidlab.cli import main; sys.argv[0] = 'vidlab'; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_help_lists_the_commands():
    done = run("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("check", "data", "claims", "render"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("render", "99"),
        ("data", "SynthMoon-1", "--size", "quick"),
        ("data", "SynthKTH-1", "--size", "huge"),
        ("render", "00", "--profile", "quick"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_line_on_stderr(arguments, tmp_path):
    done = run(*arguments, VIDLAB_DATA=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("vidlab: ") and len(done.stderr.splitlines()) == 1


def test_check_exits_with_one_when_something_is_missing(tmp_path):
    done = run("check", VIDLAB_DATA=str(tmp_path), VIDLAB_PROFILE="quick")
    assert done.returncode == 1
    assert "[FAIL] Data" in done.stdout


class OurError(Exception):
    __module__ = "vidlab.videos.reading"


@pytest.mark.parametrize(
    ("error", "expected"),
    [(OurError(), True), (ValueError(), True), (FileNotFoundError(), True), (KeyError(), False)],
)
def test_only_errors_that_say_what_to_do_are_shortened(error, expected):
    assert cli.is_for_the_user(error) is expected
