"""The warm process: imports what notebooks need once, and is forked for each kernel.

It never runs a student's code.

Arguments: the numbers of a socket (SOCK_SEQPACKET) to the grader and of the file of
`limits.open_machine_counts`, and an IsolationLevel. It sends {"ready": true, ...} or
{"failed": sentence}. Each message that comes with a socket asks for a kernel, whose KernelRequest
comes through that socket.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterable, Iterator

from . import huge_pages, namespaces, seccomp
from .init_process import mount_private_folders, restrict_access
from .isolation_level import IsolationLevel
from .limits import Limits
from .student_process import STUDENT_USER
from .supervisor import supervise

REQUIRED_MODULES = ("ipykernel.kernelapp", "torch")
OPTIONAL_MODULES = (
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "ipykernel.debugger",
    "IPython.core.completerlib",
)
# Some notebooks need these: the first by making an optimiser, the others where they name them.
LATER_MODULES = ("torch._dynamo", "torchvision.datasets", "d2l.torch")
IDLE_SECONDS = 0.2  # without a request, until the next of these is imported


def main(number: int, counts: int, level: IsolationLevel) -> None:
    """Serve the grader until it hangs up.

    Args:
        number: of the socket to the grader, an open file.
        counts: number of the file of `limits.open_machine_counts`.
        level: FORKS serves many kernels, ALONE becomes the one kernel, TRIAL serves none.
    """
    control = socket.socket(fileno=number)
    if level is IsolationLevel.TRIAL:
        isolated, why_not = can_isolate()
        send_ready(control, isolated, why_not)
        return
    try:
        import_modules(REQUIRED_MODULES, OPTIONAL_MODULES)
        if level is IsolationLevel.ALONE:  # this one is imported while another kernel runs
            import_modules((), LATER_MODULES)
    except Exception as error:  # noqa: BLE001 - whatever it is, the grader is told
        control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        return
    send_ready(control, isolated=level is IsolationLevel.FORKS, why_not="")
    if level is IsolationLevel.FORKS:
        serve_forks(control, counts)
    else:
        serve_alone(control, counts)


def send_ready(control: socket.socket, isolated: bool, why_not: str) -> None:
    """Tell the grader that requests can come, and what isolates the kernels."""
    threads = len(os.listdir("/proc/self/task"))
    message = {"ready": True, "isolated": isolated, "why_not": why_not, "threads": threads}
    control.send(json.dumps(message).encode())


def serve_forks(control: socket.socket, counts: int) -> None:
    """Fork for each kernel until the grader hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Linux removes supervisors that have ended
    steps, has_more = steps_when_idle(), True
    while True:
        while has_more and is_idle(control):
            has_more = next(steps, False)
        connection = receive_connection(control)
        if connection is None:
            return
        if os.fork() == 0:
            supervise_and_exit(control, connection, counts)
        connection.close()


def steps_when_idle() -> Iterator[bool]:
    """Make ready what later kernels start sooner by, one step at a time; yield True after each."""
    for name in LATER_MODULES:
        import_modules((), [name])
        yield True
    yield from huge_pages.join_pages()


def serve_alone(control: socket.socket, counts: int) -> None:
    """Supervise one kernel, for which this whole sandbox is."""
    connection = receive_connection(control)
    if connection is not None:
        control.close()
        supervise(connection, counts, isolated=False)


def is_idle(control: socket.socket) -> bool:
    """Wait for a moment; return whether no request came."""
    return not select.select([control], [], [], IDLE_SECONDS)[0]


def receive_connection(control: socket.socket) -> socket.socket | None:
    """Receive the socket that belongs to a new kernel; None when the grader hung up."""
    _, files, _, _ = socket.recv_fds(control, 1, 1)
    return socket.socket(fileno=files[0]) if files else None


def import_modules(required: Iterable[str], optional: Iterable[str]) -> None:
    """Import modules, the optional ones where they are there; make them cheap to share with forks.

    Raises whatever a required one raises.
    """
    gc.disable()  # it would look through torch again and again while torch is being made
    for name in required:
        importlib.import_module(name)
    for name in optional:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(ImportError):
        from matplotlib.backends.registry import backend_registry

        backend_registry.list_all()  # reads the metadata of all packages, once
    gc.collect()
    gc.freeze()  # the garbage collector would write to, and so copy, every page that it looks at
    gc.enable()


def can_isolate() -> tuple[bool, str]:
    """Try once, in a fork, all that isolates a kernel.

    Returns:
        Whether a fork can have namespaces of its own, and why not.
    """
    status_read, status_write = os.pipe()
    child = os.fork()
    if child == 0:
        try_isolation_and_exit(status_write)
    os.close(status_write)
    os.waitpid(child, 0)
    answer = os.read(status_read, 4096).decode()
    os.close(status_read)
    return answer == "isolated", answer


def try_isolation_and_exit(status_write: int) -> None:
    """Write "isolated" to the pipe, or what went wrong. Never returns."""
    try:
        namespaces.enter_new_namespaces()
        if os.fork() == 0:
            mount_private_folders(Limits())
            restrict_access()
            namespaces.enter_private_mounts()
            namespaces.drop_to_user(STUDENT_USER)
            seccomp.install_filter()
            os.write(status_write, b"isolated")
    except Exception as error:  # noqa: BLE001 - whatever it is, the grader is told
        os.write(status_write, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(0)


def supervise_and_exit(control: socket.socket, connection: socket.socket, counts: int) -> None:
    """Supervise one kernel. Never returns."""
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        supervise(connection, counts, isolated=True)
    except Exception as error:  # noqa: BLE001 - the grader is told, if it still listens
        message = {"ended": f"cannot be supervised: {error}"}
        connection.send(json.dumps(message).encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), IsolationLevel(sys.argv[3]))
