"""The warm process: imports what notebooks need once, and is forked for each kernel.

It never runs a student's code.

Arguments: the number of a socket (SOCK_SEQPACKET) to the grader, and a mode: "forks", "alone"
(keeps one kernel itself) or "trial" (imports nothing and only says whether forks can be isolated).
Says {"ready": true, ...} or {"failed": sentence}. Each message that comes with a socket asks for a
kernel, whose order comes through that socket.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys

from . import namespaces, seccomp
from .init_process import close_off, mount_own
from .limits import Limits
from .student_process import STUDENT
from .supervisor import keep

NEEDED = ("ipykernel.kernelapp", "torch")
HELPFUL = (
    "numpy",
    "torchvision.datasets",
    "d2l.torch",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "ipykernel.debugger",
    "IPython.core.completerlib",
)


def main(number: int, mode: str) -> None:
    """Serve the grader until it hangs up."""
    control = socket.socket(fileno=number)
    try:
        if mode != "trial":
            import_modules()
    except Exception as error:  # noqa: BLE001 - whatever it is, the grader is told
        control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        return
    isolated, why_not = can_isolate() if mode == "trial" else (mode == "forks", "")
    threads = len(os.listdir("/proc/self/task"))
    control.send(
        json.dumps(
            {"ready": True, "isolated": isolated, "why_not": why_not, "threads": threads}
        ).encode()
    )
    if mode == "forks":
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers leave nothing behind when they end
    while mode != "trial":
        _, files, _, _ = socket.recv_fds(control, 1, 1)
        if not files:
            return
        connection = socket.socket(fileno=files[0])
        if mode == "alone":
            control.close()
            keep(connection, isolated=False)
            return
        if os.fork() == 0:
            keep_and_exit(control, connection)
        connection.close()


def import_modules() -> None:
    """Import what notebooks import, and make it cheap to share with forks."""
    for name in NEEDED:
        importlib.import_module(name)
    for name in HELPFUL:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(ImportError):
        from matplotlib.backends import backend_registry

        backend_registry.list_all()  # reads the metadata of all packages, once
    gc.collect()
    gc.freeze()  # the garbage collector would write to every page that it looks at


def can_isolate() -> tuple[bool, str]:
    """Whether a fork can have namespaces of its own, and why not: the whole of it is tried once."""
    heard, say = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            namespaces.enter()
            if os.fork() == 0:
                mount_own(Limits())
                close_off()
                namespaces.become_nobody(STUDENT)
                seccomp.refuse()
                os.write(say, b"isolated")
        except OSError as error:
            os.write(say, str(error).encode())
        finally:
            os._exit(0)
    os.close(say)
    os.waitpid(child, 0)
    answer = os.read(heard, 4096).decode()
    os.close(heard)
    return answer == "isolated", answer


def keep_and_exit(control: socket.socket, connection: socket.socket) -> None:
    """Be the keeper of one kernel. Never returns."""
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        keep(connection, isolated=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the grader is told if it still listens
        connection.send(json.dumps({"ended": f"cannot be kept: {error}"}).encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
