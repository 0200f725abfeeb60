"""Pages for graders show what students wrote, and run none of it."""

import re

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import v4
from traitlets.config import Config

from autograder.assignment import NOTEBOOKS
from autograder.nbgrader_plugin import use_engine
from tests.paths import SOLUTIONS

CONFIG = Config()
use_engine(CONFIG)
OURS, PLAIN = (HTMLExporter(config=config, template_name="basic") for config in (CONFIG, Config()))


def page(*cells, exporter=OURS):
    html, _ = exporter.from_notebook_node(v4.new_notebook(cells=list(cells)))
    return html.split("</style>")[-1]


HOSTILE = (
    "<script>give(1)</script>",
    "<img src=x onerror=give(1)>",
    "<IMG SRC=x OnError='give(1)'>",
    "[points](javascript:give(1))",
    "<svg onload=give(1)>",
    "<iframe srcdoc='<script>give(1)</script>'></iframe>",
    "<details ontoggle=give(1) open>",
    "<form action=/formgrader><button>points</button></form>",
    "<input class=score id=vae-sampling-test value=1>",
    "<math><mtext><script>give(1)</script></mtext></math>",
    "```mermaid\n<script>give(1)</script>\n```",
    "| a |\n|---|\n| <b onclick=give(1)>b</b> |",
    "<!--><script>give(1)</script>-->",
)
ACTS = re.compile(
    r"<[^>]*(\bon\w+=|javascript:)|<(script|svg|iframe|form|input|math|button)\b", re.IGNORECASE
)


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_that_a_student_writes_is_run(source):
    cell = v4.new_markdown_cell(source)
    assert ACTS.search(page(cell, exporter=PLAIN))
    assert not ACTS.search(page(cell))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_was_handed_out_looks_as_before(name):
    def tags(html):
        return re.findall(r"</?\w+", html)

    cells = [
        cell for cell in nbformat.read(SOLUTIONS / name, 4).cells if cell.cell_type == "markdown"
    ]
    assert tags(page(*cells)) == tags(page(*cells, exporter=PLAIN))


def test_attached_pictures_are_shown():
    cell = v4.new_markdown_cell(
        "![plot](attachment:a.png)", attachments={"a.png": {"image/png": "iVBORw0KGgo="}}
    )
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in page(cell)
