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

# A watch belongs to a file and a number of it, so that each file counts once for each number.
_WATCHES = """
import select
polls, files = [[make() for _ in range(100)] for make in (select.epoll, lambda: os.eventfd(0))]
numbers = [os.dup(0) for _ in range(100)]
count = 0
def watch():
    global count
    for number in numbers:
        for file in files:
            os.dup2(file, number)
            for poll in polls:
                poll.register(number, select.EPOLLIN)
                count += 1
attempt(watch)
for name, arguments in {"inotify_init1": (0,), "fanotify_init": (0, 0)}.items():
    show(call(name, *arguments))
show("watches of its own are", "few:", count < 10**5)
"""

# Sockets that no process has open, with what they sent.
_SENDERS = """
kept = []
def receiver(kind):
    kept.append(socket.socket(socket.AF_UNIX, kind))
    kept[-1].bind(f"\\0{len(kept)}")
    return kept[-1]
def sender(kind, name):
    one = socket.socket(socket.AF_UNIX, kind)
    one.setblocking(False)
    try:
        one.connect(name)
        while True: one.send(bytes(10**5))
    except OSError:
        one.close()
"""
_UNACCEPTED = """
for _ in range(100):
    listener = receiver(socket.SOCK_STREAM)
    listener.listen(10**6)
    for _ in range(1000): sender(socket.SOCK_STREAM, listener.getsockname())
time.sleep(30)
"""
_UNREAD = """
for _ in range(400):
    name = receiver(socket.SOCK_DGRAM).getsockname()
    for _ in range(12): sender(socket.SOCK_DGRAM, name)
time.sleep(30)
"""
_ON_THEIR_WAY = """
end, start = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
start.setblocking(False)
def send():
    pairs = [socket.socketpair() for _ in range(50)]
    files = [each.detach() for pair in pairs for each in pair]
    try: socket.send_fds(start, [b"."], files)
    finally:
        for file in files: os.close(file)
for _ in range(20): attempt(send)
time.sleep(30)
"""

# Memory of no process, in parts of Linux that no notebook needs.
_PILES = """
import platform
x86 = platform.machine() == "x86_64"
for name, number, *arguments in (
    ("landlock", 444, None, 0, 1),
    ("seccomp", 317 if x86 else 277, 2, 0, None),
    ("mbind", 237 if x86 else 235, None, 0, 0, None, 0, 0),
):
    show(name, "is", call("syscall", number, *arguments))
attempt(os.mkfifo, "/tmp/pipe")
terminals = []
def open_terminals():
    while True: terminals.append(os.openpty())
attempt(open_terminals)
show("piles are", "low:", len(terminals) < 100)
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
    Attack("pipes in many processes", _PIPES, "opened more than 1024 pipes"),
    Attack("full pipes and sockets", _BUFFERS, "buffers hold at most 100 MB: True"),
    Attack("watches of files", _WATCHES, "watches of its own are few: True"),
    Attack("sockets that nobody accepts", _SENDERS + _UNACCEPTED, "opened more than 512 sockets"),
    Attack("letters that nobody reads", _SENDERS + _UNREAD, "opened more than 512 sockets"),
    Attack("sockets in a message", _ON_THEIR_WAY, "opened more than 512 sockets"),
    Attack("piles in Linux", _PILES, "piles are low: True"),
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
        "took longer than 30 s and was stopped",
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
