"""The book as a site, built offline from the committed chapters: nothing runs, nothing is fetched.

Formulas become MathML, which browsers draw themselves, so that no script from elsewhere is needed.
"""

from pathlib import Path

from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

project = "vidlab"
author = "The vidlab authors"
copyright = author  # noqa: A001
html_title = "vidlab"
root_doc = "docs/index"
extensions = ["myst_nb"]
include_patterns = ["docs/*.md", "notebooks/*.ipynb", "data/README.md", "data/cards/*.md", "CONTRIBUTING.md"]
exclude_patterns = [
    ".*",
    "build",
    "work",
    "data/generated",
    "data/real",
    "data/runs",
    "vidlab",
    "tests",
    "**.part",
]

nb_execution_mode = "off"
nb_ipywidgets_js: dict = {}
nb_render_image_options = {"alt": "figure"}
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 4
myst_update_mathjax = False

html_theme = "alabaster"
html_theme_options = {
    "description": "Five papers of action recognition in video, rebuilt step by step",
    "page_width": "1180px",
    "sidebar_width": "250px",
    "fixed_sidebar": True,
    "show_powered_by": False,
    "font_family": "Charter, Georgia, serif",
}
html_static_path = ["static"]
html_css_files = ["vidlab.css"]
html_copy_source = False
html_show_copyright = False


def inline_formula(writer, node) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=False))


def block_formula(writer, node) -> None:
    source = node.astext()
    if "\\\\" in source and "\\begin" not in source:
        source = f"\\begin{{aligned}}{source}\\end{{aligned}}"
    writer.body.append(f'<div class="formula">{tex2mathml(source, as_block=True)}</div>')


def nothing(writer, node) -> None:
    """A formula is written whole when it is entered."""


def skip(visit):
    """Sphinx calls `visit` for the node and then its children; a formula's child is its TeX source."""

    def visit_and_skip(writer, node):
        from docutils.nodes import SkipNode

        visit(writer, node)
        raise SkipNode

    return visit_and_skip


def write_front_door(app: Sphinx, error: Exception | None) -> None:
    """`index.html` at the top leads to the home page, so that there is one obvious file to open."""
    if error is None and app.builder.name == "html":
        page = '<!DOCTYPE html><meta charset="utf-8"><title>vidlab</title>'
        page += '<meta http-equiv="refresh" content="0; url=docs/index.html">'
        page += '<p><a href="docs/index.html">Open the workbook</a></p>\n'
        Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict:
    formulas = (skip(inline_formula), nothing), (skip(block_formula), nothing)
    app.add_html_math_renderer("mathml", inline_renderers=formulas[0], block_renderers=formulas[1])
    app.connect("build-finished", write_front_door)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


html_math_renderer = "mathml"
