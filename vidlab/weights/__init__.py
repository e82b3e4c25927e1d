"""Weights: in files of our own, and published ones with the transforms that belong to them."""

from vidlab.weights.c3d_sports1m import PublishedC3D, c3d
from vidlab.weights.cnn_m_imagenet import LAYERS, Published, cnn_m_2048
from vidlab.weights.files import load_into, of, read, write
from vidlab.weights.vgg19_imagenet import PublishedVGG19, vgg19

__all__ = [
    "LAYERS", "Published", "PublishedC3D", "PublishedVGG19", "c3d", "cnn_m_2048", "load_into", "of", "read",
    "vgg19", "write",
]  # fmt: skip
