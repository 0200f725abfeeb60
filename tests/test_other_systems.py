"""Without what macOS or Windows lack, the plain path grades as it does on Linux.

The systems themselves are not here: a fresh interpreter is one without their missing parts.
"""

import subprocess
import sys

import pytest

from tests.paths import RELEASE, ROOT

WITHOUT = r"""
import os, runpy, sys
platform, missing, *arguments = sys.argv[1:]
# These look for Linux's parts by themselves, and are as they are on Linux.
import IPython, jupyter_client, matplotlib, numpy, torch, zmq, tempfile, shutil, subprocess
from autograder.kernels import bubblewrap

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in missing.split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

class System:
    def __getattr__(self, name):
        return platform if name == "platform" else getattr(sys, name)

sys.meta_path.insert(0, Missing())
for name in missing.split():
    sys.modules.pop(name, None)
    if hasattr(os, name):
        delattr(os, name)
bubblewrap.sys = System()
sys.argv = ["autograder", *arguments]
runpy.run_module("autograder", run_name="__main__")
"""
MACOS = "sched_getaffinity"
WINDOWS = (
    "fcntl resource pwd grp termios sched_getaffinity getuid geteuid uname fork chown getpgid"
    " killpg setsid nice wait4"
)


@pytest.mark.parametrize(("platform", "missing"), [("darwin", MACOS), ("win32", WINDOWS)])
def test_a_submission_is_graded_without_what_the_system_lacks(platform, missing):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, platform, missing, "grade", RELEASE, "--only", "03"],
        cwd=ROOT,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert "0 of 2 points" in done.stdout and "Traceback" not in done.stderr
    assert "a plain process with the rights of the grader" in done.stdout
    assert "NO SANDBOX" in done.stderr
