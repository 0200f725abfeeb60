"""A filter of system calls for processes that run a student's code: what no notebook needs, and
memory nobody counts.

Numbers are from Linux's <asm/unistd.h> and <linux/audit.h>, the filter's words from
<linux/filter.h> (see seccomp(2)).
"""

import ctypes
import errno
import os
import platform
import struct

REFUSED = {  # name: (x86_64, aarch64)
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),  # memory
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),  # other processes
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
MMAP = (9, 222)
SHARED_AND_NAMELESS = 0x21  # flags of an mmap whose memory no file system's size limits
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH
X32 = 0x40000000  # the first number of x86_64's second table

LOAD, AND, RETURN = (
    0x20,
    0x54,
    0x06,
)  # instructions: of a word of the call, with a constant, of a verdict
IF_EQUAL, IF_AT_LEAST = 0x15, 0x35  # skip so many instructions if so, so many if not
NUMBER, MACHINE, MMAP_FLAGS = 0, 4, 40  # offsets in struct seccomp_data
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
SET_SECCOMP, FILTER = 22, 2  # of prctl


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def refuse() -> None:
    """Refuse these calls (PermissionError) to this process and whatever it starts; other machines
    get no filter.
    """
    if platform.machine() not in MACHINES:
        return
    code = b"".join(
        struct.pack("=HBBI", *instruction)
        for instruction in instructions(*MACHINES[platform.machine()])
    )
    program = _Program(len(code) // 8, code)
    if (
        ctypes.CDLL(None, use_errno=True).prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0)
        != 0
    ):
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def instructions(column: int, machine: int) -> list[tuple[int, int, int, int]]:
    """The filter: (instruction, skip if so, skip if not, constant)."""
    lines = [
        (LOAD, 0, 0, MACHINE),
        (IF_EQUAL, 1, 0, machine),
        (RETURN, 0, 0, REFUSE),
        (LOAD, 0, 0, NUMBER),
    ]
    lines += [(IF_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, REFUSE)]
    for numbers in REFUSED.values():
        lines += [(IF_EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, REFUSE)]
    lines += [(IF_EQUAL, 1, 0, MMAP[column]), (RETURN, 0, 0, ALLOW)]
    lines += [(LOAD, 0, 0, MMAP_FLAGS), (AND, 0, 0, SHARED_AND_NAMELESS)]
    return [
        *lines,
        (IF_EQUAL, 0, 1, SHARED_AND_NAMELESS),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
