"""Attacks on what the machine has: processes, memory, disk, time, and the room for outputs."""

from . import VAE, Attack

ATTACKS = (
    Attack("a fork bomb", "while True: os.fork()", "started more than 64 processes"),
    Attack("a memory bomb", "x = []\nwhile True: x.append(bytearray(b'x') * 10**8)", "ran out of memory (2 GB)"),
    Attack("a full disk",
           "def fill(folder):\n"
           "    with open(f'{folder}/hostile-mark', 'wb') as file:\n"
           "        while True: file.write(bytes(2**20))\n"
           "for folder in ('.', '/tmp', '/dev/shm'): attempt(fill, folder)",
           "Error: [Errno"),
    Attack("endless output", "for _ in range(10**6): print('x' * 1000)", "showed more than is kept"),
    Attack("an endless loop", "while True: pass", "took longer than 120 s and was stopped", student="a long wait"),
    Attack("a hung kernel", "os.kill(os.getpid(), signal.SIGSTOP)", "did not react to an interrupt", VAE,
           student="a long wait"),
)  # fmt: skip
