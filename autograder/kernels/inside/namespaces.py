"""Linux namespaces, mounts and capabilities, through calls of the C library.

Whatever fails here raises OSError.
"""

import ctypes
import os
import re
import signal

_libc = ctypes.CDLL(None, use_errno=True)

# <sched.h>
CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
# <sys/mount.h>
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
# <sys/prctl.h>
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
# <linux/capability.h>
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def _call(name, *arguments):
    """Call a function of the C library. Raises OSError."""
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def enter_new_namespaces() -> None:
    """Move this process into new namespaces of every kind, in which it is user 0 with all rights.

    The new namespace of processes begins with the next child, as its process 1.
    """
    user, group = os.getuid(), os.getgid()
    kinds = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET
    _call("unshare", kinds | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
    _map_ids(0, user, group)
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)


def enter_private_mounts() -> None:
    """Hide what is mounted from now on from all but this process and its children; needs rights."""
    _call("unshare", CLONE_NEWNS)
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)


def limit_user_namespaces(allowed: int) -> None:
    """Allow only this many more user namespaces below this one."""
    _write("/proc/sys/user/max_user_namespaces", str(allowed))


def drop_to_user(user: int) -> None:
    """Become `user` (a number) in a new user namespace below this one, without capabilities."""
    old_user, old_group = os.getuid(), os.getgid()
    _call("unshare", CLONE_NEWUSER)
    _map_ids(user, old_user, old_group)
    drop_capabilities()


def drop_capabilities() -> None:
    """Give up all capabilities, for this process and whatever it starts."""
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in range(int(_read("/proc/sys/kernel/cap_last_cap")) + 1):
        _call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())


def end_with_parent() -> None:
    """Let Linux kill this process when its parent ends, however that ends."""
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def set_dumpable(dumpable: bool) -> None:
    """Set whether processes of the same user may read the memory of this one and its forks."""
    _call("prctl", PR_SET_DUMPABLE, 1 if dumpable else 0, 0, 0, 0)


def mount_memory(path: str, size: int, files: int) -> None:
    """Mount an empty file system in memory, of at most `size` bytes and `files` files."""
    options = f"size={size},nr_inodes={files},mode=0755"
    _call("mount", b"tmpfs", path.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options.encode())


def mounted_below(path: str) -> dict[str, int]:
    """Open every mount point in a folder, so that it can be bound again when the folder is covered.

    Returns:
        {path of the mount point: number of the open file}
    """
    with open("/proc/self/mounts", "rb") as file:
        points = mount_points(file.read())
    return {point: os.open(point, os.O_PATH) for point in points if point.startswith(f"{path}/")}


def mount_points(mounts: bytes) -> list[str]:
    """Return the paths in Linux's table of mounts, which writes a space in them as \\040."""
    paths = [line.split(b" ")[1] for line in mounts.splitlines()]
    return [os.fsdecode(re.sub(rb"\\([0-7]{3})", _octal_byte, path)) for path in paths]


def mount_processes() -> None:
    """Mount a /proc that shows the processes of this namespace only."""
    _call("mount", b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None)


def mount_terminals(most: int) -> None:
    """Mount a new /dev/pts, without the terminals of others, with `most` of its own at one time."""
    options = f"newinstance,ptmxmode=0666,mode=620,max={most}"
    _call("mount", b"devpts", b"/dev/pts", b"devpts", MS_NOSUID | MS_NOEXEC, options.encode())


def bind(source: str, path: str) -> None:
    """Mount a file or folder, with all that is mounted in it, at a second path."""
    _call("mount", source.encode(), path.encode(), None, MS_BIND | MS_REC, None)


def make_read_only(path: str) -> None:
    """Make the mount at a path read-only."""
    # Linux refuses to drop flags of a mount that was made outside of this namespace.
    kept = os.statvfs(path).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
    _call("mount", None, path.encode(), None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept, None)


def _octal_byte(match):
    return bytes([int(match[1], 8)])


def _map_ids(inside, user, group):
    """Show `user` and `group` of the outer namespace as the number `inside` in this one."""
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{inside} {user} 1")
    _write("/proc/self/gid_map", f"{inside} {group} 1")


def _read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
