"""What a chapter must look like: each rule takes a notebook and returns its complaints, one line each.

Not a test itself: tests/notebooks.py applies the rules to every chapter, tests/test_notebook_form.py applies
each of them to a notebook that breaks it.
"""

import ast
import re
import statistics
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from nbformat import NotebookNode

SKELETON = {
    "What you will learn": r"what you will learn",
    "The paper's question": r"question",
    "Look at the data": r"\bdata\b",
    "Build": r"\bbuild",
    "Train it": r"\btrain",
    "Reported beside measured": r"reported beside measured",
    "Look inside": r"\binside\b",
    "Explore": r"explor|ablation",
    "What the paper got wrong": r"got wrong",
    "Exercises": r"exercises",
    "What came after": r"came after",
    "Summary": r"summary",
}


def prose(cell: NotebookNode) -> str:
    """A markdown cell's text without fenced code, HTML tags and formulas."""
    text = re.sub(r"```.*?```", "", cell.source, flags=re.S)
    return re.sub(r"<[^>]+>|\$\$.*?\$\$", "", text, flags=re.S)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def lines(cell: NotebookNode) -> int:
    return len([line for line in cell.source.splitlines() if line.strip()])


def headings(notebook: NotebookNode) -> list[tuple[int, str]]:
    """(level, text) of every heading, in order."""
    found = []
    for cell in markdown_cells(notebook):
        text = re.sub(r"```.*?```", "", cell.source, flags=re.S)
        found += [
            (len(mark), title.strip()) for mark, title in re.findall(r"^(#+)\s+(.+)$", text, flags=re.M)
        ]
    return found


def outputs(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            yield number, output


# Proportions


def number_of_cells(notebook: NotebookNode, least: int, most: int) -> list[str]:
    count = len(notebook.cells)
    return [] if least <= count <= most else [f"{count} cells; wanted {least} to {most}"]


def as_much_prose_as_code(notebook: NotebookNode) -> list[str]:
    words = sum(len(prose(cell).split()) for cell in markdown_cells(notebook))
    code = sum(len(cell.source.split()) for cell in code_cells(notebook))
    complaints = [] if words >= code else [f"{words} words of prose beside {code} of code"]
    if len(markdown_cells(notebook)) < len(code_cells(notebook)):
        complaints.append("fewer cells of prose than of code")
    return complaints


def short_code_cells(notebook: NotebookNode) -> list[str]:
    sizes = [lines(cell) for cell in code_cells(notebook)]
    complaints = [f"a code cell of {size} lines; at most 40" for size in sizes if size > 40]
    if sizes and statistics.median(sizes) > 8:
        complaints.append(f"the median code cell has {statistics.median(sizes)} lines; at most 8")
    return complaints


def short_imports(notebook: NotebookNode) -> list[str]:
    counts = [len(re.findall(r"^\s*(?:import|from)\s", c.source, flags=re.M)) for c in code_cells(notebook)]
    return [f"a cell with {count} lines of imports; at most 12" for count in counts if count > 12]


def a_sentence_before_code(notebook: NotebookNode) -> list[str]:
    complaints = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        before = notebook.cells[number - 1] if number else None
        text = prose(before) if before is not None and before.cell_type == "markdown" else ""
        if len(re.sub(r"^#.*$", "", text, flags=re.M).split()) < 4:
            complaints.append(f"cell {number}: no sentence says what this code is for")
    return complaints


# What may not be in a chapter

FORBIDDEN = {
    "installs packages": r"^\s*[!%]\s*(?:pip|conda)\b",
    "uses a bare interact": r"\binteract(?:ive)?\s*\(|@interact\b",
    "uses tqdm.notebook": r"tqdm\.(?:notebook|auto)|tqdm_notebook",
    "has an absolute path": r"""["'](?:/(?:home|Users|root|work|tmp|mnt|content|opt)\b|[A-Z]:\\)""",
    "has a shell command": r"^\s*!",
    "imports everything": r"^\s*from\s+\S+\s+import\s+\*",
}


def nothing_forbidden(notebook: NotebookNode) -> list[str]:
    return [
        f"cell {number} {what}"
        for number, cell in enumerate(notebook.cells)
        for what, pattern in FORBIDDEN.items()
        if cell.cell_type == "code" and re.search(pattern, cell.source, flags=re.M)
    ]


def stripped(notebook: NotebookNode) -> list[str]:
    complaints = ["metadata.widgets is there"] if "widgets" in notebook.metadata else []
    for number, cell in enumerate(notebook.cells):
        surplus = set(cell.metadata) - {"tags", "jupyter"}
        if surplus:
            complaints.append(f"cell {number} has metadata {sorted(surplus)}")
    for number, output in outputs(notebook):
        if output.output_type == "error":
            complaints.append(f"cell {number} shows an error")
        if output.get("name") == "stderr":
            complaints.append(f"cell {number} shows stderr")
        if any("widget-view" in kind for kind in output.get("data", {})):
            complaints.append(f"cell {number} holds a widget's view, which no reader can load")
        if re.search(r"/(?:home|Users|root|work)/\w", re.sub(r"base64,\S+", "", str(output))):
            complaints.append(f"cell {number} shows a path of one machine")
    return complaints


def no_name_twice(notebook: NotebookNode) -> list[str]:
    """Cells can then be run again in any order above the present one without changing what a name means."""
    complaints: list[str] = []
    known: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for name in sorted(defined(cell.source)):
            if known.setdefault(name, number) != number:
                complaints.append(f"cell {number} defines {name} again, first defined in cell {known[name]}")
    return complaints


def defined(source: str) -> set[str]:
    """Names that a cell binds at its top level; one letter and a leading underscore mark throw-away names."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else []
        names |= {n.id for target in targets for n in ast.walk(target) if is_binding(n)}
    return {name for name in names if len(name) > 1 and not name.startswith("_")}


def is_binding(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


# Reading order and access


def headings_in_order(notebook: NotebookNode) -> list[str]:
    found = headings(notebook)
    levels = [level for level, _ in found]
    complaints = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of level 1; wanted one"]
    if levels[:1] != [1]:
        complaints.append("the first heading is not the title")
    for (above, _), (below, title) in zip(found, found[1:], strict=False):
        if below > above + 1:
            complaints.append(f"heading {title!r} skips a level")
    return complaints


def skeleton(notebook: NotebookNode) -> list[str]:
    """The twelve sections of a paper's chapter, in their order, as headings of level 2."""
    titles = [title.lower() for level, title in headings(notebook) if level == 2]
    complaints, position = [], 0
    for name, pattern in SKELETON.items():
        place = next((i for i in range(position, len(titles)) if re.search(pattern, titles[i])), None)
        if place is None:
            complaints.append(f"no section {name!r} (or not in its place)")
        else:
            position = place + 1
    return complaints


class Images(HTMLParser):
    """Collects the alt texts of all images of some HTML; None where there is none."""

    def __init__(self, html: str):
        super().__init__()
        self.alts: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def every_image_has_alt_text(notebook: NotebookNode) -> list[str]:
    complaints = []
    for number, output in outputs(notebook):
        data = output.get("data", {})
        html = data.get("text/html", "")
        if "image/png" in data and "<img" not in html:
            complaints.append(f"cell {number} shows a bare image; show a Picture, which has alt text")
        complaints += [f"cell {number}: an image without alt text" for alt in Images(html).alts if not alt]
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            alts = Images(cell.source).alts + re.findall(r"!\[([^\]]*)\]\(", cell.source)
            complaints += [f"cell {number}: an image without alt text" for alt in alts if not alt]
    return complaints


def links_resolve(notebook: NotebookNode, folder: Path) -> list[str]:
    """Files that a chapter links to exist, and the link's words say what they are."""
    complaints = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        text = re.sub(r"```.*?```|`[^`]*`", "code", cell.source, flags=re.S)
        for words, target in re.findall(r"\[([^\]]*)\]\(([^)\s]+)[^)]*\)", text):
            if words.strip().lower() in {"here", "link", "this", "click here"}:
                complaints.append(f"cell {number}: a link named {words!r} says nothing")
            local = target.split("#")[0]
            if local and not re.match(r"[a-z]+:", local) and not (folder / local).exists():
                complaints.append(f"cell {number}: {target} does not exist")
    return complaints
