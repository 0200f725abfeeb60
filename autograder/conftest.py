"""pytest autograder --submission DIR: the checks of one submission as pytest tests."""

import pytest

from .test_submission import SubmissionFile, points


def pytest_addoption(parser):
    """The folder to grade."""
    parser.addoption(
        "--submission", metavar="DIR", help="Grade the submission in this folder, one test a check."
    )
    parser.addoption(
        "--require-sandbox", action="store_true", help="Run nothing without a sandbox."
    )


def pytest_collect_file(file_path, parent):
    """One test for each check, in the file that is named after them."""
    return (
        SubmissionFile.from_parent(parent, path=file_path)
        if file_path.name == "test_submission.py"
        else None
    )


def pytest_collection_finish(session):
    """Nothing is graded without a folder."""
    if session.config.getoption("--submission") is None:
        raise pytest.UsageError(
            "Say which submission to grade: pytest autograder --submission DIR."
        )


def pytest_terminal_summary(terminalreporter, config):
    """The points, and the notes, in the last lines."""
    for line in points(config):
        terminalreporter.write_line(line)
