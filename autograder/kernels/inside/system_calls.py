"""System calls that no notebook needs, and what a process that runs a student's code gets instead.

Most of them would reach what all kernels of a machine share: files that all see, memory that no
limit counts, numbers that Linux hands out in order. Numbers and constants are Linux's, of
<asm/unistd.h>, <fcntl.h>, <linux/mman.h>, <linux/sched.h>, <asm/socket.h> and <linux/prctl.h>,
<asm/ioctls.h>.
"""

import errno
from dataclasses import dataclass

NEWEST = 450  # the last call that this table knows on both machines; later ones are refused
DONE = 0  # the error number of a call that seems to have succeeded, and did nothing


@dataclass(frozen=True)
class Rule:
    """What becomes of a system call.

    Attributes:
        numbers: of the call on (x86_64, aarch64); None where the machine has no such call.
        refused: the error number where the call is refused.
        argument: index of the argument that decides; None refuses every call.
        bits: what of the argument counts.
        values: which values are refused.
        done: which values get DONE instead.
        others: the error number for all other values; None lets them pass.
        passed: which values pass where others do not.
        asked: of which values the kernel's init process is asked (see shared_waits).
    """

    numbers: tuple[int | None, int | None]
    refused: int = errno.EPERM
    argument: int | None = None
    bits: int = 0xFFFFFFFF
    values: tuple[int, ...] = ()
    done: tuple[int, ...] = ()
    passed: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    others: int | None = None


REFUSED = {
    # memory without a file
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    # watching files that all kernels see
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265),
    # which parts of such a file lie in memory
    "mincore": (27, 232),
    # counts of the whole machine, and its log
    "sysinfo": (99, 179),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "ustat": (136, None),
    # filters, which are memory of no process; ours is there already
    "seccomp": (317, 277),
    # parts of Linux in which mistakes are often found
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # pages that stay in a pipe and that no process holds
    "vmsplice": (278, 75),
    "splice": (275, 76),
    "tee": (276, 77),
}

# As on an older Linux, where programs and the C library do the same in another way.
UNKNOWN = {
    "clone3": (435, 435),  # its flags cannot be seen; those of clone can
    "openat2": (437, 437),  # can tell what of a path was used lately
    "preadv2": (327, 286),  # can tell what of a file was used lately
    "pidfd_open": (434, 434),  # its number counts the processes of all kernels
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "futex_waitv": (449, 449),
    "io_setup": (206, 0),  # all kernels share how many there may be
    # any number of rules for files and ports, and for each piece of memory: memory of no process
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "mbind": (237, 235),
}

# Advice on which parts of a file stay in memory, and locks, which other kernels would see. A lock
# that every process gets keeps a student's own processes from nothing, and no library from working.
# All sessions get equal shares of the processors, so a kernel is one session (sched(7), autogroup).
PRETENDED = {
    "fadvise64": (221, 223),
    "readahead": (187, 213),
    "flock": (73, 32),
    "setsid": (112, 157),
}

SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS: no file system's size limits this memory
HUGE_PAGES = 0x40000  # MAP_HUGETLB: all kernels share how many there are
NEW_USERS, NUMBERED = 0x10000000, 0x1000  # CLONE_NEWUSER, CLONE_PIDFD: see pidfd_open
# AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: of those that a kernel has networks of its own. IPython
# needs them for what forks print; others, such as AF_VSOCK, reach the whole machine.
OWN_NETWORKS = (1, 2, 10, 16)
BUFFER_SIZES = (7, 8)  # SO_SNDBUF, SO_RCVBUF: no process holds what lies in them
# SO_COOKIE, SO_NETNS_COOKIE, SO_PASSPIDFD, SO_PEERPIDFD: count sockets and processes of all kernels
COOKIES = (57, 71, 76, 77)
SET_LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
# Not among them: F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ and the hints of F_SET_RW_HINT.
FILE_COMMANDS = (
    *(0, 1, 2, 3, 4, 5),  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK
    *(8, 9, 10, 11, 15, 16),  # F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG, F_SETOWN_EX, F_GETOWN_EX
    *(36, 1030, 1032, 1034),  # F_OFD_GETLK, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, F_GET_SEALS
)
# MADV_WILLNEED, MADV_MERGEABLE, MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_READ
ADVICE = (3, 12, 20, 21, 22)
MERGING = 67  # PR_SET_MEMORY_MERGE: equal pages of all kernels become one
FILTERS = 22  # PR_SET_SECCOMP
FILE_KIND, PIPE = 0o170000, 0o010000  # S_IFMT, S_IFIFO: a pipe that looks like a file
CORE_SHARING = 62  # PR_SCHED_CORE: who asks for it has a core's other half stand idle
OWN_TERMINAL = 0x540E  # TIOCSCTTY: needs a session of one's own; a shell works without

# The operations of futex(2) for several processes, of which waking has nobody to wake: see
# shared_waits. Those with FUTEX_PRIVATE_FLAG, for the threads of one process, pass.
FUTEX = (202, 98)
OPERATION, PRIVATE = 0x7F, 0x80
WAITS, WAKES = (0, 9), (1, 10)  # FUTEX_WAIT, FUTEX_WAIT_BITSET; FUTEX_WAKE, FUTEX_WAKE_BITSET
WAIT_RULES = (
    Rule(FUTEX, argument=1, bits=PRIVATE, passed=(PRIVATE,)),
    Rule(FUTEX, argument=1, bits=OPERATION, asked=WAITS, done=WAKES, others=errno.ENOSYS),
)
# Watches of epoll are memory of no process, and Linux counts them for each user, of which all
# kernels of a submission are one.
EPOLL_CTL = (233, 21)
WATCH = 1  # EPOLL_CTL_ADD
WATCH_RULES = (Rule(EPOLL_CTL, argument=1, asked=(WATCH,)),)

RULES = (
    *(Rule(numbers) for numbers in REFUSED.values()),
    *(Rule(numbers, errno.ENOSYS) for numbers in UNKNOWN.values()),
    *(Rule(numbers, DONE) for numbers in PRETENDED.values()),
    Rule((9, 222), argument=3, bits=SHARED_ANONYMOUS, values=(SHARED_ANONYMOUS,)),  # mmap
    Rule((9, 222), argument=3, bits=HUGE_PAGES, values=(HUGE_PAGES,)),
    Rule((56, 220), argument=0, bits=NUMBERED, values=(NUMBERED,)),  # clone
    Rule((56, 220), argument=0, bits=NEW_USERS, values=(NEW_USERS,)),
    Rule((41, 198), argument=0, passed=OWN_NETWORKS, others=errno.EAFNOSUPPORT),  # socket
    Rule((54, 208), argument=2, done=BUFFER_SIZES, values=COOKIES),  # setsockopt
    Rule((55, 209), argument=2, values=COOKIES),  # getsockopt
    Rule((72, 25), argument=1, passed=FILE_COMMANDS, done=SET_LOCKS, others=errno.EINVAL),  # fcntl
    Rule((28, 233), argument=2, done=ADVICE),  # madvise
    Rule((157, 167), argument=0, values=(MERGING, FILTERS, CORE_SHARING)),  # prctl
    Rule((133, None), argument=1, bits=FILE_KIND, values=(PIPE,)),  # mknod
    Rule((259, 33), argument=2, bits=FILE_KIND, values=(PIPE,)),  # mknodat
    Rule((16, 29), argument=1, done=(OWN_TERMINAL,)),  # ioctl
)
