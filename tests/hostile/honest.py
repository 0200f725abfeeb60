"""Honest submissions: whole, half done, renamed, as a zip file, as a learning platform exports."""

import shutil
from pathlib import Path

from benchmarks.samples import typical_mistakes, write_submission
from tests.paths import RELEASE


def key(folder: Path) -> None:
    """Hand in right answers only."""
    write_submission(folder / "honest key" / "vae")


def mistakes(folder: Path) -> None:
    """Hand in five typical mistakes."""
    write_submission(folder / "honest mistakes" / "vae", typical_mistakes())


def beginner(folder: Path) -> None:
    """Hand in two notebooks of the release, with nothing written."""
    submission = folder / "honest beginner" / "vae"
    submission.mkdir(parents=True)
    for name in ("02_vae.ipynb", "03_loss.ipynb"):
        shutil.copy(RELEASE / name, submission)


def half(folder: Path) -> None:
    """Hand in two answered notebooks, one of them under another name."""
    submission = _chosen(folder / "honest half" / "vae", "02", "03")
    (submission / "03_loss.ipynb").rename(submission / "03_loss (1).ipynb")


def zipped(folder: Path) -> None:
    """Hand in a zip file of two notebooks."""
    submission = _chosen(folder / "honest zip", "03", "05")
    shutil.make_archive(str(submission), "zip", submission)
    shutil.rmtree(submission)


def exported(folder: Path) -> None:
    """Hand in a folder as Moodle names it."""
    _chosen(folder / "Ada Honest_12345_assignsubmission_file_", "03")


def _chosen(folder, *numbers):
    """Write the key's notebooks with these numbers into a folder, and return it."""
    write_submission(folder)
    for path in folder.glob("*.ipynb"):
        if not path.name.startswith(numbers):
            path.unlink()
    return folder


# student → the function that hands in, and the points of the automatic tasks
HONEST = {
    "honest key": (key, 14),
    "honest mistakes": (mistakes, 9),
    "honest beginner": (beginner, 0),
    "honest half": (half, 4),
    "honest zip": (zipped, 4),
    "Ada Honest_12345": (exported, 2),
}
