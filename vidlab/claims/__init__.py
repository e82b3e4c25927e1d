"""Claims: what the papers say beside what recorded runs show.

The claims are data (`data/claims.toml`), and so are the reported numbers (`data/reported.json`).
`statistic` is arithmetic on arrays; `verdicts` looks up the recorded runs and writes one row a comparison.
"""

from vidlab.claims.statistic import (
    FAILS,
    HOLDS,
    UNCLEAR,
    bootstrap,
    contrast,
    counts,
    decide,
    holm,
    interval,
    p_value,
    power,
    spread,
)
from vidlab.claims.verdicts import (
    Row,
    load_claims,
    load_reported,
    overall,
    planned_power,
    reported,
    to_json,
    to_table,
    verdicts,
)

__all__ = [
    "FAILS",
    "HOLDS",
    "UNCLEAR",
    "Row",
    "bootstrap",
    "contrast",
    "counts",
    "decide",
    "holm",
    "interval",
    "load_claims",
    "load_reported",
    "overall",
    "p_value",
    "planned_power",
    "power",
    "reported",
    "spread",
    "to_json",
    "to_table",
    "verdicts",
]
