"""vidlab: five classic papers of video action recognition, rebuilt step by step.

Importing this package is cheap on purpose: it loads neither torch nor OpenCV, so that
`vidlab.profile()` and `vidlab check` answer at once.
"""

import os
from dataclasses import dataclass
from pathlib import Path

__version__ = "0.1.0"


@dataclass(frozen=True)
class Profile:
    """How much a chapter does: passed on openly, cell by cell.

    width: share of the paper's channels; crop: pixels of a square input crop;
    epochs: share of the recipe's epochs; size: which size of the embedded data.
    """

    name: str
    width: float
    crop: int
    epochs: float
    size: str


PROFILES = {
    "quick": Profile("quick", width=0.125, crop=48, epochs=0.05, size="quick"),
    "laptop": Profile("laptop", width=0.25, crop=56, epochs=1.0, size="laptop"),
    "full": Profile("full", width=1.0, crop=112, epochs=1.0, size="full"),
}


def profile() -> Profile:
    """The profile that `VIDLAB_PROFILE` names (`laptop` when it is not set). Read here and nowhere else.

    Raises ValueError for a name that does not exist.
    """
    name = os.environ.get("VIDLAB_PROFILE", "laptop")
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise ValueError(f"VIDLAB_PROFILE={name!r} is not a profile: set it to one of {known}, or unset it")
    return PROFILES[name]


def project_folder() -> Path:
    """The checkout: the folder that holds `vidlab/`, `notebooks/` and `data/`."""
    return Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """Where videos are generated and downloaded: `VIDLAB_DATA`, or `data/` in the checkout."""
    return Path(os.environ.get("VIDLAB_DATA", project_folder() / "data"))


def generated(*names: str) -> Path:
    """A path among what is made on this machine when first needed, and ignored by git."""
    return data_folder().joinpath("generated", *names)
