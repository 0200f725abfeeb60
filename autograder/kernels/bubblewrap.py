"""What a sandbox shows of this machine, as bubblewrap's command line."""

import functools
import os
import shutil
import site
import sys
from collections.abc import Iterator
from pathlib import Path

from ..paths import ROOT
from .inside.paths import CODE, DATA, OWN, SOCKETS, SPOOL

INSIDE = Path(__file__).with_name("inside")
PACKAGE = "_warm"  # what that package is called in the sandbox; no notebook uses the name
SYSTEM = (  # shown where they exist
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
    "/sys/devices/system/cpu",
)
NAMESPACES = ("user", "ipc", "pid", "net", "uts", "cgroup-try")


@functools.cache
def bubblewrap() -> str | None:
    """The path of bubblewrap's program, None where there is none."""
    return shutil.which("bwrap") if sys.platform == "linux" else None


def arguments(
    spool: str, data: str | None, place: str | None, folder_bytes: int, sources: dict[str, str]
) -> list[str]:
    """bubblewrap's arguments, all but the program that it runs.

    spool: the folder of the kernels' files and sockets. data: a folder that all kernels may read.
    place: the name of the one kernel in spool that the sandbox is for; None for a sandbox of forks,
    which mount folders of their own. sources: path → another path under which to find it, where
    this user has no access to the first.
    """
    words = [f"--unshare-{name}" for name in NAMESPACES]
    words += [
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "sandbox",
        "--chdir",
        "/",
    ]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for path in OWN:  # before what is shown, which may lie below one of them
        words += (
            ["--tmpfs", path] if place is None else ["--size", str(folder_bytes), "--tmpfs", path]
        )
    for kind, path in shown():
        if kind == "link":
            words += ["--symlink", os.readlink(path), path]
        elif kind == "mask":
            words += ["--tmpfs", path]
        else:
            words += ["--ro-bind", sources.get(path, path), path]
    words += ["--ro-bind", sources.get(str(INSIDE), str(INSIDE)), f"{CODE}/{PACKAGE}"]
    words += ["--ro-bind", sources.get(data, data), DATA] if data else ["--dir", DATA]
    if place is None:
        words += ["--bind", spool, SPOOL, "--dir", SOCKETS]
    else:
        words += [
            "--ro-bind",
            f"{spool}/{place}",
            f"{SPOOL}/{place}",
            "--bind",
            f"{spool}/{place}/sockets",
            SOCKETS,
        ]
    return [*words, "--remount-ro", "/dev", "--remount-ro", "/"]


def bound(data: str | None) -> list[str]:
    """The paths of this machine that a sandbox shows, all read-only."""
    return (
        [path for kind, path in shown() if kind == "bind"]
        + [str(INSIDE)]
        + ([data] if data else [])
    )


def shown() -> Iterator[tuple[str, str]]:
    """("bind" | "link" | "mask", path), outer folders first.

    A mask empties what is the instructor's.
    """
    kinds = {
        path: "link" if os.path.islink(path) else "bind" for path in SYSTEM if os.path.lexists(path)
    }
    kinds |= {path: "bind" for path in python_folders()}
    for private in (str(ROOT), os.path.realpath(os.getcwd()), os.path.expanduser("~")):
        if any(private.startswith(f"{path}/") for path, kind in kinds.items() if kind == "bind"):
            kinds[private] = "mask"
    seen = {}
    for path in sorted(kinds, key=lambda path: Path(path).parts):
        outer = [other for other in seen if path.startswith(f"{other}/")]
        if kinds[path] == "bind" and outer and seen[outer[-1]] == "bind":
            continue  # it is there already
        seen[path] = kinds[path]
        yield kinds[path], path


def python_folders() -> set[str]:
    """The folders of this interpreter: installation, virtual environment, installed packages."""
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
