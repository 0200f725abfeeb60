"""The init process: process 1 of a kernel's namespace of processes.

It prepares the kernel's folders, starts the student process, and says how that ended.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
from typing import TYPE_CHECKING

from . import minimal_proc, namespaces, shared_waits
from .limits import Limits, describe_end, killed_for_memory
from .paths import CODE, CONNECTION_FILE, COPIES, PRIVATE_FOLDERS, SOCKETS, SPOOL, WORK
from .request import KernelRequest
from .student_process import LISTENING, MAX_STATUS, run_student_process

if TYPE_CHECKING:
    from resource import struct_rusage

STOP, GO_ON = signal.SIGUSR1, signal.SIGUSR2  # by which the supervisor stops all other processes
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")  # that bubblewrap binds


def run_init_process(request: KernelRequest, supervisor: socket.socket, counts: int) -> None:
    """Run the kernel; send {"listening": true} and {"ended": how} to the supervisor. Never returns.

    When this process ends, Linux ends every process of its namespace; it ends itself when the
    supervisor does.

    Args:
        request: the grader's.
        supervisor: the socket to it.
        counts: number of the file of `limits.open_machine_counts`.
    """
    try:
        namespaces.end_with_parent()
        prepare_folders(request)
        ended = run_kernel(request, supervisor, counts)
    except Exception as error:  # noqa: BLE001 - whatever it is, the grader is told
        ended = f"cannot be started: {error}"
    supervisor.send(json.dumps({"ended": ended}).encode())
    os._exit(0)


def prepare_folders(request: KernelRequest) -> None:
    """Mount and fill the kernel's folders, and protect those that are not its own."""
    slot_folder = os.path.join(SPOOL, request.slot)
    if request.isolated:
        mount_private_folders(request.limits)
        namespaces.bind(os.path.join(slot_folder, "sockets"), SOCKETS)
    with open(CONNECTION_FILE, "w", encoding="utf-8") as file:
        json.dump(request.connection, file)
    for name, folder in {"work": WORK, "copies": COPIES}.items():
        source = os.path.join(slot_folder, name)
        shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    if request.isolated:
        restrict_access()


def mount_private_folders(limits: Limits) -> None:
    """Mount what this kernel alone sees: processes, terminals, and its folders."""
    namespaces.mount_processes()
    namespaces.mount_terminals(limits.terminals)
    for path in PRIVATE_FOLDERS:
        inner = namespaces.mounted_below(path)  # a virtual environment may lie below /tmp
        namespaces.mount_memory(path, limits.folder, limits.files)
        for folder, file in inner.items():
            os.makedirs(folder)
            namespaces.bind(f"/proc/self/fd/{file}", folder)
            os.close(file)
    # Mappings of /dev/zero can be memory that no limit counts.
    namespaces.bind("/dev/null", "/dev/zero")
    for name in DEVICES:  # they are written to all the same, but keep their times
        namespaces.make_read_only(f"/dev/{name}")


def restrict_access() -> None:
    """Hide the spool and our code, make copies read-only, allow one more user: the kernel's."""
    for path in (SPOOL, CODE):
        namespaces.mount_memory(path, 4096, 1)
    for path in (COPIES, SPOOL, CODE):
        namespaces.make_read_only(path)
    namespaces.limit_user_namespaces(1)


def run_kernel(request: KernelRequest, supervisor: socket.socket, counts: int) -> str:
    """Start the student process, wait for its end, and say how it ended, without a subject.

    The student process runs no code before the folder of its sockets is read-only and /proc is
    covered: it writes to the status pipe when they exist, and then waits for the go pipe.
    """
    killed_before = killed_for_memory(counts)
    if request.isolated:
        namespaces.enter_private_mounts()  # the supervisor goes on reading /proc
    student, status_read, go_write = start_student(request)
    signal.signal(signal.SIGINT, lambda *_: interrupt(student))
    message = os.read(status_read, MAX_STATUS)
    if message == LISTENING:
        if request.isolated:
            signal.signal(STOP, lambda *_: send_to_all(signal.SIGSTOP))
            signal.signal(GO_ON, lambda *_: send_to_all(signal.SIGCONT))
            namespaces.make_read_only(SOCKETS)
            minimal_proc.cover(request.limits.memory)
        supervisor.send(b'{"listening": true}')
        os.write(go_write, b".")
    status, usage = wait_for(student)
    machine_full = killed_for_memory(counts) > killed_before
    ended = describe_end(status, usage, request.limits, machine_full)
    if message == LISTENING:
        return ended
    return f"cannot be started: {message.decode() or ended}"


def start_student(request: KernelRequest) -> tuple[int, int, int]:
    """Start the student process, and serve its waits.

    Returns:
        Its number, the pipe from which its status comes, and the pipe that lets it go on.
    """
    status_read, status_write = os.pipe()
    go_read, go_write = os.pipe()
    from_student, to_init = socket.socketpair()
    student = os.fork()
    if student == 0:
        run_student_process(request, to_init, status_write, go_read)
    os.close(status_write)
    os.close(go_read)
    to_init.close()
    _, listeners, _, _ = socket.recv_fds(from_student, 1, 1)
    for listener in listeners:
        shared_waits.serve_in_background(listener, request.limits.watches)
    return student, status_read, go_write


def wait_for(process: int) -> "tuple[int, struct_rusage]":
    """Wait for the end of a child, and of orphans that end before it.

    Returns:
        The child's exit status and what it used, as os.wait4 returns them.
    """
    while True:
        ended, status, usage = os.wait4(-1, 0)
        if ended == process:
            return status, usage


def interrupt(student: int) -> None:
    """Interrupt the student process and what it started in its session; it may be gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(student, signal.SIGINT)


def send_to_all(number: int) -> None:
    """Send a signal to all processes of this namespace but this one; there may be none."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, number)
