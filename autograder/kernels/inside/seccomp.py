"""A seccomp filter for processes that run a student's code.

It refuses system calls that no notebook needs, and memory that no limit counts. Numbers are from
Linux's <asm/unistd.h> and <linux/audit.h>, the filter's instructions from <linux/filter.h> (see
seccomp(2)).
"""

import ctypes
import errno
import os
import platform
import struct

# system call: its numbers on (x86_64, aarch64)
REFUSED = {
    # memory without a file
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    # parts of Linux in which mistakes are often found
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
MMAP = (9, 222)
SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS: no file system's size limits this memory
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_*
X32 = 0x40000000  # __X32_SYSCALL_BIT: the first number of x86_64's second table of calls

# Instructions (BPF_*): LD|W|ABS, ALU|AND|K, RET|K, JMP|JEQ|K, JMP|JGE|K.
LOAD, AND, RETURN, IF_EQUAL, IF_AT_LEAST = 0x20, 0x54, 0x06, 0x15, 0x35
CALL_NUMBER, MACHINE, MMAP_FLAGS = 0, 4, 40  # offsets in struct seccomp_data
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def install_filter() -> None:
    """Refuse the calls (PermissionError) to this process and whatever it starts.

    Machines that are not in MACHINES get no filter.

    Raises:
        OSError: where Linux does not take the filter.
    """
    if platform.machine() not in MACHINES:
        return
    instructions = build_filter(*MACHINES[platform.machine()])
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    program = ctypes.byref(_Program(len(instructions), code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def build_filter(column: int, machine: int) -> list[tuple[int, int, int, int]]:
    """Build the filter for one machine.

    Args:
        column: which number of REFUSED and MMAP is the machine's.
        machine: its AUDIT_ARCH_* constant.

    Returns:
        Instructions: (instruction, lines to skip if true, lines to skip if false, constant).
    """
    program = [
        (LOAD, 0, 0, MACHINE),
        (IF_EQUAL, 1, 0, machine),
        (RETURN, 0, 0, REFUSE),
        (LOAD, 0, 0, CALL_NUMBER),
        (IF_AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, REFUSE),
    ]
    for numbers in REFUSED.values():
        program += [(IF_EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, REFUSE)]
    return [
        *program,
        (IF_EQUAL, 1, 0, MMAP[column]),
        (RETURN, 0, 0, ALLOW),
        (LOAD, 0, 0, MMAP_FLAGS),
        (AND, 0, 0, SHARED_ANONYMOUS),
        (IF_EQUAL, 0, 1, SHARED_ANONYMOUS),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
