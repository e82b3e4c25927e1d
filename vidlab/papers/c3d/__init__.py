"""Tran et al. 2015: C3D and the search for it. Clips, networks and the table of runs."""

from vidlab.papers.c3d.solve import minutes, train
from vidlab.papers.c3d.table import arm, arms, at_paper_size, convnet_of

__all__ = ["arm", "arms", "at_paper_size", "convnet_of", "minutes", "train"]
