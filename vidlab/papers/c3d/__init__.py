"""Tran et al. 2015: C3D, the search for it, its descriptor on many tasks, and the table of runs."""

from vidlab.experiment import Experiment, Outcome
from vidlab.papers.c3d import clock, projected, solve, tasks
from vidlab.papers.c3d.solve import minutes
from vidlab.papers.c3d.table import CLOCK, PROJECTED, TASKS, arm, arms, at_paper_size, convnet_of

__all__ = ["arm", "arms", "at_paper_size", "convnet_of", "minutes", "train"]


def train(experiment: Experiment, size: str = "laptop", device: str = "cpu") -> Outcome:
    """Train and test one arm: a network, or a task on its descriptors; or look into it, or at the clock."""
    rooms = dict.fromkeys(TASKS, tasks) | {PROJECTED: projected, CLOCK: clock}
    return rooms.get(experiment.system, solve).train(experiment, size, device)
