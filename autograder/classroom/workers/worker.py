"""What runs in a worker process, on this machine or another: one Bundle → its result as JSON text."""

import contextlib
import ctypes
import importlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import SetupError, SubmissionError
from ...text import printable
from ..intake.bundle import Bundle
from ..intake.unpacking import lay_out

# called with a folder and options; gives a Report, or raises SubmissionError
GRADER = "autograder.grading:grade"
MAX_SENTENCE = 300  # characters of what an exception says
HEAPS = 2  # of a worker process; glibc would make, and keep, one for each of the many short threads
M_ARENA_MAX = -8  # their number's name in glibc's <malloc.h>


def grade_bundle(
    bundle: Bundle, grader: str = GRADER, options: dict[str, Any] | None = None
) -> str:
    """Grade one submission.

    Whatever it does to the grader is part of the JSON object that comes back.

    status: "graded" (then: report, notebooks as {name: JSON text}), "refused" (there is nothing to
    grade), "failed" (the grader could not grade it) or "stopped" (it can grade nobody here);
    problem: a sentence, where it is not graded. grader: "module:function".
    """
    limit_heaps()
    with tempfile.TemporaryDirectory(prefix="class-", ignore_cleanup_errors=True) as place:
        folder, notes = Path(place, "submission"), []
        try:
            notes += lay_out(bundle, folder)
            report = _function(grader)(folder, **(options or {}))
            answer = {
                "status": "graded",
                "report": _report(report, bundle.student, notes),
                "notebooks": {
                    name: json.dumps(notebook) for name, notebook in report.notebooks.items()
                },
            }
        except SubmissionError as error:
            sentence = str(error).replace(str(folder), "The submission")
            answer = {"status": "refused", "problem": " ".join(map(printable, [sentence, *notes]))}
        except SetupError as error:
            answer = {"status": "stopped", "problem": printable(str(error))}
        except Exception as error:  # noqa: BLE001 - one submission never ends the batch
            answer = {"status": "failed", "problem": describe(error)}
    return json.dumps(answer)


def limit_heaps() -> None:
    """Keep the process's memory from growing with the number of submissions; where there is no
    glibc, do nothing.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)


def describe(error: BaseException) -> str:
    """What happened, as a short phrase."""
    text = printable(" ".join(str(error).split()))
    text = text if len(text) <= MAX_SENTENCE else text[: MAX_SENTENCE - 1] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _function(grader: str) -> Callable:
    module, name = grader.split(":")
    return getattr(importlib.import_module(module), name)


def _report(report, student, notes):
    """The report's JSON, with the student's name and what was said of the files before the grader
    saw them.
    """
    tree = report.to_json()
    return {**tree, "submission": student, "notes": [*map(printable, notes), *tree["notes"]]}
