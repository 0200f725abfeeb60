"""The process that runs a student's code: an IPython kernel without rights."""

import os
import random
import sys

from . import namespaces, seccomp
from .limits import apply_to_this_process
from .paths import CODE, CONNECTION_FILE, WORK
from .request import Order

STUDENT = 1000  # its user, in a namespace of its own
LISTENING = b"listening"


def be_kernel(order: Order, say: int, held_back: int) -> None:
    """Give up all rights, write LISTENING (or what went wrong) to `say`, wait for `held_back`.

    Never returns.
    """
    try:
        namespaces.close_memory(False)
        os.setsid()
        leave_open(say, held_back)
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")  # where the machine runs out of memory, this process goes first
        if order.isolated:
            namespaces.become_nobody(STUDENT)
        seccomp.refuse()
        apply_to_this_process(order.limits, own_namespace=order.isolated)
        app = start_ipython(order.env)
        os.write(say, LISTENING)
        os.read(held_back, 1)
        os.close(say)
        os.close(held_back)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the grader is told
        os.write(say, f"{type(error).__name__}: {error}".encode()[:4000] or b"?")
        os._exit(1)
    try:
        app.start()
    finally:
        os._exit(0)


def leave_open(*files: int) -> None:
    """Close every file but these; standard input and output lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in files:
            try:
                os.close(int(name))
            except OSError:  # the one that listed them
                continue


def start_ipython(env: dict[str, str]):
    """IPython's kernel application, with its sockets bound.

    Until it is started, no code of a student runs here.
    """
    os.environ.clear()
    os.environ.update(env)
    os.umask(0o022)
    os.chdir(WORK)
    seed_again()
    forget_ourselves()
    sys.argv[:] = ["ipykernel_launcher.py", "-f", CONNECTION_FILE]
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(["-f", CONNECTION_FILE, "--HistoryManager.enabled=False"])
    app.shell.enable_matplotlib(
        "inline"
    )  # importing pyplot would do it, but was done before there was a shell
    return app


def seed_again() -> None:
    """Give each generator of random numbers that was imported a seed of its own, as in a process
    without a past.
    """
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()


def forget_ourselves() -> None:
    """Take this package out of the modules and folders from which a notebook imports."""
    sys.path[:] = [path for path in sys.path if path != CODE]
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]
