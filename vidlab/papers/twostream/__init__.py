"""Simonyan & Zisserman 2014: two-stream networks. Data, streams, and the table of runs."""

from vidlab.papers.twostream import system
from vidlab.papers.twostream.solve import train
from vidlab.papers.twostream.table import arm, arms, at_paper_size, convnet_of, minutes

__all__ = ["arm", "arms", "at_paper_size", "convnet_of", "minutes", "system", "train"]
