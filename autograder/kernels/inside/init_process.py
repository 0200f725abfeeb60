"""Process 1 of a kernel's namespace: lays out the folders, starts the kernel, and tells how it
ended.
"""

import contextlib
import json
import os
import shutil
import signal
import socket

from . import namespaces
from .limits import Limits, describe_end, killed_for_memory
from .paths import CODE, CONNECTION_FILE, OWN, SHOWN, SOCKETS, SPOOL, WORK
from .request import Order
from .student_process import LISTENING, be_kernel


def run_first(order: Order, tell: socket.socket) -> None:
    """Run the kernel; say {"listening": true} and {"ended": how} to `tell`. Never returns.

    When this process ends, Linux ends every process of its namespace; it ends itself when the
    keeper does.
    """
    try:
        namespaces.end_with_parent()
        lay_out(order)
        ended = run_kernel(order, tell)
    except Exception as error:  # noqa: BLE001 - whatever it is, the grader is told
        ended = f"cannot be started: {error}"
    tell.send(json.dumps({"ended": ended}).encode())
    os._exit(0)


def lay_out(order: Order) -> None:
    """Fill the kernel's folders."""
    place = os.path.join(SPOOL, order.place)
    if order.isolated:
        mount_own(order.limits)
        namespaces.bind(os.path.join(place, "sockets"), SOCKETS)
    with open(CONNECTION_FILE, "w", encoding="utf-8") as file:
        json.dump(order.connection, file)
    for name, folder in {"work": WORK, "shown": SHOWN}.items():
        shutil.copytree(os.path.join(place, name), folder, symlinks=True, dirs_exist_ok=True)
    if order.isolated:
        close_off()


def mount_own(limits: Limits) -> None:
    """Mount what this kernel alone sees: processes, terminals, and its folders."""
    namespaces.mount_processes()
    namespaces.mount_terminals()
    for path in OWN:
        inner = namespaces.mounted_below(path)  # a virtual environment may lie below /tmp
        namespaces.mount_memory(path, limits.folder, limits.files)
        for folder, file in inner.items():
            os.makedirs(folder)
            namespaces.bind(f"/proc/self/fd/{file}", folder)
            os.close(file)
    namespaces.bind(
        "/dev/null", "/dev/zero"
    )  # mappings of /dev/zero can be memory that nobody counts


def close_off() -> None:
    """Protect what may only be read, hide the spool and our own code, allow one more user: the
    kernel's.
    """
    for path in (SPOOL, CODE):
        namespaces.mount_memory(path, 4096, 1)
    for path in (SHOWN, SPOOL, CODE):
        namespaces.make_read_only(path)
    namespaces.forbid_more_users(1)


def run_kernel(order: Order, tell: socket.socket) -> str:
    """Start the kernel, hold it back until its sockets' folder is read-only, and say how it ended."""
    killed_before = killed_for_memory()
    heard, say = os.pipe()
    held_back, let_go = os.pipe()
    kernel = os.fork()
    if kernel == 0:
        be_kernel(order, say, held_back)
    os.close(say)
    os.close(held_back)
    signal.signal(signal.SIGINT, lambda *_: interrupt(kernel))
    heard_of = os.read(heard, 4096)
    if heard_of == LISTENING:
        if order.isolated:
            namespaces.make_read_only(SOCKETS)
        tell.send(b'{"listening": true}')
        os.write(let_go, b".")
    while True:  # others that lost their parent come by, too
        process, status, usage = os.wait4(-1, 0)
        if process == kernel:
            end = describe_end(status, usage, order.limits, killed_before)
            return (
                end if heard_of == LISTENING else f"cannot be started: {heard_of.decode() or end}"
            )


def interrupt(kernel: int) -> None:
    """Interrupt a kernel and what it started in its own session; it may be gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(kernel, signal.SIGINT)
