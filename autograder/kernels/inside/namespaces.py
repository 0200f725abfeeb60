"""Linux namespaces, mounts and rights, by the C library's names for them."""

import ctypes
import os
import signal

_libc = ctypes.CDLL(None, use_errno=True)

# From <sched.h>, <sys/mount.h>, <sys/prctl.h> and <linux/capability.h>.
NEW_MOUNTS, NEW_CGROUP, NEW_HOST_NAME, NEW_IPC = 0x20000, 0x02000000, 0x04000000, 0x08000000
NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
PARENT_DEATH_SIGNAL, DUMPABLE, DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES, AMBIENT, CLEAR_ALL = (
    1,
    4,
    24,
    38,
    47,
    4,
)
CAPABILITY_VERSION_3 = 0x20080522


def _call(name, *arguments):
    """Call a function of the C library. Raises OSError."""
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def enter() -> None:
    """Give this process namespaces of its own of every kind, in which it may do everything and is
    user 0.

    The namespace of processes is that of its next child, which is then process 1 of it.
    """
    user, group = os.getuid(), os.getgid()
    _call(
        "unshare",
        NEW_USER | NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK | NEW_IPC | NEW_HOST_NAME | NEW_CGROUP,
    )
    _map_ids(0, user, group)
    _call("mount", b"none", b"/", None, RECURSIVE | PRIVATE, None)


def own_mounts() -> None:
    """Keep what is mounted from now on to this process and its children; for root."""
    _call("unshare", NEW_MOUNTS)
    _call("mount", b"none", b"/", None, RECURSIVE | PRIVATE, None)


def forbid_more_users(allowed: int) -> None:
    """Allow only this many more user namespaces to be made by those in this one."""
    _write("/proc/sys/user/max_user_namespaces", str(allowed))


def become_nobody(user: int) -> None:
    """Go on as `user` in a user namespace below this one: without rights over mounts, processes and
    network.
    """
    old_user, old_group = os.getuid(), os.getgid()
    _call("unshare", NEW_USER)
    _map_ids(user, old_user, old_group)
    drop_rights()


def drop_rights() -> None:
    """Give up all capabilities, for this process and whatever it starts."""
    _call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _call("prctl", AMBIENT, CLEAR_ALL, 0, 0, 0)
    for capability in range(int(_read("/proc/sys/kernel/cap_last_cap")) + 1):
        _call("prctl", DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())


def end_with_parent() -> None:
    """Be killed when the parent ends, however it does."""
    _call("prctl", PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def close_memory(closed: bool) -> None:
    """Whether other processes of the same user may not look into this one and its forks."""
    _call("prctl", DUMPABLE, 0 if closed else 1, 0, 0, 0)


def mount_memory(path: str, size: int, files: int) -> None:
    """Mount an empty file system in memory."""
    options = f"size={size},nr_inodes={files},mode=0755"
    _call("mount", b"tmpfs", path.encode(), b"tmpfs", NO_SETUID | NO_DEVICES, options.encode())


def mounted_below(path: str) -> dict[str, int]:
    """{folder: open file} of what is mounted in a folder, so that it can be bound again when the
    folder is covered.
    """
    points = [
        line.split()[1].encode().decode("unicode_escape")
        for line in _read("/proc/self/mounts").splitlines()
    ]
    return {point: os.open(point, os.O_PATH) for point in points if point.startswith(f"{path}/")}


def mount_processes() -> None:
    """Mount a /proc that shows the processes of this process's own namespace."""
    _call("mount", b"proc", b"/proc", b"proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS, None)


def mount_terminals() -> None:
    """Mount a /dev/pts of its own."""
    options = b"newinstance,ptmxmode=0666,mode=620"
    _call("mount", b"devpts", b"/dev/pts", b"devpts", NO_SETUID | NO_PROGRAMS, options)


def bind(source: str, path: str) -> None:
    """Show a file or folder, with all that is mounted in it, at another path too."""
    _call("mount", source.encode(), path.encode(), None, BIND | RECURSIVE, None)


def make_read_only(path: str) -> None:
    """Allow no more writing to what is mounted at path."""
    kept = os.statvfs(path).f_flag & (
        NO_SETUID | NO_DEVICES | NO_PROGRAMS
    )  # a mount from outside must keep them
    _call("mount", None, path.encode(), None, REMOUNT | BIND | READ_ONLY | kept, None)


def _map_ids(inside, user, group):
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{inside} {user} 1")
    _write("/proc/self/gid_map", f"{inside} {group} 1")


def _read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
