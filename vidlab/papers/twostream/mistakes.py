"""Simonyan & Zisserman 2014, Sec. 6: the streams do not only err at different times, they err in kind."""

import numpy as np

from vidlab.synth import ucf


def same_look(classes: tuple[str, ...]) -> np.ndarray:
    """(K, K): do two classes of SynthUCF-1 share person, place and things, and differ in motion only?"""
    return _related(classes, {*ucf.MOTION_PAIRS, *ucf.SAME_PLACE})


def same_motion(classes: tuple[str, ...]) -> np.ndarray:
    """(K, K): do two classes of SynthUCF-1 share their motion, and differ in place or object only?"""
    pairs = {(a, b) for a in ucf.CROSSED for b in ucf.CROSSED if a[:3] == b[:3]}
    return _related(classes, pairs | set(ucf.PAIRS["object"]))


def _related(classes: tuple[str, ...], pairs: set[tuple[str, str]]) -> np.ndarray:
    both = pairs | {(b, a) for a, b in pairs}
    return np.array([[a != b and (a, b) in both for b in classes] for a in classes])


def share(rows: np.ndarray, labels: np.ndarray, related: np.ndarray) -> float:
    """Percent of the mistakes in rows (V, K) that take a class for a related one; NaN without mistakes."""
    answers = rows.argmax(1)
    wrong = answers != labels
    return float(100 * related[labels[wrong], answers[wrong]].mean()) if wrong.any() else float("nan")


def gaps(spatial: np.ndarray, temporal: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]
         ) -> dict[str, float]:  # fmt: skip
    """How the two streams' mistakes differ, in points: for the same look, more of the spatial stream's; for
    the same motion, more of the temporal stream's."""
    look, motion = same_look(classes), same_motion(classes)
    return {
        "same_look_gap": share(spatial, labels, look) - share(temporal, labels, look),
        "same_motion_gap": share(temporal, labels, motion) - share(spatial, labels, motion),
    }
