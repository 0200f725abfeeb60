"""Hashes of what decides a result beside the submission: the grader's sources and the course."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from ...paths import ROOT

# A change of these changes no result: grading imports none of them, directly or indirectly.
NOT_USED_BY_GRADING = frozenset(
    {
        "__main__.py",
        "atomic_files.py",
        "classroom",
        "command_group.py",
        "conftest.py",
        "nbgrader_plugin.py",
        "overwriting.py",
        "packed_checks.py",
        "preflight.py",
        "processes.py",
        "python_version.py",
        "release",
        "target",
        "terminal.py",
        "test_submission.py",
    }
)


def course_hashes(root: Path = ROOT, assignment: str = "vae") -> dict[str, str]:
    """Hash the contents of what decides a result.

    Of notebooks these are the code cells and what the cells are to nbgrader; a change of a text, a
    rubric, a model answer in words or an output changes no automatic result.

    Returns:
        {"checks": of the grader's sources, "assignment": of the released and the master notebooks
        with their helpers}.
    """
    package = root / "autograder"
    checks = [
        path
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] not in NOT_USED_BY_GRADING
    ]
    folders = [root / name / assignment for name in ("notebooks", "solutions")]
    course = [
        path
        for folder in folders
        for pattern in ("*.ipynb", "*.py")
        for path in folder.glob(pattern)
    ]
    return {"checks": _hash(root, checks), "assignment": _hash(root, course)}


def _hash(root: Path, paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        name = path.relative_to(root).as_posix().encode()
        data = path.read_bytes()
        if path.suffix == ".ipynb":
            data = _what_decides(data)
        total.update(name + b"\0" + hashlib.sha256(data).digest())
    return total.hexdigest()


def _what_decides(data: bytes) -> bytes:
    """Return the part of a notebook that can change a result; all of it where it is none."""
    try:
        cells = json.loads(data)["cells"]
        kept = [[_code(cell), cell["metadata"].get("nbgrader"), _tags(cell)] for cell in cells]
    except (ValueError, TypeError, KeyError, AttributeError):
        return data
    return json.dumps(kept, sort_keys=True).encode()


def _code(cell: dict) -> str | None:
    source = cell["source"] if cell["cell_type"] == "code" else None
    return "".join(source) if isinstance(source, list) else source


def _tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])
