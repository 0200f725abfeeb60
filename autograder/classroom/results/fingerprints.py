"""Hashes of what a result rests on beside the submission: the checks and the assignment."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from ...paths import ROOT

# What stands on grading, and cannot change a result.
_ABOVE = (
    "__main__.py",
    "conftest.py",
    "test_submission.py",
    "nbgrader_plugin.py",
    "classroom",
    "target",
)


def course_hashes(root: Path = ROOT, assignment: str = "vae") -> dict[str, str]:
    """{"checks": of the grader's sources, "assignment": of the release and the key}, by their
    contents.
    """
    package = root / "autograder"
    checks = [
        path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in _ABOVE
    ]
    folders = [root / name / assignment for name in ("notebooks", "solutions")]
    course = [
        path for folder in folders for ending in ("*.ipynb", "*.py") for path in folder.glob(ending)
    ]
    return {"checks": _hash(root, checks), "assignment": _hash(root, course)}


def _hash(root: Path, paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(
            path.relative_to(root).as_posix().encode()
            + b"\0"
            + hashlib.sha256(path.read_bytes()).digest()
        )
    return total.hexdigest()
