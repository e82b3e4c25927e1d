"""Baccouche et al. 2011: 3D-ConvNet + LSTM. Data, stages and the table of runs."""

from vidlab.papers.baccouche.data import Material, Windows, material, prepare, synth_kth
from vidlab.papers.baccouche.stages import (
    Features,
    Outcome,
    extract,
    label_sequences,
    logistic,
    train_convnet,
    train_lstm,
    window_scores,
)
from vidlab.papers.baccouche.table import arm, arms, convnet_of, minutes, train

__all__ = [
    "Features",
    "Material",
    "Outcome",
    "Windows",
    "arm",
    "arms",
    "convnet_of",
    "extract",
    "label_sequences",
    "logistic",
    "material",
    "minutes",
    "prepare",
    "synth_kth",
    "train",
    "train_convnet",
    "train_lstm",
    "window_scores",
]
