"""A run that waits for its workers can be stopped at any moment."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.classroom.intake.entries import Entry, Source
from autograder.classroom.workers import dispatch
from tests.classroom.stub_grading import GRADER, submit


def test_it_wakes_up_to_notice_a_ctrl_c_of_before_the_wait(monkeypatch, tmp_path):
    waits = []

    def interrupted(futures, timeout=None, return_when=None):
        assert timeout is not None
        waits.append(timeout)
        if len(waits) == 3:
            raise KeyboardInterrupt
        return SimpleNamespace(done=set())

    monkeypatch.setattr(dispatch, "wait", interrupted)
    submit(tmp_path / "ada", (1, 0))
    executor: Any = SimpleNamespace(submit=lambda *_: Future(), max_in_flight=1)
    entry = Entry("ada", (Source(tmp_path / "ada"),))
    with pytest.raises(KeyboardInterrupt):
        list(dispatch.grade_submissions(executor, [entry], GRADER, {}))
    assert max(waits) <= 2
