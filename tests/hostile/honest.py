"""Honest submissions, as they come: whole, half done, renamed, as a zip file, as a learning
platform exports them.
"""

import shutil
from pathlib import Path

from benchmarks.samples import typical_mistakes, write_submission
from tests.paths import RELEASE


def key(folder: Path) -> None:
    """Every answer right."""
    write_submission(folder / "honest key" / "vae")


def mistakes(folder: Path) -> None:
    """Five typical mistakes."""
    write_submission(folder / "honest mistakes" / "vae", typical_mistakes())


def beginner(folder: Path) -> None:
    """Two notebooks of the release, nothing written."""
    part = folder / "honest beginner" / "vae"
    part.mkdir(parents=True)
    for name in ("02_vae.ipynb", "03_loss.ipynb"):
        shutil.copy(RELEASE / name, part)


def half(folder: Path) -> None:
    """Two notebooks answered, one of them under another name."""
    part = _chosen(folder / "honest half" / "vae", "02", "03")
    (part / "03_loss.ipynb").rename(part / "03_loss (1).ipynb")


def zipped(folder: Path) -> None:
    """A zip file of two notebooks."""
    part = _chosen(folder / "honest zip", "03", "05")
    shutil.make_archive(str(part), "zip", part)
    shutil.rmtree(part)


def exported(folder: Path) -> None:
    """A folder as Moodle names it."""
    _chosen(folder / "Ada Honest_12345_assignsubmission_file_", "03")


def _chosen(folder, *numbers):
    """The key's notebooks with these numbers."""
    write_submission(folder)
    for path in folder.glob("*.ipynb"):
        if not path.name.startswith(numbers):
            path.unlink()
    return folder


# student → who hands in, points of the automatic tasks
HONEST = {
    "honest key": (key, 14),
    "honest mistakes": (mistakes, 9),
    "honest beginner": (beginner, 0),
    "honest half": (half, 4),
    "honest zip": (zipped, 4),
    "Ada Honest_12345": (exported, 2),
}
