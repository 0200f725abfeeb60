"""A fork of the warm process is as good as a new process.

How it ends, and what isolates it, is told in a sentence.
"""

import os
import re
import subprocess
import sys
import time

import pytest
import torch

from autograder.kernels import (
    KernelLostError,
    SandboxMissing,
    StudentKernel,
    bubblewrap,
    describe_isolation,
    exchange,
    isolation,
    require_sandbox,
)
from autograder.kernels.inside import paths
from autograder.kernels.inside.isolation_level import IsolationLevel
from autograder.kernels.warm_process import WarmProcess
from autograder.probes.student import StudentError


def value(student, expression):
    """Return the repr of an expression's value in a kernel."""
    error = student.run_cell(f"raise Exception(repr({expression}))").error
    return re.fullmatch(r"raised Exception: (.*) \(line 1 of the cell, .*\)", error, re.DOTALL)[1]


def acquire_slot():
    """Acquire a slot in the sandbox that the tests' kernels use."""
    data = os.path.realpath(os.environ["LAB_DATA"])
    return isolation.acquire(data if os.path.isdir(data) else None)


def test_a_fork_has_imported_what_notebooks_import_and_nothing_of_ours(tmp_path):
    with StudentKernel(tmp_path) as student:
        student.run_cell("import sys")
        modules = ["torch", "numpy", "matplotlib.pyplot"]
        missing = f"[name for name in {modules} if name not in sys.modules]"
        our_modules = f"[name for name in sys.modules if {bubblewrap.PACKAGE!r} in name]"
        our_folders = f"[path for path in sys.path if {paths.CODE!r} in path]"
        for expression in (missing, our_modules, our_folders):
            assert value(student, expression) == "[]"


def test_what_only_some_notebooks_need_is_imported_while_nobody_asks(tmp_path):
    def loads(student):
        student.run_cell("import sys")
        return value(student, "'d2l.torch' in sys.modules")

    for _ in range(100):
        with StudentKernel(tmp_path) as student:
            if loads(student) == "True":
                return
        time.sleep(1)
    pytest.fail("It is not imported.")


def test_a_sandbox_that_was_started_early_is_the_one_that_kernels_get():
    pool = isolation.Pool(None)
    pool.prepare()
    early = pool._warm_process
    try:
        assert early is not None and pool.acquire().warm_process is early
    finally:
        pool.close()


def test_where_forks_have_no_namespaces_the_early_sandbox_is_one_of_its_own(monkeypatch):
    made = []

    def make(data, level):
        made.append(WarmProcess(data, level))
        return made[-1]

    alone = (IsolationLevel.ALONE, "Operation not permitted")
    monkeypatch.setattr(isolation, "WarmProcess", make)
    monkeypatch.setattr(isolation, "isolation_level", lambda: alone)
    pool = isolation.Pool(None)
    pool.prepare()
    try:
        assert pool._warm_process.level is IsolationLevel.ALONE
        (other,) = (each for each in made if each is not pool._warm_process)
        deadline = time.monotonic() + 60
        while not other.ended and time.monotonic() < deadline:
            time.sleep(0.1)
        assert other.ended
    finally:
        pool.close()


RANDOM = {
    "torch": "__import__('torch').rand(3).tolist()",
    "numpy": "__import__('numpy').random.rand(3).tolist()",
    "random": "__import__('random').random()",
    "uuid": "str(__import__('uuid').uuid4())",
}


def test_no_two_forks_draw_the_same_random_numbers(tmp_path):
    with StudentKernel(tmp_path) as one, StudentKernel(tmp_path) as other:
        for expression in RANDOM.values():
            assert value(one, expression) != value(other, expression)


TRAINING = """import hashlib, torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 26 * 26, 10))
optimiser = torch.optim.Adam(model.parameters())
for _ in range(3):
    optimiser.zero_grad()
    model(torch.rand(8, 1, 28, 28)).square().mean().backward()
    optimiser.step()
parameters = b"".join(p.detach().numpy().tobytes() for p in model.parameters())
digest = hashlib.sha256(parameters).hexdigest()
"""


def test_a_fork_trains_to_the_same_bits_as_a_new_process(tmp_path):
    command = [sys.executable, "-c", f"{TRAINING}\nprint(digest)"]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    new = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    with StudentKernel(tmp_path) as student:
        assert student.run_cell(TRAINING).status == "ok"
        assert value(student, "digest") == repr(new.stdout.strip())


EXIT = "import os; os._exit(3)"
SIGNAL = "import os; os.kill(os.getpid(), 9)"
CRASH = "import ctypes; ctypes.string_at(0)"
HANG = "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, [2]); time.sleep(60)"
DEATHS = {
    "an exit": (EXIT, 20, "ended the kernel's process (exit code 3)"),
    "a signal": (SIGNAL, 20, "ended the kernel's process (killed by SIGKILL)"),
    "a crash": (CRASH, 20, "ended the kernel's process (killed by SIGSEGV)"),
    "a hang": (HANG, 1, "took longer than 1 s and did not react to an interrupt"),
}


@pytest.mark.parametrize("code, timeout, how", DEATHS.values(), ids=DEATHS)
def test_a_death_is_told_in_a_sentence_and_the_kernel_starts_again(
    tmp_path, monkeypatch, code, timeout, how
):
    monkeypatch.setattr(exchange, "INTERRUPT_SECONDS", 0.5)
    with StudentKernel(tmp_path) as student:
        result = student.run_cell(code, timeout=timeout)
        assert (result.status, result.error) == ("died", how)
        student.close()
        student.start()
        student.run_cell(f"def kl_loss(m, l): {code}")
        with pytest.raises(StudentError) as caught:
            student.probe("kl", timeout=timeout, inputs=[[torch.ones(3, 2), torch.zeros(3, 2)]])
        assert str(caught.value) == f"The check's call of your code {how}."


def test_the_warm_process_is_fit_to_be_forked(tmp_path):
    """It has one thread: a fork gets no other, and what others hold stays locked for ever."""
    slot = acquire_slot()
    assert slot.warm_process.wait_until_ready()["threads"] == 1
    slot.release()


def test_a_warm_process_that_dies_is_started_again(tmp_path):
    with StudentKernel(tmp_path) as student:
        acquire_slot().warm_process.kill()
        with pytest.raises(KernelLostError):
            student.run_cell("1 + 1")
    with StudentKernel(tmp_path) as student:
        assert student.run_cell("1 + 1").status == "ok"


@pytest.fixture
def use_level(monkeypatch):
    """A function that sets the level of isolation."""

    def use(level):
        monkeypatch.setattr(isolation, "_pools", {})
        monkeypatch.setattr(isolation, "isolation_level", lambda: (level, "for a reason"))

    yield use
    isolation.close()


PICTURES = {
    "left at the end of a cell": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "image/png",
    ),
    "shown": ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "image/png"),
    "d2l's curve": (
        "from d2l import torch as d2l\nd2l.Animator(xlim=[0, 2]).add(1, 3)",
        "image/svg+xml",
    ),
}


WORKERS = """
from torch.utils.data import DataLoader, TensorDataset
import multiprocessing, torch
assert len(list(DataLoader(TensorDataset(torch.ones(9)), num_workers=2))) == 9
lock = multiprocessing.Lock()
assert lock.acquire(timeout=1) and not lock.acquire(timeout=0.1)
"""
KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
LEVELS = [IsolationLevel.FORKS, IsolationLevel.ALONE, IsolationLevel.NONE]


@pytest.mark.parametrize("level", LEVELS)
def test_figures_are_shown_as_pictures(tmp_path, use_level, level):
    use_level(level)
    with StudentKernel(tmp_path) as student:
        for source, kind in PICTURES.values():
            (output,) = student.run_cell(source).outputs
            assert kind in output.data, source


def test_where_forks_cannot_be_isolated_each_kernel_has_a_sandbox_of_its_own(tmp_path, use_level):
    use_level(IsolationLevel.ALONE)
    require_sandbox()
    assert describe_isolation().startswith(
        "a sandbox (a bubblewrap of its own for each kernel, since forks cannot be isolated here: "
        "for a reason), in "
    )
    with StudentKernel(tmp_path) as student:
        assert value(student, "__import__('os').listdir('/sandbox/spool')") == "['0']"
        writing = "open('/sandbox/sockets/x', 'w').close()\nimport time; time.sleep(5)"
        result = student.run_cell(writing)
        assert (result.status, result.error) == ("died", "wrote into the folder of its sockets")


def test_where_forks_cannot_be_isolated_a_kernel_sees_no_count_of_the_machine(tmp_path, use_level):
    use_level(IsolationLevel.ALONE)
    code = """import os
def readable(path):
    try:
        return bool(os.listdir(path) if os.path.isdir(path) else open(path).read())
    except OSError:
        return False
names = {name for name in os.listdir('/proc') if not name.isdigit() and readable(f'/proc/{name}')}
assert names == {'self', 'thread-self', 'mounts', 'net', 'cpuinfo', 'version', 'filesystems'}, names
"""
    with StudentKernel(tmp_path) as student:
        assert student.run_cell(code).error is None
        assert student.run_cell(WORKERS).error is None
        assert student.run_cell(KILL).error == "ended the kernel's process (killed by SIGKILL)"


def test_without_a_sandbox_a_kernel_is_a_plain_process_and_says_so(tmp_path, use_level):
    use_level(IsolationLevel.NONE)
    assert (
        describe_isolation()
        == "a plain process with the rights of the grader: no isolation (for a reason)"
    )
    way_out = "for a reason; install bubblewrap .*apt install bubblewrap"
    with pytest.raises(SandboxMissing, match=way_out):
        require_sandbox()
    with StudentKernel(tmp_path, {"GREETING": "hello"}) as student:
        assert value(student, "__import__('os').environ['GREETING']") == "'hello'"
        assert value(student, "__import__('os').getcwd()") == repr(str(tmp_path))
        student.run_cell("import resource")
        assert value(student, "resource.getrlimit(resource.RLIMIT_CORE)") == "(0, 0)"
        assert student.run_cell(EXIT).error == "ended the kernel's process (exit code 3)"


MISSING = {
    "not installed": (None, "bubblewrap is not installed"),
    "not allowed": ("/bin/false", "The warm process ended"),
}


@pytest.mark.parametrize("program, reason", MISSING.values(), ids=MISSING)
def test_a_sandbox_that_does_not_work_is_none(monkeypatch, program, reason):
    monkeypatch.setattr(bubblewrap, "find_bubblewrap", lambda: program)
    level, why = isolation.isolation_level.__wrapped__()
    assert level is IsolationLevel.NONE and why.startswith(reason)
