"""Of damaged notebook files the intact cells are read, and the damage is named."""

import json
import time

import pytest

from autograder.errors import SubmissionError
from tests.notebook.raw_notebooks import CODE, SOURCE, dump, load, notebook_json


def merged(first, second):
    """Two versions as git writes them into a file that it cannot merge."""
    base = '||||||| base\n"n": 0,\n'
    return f"\n<<<<<<< HEAD\n{first}\n{base}=======\n{second}\n>>>>>>> theirs\n"


TWO = dump(CODE, {**CODE, "source": "z = 'é'"}, {**CODE, "source": "third = 3"})

# Damaged files → the sources that are read, and what is said.
DAMAGED = {
    "cut off": (
        TWO[: TWO.index("third")],
        [SOURCE, "z = 'é'"],
        "is cut off or damaged in line 22; only its intact cells were read",
    ),
    "cut off, not indented": (
        json.dumps(notebook_json(CODE, CODE))[:-60],
        [SOURCE],
        "is cut off or damaged in line 1",
    ),
    "a byte that is no text": (
        TWO.encode().replace(b"third", b"thi\xffrd"),
        [SOURCE, "z = 'é'", "thi\ufffdrd = 3"],
        "contains bytes that are not text; each was replaced by \ufffd",
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
    "a mark of a merge": (
        TWO.replace('"source": "z', '<<<<<<< HEAD\n"source": "z'),
        [SOURCE, "third = 3"],
        "is cut off or damaged in line 15",
    ),
    "a merge of two outputs": (
        TWO.replace('"source": "z', merged('"n": 1,', '"n": 2,') + '"source": "z'),
        [SOURCE, "z = 'é'", "third = 3"],
        "has conflict marks of git, first in line 16: the first version was read",
    ),
    "a merge of two answers": (
        TWO.replace('"source": "z = \'é\'"', merged('"source": "z = 1"', '"source": "z = 2"')),
        [SOURCE, "z = 1", "third = 3"],
        "has conflict marks of git, first in line 16: the first version was read",
    ),
    "a merge whose second version fits": (
        TWO.replace('"source": "z', merged('"n": {', '"n": 2,') + '"source": "z'),
        [SOURCE, "z = 'é'", "third = 3"],
        "has conflict marks of git, first in line 16: the second version was read",
    ),
    "a merge of which nothing fits": (
        TWO.replace('"source": "z', merged('"n": {', '"n": [') + '"source": "z'),
        [SOURCE, "third = 3"],
        "has conflict marks of git, first in line 16, and two versions that do not fit; only its",
    ),
    "a bracket too few": (
        TWO.replace('"metadata": {}', '"metadata": {', 1),
        ["z = 'é'", "third = 3"],
        "is cut off or damaged in line 5",
    ),
    "a bracket too many": (
        TWO + "}",
        [SOURCE, "z = 'é'", "third = 3"],
        "has extra bytes after its end; they were ignored",
    ),
    "cells under another name": (
        TWO.replace('"cells"', '"cell5"'),
        [SOURCE, "z = 'é'", "third = 3"],
        "does not have the structure of a notebook",
    ),
    "cells under another name, at the end": (
        json.dumps({"metadata": {}, "cell5": [CODE, CODE]}),
        [SOURCE] * 2,
        "does not have the structure of a notebook",
    ),
    "a zero in front": (
        "\0" + TWO[1:],
        [SOURCE, "z = 'é'", "third = 3"],
        "does not have the structure of a notebook",
    ),
    "a cell nested too deep": (
        TWO.replace('"metadata": {}', '"metadata": {"x": ' + "[" * 10**5 + "]" * 10**5 + "}", 1),
        ["z = 'é'", "third = 3"],
        "is nested too deeply; its other cells were read",
    ),
    "a source that is a number": (
        dump({**CODE, "source": 3}, CODE),
        [SOURCE],
        "has an unusable cell, which was left out: cell 1 (its source is not text)",
    ),
    "cells that are none": (
        dump(None, "x", CODE, []),
        [SOURCE],
        "has unusable cells, which were left out: cells 1, 2, 4 (not a notebook cell)",
    ),
    "an endless cell": (
        dump(CODE, {**CODE, "source": "x" * 10**6}, CODE),
        [SOURCE] * 2,
        "cell 2 (beyond the first 1,000,000 characters of code)",
    ),
    "too many cells": (
        dump(*[CODE] * 2001),
        [SOURCE] * 2000,
        "has 2,001 cells; those after the first 2,000 were left out",
    ),
}


@pytest.mark.parametrize("content, sources, said", DAMAGED.values(), ids=DAMAGED)
def test_of_a_damaged_notebook_the_whole_cells_are_read(tmp_path, content, sources, said):
    notebook, phrases = load(tmp_path, content)
    assert [cell.source for cell in notebook.cells] == sources
    assert said in phrases[-1]


UNREADABLE = {
    "is empty": ["", "\ufeff \r\n", b"\0" * 4096],
    "has no cells": [json.dumps(notebook_json() | {"cells": []})],
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
def test_a_file_that_is_no_notebook_is_refused_with_the_reason(tmp_path, said, content):
    with pytest.raises(SubmissionError) as error:
        load(tmp_path, content)
    assert str(error.value) == said


def test_the_work_on_a_damaged_file_is_linear_in_its_length(tmp_path):
    text = '{"id": [1], "source": "' + "y" * 10_000
    for times in (1, 100):
        with pytest.raises(SubmissionError):
            started = time.monotonic()
            load(tmp_path, (text + '", "metadata": ') * times)
        assert time.monotonic() - started < 5
