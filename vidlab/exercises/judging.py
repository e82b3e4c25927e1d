"""Calling a reader's function on cases and saying how it went."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

Case = tuple[tuple[Any, ...], Any]


def judge(function: Callable[..., Any], cases: Sequence[Case], tolerance: float = 0.0) -> bool:
    """Call `function` on the arguments of each case and compare with what is expected; print the outcome.

    A function that returns None or ..., or raises NotImplementedError, for the first case is a stub.
    """
    name = getattr(function, "__name__", "your function")
    for number, (arguments, expected) in enumerate(cases):
        call = f"{name}({', '.join(map(_brief, arguments))})"
        try:
            got = function(*deepcopy(arguments))  # it may change them; the next case must not notice
        except NotImplementedError:
            got = None
        except Exception as error:
            print(f"not yet right: {call} raised {type(error).__name__}: {error}")
            return False
        if got is None or got is Ellipsis:
            asked = f"not yet right: {call}\n  expected {_brief(expected)}\n  got      {got}"
            print(f"{asked} (does every path return something?)" if number else "not done yet")
            return False
        wrong = _difference(got, expected, tolerance)
        if wrong is not None:
            print(f"not yet right: {call}\n  expected {_brief(expected)}\n  got      {_brief(got)}{wrong}")
            return False
    print("correct")
    return True


def _difference(got: Any, expected: Any, tolerance: float) -> str | None:
    """None where the two agree, else a hint on where they differ (maybe an empty one)."""
    if isinstance(expected, tuple):
        if not isinstance(got, tuple | list | np.ndarray) or len(got) != len(expected):
            return f"\n  ({len(expected)} results are expected)"
        parts = [_difference(g, e, tolerance) for g, e in zip(got, expected, strict=True)]
        return next((part for part in parts if part is not None), None)
    try:
        if np.asarray(got).dtype.kind in "SU":  # "3" is not 3
            raise TypeError
        found, wanted = np.asarray(got, float), np.asarray(expected, float)
    except (TypeError, ValueError):
        return f"\n  ({type(got).__name__} is not a number or an array of numbers)"
    if found.shape != wanted.shape:
        return f"\n  (shape {wanted.shape} is expected, got {found.shape})"
    wrong = ~np.isclose(found, wanted, rtol=0, atol=tolerance)
    if not wrong.any():
        return None
    if wanted.ndim == 0:
        return "" if isinstance(expected, bool) else f"\n  (off by {_brief(float(found - wanted))})"
    first = tuple(np.argwhere(wrong)[0].tolist())
    texts = [_brief(float(values[first])) for values in (wanted, found)]
    if texts[0] == texts[1]:  # so near that the difference tells more
        texts[1] += f", off by {found[first] - wanted[first]:.1g}"
    return f"\n  (at {list(first)} {texts[0]} is expected, got {texts[1]})"


def _brief(value: Any) -> str:
    """A value in at most a short line; large arrays by their shape."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_brief, value))})"
    shape = getattr(value, "shape", ())
    if np.prod(shape) > 12:
        return f"<array of shape {tuple(shape)}>"
    if shape:
        numbers: Any = {"float_kind": lambda number: f"{number:.3g}"}
        return np.array2string(np.asarray(value), separator=", ", formatter=numbers).replace("\n", "")
    if isinstance(value, float | np.floating) and not float(value).is_integer():
        return f"{value:.4g}"
    return f"{value:.0f}" if isinstance(value, float | np.floating) else str(value)
