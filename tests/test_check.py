"""`vidlab check`: a line for each question, and a remedy where the answer is no."""

from types import SimpleNamespace

import pytest

from vidlab import check


def test_a_good_line_says_ok_and_a_bad_one_says_what_to_do():
    assert str(check.Line("Disk", "9 GB")).startswith("[OK]")
    bad = check.Line("Disk", "0 GB", "free some")
    assert str(bad).startswith("[FAIL]") and str(bad).endswith("Fix: free some.")


def test_this_environment_has_the_packages_it_asks_for():
    assert check.versions().ok, check.versions()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(check.metadata, "requires", lambda _: ["no-such-package>=1"])
    assert not check.versions().ok
    assert "no-such-package missing" in str(check.versions())


def test_a_package_that_is_too_old_is_named(monkeypatch):
    monkeypatch.setattr(check.metadata, "requires", lambda _: ["numpy>=9999"])
    assert "numpy" in str(check.versions()) and not check.versions().ok


def test_packages_of_extras_are_not_asked_for(monkeypatch):
    monkeypatch.setattr(check.metadata, "requires", lambda _: ["no-such-package; extra == 'test'"])
    assert check.versions().ok


def test_little_memory_fails(monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=1e8))
    assert not check.memory().ok


def test_a_full_disk_fails(monkeypatch):
    monkeypatch.setattr(check.shutil, "disk_usage", lambda _: SimpleNamespace(free=1e6))
    assert not check.disk().ok


def test_disk_is_asked_where_the_data_folder_will_be(monkeypatch, tmp_path):
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "not" / "yet"))
    assert check.disk().ok and "not" in check.disk().found


def test_data_that_is_not_there_comes_with_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path))
    monkeypatch.setenv("VIDLAB_PROFILE", "quick")
    assert "vidlab data --size quick" in check.data().remedy


def test_an_unknown_profile_fails_and_the_rest_is_still_asked(monkeypatch):
    monkeypatch.setenv("VIDLAB_PROFILE", "huge")
    answers = check.lines()
    assert [line.name for line in answers if not line.ok][-1] == "Profile"
    assert len(answers) == 6


@pytest.mark.parametrize("ok", [True, False])
def test_show_prints_every_line_and_sums_up(monkeypatch, capsys, ok):
    line = check.Line("Disk", "x", "" if ok else "free some")
    monkeypatch.setattr(check, "lines", lambda: [check.Line("Python", "3"), line])
    assert check.show() is ok
    assert len(capsys.readouterr().out.splitlines()) == (2 if ok else 3)
