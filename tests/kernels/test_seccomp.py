"""The filter of system calls gives each call its rule's verdict, on every machine that it knows."""

import errno

import pytest

from autograder.kernels.inside import seccomp, system_calls
from autograder.kernels.inside.system_calls import DONE, FUTEX, NEWEST, RULES, WAIT_RULES

machines = pytest.mark.parametrize(
    "column, machine", seccomp.MACHINES.values(), ids=seccomp.MACHINES
)
ALLOWED, ASKED = "allowed", "asked"


def verdict(program, machine, number, *arguments):
    """Run the filter on a call as Linux does; return ALLOWED or an error number."""
    data = {seccomp.CALL_NUMBER: number, seccomp.MACHINE: machine}
    for index, argument in enumerate((*arguments, *[0] * (6 - len(arguments)))):
        data[seccomp.ARGUMENTS + 8 * index] = argument & 0xFFFFFFFF
    line = value = 0
    while True:
        code, if_true, if_false, constant = program[line]
        if code == seccomp.RETURN:
            special = {seccomp.ALLOW: ALLOWED, seccomp.ASK: ASKED}
            return special.get(constant, constant & 0xFFFF)
        if code == seccomp.LOAD:
            value = data[constant]
        elif code == seccomp.AND:
            value &= constant
        else:
            holds = value == constant if code == seccomp.IF_EQUAL else value > constant
            line += if_true if holds else if_false
        line += 1


def judged(column, machine):
    """Return a function: what becomes of a call, by its numbers on all machines."""
    program = seccomp.build_filter(column, machine, WAIT_RULES)
    return lambda numbers, *arguments: verdict(program, machine, numbers[column], *arguments)


@machines
def test_every_call_of_a_rule_gets_its_verdict(column, machine):
    judge = judged(column, machine)
    for rule in RULES:
        if rule.numbers[column] is None:
            continue
        before = [0] * (rule.argument or 0)
        for values, expected in (
            (rule.values, rule.refused),
            (rule.done, DONE),
            (rule.passed, ALLOWED),
        ):
            for value in values:
                assert judge(rule.numbers, *before, value) == expected, rule
        if rule.argument is None:
            assert judge(rule.numbers) == rule.refused, rule
        elif rule.others is not None:
            assert judge(rule.numbers, *before, 0x7777) == rule.others, rule


@machines
def test_what_notebooks_need_is_allowed(column, machine):
    judge = judged(column, machine)
    needed = {"read": (0, 63), "write": (1, 64), "execve": (59, 221)}
    assert {judge(numbers) for numbers in needed.values()} == {ALLOWED}
    assert judge((9, 222), 0, 4096, 3, 0x22) == ALLOWED  # mmap: MAP_PRIVATE | MAP_ANONYMOUS
    assert judge((56, 220), 0x3D0F00) == ALLOWED  # clone: a thread
    assert judge((28, 233), 0, 0, 4) == ALLOWED  # madvise: MADV_DONTNEED
    assert judge((54, 208), 3, 1, 2) == ALLOWED  # setsockopt: SO_REUSEADDR
    assert judge((157, 167), 15) == ALLOWED  # prctl: PR_SET_NAME
    assert judge((16, 29), 0, 0x5413) == ALLOWED  # ioctl: TIOCGWINSZ


@machines
def test_bits_decide_whatever_stands_beside_them(column, machine):
    judge = judged(column, machine)
    assert judge((9, 222), 0, 4096, 3, 0x4021) == errno.EPERM  # mmap: shared and without a file
    assert judge((56, 220), 0x1011) == errno.EPERM  # clone: CLONE_PIDFD | SIGCHLD


@machines
def test_processes_wait_for_each_other_in_our_hands_and_threads_in_linux(column, machine):
    judge = judged(column, machine)
    for private, others in ((0, (ASKED, DONE, errno.ENOSYS)), (128, (ALLOWED, ALLOWED, ALLOWED))):
        wait, wake, requeue = others
        assert judge(FUTEX, 0, 0 | private) == judge(FUTEX, 0, 9 | 256 | private) == wait
        assert judge(FUTEX, 0, 1 | private) == judge(FUTEX, 0, 10 | private) == wake
        assert judge(FUTEX, 0, 3 | private) == requeue


@machines
def test_calls_of_another_machine_or_a_newer_linux_are_refused(column, machine):
    program = seccomp.build_filter(column, machine)
    for other in (0x40000003, *(each for _, each in seccomp.MACHINES.values() if each != machine)):
        assert verdict(program, other, 0) == errno.EPERM
    for number in (NEWEST + 1, 0x40000000, 0xFFFFFFFF):
        assert verdict(program, machine, number) == errno.ENOSYS


def test_no_two_rules_refuse_one_call_altogether():
    for column in (0, 1):
        whole = [rule.numbers[column] for rule in RULES if rule.argument is None]
        numbers = [number for number in whole if number is not None]
        assert len(set(numbers)) == len(numbers)


def test_calls_that_pile_up_memory_of_no_process_are_refused():
    queues = {"semget", "shmget", "msgget", "mq_open", "memfd_create"}
    assert queues | {"inotify_init1", "seccomp", "splice", "vmsplice"} <= {*system_calls.REFUSED}
    assert {"landlock_create_ruleset", "mbind"} <= {*system_calls.UNKNOWN}


@machines
def test_watches_are_granted_by_our_hands_and_removed_in_linux(column, machine):
    program = seccomp.build_filter(column, machine, system_calls.WATCH_RULES)
    number = system_calls.EPOLL_CTL[column]
    add, remove, change = (verdict(program, machine, number, 5, what) for what in (1, 2, 3))
    assert (add, remove, change) == (ASKED, ALLOWED, ALLOWED)
