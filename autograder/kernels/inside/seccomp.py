"""A seccomp filter for processes that run a student's code: `system_calls` says what it refuses.

The filter's instructions are from <linux/filter.h>, machines from <linux/audit.h> (seccomp(2)).
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

from .limits import kernel_release
from .system_calls import DONE, NEWEST, RULES, WAIT_RULES, WATCH_RULES, Rule

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # Rule's column, AUDIT_ARCH_*

# Instructions (BPF_*): LD|W|ABS, ALU|AND|K, RET|K, JMP|JEQ|K, JMP|JGT|K.
LOAD, AND, RETURN, IF_EQUAL, IF_ABOVE = 0x20, 0x54, 0x06, 0x15, 0x25
CALL_NUMBER, MACHINE, ARGUMENTS = (
    0,
    4,
    16,
)  # offsets in struct seccomp_data; an argument has 8 bytes
# SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_USER_NOTIF
ALLOW, ERROR, ASK = 0x7FFF0000, 0x00050000, 0x7FC00000
# seccomp(2): its numbers, as in Rule; SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER
SECCOMP, SET_FILTER, WITH_LISTENER = (317, 277), 1, 8
CAN_GO_ON = (5, 5)  # the Linux that knows SECCOMP_USER_NOTIF_FLAG_CONTINUE

Instruction = tuple[int, int, int, int]  # code, lines to skip if true, if false, constant


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def install_filter() -> int | None:
    """Refuse the calls to this process and whatever it starts.

    Machines that are not in MACHINES get no filter.

    Returns:
        The number of a file from which `shared_waits` gets what it is asked; None before Linux 5.0
        and in a container that has such a file already, where nobody is asked.

    Raises:
        OSError: where Linux does not take the filter.
    """
    if platform.machine() not in MACHINES:
        return None
    column, machine = MACHINES[platform.machine()]
    asking = WAIT_RULES + (WATCH_RULES if kernel_release() >= CAN_GO_ON else ())
    try:
        return _install(build_filter(column, machine, asking), column, WITH_LISTENER)
    except OSError:
        _install(build_filter(column, machine), column, 0)
        return None


def _install(instructions, column, flags):
    """Install a filter and return what Linux returns. Raises OSError."""
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    program = ctypes.byref(_Program(len(instructions), code))
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(SECCOMP[column], SET_FILTER, flags, program)
    if result == -1:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
    return result


def build_filter(column: int, machine: int, more: tuple[Rule, ...] = ()) -> list[Instruction]:
    """Build the filter for one machine.

    Args:
        column: which of a rule's numbers is the machine's.
        machine: its AUDIT_ARCH_* constant.
        more: rules beyond RULES.
    """
    program = [
        (LOAD, 0, 0, MACHINE),
        (IF_EQUAL, 1, 0, machine),
        (RETURN, 0, 0, ERROR | errno.EPERM),
        (LOAD, 0, 0, CALL_NUMBER),
        # Also x86_64's second table of calls, whose numbers begin at 0x40000000.
        (IF_ABOVE, 0, 1, NEWEST),
        (RETURN, 0, 0, ERROR | errno.ENOSYS),
    ]
    for rule in (*RULES, *more):
        number = rule.numbers[column]
        if number is not None:
            verdict = list(_judge(rule))
            program += [(IF_EQUAL, 0, len(verdict), number), *verdict]
    return [*program, (RETURN, 0, 0, ALLOW)]


def _judge(rule: Rule) -> Iterator[Instruction]:
    """Yield what decides about a call of the rule; ends with the call's number loaded again."""
    if rule.argument is None:
        yield RETURN, 0, 0, ERROR | rule.refused
        return
    # The lower half, since both machines are little-endian: Linux reads these arguments as int.
    yield LOAD, 0, 0, ARGUMENTS + 8 * rule.argument
    yield AND, 0, 0, rule.bits
    verdicts = (
        *((value, ERROR | rule.refused) for value in rule.values),
        *((value, ERROR | DONE) for value in rule.done),
        *((value, ALLOW) for value in rule.passed),
        *((value, ASK) for value in rule.asked),
    )
    for value, verdict in verdicts:
        yield IF_EQUAL, 0, 1, value
        yield RETURN, 0, 0, verdict
    if rule.others is not None:
        yield RETURN, 0, 0, ERROR | rule.others
    yield LOAD, 0, 0, CALL_NUMBER
