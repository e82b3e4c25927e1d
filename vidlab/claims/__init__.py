"""Claims: what the papers say beside what recorded runs show.

The claims are data (`data/claims.toml`), and so are the reported numbers (`data/reported.json`).
`statistic` is arithmetic on arrays; `verdicts` looks up the recorded runs and writes one row a comparison.
"""

# ruff: noqa: F401 (what chapters, tests and the command line call by `claims.NAME`)
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
    spread,
)
from vidlab.claims.verdicts import load_claims, reported, to_json, to_table, verdicts
