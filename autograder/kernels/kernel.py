"""A running IPython kernel in a folder of its own, and calls into it from the grader.

Everything that a kernel sends is data: `wire` reads it, nothing unpickles or evaluates it. Module
`provisioner` decides where the process runs and what it may do.
"""

import contextlib
import functools
import marshal
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..errors import BlamelessError
from ..notebook.outputs import CellOutputs, CellResult
from ..probes import wire
from ..probes.student import NoVerdictError, StudentError
from .channels import KernelManager, LimitedClient
from .exchange import Exchange, KernelDied, KernelStarved, TimeLimit
from .inside.limits import Limits
from .provisioner import BLAMELESS_ENDINGS, new_manager
from .warm_process import WarmProcessError

# All limits, in seconds of a kernel's own time where there is a sandbox (see processor_time).
START_SECONDS = 300  # until a new kernel answers; of the time, on a very busy machine
CELL_SECONDS = 120  # one cell of a notebook
PROBE_SECONDS = 60  # one call of a probe
DESCRIBE_SECONDS = 10  # the description of an exception

MAX_SENTENCE = 2000  # characters of a student's exception
UNREADABLE = "The check's call of your code gave an answer that cannot be read."

PROBES = Path(wire.__file__).parent
BRIDGE = PROBES / "bridge.py"
LIMITS = Limits()
START_FAILURES = (RuntimeError, OSError, WarmProcessError, StudentError, KernelDied, TimeLimit)


class KernelStartError(NoVerdictError, BlamelessError):
    """No kernel can be started on this machine; str() is one sentence."""


class KernelLostError(NoVerdictError, BlamelessError):
    """A kernel ended, and not by its own code; str() is one sentence."""


class StudentKernel:
    """A kernel, as a context manager and as a `probes.student.Student`.

    Args:
        folder: the kernel's folder, of which a sandboxed kernel gets a copy.
        env: added to the kernel's environment.
        limits: what the kernel may use.
    """

    def __init__(
        self, folder: str | Path, env: dict[str, str] | None = None, limits: Limits = LIMITS
    ):
        self.folder = Path(folder)
        self.env = dict(env or {})
        self.limits = limits
        self._manager: KernelManager | None = None
        self._client: LimitedClient | None = None
        self._own_seconds = 0.0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def start(self):
        """Start the process, after the end of an earlier one, and install the bridge in it.

        Raises KernelStartError.
        """
        self.close()
        try:
            self._manager = new_manager(self.env, self.limits)
            self._manager.start_kernel(cwd=str(self.folder), env=self.env)
            self._client = self._manager.client()
            self._client.start_channels(stdin=False, hb=False, control=False)
            self._wait_until_heard()
            error = self._execute(_bridge_code(), START_SECONDS, silent=True)
            if not error:
                self._ask([pack()], START_SECONDS)
        except START_FAILURES as failure:
            error = str(failure)
        if error:
            self.close()
            raise KernelStartError(f"A Python kernel cannot be started here: {error}")

    def _wait_until_heard(self):
        """Wait for the kernel's answer, and until what it publishes arrives here.

        jupyter_client's wait_for_ready goes on listening for a fifth of a second.
        """
        heard, end = [], time.monotonic() + START_SECONDS
        while not heard:
            if time.monotonic() > end:
                raise TimeLimit(f"it published nothing in {START_SECONDS} s")
            self._request("kernel_info_request", {}, START_SECONDS, heard.append)

    def close(self):
        """End the process, whatever it does, and remove its traces."""
        self.own_seconds()
        if self._client is not None:
            self._client.stop_channels()
        if self._manager is not None and self._manager.has_kernel:
            self._manager.shutdown_kernel(now=True)
        self._client = self._manager = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._manager is not None and self._manager.is_alive()

    def own_seconds(self) -> float:
        """Return a clock (seconds) of the kernel's own time; it stops when the kernel ends."""
        if self._manager is not None:
            self._own_seconds = self._manager.own_seconds()
        return self._own_seconds

    def run_cell(self, source: str, timeout: float = CELL_SECONDS) -> CellResult:
        """Run one cell of a notebook and return how it ended and what it showed.

        Args:
            source: the cell's code.
            timeout: seconds of its own time until it is interrupted.

        Raises:
            KernelLostError: the kernel ended, and not by the cell's code.
        """
        outputs = CellOutputs()
        status, sentence, line = "ok", None, None
        try:
            error = self._execute(source, timeout, silent=False, show=outputs.add)
            if error:
                described, line = self._last_error()
                status, sentence = "error", described or f"raised {error}"
        except TimeLimit as limit:
            status, sentence = "timeout", str(limit)
            _, line = self._last_error()
        except KernelDied as death:
            status, sentence = "died", str(death)
        return CellResult(status, sentence, outputs.all(), line)

    def probe(self, probe: str, *, timeout: float = PROBE_SECONDS, **inputs: Any) -> dict[str, Any]:
        """Call `probes.<probe>(namespace, **inputs)` beside the student's code.

        Args:
            probe: name of the probe.
            timeout: seconds of its own time until it is interrupted.
            **inputs: values that `wire` can send.

        Returns:
            What the probe returns.

        Raises:
            StudentError: the student's code failed, or gave no answer that can be read.
            KernelLostError: the kernel ended, and not by its own code.
        """
        try:
            result = self._call("probe", timeout, probe=probe, inputs=inputs)
        except (TimeLimit, KernelDied) as error:
            raise StudentError(f"The check's call of your code {error}.") from error
        if not isinstance(result, dict):
            raise StudentError(UNREADABLE)
        return result

    def _last_error(self):
        """Describe the exception that ended the last cell, and its line; None for what is unknown.

        Both are the kernel's word: they may say anything.
        """
        sentence = line = None
        with contextlib.suppress(StudentError, TimeLimit, KernelDied):
            answer = self._call("describe", DESCRIBE_SECONDS)
            if isinstance(answer, dict):
                sentence, line = answer.get("sentence"), answer.get("line")
        sentence = sentence[:MAX_SENTENCE] if isinstance(sentence, str) else None
        return sentence, line if type(line) is int else None

    def _call(self, action, timeout, **details):
        """Send the bridge in the kernel a request and return the value of its answer."""
        return self._ask(wire.encode({"action": action, **details}), timeout)

    def _ask(self, frames, timeout):
        """Send the bridge frames and return the value of its answer."""
        comm_id = uuid4().hex  # nobody can guess it: an answer to anything else is not ours
        answers = []

        def collect(message):
            ours = message["content"].get("comm_id") == comm_id
            if message["msg_type"] == "comm_close" and ours and not answers:
                answers.append(message["buffers"])
            return bool(answers)

        content = {"comm_id": comm_id, "target_name": "autograder", "data": {}}
        self._request("comm_open", content, timeout, collect, frames)
        if not answers:
            raise StudentError("The check's call of your code gave no answer.")
        return _read_answer(answers[0])

    def _execute(self, code, timeout, silent, show=lambda message: None):
        """Execute code and return "type: message" of the exception that it raised, or None."""
        errors = []

        def collect(message):
            show(message)
            if message["msg_type"] == "error" and not errors:
                errors.append(message["content"])

        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "stop_on_error": False,
        }
        reply = self._request("execute_request", content, timeout, collect)
        if reply.get("status") == "error":  # a flood of output may have swept the message away
            errors.append(reply)
        if not errors:
            return None
        return f"{errors[0].get('ename')}: {errors[0].get('evalue')}"[:MAX_SENTENCE]

    def _request(self, kind, content, timeout, collect, buffers=()):
        """Send a request, hand its messages to `collect`, and return the content of its reply."""
        manager, client = self._manager, self._client
        try:
            if manager is None or client is None or not manager.is_alive():
                raise KernelDied("found that the kernel has ended")
            exchange = Exchange(manager, client, timeout)
            exchange.perform(kind, content, collect, buffers)
        except KernelDied as death:
            ending = manager.ending if manager is not None else None
            self.close()
            if ending in BLAMELESS_ENDINGS or isinstance(death, KernelStarved):
                raise KernelLostError(f"The kernel {death}.") from death
            raise
        return exchange.reply or {}


def _read_answer(frames):
    """Return the value of the bridge's answer. Raises StudentError."""
    try:
        answer = wire.decode(frames)
    except wire.WireError as error:
        raise StudentError(UNREADABLE) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("error", ""), str):
        raise StudentError(UNREADABLE)
    if "error" in answer:
        raise StudentError(answer["error"][:MAX_SENTENCE].strip() or UNREADABLE)
    return answer.get("value")


def _bridge_code():
    """Return the code that installs the bridge in a kernel and leaves no name there."""
    bridge = BRIDGE.read_text(encoding="utf-8")
    return f"(lambda scope: exec({bridge!r}, scope) or scope['install']())({{}})"


@functools.cache
def pack() -> bytes:
    """Return `probes` as {module: (source text, code)}, marshalled; "" is the package itself.

    None of it judges. It is compiled here, once, and not in each kernel.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in PROBES.glob("*.py")}
    del texts[BRIDGE.stem]
    texts = {"": texts.pop("__init__")} | texts
    codes = {name: compile(text, "<string>", "exec") for name, text in texts.items()}
    return marshal.dumps({name: (text, codes[name]) for name, text in texts.items()})
