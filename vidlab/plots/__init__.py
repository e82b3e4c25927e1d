"""Every figure: data in, Picture(figure, alt) out. The alt text is written from the data."""

from vidlab.plots.c3d import back_projection, clip_network, shares_by_frame
from vidlab.plots.charts import (
    confusion,
    curves,
    embedding,
    gain_curve,
    reported_beside_measured,
    scatter,
    splits_spread,
)
from vidlab.plots.diagrams import Layer, architecture, dataflow, split_table, timelines, windows_diagram
from vidlab.plots.flow import flow_arrows, flow_components, flow_errors, flow_fields, flow_paths
from vidlab.plots.frames import arrows, filmstrip, overlay
from vidlab.plots.picture import Picture
from vidlab.plots.sequences import traces, unrolled
from vidlab.plots.streams import (
    flow_filters,
    large_confusion,
    recall_by_class,
    stacked_shares,
    two_streams,
)

__all__ = [
    "Layer",
    "Picture",
    "architecture",
    "arrows",
    "back_projection",
    "clip_network",
    "confusion",
    "curves",
    "dataflow",
    "embedding",
    "filmstrip",
    "flow_filters",
    "flow_arrows",
    "flow_components",
    "flow_errors",
    "flow_fields",
    "flow_paths",
    "gain_curve",
    "large_confusion",
    "overlay",
    "recall_by_class",
    "reported_beside_measured",
    "scatter",
    "shares_by_frame",
    "split_table",
    "splits_spread",
    "stacked_shares",
    "timelines",
    "traces",
    "two_streams",
    "unrolled",
    "windows_diagram",
]
