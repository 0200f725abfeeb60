"""A kernel that uses too much of anything gets an exception or ends, and harms nothing else."""

import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.kernels import Limits, StudentKernel
from autograder.kernels.inside import limits
from autograder.kernels.provisioner import BLAMELESS_ENDINGS
from tests.attacks import error_of, processes

MB = 2**20
SMALL = Limits(memory=256 * MB, folder=20 * MB, files=100, processes=20, threads=100, cpu_seconds=2)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with StudentKernel(tmp_path_factory.mktemp("notebook")) as kernel:
        yield kernel


REFUSED = {
    "memory without a file": "import os\nos.memfd_create('x')",
    "shared memory without a file": "import mmap\nmmap.mmap(-1, 4096)",
    "a pipe that looks like a file": "import os\nos.mkfifo('/tmp/pipe')",
    "a kernel setting": "open('/proc/sys/kernel/core_pattern', 'w')",
    "100 GB at once": "import torch\ntorch.empty(25 * 10**9)",
    "more threads than allowed": "import threading, time\n"
    "for _ in range(1000): threading.Thread(target=time.sleep, args=(1,)).start()",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_a_request_for_too_much_is_an_exception_and_the_kernel_lives(kernel, source):
    assert "raised" in error_of(kernel, source)
    assert error_of(kernel, "1 + 1") == ""


MEMORY_BOMB = "x = []\nwhile True: x.append(bytearray(10**7))"
# Sockets that no process has open. What they sent, or will receive, is memory of no process.
ATTEMPTS = """
import os, socket, time
def new(kind=socket.SOCK_STREAM):
    one = socket.socket(socket.AF_UNIX, kind)
    one.setblocking(False)
    return one
def attempt(act):
    try: act()
    except OSError: pass
kept = []
"""
UNACCEPTED = """
for number in range(9):
    kept.append(new())
    kept[-1].bind(f"\\0{number}")
    kept[-1].listen(10**4)
    for _ in range(300):
        sender = new()
        attempt(lambda: sender.connect(f"\\0{number}"))
        attempt(lambda: sender.send(bytes(10**5)))
        sender.close()
time.sleep(20)
"""
ON_THEIR_WAY = """
end, start = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
for _ in range(9):
    pairs = [socket.socketpair() for _ in range(50)]
    files = [each.detach() for pair in pairs for each in pair]
    attempt(lambda: socket.send_fds(start, [b"."], files))
    for file in files: os.close(file)
time.sleep(20)
"""
UNREAD = """
for number in range(200):
    kept.append(new(socket.SOCK_DGRAM))
    kept[-1].bind(f"\\0{number}")
    for _ in range(9):
        sender = new(socket.SOCK_DGRAM)
        attempt(lambda: sender.sendto(bytes(10**5), f"\\0{number}"))
        sender.close()
time.sleep(20)
"""
DEADLY = {
    "a memory bomb": (MEMORY_BOMB, "ran out of memory (256 MB)"),
    "a memory bomb of several processes": (
        "import os, time\n"
        "for _ in range(3): os.fork()\n"
        "x = bytearray(60 * 10**6)\n"
        "for i in range(0, len(x), 4096): x[i] = 1\n"
        "time.sleep(20)",
        "ran out of memory (256 MB)",
    ),
    "a memory bomb that hides its memory": (
        "import ctypes\nctypes.CDLL(None).prctl(4, 0)\n" + MEMORY_BOMB,
        "ran out of memory (256 MB)",
    ),
    "a memory bomb with a misleading name": (
        "import ctypes\nctypes.CDLL(None).prctl(15, b'x kB')\n" + MEMORY_BOMB,
        "ran out of memory (256 MB)",
    ),
    "a fork bomb": ("import os\nwhile True: os.fork()", "started more than 20 processes"),
    "a fork bomb of programs": (
        "import subprocess, time\nsubprocess.run(['bash', '-c', ':(){ :|:& };:'])\ntime.sleep(20)",
        "started more than 20 processes",
    ),
    "pipes in many processes": (
        "import os, time\n"
        "for _ in range(4): os.fork()\n"
        "x = [os.pipe() for _ in range(150)]\n"
        "time.sleep(20)",
        "opened more than 1024 pipes",
    ),
    "polls in many processes, which hide them": (
        "import ctypes, os, select, time\n"
        "ctypes.CDLL(None).prctl(4, 0)\n"
        "for _ in range(3): os.fork()\n"
        "x = [select.epoll() for _ in range(300)]\n"
        "time.sleep(20)",
        "opened more than 1024 pipes",
    ),
    "sockets that nobody accepts": (ATTEMPTS + UNACCEPTED, "opened more than 512 sockets"),
    "sockets that lie in a message": (ATTEMPTS + ON_THEIR_WAY, "opened more than 512 sockets"),
    "closed sockets whose messages nobody reads": (
        ATTEMPTS + UNREAD,
        "opened more than 512 sockets",
    ),
    "an endless loop": ("while True: pass", "used more than 2 s of processor time"),
}


@pytest.mark.parametrize("source, how", DEADLY.values(), ids=DEADLY)
def test_a_bomb_ends_its_kernel_and_all_its_processes(tmp_path, source, how):
    with StudentKernel(tmp_path) as other, StudentKernel(tmp_path, limits=SMALL) as kernel:
        before = processes()
        result = kernel.run_cell(source, timeout=20)
        assert (result.status, result.error) == ("died", how)
        assert processes() < before
        assert error_of(other, "1 + 1") == ""


def test_a_file_that_many_processes_inherit_counts_once(tmp_path):
    code = (
        "import os, time\n"
        "x = [os.pipe() for _ in range(150)]\n"
        "for _ in range(15):\n"
        "    if os.fork() == 0: time.sleep(1); os._exit(0)\n"
        "for _ in range(15): os.wait()"
    )
    with StudentKernel(tmp_path, limits=SMALL) as kernel:
        assert error_of(kernel, code) == ""


def test_what_lies_in_a_kernels_folders_belongs_to_its_memory(tmp_path):
    """Also files that have no name any more, and that nothing maps."""
    code = (
        "import os, time\n"
        "files = [open(f'{folder}/x', 'wb') for folder in ('.', '/tmp', '/dev/shm')]\n"
        "for file in files: os.unlink(file.name); file.write(bytes(60 * 2**20)); file.flush()\n"
        "time.sleep(20)"
    )
    small = Limits(memory=100 * MB, folder=80 * MB)
    with StudentKernel(tmp_path, limits=small) as kernel:
        result = kernel.run_cell(code, timeout=20)
        assert (result.status, result.error) == ("died", "ran out of memory (100 MB)")


COUNTED = {
    "watches of epoll": (
        Limits(watches=150),
        "import os, select\n"
        "poll = select.epoll()\n"
        "for _ in range({0}): poll.register(os.eventfd(0), select.EPOLLIN)",
        "No space left on device",
    ),
    "terminals": (Limits(terminals=120), "import os\nfor _ in range({0}): os.openpty()", "raised"),
}


@pytest.mark.parametrize("limits, source, error", COUNTED.values(), ids=COUNTED)
def test_what_a_kernel_has_a_number_of_is_refused_beyond_it(tmp_path, limits, source, error):
    with StudentKernel(tmp_path, limits=limits) as kernel:
        assert error_of(kernel, source.format(100)) == ""
        assert error in error_of(kernel, source.format(100))


def test_what_forks_share_counts_once_and_they_go_on(tmp_path):
    """Where they seem to hold too much, they stand still while it is counted."""
    code = (
        "import os, time\n"
        "x = bytearray(b'x') * (450 * 2**20)\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        for _ in range(30): time.sleep(0.05)\n"
        "        os._exit(0)\n"
        "assert [os.wait()[1] for _ in range(4)] == [0] * 4"
    )
    with StudentKernel(tmp_path, limits=Limits(memory=800 * MB)) as kernel:
        assert error_of(kernel, code) == ""


FILLING = {
    "a large file": (
        "with open('x', 'wb') as f:\n    while True: f.write(bytes(10**6))",
        "OSError",
    ),
    "many files": (
        "while True:\n    for i in range(999): open(f'/tmp/{i}', 'w').close()",
        "No space left on device",
    ),
    "several large files": (
        "for i in range(9): open(f'/dev/shm/{i}', 'wb').write(bytes(10**7))",
        "No space left",
    ),
}


@pytest.mark.parametrize("source, error", FILLING.values(), ids=FILLING)
def test_a_kernel_cannot_fill_a_disk(tmp_path, source, error):
    with StudentKernel(tmp_path, limits=SMALL) as kernel:
        assert error in error_of(kernel, source)
        assert error_of(kernel, "1 + 1") == ""


def test_a_kernel_that_linux_killed_because_the_machine_was_full_is_not_to_blame():
    usage: Any = SimpleNamespace(ru_utime=0, ru_stime=0)

    def blameless(how, machine_full):
        return limits.describe_end(how, usage, SMALL, machine_full) in BLAMELESS_ENDINGS

    assert blameless(signal.SIGKILL, machine_full=True)
    assert not blameless(signal.SIGKILL, machine_full=False)
    assert not blameless(signal.SIGSEGV, machine_full=True)


def test_linux_says_how_many_processes_it_killed_because_memory_was_full(tmp_path):
    (tmp_path / "counts").write_text("oom_kill_like 5\noom_kill 3\n")
    counts = os.open(tmp_path / "counts", os.O_RDONLY)
    assert limits.killed_for_memory(counts) == 3
    (tmp_path / "counts").write_text("oom_kill 4\n")
    assert limits.killed_for_memory(counts) == 4
    os.close(counts)
    with open(os.devnull) as nothing:
        assert limits.killed_for_memory(nothing.fileno()) == 0


def test_a_signal_without_a_name_is_described_by_its_number():
    assert limits.describe_code(-40).endswith("(killed by signal 40)")
    assert limits.describe_code(-11).endswith("(killed by SIGSEGV)")
