"""The progress of a class: from its start, it says what goes on."""

import io

import pytest
from rich.console import Console

from autograder.classroom.run_printer import PREPARING, RunPrinter


@pytest.mark.parametrize("is_terminal", [True, False])
def test_before_the_first_result_it_says_what_is_being_prepared(is_terminal):
    output = io.StringIO()
    console = Console(file=output, force_terminal=is_terminal, width=200)
    with RunPrinter(console).show_progress(3) as advance:
        assert PREPARING in output.getvalue()
        output.truncate(0)
        advance()
    assert ("Grading" in output.getvalue()) == is_terminal
    assert PREPARING not in output.getvalue()


def test_where_nothing_is_to_be_graded_nothing_is_prepared():
    output = io.StringIO()
    with RunPrinter(Console(file=output)).show_progress(0):
        assert not output.getvalue()
