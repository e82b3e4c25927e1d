"""The networks: one file a paper, layer names as the paper has them."""

from vidlab.nets.baccouche import ConvNet3D, OneStepModel, SequenceLSTM
from vidlab.nets.c3d import C3D, SearchNet
from vidlab.nets.cnn_m import CNNM2048
from vidlab.nets.vgg19 import VGG19

__all__ = ["C3D", "CNNM2048", "VGG19", "ConvNet3D", "OneStepModel", "SearchNet", "SequenceLSTM"]
