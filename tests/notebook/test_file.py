"""Notebook files are read however old or foreign they are, within the limits."""

import codecs
import json
import time
import tracemalloc

import nbformat.v4 as v4
import pytest

from autograder.errors import SubmissionError
from autograder.notebook import file, recovery
from autograder.notebook.outputs import CUT, CUT_FILE
from tests.notebook.raw_notebooks import CODE, SOURCE, dump, load, notebook_json


def widgets(depth):
    """The state of `depth` nested widgets."""
    return {
        "widgets": {
            "application/vnd.jupyter.widget-state+json": {
                "state": json.loads("[" * depth + "]" * depth)
            }
        }
    }


OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {},
    "worksheets": [
        {
            "cells": [
                {
                    "cell_type": "code",
                    "input": ["x = 1\n", "y = 'σ'"],
                    "language": "python",
                    "metadata": {},
                    "prompt_number": 1,
                    "outputs": [{"output_type": "pyout", "prompt_number": 1, "text": ["1"]}],
                },
                {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Title"]},
            ]
        }
    ],
}
COLAB = {
    "accelerator": "GPU",
    "colab": {"provenance": [], "toc_visible": True},
    "kernelspec": {"name": "python3"},
}

# Files that say the same.
HARMLESS = {
    "plain": dump(),
    "a byte order mark": "\ufeff" + dump(),
    "UTF-16": dump().encode("utf-16"),
    "UTF-16, big end first": codecs.BOM_UTF16_BE + dump().encode("utf-16-be"),
    "Windows line ends": dump().replace("\n", "\r\n"),
    "line ends of an old Mac": dump().replace("\n", "\r"),
    "Windows line ends in the source": dump({**CODE, "source": SOURCE.replace("\n", "\r\n")}),
    "ASCII only": json.dumps(notebook_json()),
    "a source of lines": dump({**CODE, "source": SOURCE.splitlines(True)}),
    "a source in a raw text": dump().replace("\\n", "\n"),
    "no metadata, no outputs, no count": dump({"cell_type": "code", "source": SOURCE}),
    "no metadata of the notebook": json.dumps({"cells": [CODE]}),
    "no cell type": dump({key: value for key, value in CODE.items() if key != "cell_type"}),
    "marks that are a list": dump({**CODE, "metadata": {"nbgrader": []}}),
    "marks that are no marks": dump(
        {**CODE, "metadata": {"nbgrader": {"grade_id": ["x"], "grade": {}}}}
    ),
    "metadata that are a text": dump({**CODE, "metadata": "x"}),
    "format 3": json.dumps(OLD),
    "format 4.5 with one id twice": dump(
        {**CODE, "id": "a"}, {**CODE, "id": "a"}, nbformat_minor=5
    ),
    "ids that are none": dump({**CODE, "id": 3}, {**CODE, "id": "a b"}, nbformat_minor=5),
    "a format that is none": dump(nbformat="four", nbformat_minor=None),
    "a number of 10,000 digits": dump(nbformat_minor=0).replace(
        '_minor": 0', '_minor": ' + "9" * 10_000
    ),
    "not a number": dump(
        {**CODE, "metadata": {"x": float("nan"), "nbgrader": {"points": float("inf")}}}
    ),
    "widgets": dump(metadata=widgets(500)),
    "Colab": dump(
        {**CODE, "metadata": {"id": "aB3", "outputId": "7f", "colab": {"height": 35}}},
        metadata=COLAB,
    ),
    "VS Code": dump({**CODE, "metadata": {"vscode": {"languageId": "python"}}}, nbformat_minor=2),
    "outputs that are none": dump({**CODE, "outputs": [3, {}, {"output_type": "stream"}, None]}),
    "attachments that are none": dump(
        CODE, {"cell_type": "markdown", "source": "x", "attachments": {"a": 3}}
    ),
    **{f"format 4.{minor}": dump(nbformat_minor=minor) for minor in range(6)},
}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_a_foreign_or_old_notebook_is_read_without_a_word(tmp_path, content):
    notebook, phrases = load(tmp_path, content)
    assert (notebook.cells[0].cell_type, notebook.cells[0].source) == ("code", SOURCE)
    assert phrases == []


def test_a_source_can_be_written_as_utf_8(tmp_path):
    notebook, _ = load(tmp_path, json.dumps(notebook_json({**CODE, "source": "x = '\ud800'"})))
    assert notebook.cells[0].source == "x = '?'"


def test_outputs_stay_as_long_as_there_is_room_and_then_are_cut_with_a_note(tmp_path, monkeypatch):
    monkeypatch.setattr(file, "MAX_SHOWN", 300)
    shown = [v4.new_output("stream", name=name, text="a" * 50) for name in ("stdout", "stderr")]
    silent = {**CODE, "outputs": []}
    notebook, phrases = load(tmp_path, dump(*[{**CODE, "outputs": shown}] * 3, silent))
    texts = [[output.text for output in cell.outputs] for cell in notebook.cells]
    assert texts == [["a" * 50] * 2, ["a" * 50, CUT_FILE], [CUT_FILE], []]
    assert phrases == ["has more output than is kept; something was cut in cells 2, 3"]


def test_pictures_in_texts_that_are_too_large_are_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(file, "MAX_SHOWN", 100)
    text = {"cell_type": "markdown", "metadata": {}, "source": "![](attachment:a.png)"}
    cells = [{**text, "attachments": {"a.png": {"image/png": "A" * size}}} for size in (50, 500)]
    notebook, phrases = load(tmp_path, dump(*cells))
    assert ["attachments" in cell for cell in notebook.cells] == [True, False]
    assert phrases == ["has more output than is kept; something was cut in cell 2"]


def test_sixty_megabytes_of_output_cost_neither_points_nor_much_memory(tmp_path):
    image, stream = {"image/png": "A" * 30_000_000}, "x" * 30_000_000
    shown = [v4.new_output("display_data", image), v4.new_output("stream", text=stream)]
    content = dump({**CODE, "outputs": shown}, CODE)
    tracemalloc.start()
    started = time.monotonic()
    notebook, phrases = load(tmp_path, content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [cell.source for cell in notebook.cells] == [SOURCE] * 2
    assert phrases == ["has more output than is kept; something was cut in cell 1"]
    assert notebook.cells[0].outputs[-1].text == CUT
    assert peak < 600 * 2**20 and time.monotonic() - started < 20


def test_files_beyond_the_limits_are_refused_before_they_are_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(recovery, "MAX_VALUES", 100)
    with pytest.raises(SubmissionError, match="contains more than 100 values"):
        load(tmp_path, "[" * 101)
    monkeypatch.setattr(file, "MAX_NOTEBOOK_BYTES", 2**20)
    with pytest.raises(SubmissionError, match="is larger than 1 MB"):
        load(tmp_path, "x" * (2**20 + 1))
