"""Huge pages hold what the small ones held."""

import subprocess
import sys

import pytest

from autograder.kernels.bubblewrap import INSIDE
from autograder.kernels.inside.limits import kernel_release

PROGRAM = """
import mmap, re
from inside.huge_pages import join_pages

memory = mmap.mmap(-1, 64 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
pattern = bytes(range(256)) * 2**12
memory.write(pattern * 64)

def huge_pages():
    with open("/proc/self/smaps_rollup") as file:
        return int(re.search(r"AnonHugePages: +([0-9]+)", file.read())[1]) // 1024

before, steps = huge_pages(), list(join_pages())
memory.seek(0)
print(memory.read() == pattern * 64, len(steps) > 1, huge_pages() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's pages")
def test_joined_pages_hold_what_they_held():
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=INSIDE.parent, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    same, several, megabytes = answer.stdout.split()
    assert (same, several) == ("True", "True")
    if kernel_release() >= (6, 1):
        assert int(megabytes) > 0
