"""Attacks that leave a mark for another kernel, or look for one: channels between submissions.

tests/kernels/test_channels.py tries them between two kernels.
"""

from . import Attack

# A child of the kernel looks for the lock as another kernel would.
_LOCKS = """
file = os.open(os.__file__, os.O_RDONLY)
def wanted(kind):
    return struct.pack("hhqqi", kind, 0, 0, 1, 0)
attempt(fcntl.fcntl, file, fcntl.F_SETLK, wanted(fcntl.F_RDLCK))
attempt(fcntl.flock, file, fcntl.LOCK_EX)
code = f'''
import fcntl, os, struct
file = os.open(os.__file__, os.O_RDONLY)
kind, *_ = struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_GETLK, {wanted(fcntl.F_WRLCK)}))
fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("free for others:", kind == fcntl.F_UNLCK)
'''
show(subprocess.check_output([sys.executable, "-c", code], text=True))
attempt(fcntl.fcntl, file, 37, wanted(fcntl.F_RDLCK))  # F_OFD_SETLK
"""

_LEASES = """
file = os.open(os.__file__, os.O_RDONLY)
attempt(fcntl.fcntl, file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
attempt(fcntl.fcntl, os.open("/usr", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS)
attempt(fcntl.fcntl, file, 1036, struct.pack("Q", 3))  # F_SET_RW_HINT
show(call("inotify_init1", 0), call("fanotify_init", 0, 0))
"""

_QUEUES = """
for name, arguments in {
    "shmget": (1, 4096, 0o1666), "semget": (1, 1, 0o1666), "msgget": (1, 0o1666),
    "mq_open": (b"/mark", os.O_CREAT | os.O_RDWR, 0o666, None),
    "add_key": (b"user", b"mark", b"1", 1, -4), "memfd_create": (b"mark", 0),
}.items():
    show(call(name, *arguments) if hasattr(libc, name) else f"{name} is not in this library")
"""

_SOCKETS = """
for family in (socket.AF_VSOCK, socket.AF_ALG, socket.AF_PACKET, 31):
    attempt(socket.socket, family)
one = socket.socket(socket.AF_UNIX)
attempt(one.getsockopt, socket.SOL_SOCKET, 57, 8)  # SO_COOKIE
attempt(one.bind, "\\0mark")
attempt(one.connect, "\\0mark-of-another")
attempt(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 9)  # NETLINK_AUDIT
"""

_COUNTS = """
names = "locks meminfo loadavg stat uptime vmstat zoneinfo slabinfo interrupts diskstats softirqs"
names += " pressure/cpu sys/fs/file-nr sys/fs/inode-nr sys/fs/aio-nr sys/kernel/ns_last_pid"
names += " sysvipc/shm key-users self/net/sockstat self/mountinfo self/smaps self/pagemap"
for name in names.split():
    attempt(read, f"/proc/{name}")
for name in ("cpuidle/state1/usage", "cpufreq/scaling_cur_freq", "cache/index0/size"):
    attempt(read, f"/sys/devices/system/cpu/cpu0/{name}")
show(call("sysinfo", (ctypes.c_long * 64)()), call("klogctl", 3, bytes(99), 99))
attempt(os.getloadavg)
"""

_TIMES = """
for path in ("/dev/null", "/dev/tty", "/dev", "/usr", os.__file__, "/sandbox/data", "/sandbox"):
    attempt(os.utime, path)
    attempt(os.chmod, path, 0o777)
    attempt(os.setxattr, path, "user.mark", b"1")
before = os.stat(os.__file__).st_atime_ns
read(os.__file__)
show("times of access", "kept:", os.stat(os.__file__).st_atime_ns == before)
"""

_RESIDENCY = """
file = os.open(os.__file__, os.O_RDONLY)
show(call("mincore", ctypes.c_void_p(id(file) & -4096), 4096, bytes(9)))
show(call("preadv2", file, None, 0, ctypes.c_long(0), 8))  # RWF_NOWAIT
show(call("syscall", 451, file, None, None, 0))  # cachestat
attempt(os.posix_fadvise, file, 0, 0, os.POSIX_FADV_DONTNEED)
attempt(read, "/proc/self/pagemap")
"""

_RINGS = """
for number, name in {425: "io_uring_setup", 206: "io_setup", 323: "userfaultfd", 321: "bpf",
                     298: "perf_event_open", 310: "process_vm_readv", 434: "pidfd_open",
                     438: "pidfd_getfd", 312: "kcmp", 278: "vmsplice", 435: "clone3"}.items():
    show(name, call("syscall", number, 0, 0, 0, 0, 0))
"""

ATTACKS = (
    Attack("locks on a file that all see", _LOCKS, "free for others: True"),
    Attack(
        "leases and watches of files", _LEASES, "inotify_init1 refused: Operation not permitted"
    ),
    Attack("System V, POSIX queues and keys", _QUEUES, "semget refused: Operation not permitted"),
    Attack("sockets of the whole machine", _SOCKETS, "Address family not supported by protocol"),
    Attack("counts of the whole machine", _COUNTS, "sysinfo refused: Operation not permitted"),
    Attack("times and marks of files that all see", _TIMES, "times of access kept: True"),
    Attack("what of a file lies in memory", _RESIDENCY, "mincore refused: Operation not permitted"),
    Attack("rings, processes by file and pipes", _RINGS, "io_uring_setup syscall refused"),
)
