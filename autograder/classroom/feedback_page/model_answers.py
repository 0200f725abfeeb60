"""Rubrics and model answers, read from the instructor's own notebooks."""

import json
import re
from pathlib import Path

from ...assignment import NOTEBOOKS, TASKS
from .own_work import CODE, answer_cell

_MARKS = re.compile(
    r"^[ \t]*(?:=== (?:BEGIN|END) MARK SCHEME ===|### (?:BEGIN|END) SOLUTION)[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)


def read_extras(
    folder: Path, with_rubrics: bool, with_answers: bool
) -> dict[str, list[tuple[str, str]]]:
    """Read grade_id → [(heading, Markdown)] of what is to be shown below that answer.

    Args:
        folder: of the master notebooks.
        with_rubrics: whether rubrics are wanted.
        with_answers: whether model answers are wanted.

    Raises:
        OSError, ValueError: where a notebook cannot be read.
    """
    if not (with_rubrics or with_answers):
        return {}
    sources = _read_sources(folder)
    extras: dict[str, list[tuple[str, str]]] = {}
    for name in _answer_ids():
        rubric, model = f"{name.removesuffix('-question')}-rubric", sources.get(name)
        if with_answers and model:
            extras.setdefault(name, []).append(("A model answer", model))
        if with_rubrics and rubric in sources:
            extras.setdefault(name, []).append(("How it is marked", sources[rubric]))
    return extras


def _answer_ids() -> list[str]:
    code = [answer_cell(name) for names in CODE.values() for name in names]
    return list(dict.fromkeys([task.id for task in TASKS if task.kind == "manual"] + code))


def _read_sources(folder: Path) -> dict[str, str]:
    """Read grade_id → source of its cell; code as a block of Markdown."""
    sources = {}
    for name in NOTEBOOKS:
        for cell in json.loads((folder / name).read_bytes())["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            source = _MARKS.sub("", "".join(cell["source"])).strip("\n")
            sources[grade_id] = source if cell["cell_type"] != "code" else f"```\n{source}\n```"
    return sources
