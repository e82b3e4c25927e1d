"""The networks: one file a paper, layer names as the paper has them."""

from vidlab.nets.baccouche import ConvNet3D, OneStepModel, SequenceLSTM

__all__ = ["ConvNet3D", "OneStepModel", "SequenceLSTM"]
