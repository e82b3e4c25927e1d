"""A finished figure with its description, and the style that all figures share."""

import base64
import html
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib.style
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image

STYLE = Path(__file__).with_name("vidlab.mplstyle")
WIDTH = 7.2  # inches: the text column of a chapter
DPI = 130
# Okabe and Ito's colours without the yellow, which is too pale on white; told apart by colour-blind readers.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

P = ParamSpec("P")


@dataclass(frozen=True)
class Picture:
    """A drawn figure and the text that stands for it.

    Shown by Jupyter as an <img> with alt text, which JupyterLab, exported HTML and the site all honour. The
    image is a PNG of at most 256 colours, so that a chapter stays small. Raises ValueError without alt text.
    """

    figure: Figure = field(repr=False)
    alt: str
    png: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("a Picture needs alt text: say in a sentence what is to be seen")
        object.__setattr__(self, "png", _palette_png(self.figure))
        pyplot.close(self.figure)  # nothing to do for figures made here; one made by pyplot would stay open

    def _repr_html_(self) -> str:
        width = Image.open(io.BytesIO(self.png)).width * 100 // DPI
        source = base64.b64encode(self.png).decode()
        return (
            f'<figure style="margin: 0"><img alt="{html.escape(self.alt)}" width="{width}" '
            f'style="max-width: 100%; height: auto" src="data:image/png;base64,{source}"></figure>'
        )


def _palette_png(figure: Figure) -> bytes:
    """The figure as a PNG with a palette, without date or program name, so equal figures are equal bytes."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    Image.open(drawn).convert("RGB").quantize().save(small, format="png", optimize=True)
    return small.getvalue()


def styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw in the project's style, whatever the reader has set."""

    @wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with matplotlib.style.context(STYLE, after_reset=True):
            return draw(*args, **kwargs)

    return inside


def new_figure(height: float, width: float = WIDTH, placed: bool = False) -> Figure:
    """An empty figure that belongs to nobody's global state; sizes in inches.

    placed: the caller sets every position; otherwise matplotlib makes room for labels and legends.
    """
    return Figure(figsize=(width, height), layout=None if placed else "constrained")


def look(k: int) -> dict[str, Any]:
    """Colour and marker of the k-th thing in a chart; after the seventh the markers pair up anew."""
    return {"color": COLOURS[k % 7], "marker": MARKERS[(k + k // 7) % 7]}


def listed(words: list[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
