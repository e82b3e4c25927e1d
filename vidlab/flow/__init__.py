"""Optical flow: estimating it, stacking it for a network, and storing it."""

from vidlab.flow.estimators import METHODS, end_point_error, estimate
from vidlab.flow.stacking import along_trajectories, both_ways, mirrored, stacked
from vidlab.flow.storage import Fields, FlowStore, Packed, Stored, cost, extract

__all__ = [
    "METHODS",
    "FlowStore",
    "Fields",
    "Packed",
    "Stored",
    "along_trajectories",
    "both_ways",
    "cost",
    "end_point_error",
    "estimate",
    "extract",
    "mirrored",
    "stacked",
]
