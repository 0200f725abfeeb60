"""Tests of the printable document: it shows everything, and needs no network and no other file."""

import re
import shutil

import pytest
from nbformat.v4 import new_output

from autograder.assignment import NOTEBOOKS
from tests.course.small_cells import code, words
from tests.paths import SOLUTIONS


@pytest.fixture
def page(load_module, write):
    """A function that returns the document, as a web page, of one notebook with these cells."""

    def build(*cells):
        printout = load_module("printout")
        write("02_vae.ipynb", *cells)
        return printout.printable_page(".", "Group 7", ["Ada <L>"])

    return build


def test_page_has_title_names_times_and_says_which_notebooks_are_missing(page):
    text = page(words("# Heading"))
    assert "<h1>Group 7</h1>" in text and "Ada &lt;L&gt;" in text
    assert "<h1>Heading</h1>" in text.replace(' id="Heading"', "")
    assert text.count("is missing: put the seven") == len(NOTEBOOKS) - 1


SHOWN = {
    "formula": (words(r"so $\sigma^2$"), "<msup><mi>&#x003C3;</mi><mn>2</mn></msup>"),
    "display": (words("$$\n\\frac12\n$$"), 'display="block"'),
    "unknown formula": (words(r"$\left($"), r"<code>\left(</code>"),
    "flowchart": (words('```mermaid\nflowchart LR\n  A["one"] --> B\n```'), ">one</text>"),
    "unknown chart": (words("```mermaid\npie\n```"), "<pre class='text'>pie"),
    "folded part": (words("<details>\n\nhidden\n\n</details>"), "<details open>"),
    "answer": (words("mine", "a-question"), "<div class='answer'><p>mine</p>"),
    "code": (code("a < b"), "&lt;"),
    "error": (code("x", error=("NameError", "no <x>")), "NameError: no &lt;x&gt;"),
}


@pytest.mark.parametrize(("cell", "shown"), SHOWN.values(), ids=SHOWN)
def test_each_kind_of_cell_is_shown_without_a_script(page, cell, shown):
    text = page(cell)
    assert shown in text and "<script" not in text


OUTPUTS = {
    "plot": (("display_data", {"image/png": "AAAA"}), "src='data:image/png;base64,AAAA'"),
    "table": (("execute_result", {"text/html": "<table>1</table>"}), "<table>1</table>"),
    "script": (("display_data", {"text/html": "<table><script>", "text/plain": "T"}), ">T<"),
    "value": (("execute_result", {"text/plain": "<7>"}), "&lt;7&gt;"),
}


@pytest.mark.parametrize(("output", "shown"), OUTPUTS.values(), ids=OUTPUTS)
def test_each_kind_of_output_is_shown(page, output, shown):
    cell = code("f()")
    cell.outputs = [new_output(output[0], data=output[1])]
    assert shown in page(cell)


def test_printed_text_is_shown_as_a_terminal_shows_it_and_not_endlessly(page):
    cell = code("f()")
    printed = "10%\r100%\n\x1b[31mred\x1b[0m\n" + "line\n" * 900
    cell.outputs = [new_output("stream", name="stdout", text=printed)]
    text = page(cell)
    assert "10%\r" not in text and "100%\nred\nline" in text
    assert "502 lines are left out here" in text


def test_page_asks_for_nothing_from_elsewhere(load_module):
    text = load_module("printout").printable_page(SOLUTIONS, "The key", [])
    assert not re.search(r"""<[^>]+ src=["'](?!data:)""", text)
    assert "@import" not in text and "<script" not in text
    assert text.count('class="flowchart"') == sum(
        path.read_text().count("```mermaid") for path in SOLUTIONS.glob("*.ipynb")
    )
    prose = re.sub(r"<(pre|code|math|svg)\b.*?</\1>", "", text, flags=re.S)
    assert "$" not in prose.split("<body>")[1] and "\\frac" not in prose


def test_flowchart_has_every_box_and_arrow_and_boxes_do_not_overlap(load_module):
    svg = load_module("flowchart").draw_flowchart(
        'flowchart LR\n accTitle: How\n x["x<br/>(3)"] --> a & b --> c\n d --> c\n x --> c'
    )
    assert "<title>How</title>" in svg
    assert set(re.findall(r">([^<>]+)</text>", svg)) == {"x", "(3)", "a", "b", "c", "d"}
    assert svg.count('marker-end="url(#tip)"') == 6
    boxes = [
        tuple(map(int, box))
        for box in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', svg)
    ]
    assert len(boxes) == 5
    for i, (x, y, width, height) in enumerate(boxes):
        for u, v, wide, high in boxes[:i]:
            assert x >= u + wide or u >= x + width or y >= v + high or v >= y + height


OTHER_CHARTS = ["", "pie", "flowchart TD\nA --> B", "flowchart LR\nA -- x", "flowchart LR\nA --> A"]


@pytest.mark.parametrize("text", OTHER_CHARTS)
def test_charts_that_it_does_not_know_are_left_to_the_reader(load_module, text):
    assert load_module("flowchart").draw_flowchart(text) is None


def test_arrows_of_a_flowchart_may_be_labelled_and_dashed(load_module):
    svg = load_module("flowchart").draw_flowchart(
        'flowchart LR\n a["A"] -->|"by hand"| b -.-> c\n a -->|far| c\n alone["D"]'
    )
    assert {"A", "b", "c", "D", "by hand", "far"} == set(re.findall(r">([^<>]+)</text>", svg))
    assert svg.count("stroke-dasharray") == 1 and svg.count('marker-end="url(#tip)"') == 3


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium here")
def test_a_browser_prints_the_page_as_pdf(load_module, page):
    content, ending = load_module("printout").printable_document(".", "Group 7", [])
    assert ending == ".pdf" and content.startswith(b"%PDF")


def test_without_a_browser_the_document_is_a_web_page(load_module, monkeypatch):
    printout = load_module("printout")
    monkeypatch.setattr(printout, "BROWSERS", ("no-such-browser",))
    content, ending = printout.printable_document(".", "Group 7", [])
    assert ending == ".html" and content.startswith(b"<!DOCTYPE html>")


def test_page_forbids_scripts_and_whatever_lies_elsewhere(page):
    text = page(words(r"$\href{javascript:alert(1)}{x}$"))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy and "default-src 'none'" in policy[1] and "script-src" not in policy[1]
    assert text.index("Content-Security-Policy") < text.index("<body>")
