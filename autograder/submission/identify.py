"""Which of the seven notebooks a file is: by its name, however browsers and students changed it,
and by its content.
"""

import contextlib
import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..assignment import NOTEBOOKS
from ..errors import SubmissionError
from ..notebook.cells import grade_id, nbgrader_metadata, normalised_source, read_code
from ..notebook.file import read_notebook

SUFFIXES = (".ipynb", ".json", ".txt")  # browsers write 02_vae.ipynb.txt and 02_vae.json
_PATTERNS = {
    name: re.compile(r"(?<!\d)0*{}[\W_]*{}(?![a-z])".format(int(number), r"[\W_]*".join(words)))
    for name in NOTEBOOKS
    for number, *words in [name.removesuffix(".ipynb").split("_")]
}


def meant_by(filename: str) -> str | None:
    """The one of the seven that a file's name means: its number and its words, whatever stands
    around them.
    """
    text = unicodedata.normalize("NFKC", filename).casefold()
    found = [name for name, pattern in _PATTERNS.items() if pattern.search(text)]
    return found[0] if len(found) == 1 and text.endswith(SUFFIXES) else None


@dataclass(frozen=True)
class Content:
    """What tells one released notebook from the others: its grade_ids, texts that no other has, and
    names it defines.

    given: all its texts. stubs: its definitions as they were handed out (their syntax).
    """

    ids: frozenset[str]
    texts: frozenset[str]
    names: frozenset[str]
    given: frozenset[str]
    stubs: frozenset[int]

    def votes(self, cells: Iterable[NotebookNode]) -> int:
        """How many of the cells come from this notebook."""
        return sum(
            grade_id(cell) in self.ids
            or normalised_source(cell.source) in self.texts
            or not self.names.isdisjoint(read_code(cell.source).defined)
            for cell in cells
        )

    def is_in(self, cells: Iterable[NotebookNode]) -> bool:
        """Whether the cells hold an answer to this notebook, or half of it."""
        return bool(self._changed(cells)) or 2 * self.votes(cells) >= len(self.texts) > 0

    def written(self, cells: Iterable[NotebookNode]) -> frozenset[str]:
        """The names that a student began to write, finished or not; in a notebook without any, the
        new texts.
        """
        if not self.names:
            return frozenset(normalised_source(cell.source) for cell in cells) - self.given - {""}
        attempted = (read_code(cell.source).attempted for cell in cells if cell.cell_type == "code")
        return self._changed(cells) | self.names.intersection(frozenset().union(*attempted))

    def _changed(self, cells):
        """Its names that the cells define otherwise than it was handed out."""
        parts = (part for cell in cells for part in read_code(cell.source).parts)
        changed = (
            part.names for part in parts if part.kind == "definition" and part.key not in self.stubs
        )
        return self.names.intersection(frozenset().union(*changed))


def contents_of(release: Path) -> dict[str, Content]:
    """The content of each of the seven that lies in a folder."""
    paths = [release / name for name in NOTEBOOKS if (release / name).is_file()]
    return _contents(tuple((path, path.stat().st_mtime_ns) for path in paths))


@functools.lru_cache(maxsize=8)
def _contents(files):
    cells = {}
    for path, _ in files:
        with contextlib.suppress(SubmissionError):  # grading says so
            cells[path.name] = read_notebook(path).cells
    owners = Counter(
        text
        for each in cells.values()
        for text in {normalised_source(cell.source) for cell in each}
    )
    return {name: _content(each, owners) for name, each in cells.items()}


def _content(cells, owners):
    texts = frozenset(normalised_source(cell.source) for cell in cells)
    codes = [
        read_code(cell.source)
        for cell in cells
        if cell.cell_type == "code" and not nbgrader_metadata(cell).get("locked")
    ]
    return Content(
        frozenset(filter(None, map(grade_id, cells))),
        frozenset(text for text in texts if owners[text] == 1),
        frozenset().union(*(code.defined for code in codes)),
        texts,
        frozenset(part.key for code in codes for part in code.parts),
    )
