"""A student's own modules beside the notebooks, such as utils.py: those that kernels get."""

import sys
from pathlib import Path

from ..submission_limits import MAX_HELPER_BYTES, MAX_HELPERS
from .unusable import describe_unusable

MAX_FILES = 60  # modules that are looked at
COURSE_MODULES = frozenset(["answers.py", "curves.py", "lab.py"])
# Modules that a kernel or a notebook of the course imports, beside those of Python itself.
LIBRARIES = frozenset(
    ["IPython", "PIL", "comm", "d2l", "ipykernel", "ipywidgets", "matplotlib", "nbformat", "numpy"]
    + ["pandas", "requests", "scipy", "sklearn", "torch", "torchvision", "tornado", "tqdm", "zmq"]
    + ["conftest", "sitecustomize", "usercustomize"]
)


def find_helpers(parent: Path, folder: Path, release: Path) -> tuple[tuple[Path, ...], list[str]]:
    """Return the modules beside the notebooks that kernels may import, and sentences on them.

    Args:
        parent: the folder of the notebooks.
        folder: what was handed in, out of which no link may lead.
        release: the folder of what was handed out, whose modules are the course's own.
    """
    helpers, notes = [], []
    for path in sorted(parent.glob("*.py"))[:MAX_FILES]:
        if not path.stem.isidentifier():  # no notebook can import it
            continue
        if path.name in COURSE_MODULES or (release / path.name).is_file():
            if not _is_same(path, folder, release / path.name):
                notes.append(
                    f"{path.name} has the name of one of the course's modules: the grader used its "
                    "own."
                )
            continue
        reason = _unusable(path, folder, len(helpers))
        if reason:
            notes.append(f"{path.name} {reason}.")
        else:
            helpers.append(path)
    if helpers:
        names = ", ".join(path.name for path in helpers)
        notes.append(f"The submission's own modules lie beside the notebooks as they run: {names}.")
    return tuple(helpers), notes


def _unusable(path, folder, count):
    """Return why a module is not read, as a phrase after its name; None where it is."""
    if path.stem in sys.stdlib_module_names | LIBRARIES or path.stem.endswith("_config"):
        return "has a name that Python or a library uses, and was not read"
    if count >= MAX_HELPERS:
        return f"was not read, because there are more than {MAX_HELPERS} modules"
    return describe_unusable(path, folder, MAX_HELPER_BYTES)


def _is_same(path, folder, released):
    """Tell whether a module of the course is as it was handed out."""
    if describe_unusable(path, folder, MAX_HELPER_BYTES):
        return False
    try:
        return path.read_bytes() == released.read_bytes()
    except OSError:
        return False
