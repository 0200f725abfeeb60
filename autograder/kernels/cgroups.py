"""Control groups of Linux: one share of the processors, and a limit of memory, for each sandbox.

A worker grades one submission at a time, so what its sandbox gets is what that submission gets. The
grader makes a group where it may: below its own one, as root with cgroups of version 1, or in a
part of version 2's tree that is its own, as `systemd-run --user --scope` gives one. Elsewhere there
is none: niceness and sessions share the processors, and the supervisor counts memory.
"""

import contextlib
import errno
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .inside.limits import Limits

PROC = Path("/proc")
CONTROLLERS = {"cpu": "processors", "memory": "memory"}  # and what they share out
PREFIX = "grading-"  # of a group's name; the number and the start of the grader's process follow
LEAF = "grader"  # in version 2, a group with groups below it holds no processes
OWN_SCOPE = "run-*.scope"  # what systemd-run makes
KERNELS_AT_ONCE = 2  # of one submission
WARM_BYTES = 2 * 2**30  # what all kernels have in common, generously
REMOVE_SECONDS = 2  # until the last process of a group has ended
_numbers = itertools.count()


@dataclass(frozen=True)
class ControlGroup:
    """A group, as its folders: one for each controller in version 1; none where there is no group.

    Attributes:
        folders: where it is.
    """

    folders: tuple[Path, ...] = ()

    @property
    def entrances(self) -> list[str]:
        """The files to which a process writes "0" in order to join."""
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def times_full(self) -> int:
        """Count how often Linux ended a process because the group had used up its memory."""
        for folder in self.folders:
            if (folder / "memory.events").exists():
                return _read_count(folder / "memory.events", "oom")
            if (folder / "memory.failcnt").exists():
                # Here a process that ends because the machine is full counts as well.
                killed = _read_count(folder / "memory.oom_control", "oom_kill")
                return killed and int((folder / "memory.failcnt").read_text(encoding="ascii"))
        return 0

    def remove(self) -> None:
        """Remove the group once its processes have ended."""
        end = time.monotonic() + REMOVE_SECONDS
        left = [folder for folder in self.folders if not _remove(folder)]
        while left and time.monotonic() < end:
            time.sleep(0.01)
            left = [folder for folder in left if not _remove(folder)]


def make_group(memory: int | None = None, proc: Path = PROC) -> ControlGroup:
    """Make a group for one sandbox, and remove those of graders that have ended.

    Args:
        memory: bytes for all of it; None for what the kernels of one submission may use together.
        proc: the folder in which Linux describes processes.

    Returns:
        A group without folders where the grader may make none.
    """
    memory = memory or submission_bytes(Limits())
    name = f"{PREFIX}{os.getpid()}-{_start_of(os.getpid())}-{next(_numbers)}"
    made = []
    for above, _, memory_file in _folders_above(proc):
        with contextlib.suppress(OSError):
            remove_stale(above)
            (above / name).mkdir()
            made.append(above / name)
            if memory_file:
                _write(above / name / memory_file, str(memory))
    return ControlGroup(tuple(made))


def describe_groups(proc: Path = PROC) -> str:
    """Say in which groups the sandboxes of this machine are, as a part of a sentence."""
    named = {name for _, controllers, _ in _folders_above(proc) for name in controllers}
    shared_out = [what for name, what in CONTROLLERS.items() if name in named]
    if not shared_out:
        return "in no control group"
    return f"in a control group for {' and '.join(shared_out)}"


def submission_bytes(limits: Limits) -> int:
    """Return the memory (bytes) that the kernels of one submission may use together."""
    return KERNELS_AT_ONCE * limits.memory + WARM_BYTES


def remove_stale(above: Path) -> None:
    """Remove the groups whose graders have ended, however they ended."""
    for folder in above.glob(f"{PREFIX}*-*-*"):
        process, start, _ = folder.name.removeprefix(PREFIX).split("-", 2)
        if not process.isdigit() or _start_of(int(process)) != start:
            _remove(folder)


def _folders_above(proc) -> Iterator[tuple[Path, list[str], str]]:
    """Yield each folder below which to make a group: it, its controllers, its file for memory."""
    owns = _read_own_groups(proc)
    unified = owns.pop("", None)
    for controller in CONTROLLERS:
        folder = owns.get(controller)
        if folder is not None and os.access(folder, os.W_OK):
            memory_file = "memory.limit_in_bytes" if controller == "memory" else ""
            yield folder, [controller], memory_file
    if unified is not None and not owns.keys() & {*CONTROLLERS}:
        above = unified.parent if unified.name == LEAF else unified
        controllers = _hand_down(above) if os.access(above, os.W_OK) else []
        if controllers:
            yield above, controllers, "memory.max" if "memory" in controllers else ""


def _read_own_groups(proc) -> dict[str, Path]:
    """Return {controller: folder of this process's group}; "" stands for the tree of version 2."""
    try:
        lines = (proc / "self/cgroup").read_text(encoding="utf-8").splitlines()
        mounts = (proc / "self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    tops = _read_tops(mounts)
    owns = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            root, mount_point = tops.get(controller, ("", ""))
            if mount_point and (path + "/").startswith(root.rstrip("/") + "/"):
                owns[controller] = Path(mount_point, path[len(root.rstrip("/")) :].lstrip("/"))
    return owns


def _read_tops(mounts) -> dict[str, tuple[str, str]]:
    """Return {controller: (which group is mounted, where)}; "" stands for version 2."""
    tops = {}
    for line in mounts:
        fields, _, (kind, _, options) = _split_mount(line)
        if kind == "cgroup2":
            tops.setdefault("", (fields[3], fields[4]))
        elif kind == "cgroup":
            for controller in options.split(","):
                tops.setdefault(controller, (fields[3], fields[4]))
    return tops


def _split_mount(line):
    first, separator, last = line.partition(" - ")
    return first.split(), separator, last.split(" ", 2)


def _hand_down(above) -> list[str]:
    """Let groups below this one have controllers; return which they have then."""
    with contextlib.suppress(OSError):
        has = (above / "cgroup.controllers").read_text(encoding="ascii").split()
        wanted = [name for name in CONTROLLERS if name in has]
        given = (above / "cgroup.subtree_control").read_text(encoding="ascii").split()
        if {*given} >= {*wanted}:
            return wanted
        line = " ".join(f"+{name}" for name in wanted)
        try:
            _write(above / "cgroup.subtree_control", line)
        except OSError as error:
            if error.errno != errno.EBUSY or not above.match(OWN_SCOPE):
                return []
            _move_to_leaf(above)
            _write(above / "cgroup.subtree_control", line)
        return wanted
    return []


def _move_to_leaf(above):
    """Move the processes of a group, all of which are the grader's, into one below it."""
    (above / LEAF).mkdir(exist_ok=True)
    for process in (above / "cgroup.procs").read_text(encoding="ascii").split():
        with contextlib.suppress(ProcessLookupError):
            _write(above / LEAF / "cgroup.procs", process)


def _write(path, text):
    path.write_text(text, encoding="ascii")


def _read_count(path, name):
    """Return the number behind a name in a file of names and numbers; 0 where it has none."""
    with contextlib.suppress(OSError):
        for line in path.read_text(encoding="ascii").splitlines():
            if line.split()[0] == name:
                return int(line.split()[1])
    return 0


def _remove(folder):
    """Remove an empty group; return whether it is gone."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _start_of(process):
    """Return when a process started, as Linux counts; "" where it is gone."""
    try:
        text = (PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]
