"""Measure a world's neutral probes anew and keep what they say beside its data card.

`python -m vidlab.synth.calibration SynthUCF-1 FOLDER` writes the world to FOLDER with a seed that no split
shows, reads it back and measures (SynthUCF-1: about 10 minutes on 2 cores). Tests hold the numbers against
the bands.
"""

import json
import sys
from pathlib import Path
from types import ModuleType

from .. import project_folder
from . import hmdb_probes, sports_probes, video_probes
from .export import write
from .probes import outside

PROBES: dict[str, ModuleType] = {
    "SynthUCF-1": video_probes, "SynthHMDB-1": hmdb_probes, "SynthSports-1": sports_probes,
}  # fmt: skip


def kept(world: str) -> Path:
    """The file that holds what a world's probes said when it was frozen, in percent by name."""
    return project_folder() / "data" / "cards" / f"{world}.json"


def calibrate(world: str, root: Path) -> dict[str, float]:
    """Write the world under `root` with the calibration seed and measure all its probes after encoding."""
    probes = PROBES[world]
    write(world, root, "laptop", video_probes.CALIBRATION)
    return {name: round(float(value), 1) for name, value in probes.measure(probes.collect(root)).items()}


def main() -> None:
    world, root = sys.argv[1], Path(sys.argv[2])
    found = calibrate(world, root)
    kept(world).write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1), *outside(found, PROBES[world].BANDS), sep="\n")


if __name__ == "__main__":
    main()
