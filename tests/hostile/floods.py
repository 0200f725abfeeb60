"""Attacks on other submissions' time: floods that take all processors, within every limit or not.

Those here are stopped as attacks of the hostile class; tests/classroom/test_floods.py and
benchmarks/flood.py grade an honest submission beside each of FLOODS.
"""

from . import Attack

LOOPS = 20  # processes; with the kernel's own two, fewer than its limit

_START = """
end = time.monotonic() + {seconds}
def child(act):
    if os.fork() == 0:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try: act()
        finally: os._exit(0)
def loop():
    while time.monotonic() < end: pass
"""

_TOO_MANY_LOOPS = """
for _ in range(60): child(loop)
time.sleep({seconds})
"""

_LOOPS = """
for _ in range({loops}): child(loop)
time.sleep({seconds})
"""

# hashlib lets other threads run meanwhile.
_THREADS = """
import hashlib, threading
def hash_on():
    while time.monotonic() < end: hashlib.sha256(bytes(2**20))
for _ in range(40): threading.Thread(target=hash_on, daemon=True).start()
time.sleep({seconds})
"""

# Linux adds the time of these children to nobody's, and each is gone before anybody looks.
_FORKS = """
def fork_on():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while time.monotonic() < end:
        child(lambda: sum(range(10**5)))
        try: os.wait()
        except ChildProcessError: pass
for _ in range(8): child(fork_on)
time.sleep({seconds})
"""

_SESSIONS = """
def own_session():
    os.setsid()
    for ask in (
        lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
        lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
        lambda: libc.prctl(62, 1, 0, 0, 0),  # PR_SCHED_CORE: half a core for nobody else
    ):
        try: ask()
        except OSError: pass
    loop()
def session():
    os.setsid()
    os._exit(os.getsid(0) == os.getpid())
if os.fork() == 0: session()
show("has got", os.waitstatus_to_exitcode(os.wait()[1]), "sessions of its own")
show("prctl for a core of its own:", libc.prctl(62, 1, 0, 0, 0))
for _ in range({loops}): child(own_session)
time.sleep({seconds})
"""

FLOODS = {
    "more loops than it may start": _TOO_MANY_LOOPS,
    "loops": _LOOPS,
    "threads": _THREADS,
    "forks": _FORKS,
    "loops in sessions": _SESSIONS,
}


def flood(name: str, seconds: float) -> str:
    """Return the cell of a flood that ends by itself after some time, below the tools."""
    return (_START + FLOODS[name]).format(loops=LOOPS, seconds=seconds)


ATTACKS = (
    Attack(
        "a flood of loops that are too many",
        flood("more loops than it may start", 300),
        "started more than 24 processes",
    ),
    Attack("a flood of loops", flood("loops", 300), "took longer than 30 s and"),
    Attack("sessions of its own", flood("loops in sessions", 2), "has got 0 sessions of its own"),
)
