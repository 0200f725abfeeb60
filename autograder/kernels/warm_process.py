"""The warm process, seen from the grader: started in its sandbox and asked for kernels.

It is asked through a socket, and ends with the grader.
"""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from . import bubblewrap, cgroups, user_ids
from .inside import paths
from .inside.isolation_level import IsolationLevel
from .inside.limits import Limits, open_machine_counts

START_SECONDS = 600  # until everything is imported, on a very busy machine
MAX_MESSAGE = 2**16  # bytes
MAX_TEMPORARY_PATH = 40  # characters; a socket's whole path has 107 at most
ENVIRONMENT = {
    # several kernels share the machine
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # the same kernel on every machine: no GPU, and torch.compile returns what it is given
    "CUDA_VISIBLE_DEVICES": "",
    "TORCHDYNAMO_DISABLE": "1",
    # as in the students' Jupyter
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
PROGRAM_FOLDERS = (os.path.dirname(sys.executable), "/usr/local/bin", "/usr/bin", "/bin")
INSIDE_ENVIRONMENT = {
    **ENVIRONMENT,
    # malloc keeps what one tensor leaves for the next, and does not ask Linux for it each time
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),  # older C libraries refuse more
    "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20),
    "HOME": "/tmp",
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "IPYTHONDIR": "/tmp/.ipython",
    "PATH": os.pathsep.join(PROGRAM_FOLDERS),
}


class WarmProcessError(Exception):
    """The warm process cannot be started or is gone; str() is one sentence."""


class WarmProcess:
    """A sandboxed process that imports everything; it starts at once, in the background.

    Args:
        data: a folder that all its kernels may read.
        level: FORKS serves many kernels; ALONE becomes one; TRIAL imports nothing and only says
            whether FORKS is possible.

    Attributes:
        user: number of the user, and of the group, whose rights it has; None for the grader's own.
        group: the control group of the process and its kernels.
    """

    def __init__(self, data: str | None, level: IsolationLevel):
        self.folder = Path(tempfile.mkdtemp(prefix="k-", dir=_temporary_folder()))
        self.slots_folder = self.folder / "p"
        self.slots_folder.mkdir()
        self.data = data
        self.level = level
        self._slot_names = map(str, itertools.count())
        self._process = self._failure = self._ready = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.user = user_ids.new_user() if os.getuid() == 0 else None
        self.give_to_user(self.folder)
        trial = level is IsolationLevel.TRIAL
        self.group = cgroups.ControlGroup() if trial else cgroups.make_group()
        self._only_slot = self._make_slot_folder() if level is IsolationLevel.ALONE else None
        threading.Thread(target=self._run, args=(theirs,), daemon=True, name="warm process").start()

    def wait_until_ready(self) -> dict[str, Any]:
        """Wait until everything is imported and return what the process then says of itself.

        Raises WarmProcessError.
        """
        if self._ready is None:
            try:
                self._ready = self._read_ready()
            except BaseException:
                self.close()
                raise
        return self._ready

    @property
    def ended(self) -> bool:
        """Whether the process was started and has ended."""
        return self._failure is not None or (
            self._process is not None and self._process.poll() is not None
        )

    def new_slot_folder(self) -> Path:
        """Make a folder, seen in the sandbox, for one kernel: `work`, `copies` and `sockets`."""
        return self._only_slot or self._make_slot_folder()

    def request_kernel(self, request: dict[str, Any]) -> socket.socket:
        """Ask for a kernel; the answers, and how it ends, come through the returned socket.

        Raises WarmProcessError.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                socket.send_fds(self._control, [b"kernel"], [theirs.fileno()])
            ours.send(json.dumps(request).encode())
        except OSError as error:
            ours.close()
            raise WarmProcessError(f"The warm process is gone: {error.strerror}.") from error
        return ours

    def give_to_user(self, path: str | Path) -> None:
        """Let the process's user own a file, a folder or a link."""
        if self.user is not None:
            os.chown(path, self.user, self.user, follow_symlinks=False)

    def kill(self) -> None:
        """End the process, and with it all its kernels, at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End the process, and with it all its kernels, and remove its folder."""
        self._control.close()
        self.kill()  # it may be importing, and hear of its end only after that
        self.group.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_slot_folder(self):
        slot_folder = self.slots_folder / next(self._slot_names)
        for folder in (slot_folder, slot_folder / "sockets", slot_folder / "copies"):
            folder.mkdir(mode=0o755)
        self.give_to_user(slot_folder / "sockets")
        return slot_folder

    def _run(self, theirs):
        """Start the process and wait for its end, as a thread that lives as long as it does.

        With --die-with-parent, Linux kills bubblewrap when the thread that started it ends.
        """
        counts = open_machine_counts()
        try:
            with theirs, open(self.folder / "log", "wb") as log:
                self._process = subprocess.Popen(
                    self._command(theirs.fileno(), counts),
                    pass_fds=[theirs.fileno(), counts],
                    env=INSIDE_ENVIRONMENT | {"PYTHONPATH": paths.CODE},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            self._process.wait()
        except OSError as error:
            self._failure = str(error)
        finally:
            os.close(counts)

    def _command(self, *files):
        """Return the command line of bubblewrap around the warm process, given its open files."""
        sources = {} if self.user is None else self._make_sources()
        slot = self._only_slot.name if self._only_slot else None
        options = bubblewrap.build_options(
            str(self.slots_folder), self.data, slot, Limits().folder, sources
        )
        arguments = [*map(str, files), self.level.value]
        program = [sys.executable, "-P", "-m", bubblewrap.PACKAGE, *arguments]
        command = [bubblewrap.find_bubblewrap(), *options, "--", *program]
        if self.user is None and not self.group.folders:
            return command
        details = {"user": self.user, "command": command, "sources": sources}
        arguments = json.dumps({**details, "groups": self.group.entrances})
        return [sys.executable, str(bubblewrap.INSIDE / "as_nobody.py"), arguments]

    def _make_sources(self):
        """Make an empty file or folder, within the user's reach, for each path that is shown."""
        folder = self.folder / "s"
        folder.mkdir()
        sources = {}
        for name, path in enumerate(bubblewrap.bound_paths(self.data)):
            mount_point = folder / str(name)
            if os.path.isdir(path):
                mount_point.mkdir()
            else:
                mount_point.touch()
            sources[path] = str(mount_point)
        return sources

    def _read_ready(self):
        """Read the process's first message. Raises WarmProcessError."""
        self._control.settimeout(START_SECONDS)
        try:
            answer = json.loads(self._control.recv(MAX_MESSAGE) or b"{}")
        except TimeoutError as error:
            sentence = f"The warm process needed longer than {START_SECONDS} s to start."
            raise WarmProcessError(sentence) from error
        if "ready" not in answer:
            log = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip()
            reason = answer.get("failed") or self._failure or log or "no reason given"
            raise WarmProcessError(f"The warm process ended: {reason}")
        return answer


def _temporary_folder():
    """Return the system's folder of temporary files, or /tmp where its path is too long."""
    folder = tempfile.gettempdir()
    return folder if len(folder) <= MAX_TEMPORARY_PATH else "/tmp"
