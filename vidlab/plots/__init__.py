"""Every figure: data in, Picture(figure, alt) out. The alt text is written from the data."""

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
from vidlab.plots.frames import arrows, feature_maps, filmstrip, overlay
from vidlab.plots.picture import COLOURS, MARKERS, Picture, new_figure, styled
from vidlab.plots.sequences import probabilities, traces, unrolled

__all__ = [
    "COLOURS",
    "MARKERS",
    "Layer",
    "Picture",
    "architecture",
    "arrows",
    "confusion",
    "curves",
    "dataflow",
    "embedding",
    "feature_maps",
    "filmstrip",
    "gain_curve",
    "new_figure",
    "overlay",
    "probabilities",
    "reported_beside_measured",
    "scatter",
    "split_table",
    "splits_spread",
    "styled",
    "timelines",
    "traces",
    "unrolled",
    "windows_diagram",
]
