"""The warm process from outside: started in its sandbox, asked for kernels through a socket, ended
with us.
"""

import contextlib
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

from . import bubblewrap
from .inside import paths
from .inside.limits import Limits

START_SECONDS = 120  # until everything is imported, on a busy machine
END_SECONDS = 5  # until a process that was asked to end has ended
LONGEST_TEMPORARY = 40  # characters; names of sockets are short
NOBODY = 65534  # the user of the sandbox where the grader is root
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # several kernels share the machine
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # what students have
}
INSIDE_ENVIRONMENT = {
    **ENVIRONMENT,
    "HOME": "/tmp",
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "IPYTHONDIR": "/tmp/.ipython",
    "PATH": os.pathsep.join(
        [os.path.dirname(sys.executable), "/usr/local/bin", "/usr/bin", "/bin"]
    ),
}


class WarmError(Exception):
    """The warm process cannot be started or is gone; str() is one sentence."""


class Warm:
    """A sandboxed process that imports everything; it is started at once, `wait` says when it is
    ready.

    mode: "forks" serves many kernels; "alone" becomes one; "trial" imports nothing and only says
    what it could do. data: a folder that all its kernels may read.
    """

    def __init__(self, data: str | None, mode: str):
        temporary = (
            tempfile.gettempdir() if len(tempfile.gettempdir()) <= LONGEST_TEMPORARY else "/tmp"
        )
        self.folder = Path(tempfile.mkdtemp(prefix="k-", dir=temporary))
        self.places = self.folder / "p"
        self.places.mkdir()
        self.data = data
        self.mode = mode
        self._names = map(str, itertools.count())
        self._process = self._failure = self._ready = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.getuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        self._only = self._make_place() if mode == "alone" else None
        threading.Thread(target=self._run, args=(theirs,), daemon=True, name="warm process").start()

    def wait(self) -> dict[str, Any]:
        """Wait until everything is imported; what the process then says of itself.

        Raises WarmError.
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

    def new_place(self) -> Path:
        """A new folder, seen in the sandbox, for what one kernel gets (work, shown) and for its
        sockets.
        """
        return self._only or self._make_place()

    def ask(self, request: dict) -> socket.socket:
        """Ask for a kernel; the answers, and how it ends, come through the socket.

        Raises WarmError.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                socket.send_fds(self._control, [b"kernel"], [theirs.fileno()])
            ours.send(json.dumps(request).encode())
        except OSError as error:
            ours.close()
            raise WarmError(f"The warm process is gone: {error.strerror}.") from error
        return ours

    def kill(self) -> None:
        """End the process, and with it all its kernels, at once."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process, and with it all its kernels, and remove its folder."""
        self._control.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_place(self):
        place = self.places / next(self._names)
        for folder in (place, place / "sockets", place / "shown"):
            folder.mkdir(mode=0o755)
        if os.getuid() == 0:
            os.chown(place / "sockets", NOBODY, NOBODY)
        return place

    def _run(self, theirs):
        """Start the process and wait for its end: it is killed when the thread that started it
        ends.
        """
        try:
            with theirs, open(self.folder / "log", "wb") as log:
                self._process = subprocess.Popen(
                    self._command(theirs.fileno()),
                    pass_fds=[theirs.fileno()],
                    env=INSIDE_ENVIRONMENT | {"PYTHONPATH": paths.CODE},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            self._process.wait()
        except OSError as error:
            self._failure = str(error)

    def _command(self, number):
        place = self._only.name if self._only else None
        sources = {}
        if os.getuid() == 0:
            (self.folder / "s").mkdir()
            for name, path in enumerate(bubblewrap.bound(self.data)):
                found = self.folder / "s" / str(name)
                found.mkdir() if os.path.isdir(path) else found.touch()
                sources[path] = str(found)
        words = bubblewrap.arguments(str(self.places), self.data, place, Limits().folder, sources)
        program = [sys.executable, "-P", "-m", bubblewrap.PACKAGE, str(number), self.mode]
        command = [bubblewrap.bubblewrap(), *words, "--", *program]
        if os.getuid() != 0:
            return command
        script = str(bubblewrap.INSIDE / "as_nobody.py")
        return [
            sys.executable,
            script,
            json.dumps({"user": NOBODY, "command": command, "sources": sources}),
        ]

    def _read_ready(self):
        self._control.settimeout(START_SECONDS)
        try:
            answer = json.loads(self._control.recv(2**16) or b"{}")
        except TimeoutError as error:
            raise WarmError(
                f"The warm process needed longer than {START_SECONDS} s to start."
            ) from error
        if "ready" not in answer:
            log = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip()
            reason = answer.get("failed") or self._failure or log or "no reason told"
            raise WarmError(f"The warm process ended: {reason}")
        return answer
