"""The networks: one file a paper, layer names as the paper has them."""

from vidlab.nets.baccouche import ConvNet3D, OneStepModel, SequenceLSTM
from vidlab.nets.cnn_m import CNNM2048

__all__ = ["CNNM2048", "ConvNet3D", "OneStepModel", "SequenceLSTM"]
