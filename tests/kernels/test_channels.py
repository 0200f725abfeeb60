"""What one kernel does, another one does not see: channels between kernels, each tried for real."""

import sys

import pytest

from autograder.kernels import StudentKernel
from tests.attacks import error_of

TOOLS = """
import array, ctypes, fcntl, gc, mmap, os, select, socket, struct, subprocess, time
libc = ctypes.CDLL(None, use_errno=True)
shared = gc.__spec__.origin if gc.__spec__.origin != 'built-in' else os.__file__
shared = os.__file__  # a file that all kernels see
def call(number, *arguments):
    "Make a system call; the negative number of the error where Linux refuses it."
    arguments = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = libc.syscall(ctypes.c_long(number), *arguments)
    return -ctypes.get_errno() if result == -1 else result
def lock(kind):
    return fcntl.fcntl(kept, kind, struct.pack('hhqqi', fcntl.F_RDLCK, 0, 0, 1, 0))
def locked(kind):
    return fcntl.fcntl(kept, kind, struct.pack('hhqqi', fcntl.F_WRLCK, 0, 0, 1, 0))[:2]
def count_in(path):
    return open(path).read()
kept = os.open(shared, os.O_RDONLY)
"""

# name → (what the sender does, what the receiver looks at before and after that)
CHANNELS = {
    "record locks": ("lock(fcntl.F_SETLK)", "locked(fcntl.F_GETLK)"),
    "locks of open files": ("lock(37)", "locked(36)"),
    "flock": (
        "fcntl.flock(kept, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "fcntl.flock(kept, fcntl.LOCK_SH | fcntl.LOCK_NB)",
    ),
    "write hints": (
        "fcntl.fcntl(kept, 1036, struct.pack('Q', 3))",
        "fcntl.fcntl(kept, 1035, struct.pack('Q', 0))",
    ),
    "times of a device": ("os.utime('/dev/null')", "os.stat('/dev/null').st_mtime_ns"),
    "times of a folder": ("os.utime('/dev')", "os.stat('/dev').st_mtime_ns"),
    "times of access": ("open(shared).read(); os.listdir('/usr')", "os.stat(shared).st_atime_ns, os.stat('/usr').st_atime_ns"),
    "sockets in memory": (
        "x = [socket.socket(socket.AF_INET) for _ in range(100)]",
        "count_in('/proc/self/net/sockstat')",
    ),
    "asynchronous requests": (
        "context = ctypes.c_ulong()\ncall(206, 30000, ctypes.byref(context))",
        "count_in('/proc/sys/fs/aio-nr')",
    ),
    "open files": ("x = [os.open('/dev/null', 0) for _ in range(300)]", "count_in('/proc/sys/fs/file-nr')"),
    "who maps a page": (
        "m = mmap.mmap(kept, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ)\nm[0]",
        "count_in('/proc/self/smaps') and mapped()",
    ),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two kernels beside each other."""
    folder = tmp_path_factory.mktemp("notebook")
    with StudentKernel(folder) as sender, StudentKernel(folder) as receiver:
        for kernel in (sender, receiver):
            assert error_of(kernel, TOOLS) == ""
        yield sender, receiver


def seen(kernel, expression):
    """Return what an expression shows, or the error that it raises."""
    return error_of(kernel, f"raise KeyError(repr({expression}))")


@pytest.mark.parametrize("act, look", CHANNELS.values(), ids=CHANNELS)
def test_what_one_kernel_does_another_does_not_see(pair, act, look):
    sender, receiver = pair
    before = seen(receiver, look)
    print(before, error_of(sender, act))
    assert seen(receiver, look) == before
