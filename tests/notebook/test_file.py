"""A notebook's file is read however old, foreign or damaged it is, and what had to be done is said."""

import codecs
import json
import time
import tracemalloc

import nbformat
import nbformat.v4 as v4
import pytest

from autograder.errors import SubmissionError
from autograder.notebook import file, recovery
from autograder.notebook.file import load_notebook

CODE = {
    "cell_type": "code",
    "metadata": {},
    "execution_count": None,
    "outputs": [],
    "source": "x = 1\ny = 'σ'",
}
SOURCE = CODE["source"]


def made(*cells, **more):
    return {
        "cells": list(cells) or [CODE],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
        **more,
    }


def dump(*cells, **more):
    return json.dumps(made(*cells, **more), ensure_ascii=False, indent=1)


def load(tmp_path, content):
    path = tmp_path / "02_vae.ipynb"
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    )
    notebook, phrases = load_notebook(path)
    nbformat.validate(notebook)
    return notebook, phrases


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
    "ASCII only": json.dumps(made()),
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


TWO = dump(CODE, {**CODE, "source": "z = 'é'"}, {**CODE, "source": "third = 3"})

# Damaged files → the sources that are read, and what is said.
DAMAGED = {
    "cut off": (
        TWO[: TWO.index("third")],
        [SOURCE, "z = 'é'"],
        "is cut off or damaged in line 22; the cells that are",
    ),
    "cut off, not indented": (
        json.dumps(made(CODE, CODE))[:-60],
        [SOURCE],
        "is cut off or damaged in line 1",
    ),
    "a byte that is no text": (
        TWO.encode().replace(b"third", b"thi\xffrd"),
        [SOURCE, "z = 'é'", "thi\ufffdrd = 3"],
        "holds bytes that are no text",
    ),
    "Latin-1": (
        dump({**CODE, "source": "z = 'é'"}).encode("latin-1"),
        ["z = 'é'"],
        "was read as Latin-1",
    ),
    "Latin-1 that is cut off": (
        dump({**CODE, "source": "z = 1"}, {**CODE, "source": "é"}).encode("latin-1")[:-30],
        ["z = 1", "\ufffd"],
        "is cut off or damaged",
    ),
    "marks of a merge": (
        TWO.replace('"source": "z', '<<<<<<< HEAD\n"source": "z'),
        [SOURCE, "third = 3"],
        "is cut off or damaged in line 15",
    ),
    "a bracket too few": (
        TWO.replace('"metadata": {}', '"metadata": {', 1),
        ["z = 'é'", "third = 3"],
        "or damaged",
    ),
    "a bracket too many": (TWO + "}", [SOURCE, "z = 'é'", "third = 3"], "goes on behind its end"),
    "cells under another name": (
        TWO.replace('"cells"', '"cell5"'),
        [SOURCE, "z = 'é'", "third = 3"],
        "not built like",
    ),
    "cells under another name, at the end": (
        json.dumps({"metadata": {}, "cell5": [CODE, CODE]}),
        [SOURCE] * 2,
        "is not built like a notebook",
    ),
    "a zero in front": (
        "\0" + TWO[1:],
        [SOURCE, "z = 'é'", "third = 3"],
        "is not built like a notebook",
    ),
    "a cell nested too deep": (
        TWO.replace('"metadata": {}', '"metadata": {"x": ' + "[" * 10**5 + "]" * 10**5 + "}", 1),
        ["z = 'é'", "third = 3"],
        "is nested too deep; the cells beside that were read",
    ),
    "a source that is a number": (
        dump({**CODE, "source": 3}, CODE),
        [SOURCE],
        "cell 1 has no text",
    ),
    "cells that are none": (dump(None, "x", CODE, []), [SOURCE], "cell 1, 2, 4 is no cell"),
    "an endless cell": (
        dump(CODE, {**CODE, "source": "x" * 10**6}, CODE),
        [SOURCE] * 2,
        "cell 2 is beyond the first 1,000,000 characters of code",
    ),
    "too many cells": (
        dump(*[CODE] * 2001),
        [SOURCE] * 2000,
        "has 2,001 cells; those behind the first 2,000 were",
    ),
}


@pytest.mark.parametrize("content, sources, said", DAMAGED.values(), ids=DAMAGED)
def test_of_a_damaged_notebook_the_whole_cells_are_read(tmp_path, content, sources, said):
    notebook, phrases = load(tmp_path, content)
    assert [cell.source for cell in notebook.cells] == sources
    assert said in phrases[-1]


UNREADABLE = {
    "is empty": ["", "\ufeff \r\n", b"\0" * 4096],
    "has no cells": [json.dumps(made() | {"cells": []})],
    "has no cell that can be read": [dump({**CODE, "source": 3})],
    "cannot be read as a notebook": [
        "{",
        "[]",
        '{"cells": 3, "nbformat": 4}',
        "[" * 10**5,
        '{"id":' * 10**5,
        "NaN",
        b"\xff\xfe\x00",
        b"PK\3\4",
        '"cells"',
        "9" * 10**4,
    ],
    "cannot be read as a notebook (it is a web page)": ["<!doctype html><html>"],
}


@pytest.mark.parametrize(
    "said, content", [(said, each) for said, contents in UNREADABLE.items() for each in contents]
)
def test_what_is_no_notebook_is_said_in_one_phrase(tmp_path, said, content):
    with pytest.raises(SubmissionError) as error:
        load(tmp_path, content)
    assert str(error.value) == said


def test_a_source_can_be_written_as_utf_8(tmp_path):
    notebook, _ = load(tmp_path, json.dumps(made({**CODE, "source": "x = '\ud800'"})))
    assert notebook.cells[0].source == "x = '?'"


def test_outputs_stay_as_long_as_there_is_room(tmp_path, monkeypatch):
    monkeypatch.setattr(file, "MAX_SHOWN", 100)
    shown = [v4.new_output("stream", text="a" * 50)]
    notebook, phrases = load(tmp_path, dump(*[{**CODE, "outputs": shown}] * 3))
    assert [len(cell.outputs) for cell in notebook.cells] == [1, 0, 0]
    assert phrases == []


def test_sixty_megabytes_of_output_cost_neither_points_nor_much_memory(tmp_path):
    image, stream = {"image/png": "A" * 30_000_000}, "x" * 30_000_000
    shown = [v4.new_output("display_data", image), v4.new_output("stream", text=stream)]
    content = dump({**CODE, "outputs": shown}, CODE)
    tracemalloc.start()
    started = time.monotonic()
    notebook, phrases = load(tmp_path, content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [cell.source for cell in notebook.cells] == [SOURCE] * 2 and phrases == []
    assert peak < 600 * 2**20 and time.monotonic() - started < 20


def test_files_beyond_the_limits_are_refused_before_they_are_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(recovery, "MAX_VALUES", 100)
    with pytest.raises(SubmissionError, match="holds more than 100 values"):
        load(tmp_path, "[" * 101)
    monkeypatch.setattr(file, "MAX_NOTEBOOK_BYTES", 2**20)
    with pytest.raises(SubmissionError, match="is larger than 1 MB"):
        load(tmp_path, "x" * (2**20 + 1))


def test_the_work_on_a_damaged_file_is_linear_in_its_length(tmp_path):
    text = '{"id": [1], "source": "' + "y" * 10_000
    for times in (1, 100):
        with pytest.raises(SubmissionError):
            started = time.monotonic()
            load(tmp_path, (text + '", "metadata": ') * times)
        assert time.monotonic() - started < 5
