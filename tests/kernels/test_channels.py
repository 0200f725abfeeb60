"""What one kernel does, another one does not see: each way to tell is tried between two kernels."""

import platform

import pytest

from autograder.kernels import StudentKernel
from autograder.kernels.inside import seccomp
from autograder.kernels.inside.system_calls import FUTEX, UNKNOWN
from autograder.kernels.inside.system_calls import REFUSED as REFUSED_CALLS
from tests.attacks import error_of

COLUMN, _ = seccomp.MACHINES.get(platform.machine(), (0, 0))
CALLS = {**REFUSED_CALLS, **UNKNOWN, "futex": FUTEX, "cachestat": (451, 451)}
NUMBERS = {name: numbers[COLUMN] for name, numbers in CALLS.items()}
TOOLS = (
    f"numbers = {NUMBERS}"
    + """
import ctypes, fcntl, mmap, os, signal, socket, struct, threading, time
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
def call(name, *arguments):
    "Call a function of the C library; say which error came of it."
    ctypes.set_errno(0)
    result = getattr(libc, name)(*arguments)
    return os.strerror(ctypes.get_errno()) if result == -1 else result
def attempt(act, *arguments):
    try:
        return act(*arguments)
    except OSError as error:
        return os.strerror(error.errno)
def read(path):
    return open(path).read()
def lock(kind, what=fcntl.F_RDLCK):
    wanted = struct.pack('hhqqi', what, 0, 0, 1, 0)
    return struct.unpack('hhqqi', fcntl.fcntl(shared, kind, wanted))[0]
def wait(*limit):
    "FUTEX_WAIT"
    return libc.syscall(numbers['futex'], ctypes.c_void_p(page), 0, value, *limit)
def wake():
    "FUTEX_WAKE: how many it woke."
    return libc.syscall(numbers['futex'], ctypes.c_void_p(page), 1, 100)
shared = os.open(os.__file__, os.O_RDONLY)  # a file that all kernels see
page = libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_PRIVATE, shared, 0)
value = ctypes.c_int.from_address(page).value
"""
)

# what two kernels could exchange → (what one does, what the other one looks at)
CHANNELS = {
    "record locks": ("lock(fcntl.F_SETLK)", "lock(fcntl.F_GETLK, fcntl.F_WRLCK)"),
    "locks of open files": ("lock(37)", "lock(36, fcntl.F_WRLCK)"),  # F_OFD_SETLK, F_OFD_GETLK
    "flock": (
        "fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)",
    ),
    "waits at a page": (
        "threading.Thread(target=lambda: [wait(None) for _ in range(999)], daemon=True).start()"
        " or time.sleep(0.3)",
        "wake()",
    ),
    "leases": (
        "fcntl.fcntl(shared, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
        "fcntl.fcntl(shared, fcntl.F_GETLEASE)",
    ),
    "hints of writing": (
        "fcntl.fcntl(shared, 1036, struct.pack('Q', 3))",  # F_SET_RW_HINT, F_GET_RW_HINT
        "fcntl.fcntl(shared, 1035, struct.pack('Q', 0))",
    ),
    "times of a device": ("os.utime('/dev/null')", "os.stat('/dev/null').st_mtime_ns"),
    "times of a terminal": ("os.utime('/dev/tty')", "os.stat('/dev/tty').st_mtime_ns"),
    "times of a folder": ("os.utime('/dev')", "os.stat('/dev').st_mtime_ns"),
    "times of access": (
        "os.listdir('/usr'), os.pread(shared, 10, 0)",
        "os.stat('/usr').st_atime_ns, os.fstat(shared).st_atime_ns",
    ),
    "names without a file": (
        r"globals().update(x=socket.socket(socket.AF_UNIX)) or x.bind('\0name')",
        r"socket.socket(socket.AF_UNIX).bind('\0name')",
    ),
    "ports": (
        "globals().update(x=socket.create_server(('127.0.0.1', 7777)))",
        "socket.create_server(('127.0.0.1', 7777)).close()",
    ),
    "sockets": (
        "globals().update(x=[socket.socket(socket.AF_INET) for _ in range(99)])",
        "read('/proc/self/net/sockstat')",
    ),
    "open files": (
        "globals().update(x=[os.dup(shared) for _ in range(99)])",
        "read('/proc/sys/fs/file-nr')",
    ),
    "requests of another kind": (
        "call('syscall', numbers['io_setup'], 30_000, ctypes.byref(ctypes.c_ulong()))",
        "read('/proc/sys/fs/aio-nr')",
    ),
    "pages that two processes use": (
        "globals().update(x=mmap.mmap(shared, 4096, prot=mmap.PROT_READ)) or x[0]",
        "read('/proc/self/smaps')",
    ),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two kernels beside each other."""
    folder = tmp_path_factory.mktemp("notebook")
    with StudentKernel(folder) as one, StudentKernel(folder) as other:
        for kernel in (one, other):
            assert error_of(kernel, TOOLS) == ""
        yield one, other


def seen(kernel, expression):
    """Return what an expression gives in a kernel, or the error that it raises, in words."""
    return error_of(kernel, f"raise ValueError(attempt(lambda: ({expression})))")


@pytest.mark.parametrize("act, look", CHANNELS.values(), ids=CHANNELS)
def test_what_one_kernel_does_another_does_not_see(pair, act, look):
    one, other = pair
    before = seen(other, look)
    assert "raised ValueError" in seen(one, act)
    assert seen(other, look) == before


REFUSED = {
    "shared memory": "call('shmget', 1, 4096, 0o1666)",
    "semaphores": "call('semget', 1, 1, 0o1666)",
    "queues of messages": "call('msgget', 1, 0o1666)",
    "named queues of messages": "call('mq_open', b'/name', os.O_CREAT | os.O_RDWR, 0o666, None)",
    "watching files": "call('inotify_init1', 0)",
    "watching mounts": "call('fanotify_init', 0, 0)",
    "watching a folder": "attempt(fcntl.fcntl, os.open('/usr', 0), fcntl.F_NOTIFY, 1)",
    "leases": "attempt(fcntl.fcntl, shared, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "keys": "call('syscall', numbers['add_key'], b'user', b'name', b'value', 5, -4)",
    "another process's memory": "call('process_vm_readv', 1, None, 0, None, 0, 0)",
    "another process's files": "call('syscall', numbers['pidfd_getfd'], 3, 3, 0)",
    "numbers of processes": "call('syscall', numbers['pidfd_open'], os.getpid(), 0)",
    "requests in a ring": "call('syscall', numbers['io_uring_setup'], 8, None)",
    "requests of another kind": "call('syscall', numbers['io_setup'], 8, bytes(8))",
    "faults": "call('syscall', numbers['userfaultfd'], 0)",
    "events of the processor": "call('syscall', numbers['perf_event_open'], None, 0, -1, -1, 0)",
    "counts of the machine": "call('sysinfo', (ctypes.c_long * 64)())",
    "the system's log": "call('klogctl', 3, ctypes.create_string_buffer(99), 99)",
    "pages in memory": "call('mincore', ctypes.c_void_p(id(call) & -4096), 4096, bytes(9))",
    "counts of pages in memory": "call('syscall', numbers['cachestat'], shared, None, None, 0)",
    "reading what is in memory": "call('preadv2', shared, None, 0, ctypes.c_long(0), 8)",
    "large pipes": "attempt(fcntl.fcntl, os.pipe()[1], fcntl.F_SETPIPE_SZ, 2**20)",
    "the machine's own sockets": "attempt(socket.socket, socket.AF_VSOCK)",
    "ciphers": "attempt(socket.socket, socket.AF_ALG)",
    "numbers of sockets": "attempt(socket.socket().getsockopt, socket.SOL_SOCKET, 57, 8)",
    "pages that become one": "call('prctl', 67, 1, 0, 0, 0)",
    "huge pages": "attempt(mmap.mmap, -1, 2**21, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)",
}
WORDS = ("not permitted", "not implemented", "not supported", "Invalid argument")


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_no_notebook_needs_is_refused(pair, call):
    assert any(word in seen(pair[0], call) for word in WORDS), seen(pair[0], call)


def test_advice_on_what_stays_in_memory_is_taken_and_not_followed(pair):
    advice = "os.posix_fadvise(shared, 0, 0, os.POSIX_FADV_DONTNEED)"
    assert "raised ValueError: None" in seen(pair[0], advice)


def test_the_buffers_of_a_socket_do_not_grow(pair):
    code = """one, _ = socket.socketpair()
before = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, before // 4)
assert one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == before"""
    assert error_of(pair[0], code) == ""


def test_a_process_that_waits_for_another_is_interrupted(pair):
    code = "import multiprocessing\nlock = multiprocessing.Lock()\nlock.acquire()\nlock.acquire()"
    result = pair[0].run_cell(code, timeout=1)
    assert result.status == "timeout" and pair[0].alive


LIBRARIES = {
    "workers that load data": """
import torch
from torch.utils.data import DataLoader, TensorDataset
loaded = DataLoader(TensorDataset(torch.arange(64.0)), batch_size=8, num_workers=2)
assert sum(batch.sum() for batch, in loaded) == 64 * 63 / 2""",
    "a pool of new processes": """
import subprocess, sys
code = '''
import math, multiprocessing
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(math.sqrt, [4, 9]) == [2, 3]
    lock = multiprocessing.Lock()
    assert lock.acquire(timeout=1) and not lock.acquire(timeout=0.1)
'''
open('pool.py', 'w').write(code)
subprocess.run([sys.executable, 'pool.py'], check=True)""",
    "processes that wait for each other": """
import multiprocessing
lock, done, numbers = multiprocessing.Lock(), multiprocessing.Event(), multiprocessing.Queue()
count = multiprocessing.Value('i', 0, lock=False)
def work():
    for _ in range(100):
        with lock:
            count.value += 1
    numbers.put(1)
    done.wait()
workers = [multiprocessing.Process(target=work) for _ in range(3)]
for worker in workers: worker.start()
assert sum(numbers.get(timeout=30) for _ in workers) == 3 and count.value == 300
assert not done.wait(0.05) and not any(worker.join(0) or worker.exitcode for worker in workers)
done.set()
for worker in workers: worker.join(30)
assert [worker.exitcode for worker in workers] == [0, 0, 0]""",
    "threads that end": """
import zmq
zmq.Context().term()""",
    "a data base": """
import sqlite3
with sqlite3.connect('base.db') as base:
    base.execute('create table numbers (number)')
    base.execute('insert into numbers values (7)')
assert sqlite3.connect('base.db').execute('select * from numbers').fetchall() == [(7,)]""",
    "a file that is locked": """
import filelock
with filelock.FileLock('file.lock', timeout=1):
    pass""",
    "weights in a file": """
import torch
torch.save({'weight': torch.ones(3)}, 'weights.pt')
for mapped in (False, True):
    assert torch.load('weights.pt', mmap=mapped, weights_only=True)['weight'].sum() == 3""",
    "numbers in a file that is mapped": """
import numpy
numpy.save('numbers.npy', numpy.arange(9))
assert numpy.load('numbers.npy', mmap_mode='r').sum() == 36""",
    "a picture in a new font": """
import matplotlib, matplotlib.pyplot as plt, shutil
shutil.rmtree(matplotlib.get_cachedir(), ignore_errors=True)
matplotlib.font_manager._load_fontmanager(try_read_cache=False)
plt.title('new', family='monospace')
plt.savefig('picture.png')""",
    "the state of the machine": """
import os, psutil
assert psutil.virtual_memory().total == 2 * 2**30 and os.cpu_count() >= 1""",
    "other programs": """
import subprocess
assert subprocess.check_output('ls / | head -1; echo x > /dev/null', shell=True) == b'bin\\n'""",
}


@pytest.mark.parametrize("code", LIBRARIES.values(), ids=LIBRARIES)
def test_what_notebooks_use_works(pair, code):
    assert error_of(pair[1], code, timeout=60) == ""
