"""A folder that a student handed in, read as a Submission; whatever is wrong with it, said in one
sentence each.
"""

import dataclasses
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..assignment import NOTEBOOKS
from ..errors import SubmissionError
from ..paths import RELEASE
from ..submission_limits import (
    MAX_DEPTH,
    MAX_FOLDERS,
    MAX_NOTEBOOK_BYTES,
    MAX_WEIGHTS_BYTES,
)
from .candidates import choose, read_file
from .identify import SUFFIXES, contents_of, meant_by
from .repair import restore

MAX_TOTAL = 2**30  # bytes of all notebooks in all folders
MAX_FILES = 60  # notebooks in all folders


@dataclass(frozen=True)
class Submission:
    """What was handed in: the notebooks that could be read (by name), the weights' files, and a
    sentence per defect.
    """

    name: str
    folder: Path
    notebooks: dict[str, NotebookNode]
    weights: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def read_submission(folder: str | Path, release: Path = RELEASE) -> Submission:
    """The Submission in a folder.

    Raises SubmissionError where there is none, or none of the seven notebooks in it.

    All notebooks come from one folder: that one, or one below it, whichever has answers to the most
    notebooks (then: has the most notebooks, is nearest to the top, was changed last). Links are
    followed within the folder only. Each of the seven is the file of its exact name, unless that
    cannot be read or has no answer while another file has one; else, among the files that answer
    it, the one named like it, then the one made of its cells, then the newest. `release`: the
    folder of the notebooks that were handed out, to know their cells by.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SubmissionError(f"{folder} is not a folder.")
    contents = contents_of(release)
    groups = {}
    for path, problem in _files(folder):
        groups.setdefault(path.parent, []).append(read_file(path, contents, problem))
    groups = {place: files for place, files in groups.items() if any(file.known for file in files)}
    if not groups:
        hint = "; unpack the zip file first" if any(folder.glob("*.zip")) else ""
        raise SubmissionError(
            f"{folder} holds none of the seven notebooks ({NOTEBOOKS[0]} to {NOTEBOOKS[-1]}){hint}."
        )
    choices = {place: choose(files) for place, files in groups.items()}
    best = max(choices, key=lambda place: _rank(choices[place], place))
    notes = list(choices[best].notes)
    others = sorted(_shown(place, folder) for place in choices if place != best)
    if others:
        notes.insert(
            0,
            (
                f"The notebooks in {_shown(best, folder)} were read; those in {', '.join(others)} "
                "were not."
            ),
        )
    weights, defects = _weights(best, folder)
    return Submission(
        folder.resolve().name, folder, choices[best].notebooks, weights, (*notes, *defects)
    )


def restore_all(
    submission: Submission, released: Callable[[str], NotebookNode | None]
) -> Submission:
    """The submission with each notebook restored, and a sentence per repair.

    `released`: the release's, by name.
    """
    notebooks, notes = {}, []
    for name, notebook in submission.notebooks.items():
        twin = released(name)
        notebooks[name], repairs = restore(notebook, twin) if twin else (notebook, [])
        notes += [f"{name}: {repair}" for repair in repairs]
    return dataclasses.replace(submission, notebooks=notebooks, notes=(*submission.notes, *notes))


def _rank(choice, place):
    """The larger, the likelier a folder is the one that was meant."""
    return choice.answers, len(choice.notebooks), -len(place.parts), choice.newest, str(place)


def _shown(place, folder):
    return f"the folder {place.relative_to(folder)}" if place != folder else "the folder itself"


def _files(folder):
    """Each file below a folder that may be a notebook, and why it cannot be read, if it cannot; the
    likeliest first.
    """
    files = []
    for place, below, names in itertools.islice(os.walk(folder), MAX_FOLDERS):
        depth = len(Path(place).relative_to(folder).parts)
        below[:] = (
            sorted(name for name in below if not name.startswith((".", "__")))
            if depth < MAX_DEPTH
            else []
        )
        files += [
            (depth, name not in NOTEBOOKS, Path(place, name))
            for name in names
            if _may_be_notebook(name)
        ]
    total = 0
    for count, (_, _, path) in enumerate(sorted(files), 1):
        problem = _unusable(path, folder, MAX_NOTEBOOK_BYTES)
        total += 0 if problem else path.stat().st_size
        if count > MAX_FILES or total > MAX_TOTAL:
            problem = problem or "was not read, since there are too many notebooks"
        yield path, problem


def _may_be_notebook(name):
    """Whether a file's name is that of a notebook; a name that means one of the seven may end like
    a text's.
    """
    hidden, name = name.startswith("."), name.casefold()
    return not hidden and (
        name.endswith(".ipynb") or name.endswith(SUFFIXES) and meant_by(name) is not None
    )


def _weights(place, folder):
    """The files of weights beside the notebooks, and a sentence for each that cannot be used."""
    weights, notes = [], []
    for path in sorted(place.glob("*.pt"))[:MAX_FILES]:
        reason = _unusable(path, folder, MAX_WEIGHTS_BYTES)
        if reason:
            notes.append(f"{path.name} {reason}.")
        else:
            weights.append(path)
    return tuple(weights), notes


def _unusable(path, folder, limit):
    """Why a file cannot be used, as a phrase without its subject; None for a plain file of the
    folder.
    """
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return "is a link to a file outside the folder"
        if not path.is_file():
            return "is not a file"
        if path.stat().st_size > limit:
            return f"is larger than {limit // 2**20} MB"
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, until Python 3.12
        return f"cannot be read ({getattr(error, 'strerror', None) or 'a loop of links'})"
    return None
