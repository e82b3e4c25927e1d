"""What a trained network looks at: its first-layer filters, and the pixels that a feature map fires for."""

from vidlab.explain.deconvolution import Peak, deconvolution, energy_by_frame, top_activations
from vidlab.explain.filters import DERIVATIVES, filter_shares, structured

__all__ = [
    "DERIVATIVES",
    "Peak",
    "deconvolution",
    "energy_by_frame",
    "filter_shares",
    "structured",
    "top_activations",
]
