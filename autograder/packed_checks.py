"""The checks as one file for students, which `check` of lab.py imports from beside the notebooks.

It is a zip of the modules that decide the automatic tasks, and Python imports from it. Beside the
standard library they need torch, numpy and matplotlib.
"""

import zipfile
from pathlib import Path

NAME = "checks.zip"
PACKAGE = "vae_checks"  # not `autograder`, so that a package of that name is not in its way
PARTS = ("__init__.py", "assignment.py", "checks", "probes")
# What decides about weights decides no points, and holds formulas that tasks ask for.
LEFT_OUT = ("trained_model.py", "weights.py", "weights_misfit.py")
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # of any zip; the same sources give the same file


def write(folder: Path) -> Path:
    """Write the zip into a folder, in place of an older one, and return its path."""
    package = Path(__file__).resolve().parent
    path = folder / NAME
    with zipfile.ZipFile(path, "w") as archive:
        for source in _sources(package):
            name = f"{PACKAGE}/{source.relative_to(package).as_posix()}"
            archive.writestr(_entry(name), source.read_bytes(), compresslevel=9)
    return path


def _sources(package):
    """Return the modules that go into the zip, in a fixed order."""
    parts = [package / part for part in PARTS]
    paths = (path for part in parts for path in (part.glob("*.py") if part.is_dir() else [part]))
    return sorted(path for path in paths if path.name not in LEFT_OUT)


def _entry(name):
    """Describe a file of the zip, the same on each system."""
    entry = zipfile.ZipInfo(name, _FIRST_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry
