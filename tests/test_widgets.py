"""The explorer: every corner of its grid, marks, errors, and the figure that stands where no kernel is."""

import itertools

import ipywidgets
import pytest

from vidlab import plots
from vidlab.widgets import NOT_RECORDED, Explorer, control_for, label_of

CONTROLS: dict[str, list] = {
    "window": [1, 5, 9, 13],
    "rectify": [True, False],
    "decision": ["vote", "LSTM"],
    "split": list("abcdefg"),
}
CORNERS = list(itertools.product(*((values[0], values[-1]) for values in CONTROLS.values())))


def draw(window, rectify, decision, split):
    return plots.windows_diagram(30, window)


def recorded(window, rectify, decision, split):
    return rectify or window == 9


def missing(**state):
    return "not recorded here: vidlab record, about 3 min"


@pytest.fixture
def explorer(monkeypatch):
    monkeypatch.setenv("VIDLAB_STRICT", "1")
    return Explorer(CONTROLS, draw, recorded, missing, start={"window": 9})


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_every_corner_shows_its_figure_or_says_what_is_missing(explorer, corner):
    state = dict(zip(CONTROLS, corner, strict=True))
    shown = explorer.set(**state).output.value
    assert explorer.state == state
    if recorded(**state):
        assert f"windows of {state['window']} frames" in shown
    else:
        assert missing() in shown
        assert "<img" not in shown


def test_it_starts_where_it_is_told(explorer):
    assert explorer.state == {"window": 9, "rectify": True, "decision": "vote", "split": "a"}


def test_options_that_lead_nowhere_are_marked(explorer):
    explorer.set(window=5)
    assert [text for text, _ in explorer.controls["rectify"].options] == ["on", "off" + NOT_RECORDED]
    explorer.set(window=9)
    assert [text for text, _ in explorer.controls["rectify"].options] == ["on", "off"]


def test_marks_keep_the_choice(explorer):
    explorer.set(rectify=False)
    marked = [text for text, _ in explorer.controls["window"].options]
    assert marked == ["1" + NOT_RECORDED, "5" + NOT_RECORDED, "9", "13" + NOT_RECORDED]
    assert explorer.state["window"] == 9


def test_moving_a_control_does_not_rebuild_it(explorer):
    before = explorer.controls["window"].options
    explorer.set(window=1)
    assert explorer.controls["window"].options is before


def test_moving_a_control_draws_once(monkeypatch):
    drawn = []

    def counting(**state):
        drawn.append(state)
        return draw(**state)

    explorer = Explorer(CONTROLS, counting, recorded, missing)
    explorer.set(window=13)
    assert len(drawn) == 2


def test_each_state_is_looked_up_once():
    asked = []

    def looking(**state):
        asked.append(tuple(state.values()))
        return True

    explorer = Explorer(CONTROLS, draw, looking)
    explorer.set(window=5).set(window=1).set(window=5)
    assert len(asked) == len(set(asked))


def test_what_is_not_recorded_is_not_drawn(explorer):
    explorer.set(window=5)

    def fail(**state):
        raise AssertionError("drew a state that is not recorded")

    explorer.draw = fail
    assert missing() in explorer.set(rectify=False).output.value


@pytest.mark.parametrize("strict", [True, False])
def test_an_error_is_shown_and_raised_when_strict(monkeypatch, strict):
    monkeypatch.setenv("VIDLAB_STRICT", "1" if strict else "0")

    def broken(window):
        if window == 5:
            raise RuntimeError("no such <thing>")
        return plots.windows_diagram(30, window)

    explorer = Explorer({"window": [1, 5, 9]}, broken)
    if strict:
        with pytest.raises(RuntimeError, match="no such"):
            explorer.set(window=5)
    else:
        explorer.set(window=5)
    assert "no such &lt;thing&gt;" in explorer.output.value
    assert 'role="alert"' in explorer.output.value


def test_without_a_kernel_the_first_figure_stands(explorer):
    bundle = explorer._repr_mimebundle_()
    explorer.set(window=13)
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "windows of 9 frames" in explorer._repr_mimebundle_()["text/html"]
    assert "window, rectify, decision, split" in bundle["text/plain"]


def test_there_is_no_output_widget(explorer):
    assert not any(isinstance(child, ipywidgets.Output) for child in explorer.box.children)


@pytest.mark.parametrize("name", CONTROLS)
def test_controls_are_labelled(explorer, name):
    control = explorer.controls[name]
    assert control.description == name
    assert control.tooltip.startswith(name)


def test_underscores_are_spaces_on_the_page():
    explorer = Explorer({"forget_gate": [False, True]}, lambda forget_gate: plots.windows_diagram(30))
    assert explorer.controls["forget_gate"].description == "forget gate"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 5, 9], ipywidgets.SelectionSlider),
        ([1, 5], ipywidgets.ToggleButtons),
        ([True, False], ipywidgets.ToggleButtons),
        (["vote", "LSTM", "mean"], ipywidgets.ToggleButtons),
        (list("abcdefg"), ipywidgets.Dropdown),
    ],
)
def test_the_control_suits_the_values(values, kind):
    assert type(control_for("x", values)) is kind


@pytest.mark.parametrize(
    ("value", "text"), [(True, "on"), (0.25, "0.25"), (50, "50"), (None, "none"), ("a", "a")]
)
def test_labels(value, text):
    assert label_of(value) == text
