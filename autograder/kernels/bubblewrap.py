"""bubblewrap's command line: what a sandbox shows of this machine."""

import functools
import os
import shutil
import site
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from ..paths import ROOT
from .inside.paths import CODE, DATA, PRIVATE_FOLDERS, SOCKETS, SPOOL

INSIDE = Path(__file__).with_name("inside")
PACKAGE = "_warm"  # what that package is called in the sandbox; no notebook uses the name
# shown where they exist
SYSTEM_PATHS = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    # what is beside these counts how busy the processors are
    *(
        f"/sys/devices/system/cpu/{name}"
        for name in ("online", "possible", "present", "kernel_max")
    ),
)
NAMESPACES = ("user", "ipc", "pid", "net", "uts", "cgroup-try")
HARDENING = ("--die-with-parent", "--new-session", "--cap-drop", "ALL")

# of /proc, beside processes, in a sandbox for one kernel; the rest counts what others do
SHOWN_OF_PROC = ("self", "thread-self", "mounts", "net", "cpuinfo", "version", "filesystems")
PAGE = 4096  # bytes: the smallest file system in memory

# mask: an empty folder in place of the instructor's files
MountKind = Literal["bind", "link", "mask"]


@functools.cache
def find_bubblewrap() -> str | None:
    """Return the path of bubblewrap's program, None where there is none."""
    return shutil.which("bwrap") if sys.platform == "linux" else None


def build_options(
    slots_folder: str,
    data: str | None,
    slot: str | None,
    folder_bytes: int,
    sources: dict[str, str],
) -> list[str]:
    """Build bubblewrap's options; the program that it runs comes behind them.

    Their order matters: later mounts cover earlier ones.

    Args:
        slots_folder: the folder of the kernels' slots.
        data: a folder that all kernels may read.
        slot: name of the one kernel's slot that the sandbox is for; None for a sandbox of forks,
            which mount folders of their own.
        folder_bytes: the size of each of the one kernel's folders.
        sources: path → another path under which to find it, where this user has no access to the
            first.
    """
    options = [f"--unshare-{name}" for name in NAMESPACES]
    options += [*HARDENING, "--hostname", "sandbox", "--chdir", "/"]
    options += ["--proc", "/proc", "--dev", "/dev"]
    if slot is not None:  # forks cover all of it, which they could not where a part is covered
        options += _proc_options()
    size = [] if slot is None else ["--size", str(folder_bytes)]
    for path in PRIVATE_FOLDERS:  # before the machine's paths, which may lie below one of them
        options += [*size, "--tmpfs", path]
    for kind, path in machine_mounts():
        options += _mount_options(kind, path, sources)
    options += ["--ro-bind", sources.get(str(INSIDE), str(INSIDE)), f"{CODE}/{PACKAGE}"]
    options += ["--ro-bind", sources.get(data, data), DATA] if data else ["--dir", DATA]
    options += _slot_options(slots_folder, slot)
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/"]


def _proc_options():
    """Return the options that hide what Linux counts in /proc."""
    options = []
    for name in sorted({*os.listdir("/proc")} - {*SHOWN_OF_PROC}):
        path = f"/proc/{name}"
        if os.path.isdir(path) and not name.isdigit():
            options += ["--size", str(PAGE), "--tmpfs", path, "--remount-ro", path]
        elif not name.isdigit():
            options += ["--ro-bind", "/dev/null", path]
    return options


def _mount_options(kind, path, sources):
    """Return the options that show a path of this machine."""
    if kind == "link":
        return ["--symlink", os.readlink(path), path]
    if kind == "mask":
        return ["--tmpfs", path]
    return ["--ro-bind", sources.get(path, path), path]


def _slot_options(slots_folder, slot):
    """Return the options that show the kernels' slots and, of one kernel, its sockets."""
    if slot is None:
        return ["--bind", slots_folder, SPOOL, "--dir", SOCKETS]
    folder = f"{slots_folder}/{slot}"
    return ["--ro-bind", folder, f"{SPOOL}/{slot}", "--bind", f"{folder}/sockets", SOCKETS]


def bound_paths(data: str | None) -> list[str]:
    """List the paths of this machine that a sandbox shows, all read-only."""
    paths = [path for kind, path in machine_mounts() if kind == "bind"]
    return [*paths, str(INSIDE), *([data] if data else [])]


def machine_mounts() -> Iterator[tuple[MountKind, str]]:
    """Yield (kind, path) of what a sandbox shows of this machine, outer folders first."""
    kinds = _mount_kinds()
    mounted: dict[str, MountKind] = {}
    for path in sorted(kinds, key=lambda path: Path(path).parts):
        outer = [other for other in mounted if path.startswith(f"{other}/")]
        if kinds[path] == "bind" and outer and mounted[outer[-1]] == "bind":
            continue  # it is there already
        mounted[path] = kinds[path]
        yield kinds[path], path


def _mount_kinds() -> dict[str, MountKind]:
    """Return {path: kind} of the system, Python, and masks over what is the instructor's."""
    kinds: dict[str, MountKind] = {}
    for path in SYSTEM_PATHS:
        if os.path.lexists(path):
            kinds[path] = "link" if os.path.islink(path) else "bind"
    for path in python_folders():
        kinds[path] = "bind"
    for private in (str(ROOT), os.path.realpath(os.getcwd()), os.path.expanduser("~")):
        if any(private.startswith(f"{path}/") for path, kind in kinds.items() if kind == "bind"):
            kinds[private] = "mask"
    return kinds


def python_folders() -> set[str]:
    """Find this interpreter's folders: installation, virtual environment, installed packages."""
    folders = {
        sys.prefix,
        sys.base_prefix,
        os.path.realpath(sys.base_prefix),
        *site.getsitepackages(),
    }
    if site.ENABLE_USER_SITE:
        folders.add(site.getusersitepackages())
    program = sys.executable
    while os.path.islink(program):
        program = os.path.join(os.path.dirname(program), os.readlink(program))
        folders.add(os.path.dirname(os.path.dirname(program)))
    return {os.path.abspath(folder) for folder in folders if os.path.isdir(folder)} - {"/"}
