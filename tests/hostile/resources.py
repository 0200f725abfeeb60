"""Attacks on resources of the machine: processes, memory, disk, time, room for outputs."""

from . import VAE, Attack

WAITING = "a long wait"  # the student of the two attacks that last until the time limit

_FULL_DISK = """
def fill(folder):
    with open(folder + "/hostile-mark", "wb") as file:
        while True:
            file.write(bytes(2**20))
for folder in (".", "/tmp", "/dev/shm"):
    attempt(fill, folder)
"""

_MANY_FILES = """
def fill(folder):
    for number in range(10**6):
        open(f"{folder}/hostile-mark-{number}", "w").close()
attempt(fill, "/dev/shm")
"""

_THREADS = """
import threading
def start():
    while True:
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
attempt(start)
"""

_PIPES = """
for _ in range(4): os.fork()
x = [os.pipe() for _ in range(150)]
time.sleep(30)
"""

# Bytes in pipes and sockets are memory of no process.
_BUFFERS = """
def fill(one):
    written = 0
    os.set_blocking(one, False)
    try:
        while True: written += os.write(one, bytes(2**16))
    except BlockingIOError:
        return written
def pipe():
    end, start = os.pipe()
    try: fcntl.fcntl(start, fcntl.F_SETPIPE_SZ, 2**20)
    except OSError as error: refused.add(str(error))
    return end, start
def pair():
    both = socket.socketpair()
    for each in both: each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**28)
    return [each.detach() for each in both]
for make in (pipe, pair):
    refused, held, written = set(), [], 0
    while len(held) < 400:
        held += make()
        written += fill(held[-1])
    for each in held: os.close(each)
    show(refused, len(held), "buffers hold at most 100 MB:", 0 < written < 100 * 2**20)
"""

_WATCHES = """
import select
polls = [select.epoll() for _ in range(200)]
count = 0
def watch():
    global count
    for poll in polls:
        for each in [os.dup(0) for _ in range(200)]:
            poll.register(select.epoll() if count % 2 else os.eventfd(0), select.EPOLLIN)
            count += 1
attempt(watch)
for name, arguments in {"inotify_init1": (0,), "fanotify_init": (0, 0)}.items():
    show(call(name, *arguments))
show("watches of its own are", "few:", count < 10**5)
"""

# Waits of processes for each other, which the init process ends.
_WAITS = """
import platform, threading
futex = {"x86_64": 202, "aarch64": 98}[platform.machine()]
word = ctypes.c_int(0)
def wait():
    while True: libc.syscall(futex, ctypes.byref(word), 0, 0, None)
for _ in range(40): threading.Thread(target=wait, daemon=True).start()
time.sleep(5)
show("goes on beside", "forty waits")
"""

_SIGNALS = """
if os.fork() == 0:  # with one thread, which blocks the signal
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
    count = 0
    while count < 2000 and libc.sigqueue(os.getpid(), signal.SIGRTMIN, None) == 0: count += 1
    os._exit(count // 100)
show("pending signals are at most", os.waitstatus_to_exitcode(os.wait()[1]), "00")
show(call("mlock", ctypes.create_string_buffer(2**20), 2**20))
"""

ATTACKS = (
    Attack("a fork bomb", "while True: os.fork()", "started more than 24 processes"),
    Attack("a thread bomb", _THREADS, "can't start new thread"),
    Attack(
        "a memory bomb",
        "x = []\nwhile True: x.append(bytearray(b'x') * 10**8)",
        "ran out of memory (2 GB)",
    ),
    Attack("pipes in many processes", _PIPES, "opened more than 2048 pipes and sockets"),
    Attack("full pipes and sockets", _BUFFERS, "buffers hold at most 100 MB: True"),
    Attack("watches of files", _WATCHES, "watches of its own are few: True"),
    Attack("a flood of waits", _WAITS, "goes on beside forty waits"),
    Attack("pending signals and locked memory", _SIGNALS, "pending signals are at most 10 00"),
    Attack("a full disk", _FULL_DISK, "File too large"),
    Attack("a million files", _MANY_FILES, "No space left on device"),
    Attack(
        "endless output",
        "print('x' * 10**6)\ntime.sleep(2)\nfor _ in range(10**5): print('x' * 1000)",
        "showed more than is kept",
    ),
    Attack(
        "an endless loop",
        "while True: pass",
        "took longer than 120 s and was stopped",
        student=WAITING,
    ),
    Attack(
        "a hung kernel",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "did not react to an interrupt",
        VAE,
        student=WAITING,
    ),
)
