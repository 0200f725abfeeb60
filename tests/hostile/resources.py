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

ATTACKS = (
    Attack("a fork bomb", "while True: os.fork()", "started more than 64 processes"),
    Attack("a thread bomb", _THREADS, "can't start new thread"),
    Attack(
        "a memory bomb",
        "x = []\nwhile True: x.append(bytearray(b'x') * 10**8)",
        "ran out of memory (2 GB)",
    ),
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
