"""Is this machine ready for the workbook? One [OK] or [FAIL] line a question, with the remedy."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from vidlab import data_folder, profile, project_folder

MEMORY_NEEDED = 3.0  # GB free: a chapter holds at most about 2 GB
DISK_NEEDED = 8.0  # GB free: the laptop-sized embedded data, and what is decoded from it


@dataclass(frozen=True)
class Line:
    """The answer to one question. `remedy` is empty where all is well."""

    name: str
    found: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        return not self.remedy

    def __str__(self) -> str:
        line = f"{'[OK]  ' if self.ok else '[FAIL]'} {self.name:<9} {self.found}"
        return line if self.ok else f"{line}\n       Fix: {self.remedy}."


def short(path: Path) -> str:
    """A path as seen from the project folder, where it lies inside."""
    here = project_folder()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def python() -> Line:
    """Which interpreter runs; a wrong kernel is the most common trouble, so the path is shown."""
    found = f"{platform.python_version()} at {short(Path(sys.executable))}"
    remedy = "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer, then run `make workbook`"
    return Line("Python", found, remedy)


def versions() -> Line:
    """Every package that vidlab needs, against the ranges of pyproject.toml."""
    from packaging.requirements import Requirement

    wrong, count = [], 0
    for text in metadata.requires("vidlab") or []:
        wanted = Requirement(text)
        if "extra" in str(wanted.marker):
            continue
        count += 1
        try:
            have = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            have = "missing"
        if have == "missing" or not wanted.specifier.contains(have, prereleases=True):
            wrong.append(f"{wanted.name} {have} (wanted {wanted.specifier})")
    if wrong:
        remedy = 'run `pip install -c constraints.txt -e ".[workbook,test]"`'
        return Line("Packages", "; ".join(wrong), remedy)
    return Line("Packages", f"{count} as wanted; torch {metadata.version('torch')}")


def device() -> Line:
    """What torch will compute on."""
    try:
        import torch
    except (ImportError, OSError) as error:
        return Line("Device", f"torch does not import ({error})", "run `pip install torch==2.13.0` alone")
    if torch.cuda.is_available():
        return Line("Device", f"CUDA, {torch.cuda.get_device_name()}")
    if torch.backends.mps.is_available():
        return Line("Device", "Apple GPU (MPS)")
    return Line("Device", f"CPU, cores: {os.cpu_count()}, threads: {torch.get_num_threads()}")


def memory() -> Line:
    import psutil

    free = psutil.virtual_memory().available / 1e9
    remedy = "" if free >= MEMORY_NEEDED else f"close other programs: a chapter wants {MEMORY_NEEDED:.0f} GB"
    return Line("Memory", f"{free:.1f} GB free", remedy)


def disk() -> Line:
    """Free space where the videos go; the folder itself may not be there yet."""
    folder = data_folder().absolute()
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(existing).free / 1e9
    remedy = "" if free >= DISK_NEEDED else f"free {DISK_NEEDED:.0f} GB, or set VIDLAB_DATA to another folder"
    return Line("Disk", f"{free:.1f} GB free for {short(folder)}", remedy)


def data() -> Line:
    """Whether the embedded data of this profile is all there."""
    from vidlab import synth

    size = profile().size
    absent = [name for name in synth.WORLDS if not synth.is_complete(synth.folder_of(name, size))]
    if not absent:
        return Line("Data", f"{', '.join(synth.WORLDS)} ({size}) are there")
    remedy = f"run `vidlab data --size {size}` (chapters write what they need when they first need it)"
    return Line("Data", f"{', '.join(absent)} ({size}) not written yet", remedy)


def chosen_profile() -> Line:
    try:
        p = profile()
    except ValueError as error:
        found, _, remedy = str(error).rpartition(": ")
        return Line("Profile", found, remedy)
    return Line("Profile", f"{p.name} (width {p.width}, crop {p.crop}, epochs x {p.epochs}, data {p.size})")


def lines() -> list[Line]:
    """All answers; what depends on the profile is asked only when there is one."""
    asked = [python(), versions(), device(), memory(), disk()]
    about_profile = chosen_profile()
    if about_profile.ok:
        asked.append(data())
    return [*asked, about_profile]


def show() -> bool:
    """Print all answers; True when every one is [OK]. Chapter 00 shows it."""
    answers = lines()
    for line in answers:
        print(line)
    return all(line.ok for line in answers)
