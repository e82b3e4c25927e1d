"""The hand-crafted rivals: Harris-3D points with HOF (`harris`), dense trajectories (`trajectories`), and
the bag of words that turns either's descriptors into one vector a video (`bag`)."""

from vidlab.handcrafted.harris import (
    describe,
    flow_field,
    flow_votes,
    gaussian,
    gradient,
    harris3d,
    harris_response,
    hof,
    local_maxima,
)
from vidlab.handcrafted.trajectories import Trajectories, dense_trajectories

__all__ = [
    "Trajectories",
    "dense_trajectories",
    "describe",
    "flow_field",
    "flow_votes",
    "gaussian",
    "gradient",
    "harris3d",
    "harris_response",
    "hof",
    "local_maxima",
]
