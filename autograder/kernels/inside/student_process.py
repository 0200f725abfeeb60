"""The student process: an IPython kernel without rights, in which a student's code runs."""

import os
import random
import socket
import sys
from typing import TYPE_CHECKING

from . import namespaces, seccomp
from .limits import apply_to_this_process
from .paths import CODE, CONNECTION_FILE, WORK
from .request import KernelRequest

if TYPE_CHECKING:
    from ipykernel.kernelapp import IPKernelApp

STUDENT_USER = 1000  # number of the kernel's user, in a namespace of its own
LISTENING = b"listening"
OOM_SCORE = "1000"  # the highest: where the machine runs out of memory, this process goes first
MAX_STATUS = 4000  # bytes of what went wrong


def run_student_process(
    request: KernelRequest, to_init: socket.socket, status_write: int, go_read: int
) -> None:
    """Give up all rights and run the kernel. Never returns.

    Args:
        request: the kernel's environment and limits.
        to_init: the socket to send the file to from which `shared_waits` gets the waits.
        status_write: the pipe to write LISTENING to, or what went wrong.
        go_read: the pipe of which one byte is awaited before any code of a student can run.
    """
    try:
        app = _prepare_kernel(request, to_init, status_write, go_read)
        os.write(status_write, LISTENING)
        os.read(go_read, 1)
        os.close(status_write)
        os.close(go_read)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the grader is told
        os.write(status_write, f"{type(error).__name__}: {error}".encode()[:MAX_STATUS] or b"?")
        os._exit(1)
    try:
        app.start()
    finally:
        os._exit(0)


def _prepare_kernel(request, to_init, status_write, go_read):
    """Give up all rights, in this order, and return IPython's kernel, not yet started."""
    namespaces.set_dumpable(True)
    os.setsid()
    close_files_except(to_init.fileno(), status_write, go_read)
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(OOM_SCORE)
    if request.isolated:
        namespaces.drop_to_user(STUDENT_USER)
        namespaces.set_dumpable(True)  # again: the supervisor looks at files and pages
    listener = seccomp.install_filter()
    send_listener(to_init, listener)
    apply_to_this_process(request.limits, own_namespace=request.isolated)
    return create_kernel(request.env)


def send_listener(to_init: socket.socket, listener: int | None) -> None:
    """Hand the file of the filter to the init process, and keep nothing of it."""
    files = [] if listener is None else [listener]
    socket.send_fds(to_init, [b"."], files)
    to_init.close()
    for file in files:
        os.close(file)


def close_files_except(*kept: int) -> None:
    """Close every open file but these; lead standard input and output nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:  # the file with which listdir read the folder
                continue


def create_kernel(env: dict[str, str]) -> "IPKernelApp":
    """Create IPython's kernel application, with its sockets bound.

    Until it is started, no code of a student runs here.
    """
    os.environ.clear()
    os.environ.update(env)
    os.umask(0o022)
    os.chdir(WORK)
    reseed_generators()
    hide_this_package()
    sys.argv[:] = ["ipykernel_launcher.py", "-f", CONNECTION_FILE]
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(["-f", CONNECTION_FILE, "--HistoryManager.enabled=False"])
    if app.shell is None:
        raise RuntimeError("IPython made no shell")
    # Importing pyplot does this, but was done in the warm process, before there was a shell.
    app.shell.enable_matplotlib("inline")
    return app


def reseed_generators() -> None:
    """Give each imported generator of random numbers a new seed, as a new process would."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()


def hide_this_package() -> None:
    """Take this package out of the modules and folders from which a notebook imports."""
    sys.path[:] = [path for path in sys.path if path != CODE]
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]
