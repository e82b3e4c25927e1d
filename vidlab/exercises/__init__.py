"""The checks that chapters call: `check_NAME(function)` tries the reader's function and says how it went.

Each prints "not done yet" for a stub, what was expected and what was got for a wrong answer, "correct"
otherwise, and returns whether it was correct. Expected values are worked out here, case by case, so that the
answer does not stand in the chapter.
"""

# ruff: noqa: F401 (what chapters and tests call by `exercises.NAME`)
from vidlab.exercises.baccouche import check_lstm_step, check_receptive_field, check_vote
from vidlab.exercises.c3d import (
    check_area_under_roc,
    check_ceiling_by_look,
    check_same_to_depth_1,
    check_search_parameters,
    check_step_back,
    check_two_accuracies,
    check_variance_kept,
    check_video_descriptor,
)
from vidlab.exercises.data import check_seen, check_split, check_stretches, check_windows
from vidlab.exercises.flow import check_divergence_kernel, check_follow, check_normal_flow, check_to_bytes
from vidlab.exercises.judging import judge
from vidlab.exercises.twostream import check_fusion_weight, check_two_head_loss, check_upside_down
