"""A cell that is not Python says more than Python does, where the reason can be known."""

import sys

import pytest

from autograder.grading.syntax_errors import explain_syntax_error

OURS = f"{sys.version_info[0]}.{sys.version_info[1]}"
SAID = "raised SyntaxError: invalid syntax (line 2 of the cell)"
MERGED = "x = 1\n<<<<<<< HEAD\ny = 1\n=======\ny = 2\n>>>>>>> theirs"


def test_conflict_marks_of_git_are_named():
    expected = (
        "has conflict marks of git, first in line 2: keep one of the two versions, and delete the "
        "marks"
    )
    assert explain_syntax_error(MERGED, SAID, None) == expected
    assert explain_syntax_error(MERGED, SAID, "3.99.0") == expected


def test_syntax_that_may_be_newer_names_both_versions():
    said = explain_syntax_error("x = 1\ny => 2", SAID, "3.99.1")
    assert said == (
        f"{SAID}; the notebook was written with Python 3.99, and the grader has Python {OURS}, "
        "which does not know newer syntax"
    )


@pytest.mark.parametrize("python", [None, "", OURS, "3.1.4", "2.7.18", "three", "3"])
def test_of_another_version_nothing_is_said_where_it_is_no_reason(python):
    assert explain_syntax_error("x = 1\ny => 2", SAID, python) == SAID


def test_other_errors_keep_their_words():
    said = "raised TypeError: that is <<<<<<< (line 1 of the cell)"
    assert explain_syntax_error("text = '''\n<<<<<<< HEAD'''\nf()", said, "3.99.0") == said
