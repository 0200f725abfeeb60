"""Looks whether everything is installed that the notebooks use, and says what to do if not.

Nothing in here is graded, and you may read all of it. It imports nothing but Python's own library
before it has looked, so that it can say a sentence where something is missing.
"""

import importlib
import importlib.metadata
import platform
import re
import sys

INSTALL = "run `python -m pip install -r requirements.txt` in this folder, then restart the kernel"
# Package, module that the notebooks begin with, oldest version that works, what it is for. The
# packages without a module take seconds to import, and are imported where they are used.
PACKAGES = (
    ("torch", "torch", (2, 4), "the networks"),
    ("torchvision", "", (0, 19), "downloads MNIST"),
    ("numpy", "numpy", (1, 23), "arrays"),
    ("matplotlib", "matplotlib.pyplot", (3, 7), "the plots"),
    ("d2l", "", (0, 17), "what you want to use of the course book"),
    ("ipython", "IPython", (7, 34), "what runs the cells"),
    ("ipykernel", "ipykernel", (5, 5), "the kernel of the notebooks"),
    ("tqdm", "tqdm", (4, 60), "the bar within an epoch"),
    ("scikit-learn", "", (1, 2), "small digits where MNIST is out of reach"),
    ("nbclient", "", (0, 5), "checks all notebooks before you hand in"),
    ("nbconvert", "", (7, 0), "the document that you hand in"),
    ("latex2mathml", "", (3, 0), "formulas in that document"),
)


def check_software():
    """Look at all that the course needs; print the versions, and a sentence on each problem."""
    print(f"Python {platform.python_version()}, {platform.system()}")
    problems = _wrong_python()
    for package, module, oldest, purpose in PACKAGES:
        version, problem = _look(package, module, oldest)
        print(f"{'✗' if problem else '✓'} {package:13} {version:12} {purpose}")
        problems += [problem] * bool(problem)
    problems += _bad_pairs()
    for problem in problems:
        print(f"\n{problem}")
    if not problems:
        print("\nEverything is here.")


def _look(package, module, oldest):
    """Return the version of a package, and a sentence where it cannot be used (else None)."""
    version = _version(package)
    if not version:
        return "missing", f"{package} is not installed: {INSTALL}."
    if _numbers(version) < oldest:
        wanted = ".".join(map(str, oldest))
        return (
            version,
            f"{package} is {version}, but the course needs {wanted} or newer: {INSTALL}.",
        )
    try:
        if module:
            importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - packages that do not fit raise many kinds
        kind = type(error).__name__
        return version, f"{package} {version} cannot be imported ({kind}: {error}): {INSTALL}."
    return version, None


def _wrong_python():
    """Return a sentence where the course was not tried with this Python."""
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return []
    version = ".".join(map(str, sys.version_info[:2]))
    return [
        f"This is Python {version}, but the course needs CPython 3.11, 3.12 or 3.13: install one "
        "(python.org/downloads), make `.venv` with it anew, as README.md says, and choose it as "
        "the kernel."
    ]


def _bad_pairs():
    """Return a sentence on each pair of packages that do not fit each other."""
    d2l, ipython = _version("d2l"), _version("ipython")
    if d2l and ipython and _numbers(d2l) < (1,) and _numbers(ipython) >= (9,):
        return [
            f"d2l {d2l} draws its plots with what IPython {ipython} no longer has: "
            "run `python -m pip install 'ipython<9'`, then restart the kernel."
        ]
    return []


def _version(package):
    """Return the version that is installed, empty where there is none."""
    try:
        return importlib.metadata.version(package) or ""
    except importlib.metadata.PackageNotFoundError:
        return ""


def _numbers(version):
    """Return (2, 14) for "2.14.1+cpu"."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
