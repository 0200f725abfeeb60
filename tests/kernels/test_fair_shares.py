"""A kernel has one share of the processors, and what honest notebooks start still works."""

import pytest

from autograder.kernels import Limits, StudentKernel
from tests.attacks import error_of


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with StudentKernel(tmp_path_factory.mktemp("notebook")) as kernel:
        yield kernel


SHARES = {
    "it goes behind the grader": "assert os.getpriority(os.PRIO_PROCESS, 0) >= 10",
    "it cannot go before it": (
        "try: os.setpriority(os.PRIO_PROCESS, 0, 0)\n"
        "except OSError: pass\n"
        "else: raise AssertionError"
    ),
    "it gets no session of its own": (
        "before = os.getsid(0)\n"
        "if os.fork() == 0:\n    os.setsid()\n    os._exit(os.getsid(0) != before)\n"
        "assert os.wait()[1] == 0"
    ),
    "it gets no core of its own": (
        "import ctypes\nassert ctypes.CDLL(None).prctl(62, 1, 0, 0, 0) == -1"
    ),
    "it cannot run in real time": (
        "try: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))\n"
        "except OSError: pass\n"
        "else: raise AssertionError"
    ),
}
HONEST = {
    "loaders with four workers each": (
        "import torch\nfrom torch.utils.data import DataLoader\n"
        "one, other = (DataLoader(torch.rand(64, 4), 8, num_workers=4) for _ in range(2))\n"
        "assert sum(len(x) + len(y) for x, y in zip(one, other)) == 128"
    ),
    "threads of a pool and of torch": (
        "import torch\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(16) as pool: assert sum(pool.map(abs, range(100))) == 4950\n"
        "torch.set_num_threads(8)\n(torch.rand(500, 500) @ torch.rand(500, 500)).sum()\n"
        "torch.set_num_threads(1)"
    ),
    "a program in a new session": (
        "import subprocess\n"
        "done = subprocess.run(['echo', 'hi'], capture_output=True, start_new_session=True)\n"
        "assert done.stdout == b'hi\\n'"
    ),
    "a shell line": "lines = !echo one; echo two\nassert list(lines) == ['one', 'two']",
}


@pytest.mark.parametrize("source", SHARES.values(), ids=SHARES)
def test_a_kernel_has_one_share(kernel, source):
    assert error_of(kernel, f"import os\n{source}") == ""


@pytest.mark.parametrize("source", HONEST.values(), ids=HONEST)
def test_what_honest_notebooks_start_works(kernel, source):
    assert error_of(kernel, source, timeout=120) == ""


def test_a_shell_line_can_be_interrupted(kernel):
    result = kernel.run_cell("!sleep 1000", timeout=1)
    assert result.error is not None and kernel.run_cell("1").status == "ok"


def test_too_many_processes_end_a_kernel(tmp_path):
    loops = "import os, time\nfor _ in range(10):\n    if os.fork() == 0: time.sleep(100)\n"
    with StudentKernel(tmp_path, limits=Limits(processes=8)) as student:
        result = student.run_cell(f"{loops}time.sleep(100)")
        assert (result.status, result.error) == ("died", "started more than 8 processes")
