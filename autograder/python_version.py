"""Whether this Python can run the grader. The file itself runs on every Python 3.

`python autograder/python_version.py` ends with one sentence where it cannot; make asks before pip
does, which would print a page.
"""

import os
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)


def describe_problem(version):
    """Return why a version of Python cannot run the grader, in a sentence; "" where it can."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return ""
    return (
        "This course needs CPython 3.11, 3.12 or 3.13, and {} is {}.{}: install one of these "
        "(python.org/downloads), or name it where you have it, as in `make demo PYTHON=python3.13`."
    ).format(os.path.basename(sys.executable or "this"), version[0], version[1])


def require_python():
    """End the program with one sentence where its Python cannot run the grader."""
    problem = describe_problem(sys.version_info)
    if problem:
        sys.exit(problem)


def require_packages():
    """End the program with one sentence where nothing is installed for its Python."""
    from importlib.util import find_spec  # not in every Python 3

    if find_spec("typer") is None:
        sys.exit(
            "The grader's packages are not installed for {}: run .venv/bin/autograder, which "
            "`make demo` sets up.".format(sys.executable or "this Python")
        )


if __name__ == "__main__":
    require_python()
