"""pytest autograder --submission DIR: the checks of one submission as pytest tests."""

import pytest

from .preflight import warn_of_missing_sandbox
from .test_submission import CheckItem, SubmissionFile, report_of, summary_lines


def pytest_addoption(parser):
    """Add the options: the folder to grade, and whether to require a sandbox."""
    parser.addoption(
        "--submission",
        metavar="DIR",
        help="Grade the submission in this folder or zip, one test a check.",
    )
    parser.addoption(
        "--require-sandbox", action="store_true", help="Run nothing without a sandbox."
    )


def pytest_collect_file(file_path, parent):
    """Collect one test for each check from test_submission.py, and nothing from other files."""
    if file_path.name != "test_submission.py":
        return None
    return SubmissionFile.from_parent(parent, path=file_path)


def pytest_collection_finish(session):
    """Stop where no folder is named."""
    if session.config.getoption("--submission") is None:
        raise pytest.UsageError(
            "Say which submission to grade: pytest autograder --submission DIR."
        )


def pytest_runtestloop(session):
    """Grade before the first test, so that its time is its own."""
    if session.items and not session.config.option.collectonly:
        if not session.config.getoption("--require-sandbox"):
            warn_of_missing_sandbox()
        report_of(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let a test have taken as long as its check did."""
    report = yield
    if call.when == "call" and isinstance(item, CheckItem):
        report.duration = item.seconds
    return report


def pytest_terminal_summary(terminalreporter, config):
    """Write the points and the notes in the last lines."""
    for line in summary_lines(config):
        terminalreporter.write_line(line)
