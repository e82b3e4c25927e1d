"""The ablation explorer: a thin shell of controls around a function that draws a Picture.

It offers what is recorded and says what is not. Nothing trains because a control moved. Only this module
imports ipywidgets.
"""

import html
import os
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from vidlab.plots import Picture

NOT_RECORDED = " (not recorded)"


def label_of(value: Any) -> str:
    """What a control shows for a value: on and off for booleans, numbers without trailing zeros."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)


def control_for(name: str, values: Sequence[Any]) -> Any:
    """Three or more numbers get a slider, up to five choices buttons, more a list. Values are positions."""
    options = [(label_of(value), i) for i, value in enumerate(values)]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    tooltip = f"{name}: {', '.join(text for text, _ in options)}"
    style = {"description_width": "11em"}
    if numbers and len(values) >= 3:
        kind, layout = ipywidgets.SelectionSlider, {"width": "34em"}
    elif len(values) <= 5:
        kind, layout = ipywidgets.ToggleButtons, {"width": "auto"}
        style["button_width"] = "auto"
    else:
        kind, layout = ipywidgets.Dropdown, {"width": "26em"}
    control = kind(options=options, value=0, description=name, tooltip=tooltip, style=style, layout=layout)
    if kind is ipywidgets.ToggleButtons:  # ipywidgets 8.1 forgets these: the name would stand above
        control.add_class("jupyter-widgets").add_class("widget-inline-hbox")
    return control


class Explorer:
    """Controls above a figure.

    controls: the name of each dial and its values, the first of which is shown first unless `start` says
    otherwise; draw(**state) returns the Picture of a recorded state; recorded(**state) says whether there is
    one; missing(**state) is the line shown where there is none, `not recorded here: vidlab record …, about
    12 min`. Dials are spelled with underscores in `state` and with spaces on the page.

    In JupyterLab it is live; exported HTML and the site show the figure of the first state, from the same
    output. An error while drawing is shown in place, and raised as well when VIDLAB_STRICT=1.
    """

    def __init__(
        self,
        controls: Mapping[str, Sequence[Any]],
        draw: Callable[..., Picture],
        recorded: Callable[..., bool] = lambda **state: True,
        missing: Callable[..., str] = lambda **state: "not recorded here",
        start: Mapping[str, Any] | None = None,
    ) -> None:
        self.values = {name: list(values) for name, values in controls.items()}
        self.draw, self.recorded, self.missing = draw, recorded, missing
        self._known: dict[tuple[int, ...], bool] = {}
        self._busy = False
        self.controls = {n: control_for(n.replace("_", " "), values) for n, values in self.values.items()}
        self.set(**(start or {}))
        self.output = ipywidgets.HTML()
        self.box = ipywidgets.VBox([*self.controls.values(), self.output])
        self.refresh()
        self.first = self.output.value
        for control in self.controls.values():
            control.observe(self._moved, names="value")

    @property
    def state(self) -> dict[str, Any]:
        """The value of every dial."""
        return self._state_at(self._position())

    def set(self, **state: Any) -> "Explorer":
        """Turn dials from code, as a reader would by hand."""
        for name, value in state.items():
            self.controls[name].value = self.values[name].index(value)
        return self

    def refresh(self) -> None:
        """Mark what is not recorded beside the present state, then draw it or say that it is missing."""
        try:
            self._mark()
            self.output.value = self._shown()
        except Exception as error:
            told = html.escape("".join(traceback.format_exception_only(error)).strip())
            self.output.value = f'<p role="alert"><b>This state could not be drawn.</b> {told}</p>'
            if os.environ.get("VIDLAB_STRICT") == "1":
                raise

    def _shown(self) -> str:
        """The figure or the line that stands for it, in a region that screen readers announce."""
        if self._is_recorded(self._position()):
            inside = self.draw(**self.state)._repr_html_()
        else:
            inside = f"<p>{html.escape(self.missing(**self.state))}</p>"
        return f'<div aria-live="polite">{inside}</div>'

    def _moved(self, change: Any) -> None:
        if not self._busy:
            self.refresh()

    def _position(self) -> tuple[int, ...]:
        return tuple(control.value for control in self.controls.values())

    def _state_at(self, position: tuple[int, ...]) -> dict[str, Any]:
        return {name: values[i] for (name, values), i in zip(self.values.items(), position, strict=True)}

    def _is_recorded(self, position: tuple[int, ...]) -> bool:
        """Whether a state is recorded; asked once, since each answer may open a file."""
        if position not in self._known:
            self._known[position] = self.recorded(**self._state_at(position))
        return self._known[position]

    def _mark(self) -> None:
        """Write "not recorded" on the options that lead to nothing from here.

        A control's own marks do not depend on its own value, so the one in use is never rebuilt and keeps
        the keyboard's focus.
        """
        here = self._position()
        for place, (name, control) in enumerate(self.controls.items()):
            options = []
            for i, value in enumerate(self.values[name]):
                there = self._is_recorded((*here[:place], i, *here[place + 1 :]))
                options.append((label_of(value) + ("" if there else NOT_RECORDED), i))
            if list(control.options) != options:
                self._relabel(control, options)

    def _relabel(self, control: Any, options: list[tuple[str, int]]) -> None:
        """New labels, same choice: ipywidgets would otherwise go back to the first option."""
        self._busy, chosen = True, control.value
        with control.hold_sync():
            control.options = options
            control.value = chosen
        self._busy = False

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The live widget, and beside it the first state's figure for pages without a kernel."""
        names = ", ".join(control.description for control in self.controls.values())
        page = f"{self.first}<p><small>In JupyterLab this figure has dials: {names}.</small></p>"
        plain = f"Explorer with dials: {names}"
        return {**self.box._repr_mimebundle_(), "text/html": page, "text/plain": plain}
