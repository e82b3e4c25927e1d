"""Exercises of a chapter, taken out of it: the stub, its check, the folded hint and the folded solution.

A stub is a code cell tagged `exercise:NAME`. The check, `exercises.check_NAME(function)`, is called in that
cell or the next code cell. Hint and solution stand in markdown cells after the stub, before the next one:
`<details><summary>Solution</summary>`, a fenced block of python, `</details>`.
"""

import ast
import contextlib
import io
import re
from dataclasses import dataclass

from nbformat import NotebookNode

FOLDED = re.compile(r"<details>\s*<summary>([^<]+)</summary>(.*?)</details>", flags=re.S)
FENCED = re.compile(r"```python\n(.*?)```", flags=re.S)


@dataclass(frozen=True)
class Exercise:
    """One exercise; what is not there is an empty string."""

    name: str
    context: str
    stub: str
    check: str
    hint: str
    solution: str

    def missing(self) -> list[str]:
        parts = ("stub", "check", "hint", "solution")
        return [part for part in parts if not getattr(self, part).strip()]

    def try_with(self, answer: str) -> str:
        """What the check prints when the reader's answer is `answer`."""
        scope: dict = {"__name__": "chapter"}
        exec(self.context, scope)
        exec(answer, scope)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(self.check, scope)
        return printed.getvalue()


def exercises_of(notebook: NotebookNode) -> list[Exercise]:
    cells = notebook.cells
    stubs = [
        (i, tag) for i, cell in enumerate(cells) for tag in cell.metadata.get("tags", []) if is_stub(tag)
    ]
    ends = [*(i for i, _ in stubs[1:]), len(cells)][: len(stubs)]
    found = []
    for (start, tag), end in zip(stubs, ends, strict=True):
        name = tag.removeprefix("exercise:")
        text = "\n".join(cell.source for cell in cells[start:end] if cell.cell_type == "markdown")
        code = "\n".join(cell.source for cell in cells[start:end] if cell.cell_type == "code")
        folded = {title.strip().lower(): body for title, body in FOLDED.findall(text)}
        found.append(
            Exercise(
                name=name,
                context="\n".join(definitions(c.source) for c in cells[:start] if c.cell_type == "code"),
                stub=without_checks(cells[start].source),
                check="\n".join(
                    re.findall(rf"^(?:\w+ = )?exercises\.check_{name}\(.*\);?$", code, flags=re.M)
                ),
                hint=folded.get("hint", ""),
                solution="\n".join(FENCED.findall(folded.get("solution", ""))),
            )
        )
    return found


def is_stub(tag: str) -> bool:
    return tag.startswith("exercise:")


def definitions(source: str) -> str:
    """The imports, functions, classes and CONSTANTS of a cell: what a solution may lean on."""
    kept = [node for node in ast.parse(source).body if is_definition(node)]
    return "\n".join(ast.unparse(node) for node in kept)


def is_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id.isupper() for target in node.targets)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


def without_checks(source: str) -> str:
    return re.sub(r"^(?:\w+ = )?exercises\.check_.*$", "", source, flags=re.M)
