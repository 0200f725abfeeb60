"""A running IPython kernel in a folder of its own, and calls into it from outside.

Everything that a kernel sends is data: it is read by `wire`, never unpickled or evaluated. Not a sandbox: the process
has the rights of the grader's user.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from ..checks import student as student_module
from ..checks.student import StudentError
from . import wire

# All limits, in seconds.
START_SECONDS = 60  # until a new kernel answers
CELL_SECONDS = 120  # one cell of a notebook
PROBE_SECONDS = 60  # one call of a probe
INTERRUPT_SECONDS = 5  # between the interrupt of something that takes too long and the end of the process
POLL_SECONDS = 0.25  # between two looks at whether the process is still there

# Whoever runs in the kernel may send anything; a message that reads with one of these answers nothing.
NONSENSE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
UNREADABLE = "The check's call of your code gave an answer that cannot be read."

CHECKS = Path(student_module.__file__).parent
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # several kernels share the machine
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # what students have
}


class KernelStartError(Exception):
    """No kernel can be started on this machine; str() is one sentence."""


class KernelDied(Exception):
    """The kernel's process is gone; str() is a sentence that lacks only its subject ("took longer than 60 s ...")."""


class TimeLimit(Exception):
    """A request took longer than its time and was interrupted; the kernel lives. str() lacks only its subject."""


@dataclass(frozen=True)
class CellResult:
    """How a cell ended: status is "ok", "error", "timeout" (interrupted) or "died"; error is a sentence
    without its subject ("raised NameError: ... (line 3 of the cell, ...)"), None when ok."""

    status: str
    error: str | None = None


class OwnPython(KernelSpecManager):
    """Knows one kernel: this very interpreter, whatever kernels are installed for the user."""

    def get_kernel_spec(self, kernel_name):
        """The one kernel."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python", interrupt_mode="signal")


class StudentKernel:
    """A context manager: a kernel in `folder`, with `env` added to its environment. Is a `checks.student.Student`."""

    def __init__(self, folder: str | Path, env: dict[str, str] | None = None):
        self.folder = Path(folder)
        self.env = {**os.environ, **ENVIRONMENT, **(env or {})}
        self._runtime = self._manager = self._client = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def start(self):
        """Start the process and put our half of the conversation into it. Raises KernelStartError."""
        self._runtime = tempfile.mkdtemp(prefix="kernel-")  # its sockets, its IPython profile
        connection_file = os.path.join(self._runtime, "k.json")
        self._manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=OwnPython(),
            connection_file=connection_file,
            transport="ipc" if _fits_ipc(connection_file) else "tcp",
        )
        bridge = Path(__file__).with_name("bridge.py").read_text(encoding="utf-8")
        code = f"(lambda scope: exec({bridge!r}, scope) or scope['install']({_sources()!r}))({{}})"
        try:
            self._manager.start_kernel(cwd=str(self.folder), env={**self.env, "IPYTHONDIR": self._runtime})
            self._client = self._manager.client()
            self._client.start_channels(stdin=False, hb=False, control=False)
            self._client.wait_for_ready(timeout=START_SECONDS)
            error = self._execute(code, START_SECONDS, silent=True)
        except (RuntimeError, OSError, KernelDied, TimeLimit) as failure:
            error = str(failure)
        if error:
            self.close()
            raise KernelStartError(f"A Python kernel cannot be started here: {error}")

    def close(self):
        """End the process, whatever it does, and remove its traces."""
        if self._client is not None:
            self._client.stop_channels()
        if self._manager is not None and self._manager.has_kernel:
            self._manager.shutdown_kernel(now=True)
        if self._runtime is not None:
            shutil.rmtree(self._runtime, ignore_errors=True)
        self._client = self._manager = self._runtime = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._manager is not None and self._manager.is_alive()

    def run_cell(self, source: str, timeout: float = CELL_SECONDS) -> CellResult:
        """Run one cell of a notebook and say how it ended; its output is dropped."""
        try:
            error = self._execute(source, timeout, silent=False)
            return CellResult("error", self._last_error() or f"raised {error}") if error else CellResult("ok")
        except TimeLimit as limit:
            return CellResult("timeout", str(limit))
        except KernelDied as death:
            return CellResult("died", str(death))

    def run(self, probe: str, *, timeout: float = PROBE_SECONDS, **inputs: Any) -> dict[str, Any]:
        """What `probes.<probe>(namespace, **inputs)` returns beside the student's code. Raises StudentError."""
        try:
            result = self._call("probe", timeout, probe=probe, inputs=inputs)
        except (TimeLimit, KernelDied) as error:
            raise StudentError(f"The check's call of your code {error}.") from error
        if not isinstance(result, dict):
            raise StudentError(UNREADABLE)
        return result

    def _last_error(self):
        """The sentence of the exception that ended the last cell, None where it cannot be told."""
        with contextlib.suppress(StudentError, TimeLimit, KernelDied):
            sentence = self._call("describe", PROBE_SECONDS)
            return sentence if isinstance(sentence, str) else None

    def _call(self, action, timeout, **details):
        """Ask our half in the kernel and return its answer."""
        name = uuid4().hex  # an answer to anything else is not ours
        answers = []

        def collect(message):
            if message["msg_type"] == "comm_close" and message["content"].get("comm_id") == name and not answers:
                answers.append(message["buffers"])

        content = {"comm_id": name, "target_name": "autograder", "data": {}}
        self._request("comm_open", content, timeout, collect, wire.encode({"action": action, **details}))
        if not answers:
            raise StudentError("The check's call of your code gave no answer.")
        try:
            answer = wire.decode(answers[0])
        except wire.WireError as error:
            raise StudentError(UNREADABLE) from error
        if not isinstance(answer, dict) or not isinstance(answer.get("error", ""), str):
            raise StudentError(UNREADABLE)
        if "error" in answer:
            raise StudentError(answer["error"])
        return answer.get("value")

    def _execute(self, code, timeout, silent):
        """Execute code and return "type: message" of the exception that it raised, or None."""
        errors = []

        def collect(message):
            if message["msg_type"] == "error" and not errors:
                errors.append(f"{message['content'].get('ename')}: {message['content'].get('evalue')}")

        content = {"code": code, "silent": silent, "store_history": not silent, "stop_on_error": False}
        self._request("execute_request", content, timeout, collect)
        return errors[0] if errors else None

    def _request(self, kind, content, timeout, collect, buffers=()):
        """Send a request, hand what the kernel publishes for it to `collect`, return when it is idle again."""
        if not self.alive:
            raise KernelDied("found that the kernel has ended")
        message = self._client.session.msg(kind, content)
        message["buffers"] = list(buffers)
        self._client.shell_channel.send(message)
        deadline = time.monotonic() + timeout
        interrupted = False
        while True:
            answer = self._next_message(message["header"]["msg_id"])
            if answer is not None:
                collect(answer)
                if answer["msg_type"] == "status" and answer["content"].get("execution_state") == "idle":
                    break
            elif self._replied(message["header"]["msg_id"]):
                break  # the kernel publishes so much that its "idle" was lost
            elif not self.alive:
                raise KernelDied("ended the kernel's process (out of memory, or a call that leaves Python)")
            if time.monotonic() > deadline:
                if interrupted:
                    self.close()
                    raise KernelDied(f"took longer than {timeout:g} s and did not react to an interrupt")
                self._manager.interrupt_kernel()
                interrupted, deadline = True, deadline + INTERRUPT_SECONDS
        if interrupted:
            raise TimeLimit(f"took longer than {timeout:g} s and was stopped")

    def _next_message(self, request):
        """The next message that answers `request`, None where there is none for a moment or it is another's."""
        try:
            message = self._client.iopub_channel.get_msg(timeout=POLL_SECONDS)
            ours = message["parent_header"].get("msg_id") == request and isinstance(message["content"], dict)
            return message if ours else None
        except (Empty, *NONSENSE):
            return None

    def _replied(self, request):
        """Whether the reply to `request` has come."""
        try:
            while True:
                reply = self._client.shell_channel.get_msg(timeout=0)
                if reply["parent_header"].get("msg_id") == request:
                    return True
        except (Empty, *NONSENSE):
            return False


def _sources():
    """What our half in the kernel is made of: module → source text. None of it judges."""
    files = {f"checks.probes.{path.stem}": path for path in (CHECKS / "probes").glob("*.py")}
    files["checks.probes"] = files.pop("checks.probes.__init__")
    files["checks.student"] = CHECKS / "student.py"
    files["kernels.wire"] = Path(wire.__file__)
    packages = {"": "", "checks": "", "kernels": ""}
    return packages | {name: path.read_text(encoding="utf-8") for name, path in files.items()}


def _fits_ipc(connection_file):
    """Whether sockets beside this file have names that the system accepts."""
    return sys.platform != "win32" and len(os.path.realpath(connection_file)) + len("-ipc-5") < 100
