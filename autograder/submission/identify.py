"""Which of the seven notebooks a file is: by its name and by the cells in it."""

import contextlib
import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..assignment import NOTEBOOKS
from ..errors import SubmissionError
from ..notebook.cells import grade_id, nbgrader_metadata, normalised_source, read_code
from ..notebook.file import read_notebook

SUFFIXES = (".ipynb", ".json", ".txt")  # browsers write 02_vae.ipynb.txt and 02_vae.json


def _name_pattern(notebook):
    """Return a pattern of a notebook's number and words, with anything but letters between."""
    number, *words = notebook.removesuffix(".ipynb").split("_")
    separator = r"[\W_]*"
    return re.compile(rf"(?<!\d)0*{int(number)}{separator}{separator.join(words)}(?![a-z])")


_NAME_PATTERNS = {name: _name_pattern(name) for name in NOTEBOOKS}


def identify_by_name(filename: str) -> str | None:
    """Return the notebook that a file's name stands for, None where it is none or unclear.

    Browsers and students change names ("Copy of 02_vae (1).ipynb"), so a name stands for a notebook
    where the notebook's number and words are in it.
    """
    text = unicodedata.normalize("NFKC", filename).casefold()
    found = [name for name, pattern in _NAME_PATTERNS.items() if pattern.search(text)]
    return found[0] if len(found) == 1 and text.endswith(SUFFIXES) else None


@dataclass(frozen=True)
class NotebookFingerprint:
    """What tells one released notebook from the other six.

    Attributes:
        grade_ids: of its cells.
        unique_texts: cell texts that no other notebook has.
        answer_names: names that its open cells define, those of the answers among them.
        all_texts: all its cell texts.
        released_keys: keys of the statements in its open cells (see Part.key).
    """

    grade_ids: frozenset[str]
    unique_texts: frozenset[str]
    answer_names: frozenset[str]
    all_texts: frozenset[str]
    released_keys: frozenset[int]

    def count_matches(self, cells: Sequence[NotebookNode]) -> int:
        """Count the cells that come from this notebook."""
        return sum(
            grade_id(cell) in self.grade_ids
            or normalised_source(cell.source) in self.unique_texts
            or not self.answer_names.isdisjoint(read_code(cell.source).defined)
            for cell in cells
        )

    def is_found_in(self, cells: Sequence[NotebookNode]) -> bool:
        """Tell whether the cells hold an answer to this notebook, or half of its cells."""
        if self._changed_names(cells):
            return True
        return 2 * self.count_matches(cells) >= len(self.unique_texts) > 0

    def started_answers(self, cells: Sequence[NotebookNode]) -> frozenset[str]:
        """Return what the student began to write, finished or not.

        Returns:
            Names of answers; new cell texts where the notebook has only questions in words.
        """
        if not self.answer_names:
            texts = frozenset(normalised_source(cell.source) for cell in cells)
            return texts - self.all_texts - {""}
        attempted = (read_code(cell.source).attempted for cell in cells if cell.cell_type == "code")
        attempted_names = self.answer_names.intersection(frozenset().union(*attempted))
        return self._changed_names(cells) | attempted_names

    def _changed_names(self, cells):
        """Return the answer names that the cells define differently from the release."""
        parts = (part for cell in cells for part in read_code(cell.source).parts)
        changed = (
            part.names
            for part in parts
            if part.kind == "definition" and part.key not in self.released_keys
        )
        return self.answer_names.intersection(frozenset().union(*changed))


def read_fingerprints(release: Path) -> dict[str, NotebookFingerprint]:
    """Return the fingerprint of each of the seven notebooks that lies in the release's folder."""
    paths = [release / name for name in NOTEBOOKS if (release / name).is_file()]
    return _fingerprints(tuple((path, path.stat().st_mtime_ns) for path in paths))


@functools.lru_cache(maxsize=8)
def _fingerprints(paths_and_times):
    """Return {name: fingerprint}; the times are there so that a changed file is read again."""
    cells_of = {}
    for path, _ in paths_and_times:
        # A broken release is reported by the grading.
        with contextlib.suppress(SubmissionError):
            cells_of[path.name] = read_notebook(path).cells
    # In how many notebooks each text is.
    text_counts = Counter(text for cells in cells_of.values() for text in _texts(cells))
    return {name: _fingerprint(cells, text_counts) for name, cells in cells_of.items()}


def _fingerprint(cells, text_counts):
    texts = _texts(cells)
    codes = [
        read_code(cell.source)
        for cell in cells
        if cell.cell_type == "code" and not nbgrader_metadata(cell).get("locked")
    ]
    return NotebookFingerprint(
        grade_ids=frozenset(filter(None, map(grade_id, cells))),
        unique_texts=frozenset(text for text in texts if text_counts[text] == 1),
        answer_names=frozenset().union(*(code.defined for code in codes)),
        all_texts=texts,
        released_keys=frozenset(part.key for code in codes for part in code.parts),
    )


def _texts(cells):
    return frozenset(normalised_source(cell.source) for cell in cells)
