"""Grading in a worker process, on this machine or another: one Bundle → its result as JSON text."""

import contextlib
import ctypes
import importlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import BlamelessError, SetupError, SubmissionError
from ...preflight import prepare_sandbox
from ...text import printable
from ..intake.bundle import Bundle
from ..intake.unpacking import unpack_bundle

# Called with a folder and options; returns a Report, or raises SubmissionError or SetupError.
GRADER = "autograder.grading:grade"
MAX_PHRASE = 300  # characters of an exception's text
M_ARENA_MAX = -8  # mallopt(3): number of malloc arenas
MAX_ARENAS = 2  # glibc would make one for each of the many short-lived threads, and keep it


def grade_bundle(
    bundle: Bundle, grader: str = GRADER, options: dict[str, Any] | None = None
) -> str:
    """Grade one submission; an exception of the grader is returned as a result, too.

    Args:
        bundle: the submission.
        grader: "module:function" (see GRADER).
        options: keyword arguments of the grader.

    Returns:
        A JSON object.
        status: "graded" (then with report, and notebooks as {name: JSON text}), "refused" (there is
            nothing to grade), "failed" (the grader could not grade it) or "stopped" (it can grade
            nobody on this machine).
        problem: a sentence, where it is not graded.
        blameless: true where it failed through no fault of its own; another try may succeed.
    """
    limit_malloc_arenas()
    if grader == GRADER:
        prepare_sandbox()
    with tempfile.TemporaryDirectory(prefix="class-", ignore_cleanup_errors=True) as temporary:
        result = _grade(bundle, Path(temporary, "submission"), grader, options or {})
    return json.dumps(result)


def _grade(bundle, folder, grader, options):
    notes = []
    try:
        notes += unpack_bundle(bundle, folder)
        report = _load_function(grader)(folder, **options)
        return {
            "status": "graded",
            "report": _report_json(report, bundle.student, notes),
            "notebooks": {name: json.dumps(each) for name, each in report.notebooks.items()},
        }
    except SubmissionError as error:
        sentence = str(error).replace(str(folder), "The submission")
        return {"status": "refused", "problem": " ".join(map(printable, [sentence, *notes]))}
    except SetupError as error:
        return {"status": "stopped", "problem": printable(str(error))}
    except BlamelessError as error:
        return {"status": "failed", "problem": printable(str(error)), "blameless": True}
    except Exception as error:  # noqa: BLE001 - one submission never ends the batch
        return {"status": "failed", "problem": describe_error(error)}


def limit_malloc_arenas() -> None:
    """Keep this process's memory from growing with each submission; without glibc, do nothing."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, MAX_ARENAS)


def describe_error(error: BaseException) -> str:
    """Describe an exception in a phrase that is safe to print: its type and a short text."""
    text = printable(" ".join(str(error).split()))
    text = text if len(text) <= MAX_PHRASE else text[: MAX_PHRASE - 1] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _load_function(grader: str) -> Callable:
    module, name = grader.split(":")
    return getattr(importlib.import_module(module), name)


def _report_json(report, student, notes):
    """The report's JSON with the student's name, and the notes on unpacking before its own."""
    tree = report.to_json()
    return {**tree, "submission": student, "notes": [*map(printable, notes), *tree["notes"]]}
