"""A student's folder read as a Submission, with one sentence on each defect."""

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
from .candidates import choose_notebooks, read_candidate
from .helpers import find_helpers
from .identify import SUFFIXES, identify_by_name, read_fingerprints
from .repair import restore
from .unusable import describe_unusable

MAX_TOTAL = 2**30  # bytes of all notebooks in all folders
MAX_FILES = 60  # notebooks in all folders


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        name: of the folder.
        folder: where it is.
        notebooks: those of the seven that could be read, by name.
        weights: the files of weights beside them.
        notes: a sentence for each defect, and on the student's own modules.
        helpers: the files of the student's own modules beside the notebooks.
    """

    name: str
    folder: Path
    notebooks: dict[str, NotebookNode]
    weights: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    helpers: tuple[Path, ...] = ()


def read_submission(folder: str | Path, release: Path = RELEASE) -> Submission:
    """Read the Submission in a folder.

    All notebooks come from one folder: that one, or one below it, whichever has the most answers
    (then: has the most notebooks, is nearest to the top, was changed last). Links are followed
    within the folder only. Each of the seven is the file of its exact name, unless that cannot be
    read or has no answer while another file has one; else, among the files that answer it, the one
    named like it, then the one made of its cells, then the newest.

    Args:
        folder: what was handed in, unpacked.
        release: the folder of the notebooks that were handed out, to know their cells by.

    Raises:
        SubmissionError: where there is no folder, or none of the seven notebooks in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SubmissionError(f"{folder} is not a folder.")
    found = {
        parent: choose_notebooks(files)
        for parent, files in _candidates_by_folder(folder, release).items()
        if any(file.is_recognised for file in files)
    }
    if not found:
        hint = "; unpack the zip file first" if any(folder.glob("*.zip")) else ""
        raise SubmissionError(
            f"{folder} holds none of the seven notebooks ({NOTEBOOKS[0]} to {NOTEBOOKS[-1]}){hint}."
        )
    best = max(found, key=lambda parent: _rank(found[parent], parent))
    notes = list(found[best].notes)
    others = sorted(_shown(parent, folder) for parent in found if parent != best)
    if others:
        chosen = _shown(best, folder)
        notes.insert(
            0, f"The notebooks in {chosen} were read; those in {', '.join(others)} were not."
        )
    weights, defects = _weights(best, folder)
    helpers, remarks = find_helpers(best, folder, release)
    return Submission(
        folder.resolve().name,
        folder,
        found[best].notebooks,
        weights,
        (*notes, *defects, *remarks),
        helpers,
    )


def restore_all(
    submission: Submission, released: Callable[[str], NotebookNode | None]
) -> Submission:
    """Return the submission with each notebook restored, and a note on each repair.

    Args:
        submission: as read.
        released: returns the released notebook of a name, None where there is none.
    """
    notebooks, notes = {}, []
    for name, notebook in submission.notebooks.items():
        original = released(name)
        notebooks[name], repairs = restore(notebook, original) if original else (notebook, [])
        notes += [f"{name}: {repair}" for repair in repairs]
    return dataclasses.replace(submission, notebooks=notebooks, notes=(*submission.notes, *notes))


def _candidates_by_folder(folder, release):
    """Return {folder: its files that may be notebooks, read}."""
    fingerprints = read_fingerprints(release)
    by_folder = {}
    for path, problem in _files(folder):
        candidate = read_candidate(path, fingerprints, problem)
        by_folder.setdefault(path.parent, []).append(candidate)
    return by_folder


def _rank(found, parent):
    """Return a sort key; the larger, the likelier a folder is the one to grade."""
    depth = len(parent.parts)
    return found.answer_count, len(found.notebooks), -depth, found.modified_ns, str(parent)


def _shown(parent, folder):
    return f"the folder {parent.relative_to(folder)}" if parent != folder else "the folder itself"


def _files(folder):
    """Yield each file that may be a notebook, the likeliest first, and why it must not be read."""
    total = 0
    for count, path in enumerate(_notebook_paths(folder), 1):
        problem = describe_unusable(path, folder, MAX_NOTEBOOK_BYTES)
        total += 0 if problem else path.stat().st_size
        if count > MAX_FILES or total > MAX_TOTAL:
            problem = problem or "was not read, because there are too many notebooks"
        yield path, problem


def _notebook_paths(folder):
    """Return the files that may be notebooks: the nearest to the top first, then exact names."""
    found = []
    for parent, subfolders, names in itertools.islice(os.walk(folder), MAX_FOLDERS):
        depth = len(Path(parent).relative_to(folder).parts)
        # os.walk goes on with the subfolders that are left in this list.
        visible = sorted(name for name in subfolders if not name.startswith((".", "__")))
        subfolders[:] = visible if depth < MAX_DEPTH else []
        found += [
            (depth, name not in NOTEBOOKS, Path(parent, name))
            for name in names
            if _may_be_notebook(name)
        ]
    return [path for _, _, path in sorted(found)]


def _may_be_notebook(filename):
    """Tell whether a file's name may be a notebook's: *.ipynb, or a text named like the seven."""
    if filename.startswith("."):
        return False
    name = filename.casefold()
    if name.endswith(".ipynb"):
        return True
    return name.endswith(SUFFIXES) and identify_by_name(name) is not None


def _weights(parent, folder):
    """Return the files of weights beside the notebooks, and a sentence on each unusable one."""
    weights, notes = [], []
    for path in sorted(parent.glob("*.pt"))[:MAX_FILES]:
        reason = describe_unusable(path, folder, MAX_WEIGHTS_BYTES)
        if reason:
            notes.append(f"{path.name} {reason}.")
        else:
            weights.append(path)
    return tuple(weights), notes
