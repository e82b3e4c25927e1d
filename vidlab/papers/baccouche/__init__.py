"""Baccouche et al. 2011: 3D-ConvNet + LSTM. Data, stages and the table of runs."""

from vidlab.papers.baccouche.data import material, synth_kth
from vidlab.papers.baccouche.table import arm, arms, at_paper_size, convnet_of, minutes, train

__all__ = ["arm", "arms", "at_paper_size", "convnet_of", "material", "minutes", "synth_kth", "train"]
