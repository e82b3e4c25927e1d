"""Optical flow: estimating it, stacking it for a network, and storing it."""

from vidlab.flow.estimators import METHODS, dis, end_point_error, estimate, farneback, horn_schunck
from vidlab.flow.stacking import along_trajectories, both_ways, mirrored, stacked
from vidlab.flow.storage import FlowStore, Packed, cost, extract

__all__ = [
    "METHODS",
    "FlowStore",
    "Packed",
    "along_trajectories",
    "both_ways",
    "cost",
    "dis",
    "end_point_error",
    "estimate",
    "extract",
    "farneback",
    "horn_schunck",
    "mirrored",
    "stacked",
]
