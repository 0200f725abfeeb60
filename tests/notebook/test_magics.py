"""Magics of whole cells: which cells hold Python, and which lose their names."""

import pytest

from autograder.notebook.cells import read_code
from autograder.notebook.magics import dropped_lines, is_foreign, without_repetition

DEFINITION = "def f():\n    return 1"


@pytest.mark.parametrize("magic", ["%%bash", "%%writefile utils.py", "%%html", "%%!", "\n%%sh -x"])
def test_a_cell_for_another_program_defines_nothing(magic):
    source = f"{magic}\n{DEFINITION}"
    assert is_foreign(source)
    assert (read_code(source).valid, read_code(source).names) == (True, frozenset())


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 1", "%%capture", "%matplotlib inline"])
def test_a_cell_of_python_defines_what_it_says(magic):
    source = f"{magic}\n{DEFINITION}"
    assert not is_foreign(source)
    assert read_code(source).defined == {"f"}


def test_only_magics_that_repeat_are_taken_out_and_lines_keep_their_numbers():
    assert without_repetition(f"%%timeit -n 1\n{DEFINITION}") == f"# %%timeit -n 1\n{DEFINITION}"
    for source in (f"%%time\n{DEFINITION}", DEFINITION, f"# %%timeit\n{DEFINITION}"):
        assert without_repetition(source) == source


def test_ipython_does_not_count_empty_lines_at_the_top_nor_the_magic_of_a_cell():
    counts = {"x": 0, "\n\nx": 2, "%%time\nx": 1, "\n%%time\nx": 2, "%time x": 0, "": 0}
    assert {source: dropped_lines(source) for source in counts} == counts
