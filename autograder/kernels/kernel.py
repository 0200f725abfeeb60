"""A running IPython kernel in a folder of its own, and calls into it from outside.

Everything that a kernel sends is data: it is read by `wire`, never unpickled or evaluated.
`provisioner` says where the process runs and what it may do.
"""

import contextlib
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..notebook.outputs import CellOutputs, CellResult
from ..probes import wire
from ..probes.student import NoVerdictError, StudentError
from .exchange import Exchange, KernelDied, TimeLimit
from .inside.limits import Limits
from .provisioner import BLAMELESS, new_manager
from .warm_process import WarmError

# All limits, in seconds.
START_SECONDS = 60  # until a new kernel answers
CELL_SECONDS = 120  # one cell of a notebook
PROBE_SECONDS = 60  # one call of a probe

SENTENCE = 2000  # characters that a student's exception may hold
UNREADABLE = "The check's call of your code gave an answer that cannot be read."

PROBES = Path(wire.__file__).parent
BRIDGE = PROBES / "bridge.py"
LIMITS = Limits()


class KernelStartError(NoVerdictError):
    """No kernel can be started on this machine; str() is one sentence."""


class KernelLostError(NoVerdictError):
    """A kernel ended, and not by its own code; str() is one sentence."""


class StudentKernel:
    """A context manager: a kernel in `folder`, with `env` added to its environment.

    Is a `checks.student.Student`.
    """

    def __init__(
        self, folder: str | Path, env: dict[str, str] | None = None, limits: Limits = LIMITS
    ):
        self.folder = Path(folder)
        self.env = dict(env or {})
        self.limits = limits
        self._manager = self._client = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def start(self):
        """Start the process, after the end of an earlier one, and put our half of the conversation
        into it.

        Raises KernelStartError.
        """
        self.close()
        bridge = BRIDGE.read_text(encoding="utf-8")
        code = f"(lambda scope: exec({bridge!r}, scope) or scope['install']({_sources()!r}))({{}})"
        try:
            self._manager = new_manager(self.env, self.limits)
            self._manager.start_kernel(cwd=str(self.folder), env=self.env)
            self._client = self._manager.client()
            self._client.start_channels(stdin=False, hb=False, control=False)
            self._client.wait_for_ready(timeout=START_SECONDS)
            error = self._execute(code, START_SECONDS, silent=True)
        except (RuntimeError, OSError, WarmError, KernelDied, TimeLimit) as failure:
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
        self._client = self._manager = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._manager is not None and self._manager.is_alive()

    def run_cell(self, source: str, timeout: float = CELL_SECONDS) -> CellResult:
        """Run one cell of a notebook and say how it ended and what it showed.

        Raises KernelLostError.
        """
        shown = CellOutputs()
        try:
            error = self._execute(source, timeout, silent=False, show=shown.add)
            status, sentence = (
                ("error", self._last_error() or f"raised {error}") if error else ("ok", None)
            )
        except TimeLimit as limit:
            status, sentence = "timeout", str(limit)
        except KernelDied as death:
            status, sentence = "died", str(death)
        return CellResult(status, sentence, shown.all())

    def probe(self, probe: str, *, timeout: float = PROBE_SECONDS, **inputs: Any) -> dict[str, Any]:
        """What `probes.<probe>(namespace, **inputs)` returns beside the student's code.

        Raises StudentError and KernelLostError.
        """
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
            return sentence[:SENTENCE] if isinstance(sentence, str) else None

    def _call(self, action, timeout, **details):
        """Ask our half in the kernel and return its answer."""
        name = uuid4().hex  # an answer to anything else is not ours
        answers = []

        def collect(message):
            if (
                message["msg_type"] == "comm_close"
                and message["content"].get("comm_id") == name
                and not answers
            ):
                answers.append(message["buffers"])
            return bool(answers)

        content = {"comm_id": name, "target_name": "autograder", "data": {}}
        self._request(
            "comm_open", content, timeout, collect, wire.encode({"action": action, **details})
        )
        if not answers:
            raise StudentError("The check's call of your code gave no answer.")
        try:
            answer = wire.decode(answers[0])
        except wire.WireError as error:
            raise StudentError(UNREADABLE) from error
        if not isinstance(answer, dict) or not isinstance(answer.get("error", ""), str):
            raise StudentError(UNREADABLE)
        if "error" in answer:
            raise StudentError(answer["error"][:SENTENCE].strip() or UNREADABLE)
        return answer.get("value")

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
        if (
            reply.get("status") == "error"
        ):  # it tells, too, what a flood of output may have swept away
            errors.append(reply)
        return f"{errors[0].get('ename')}: {errors[0].get('evalue')}"[:SENTENCE] if errors else None

    def _request(self, kind, content, timeout, collect, buffers=()):
        """Send a request, hand what the kernel publishes for it to `collect`, and return the
        content of its reply.
        """
        try:
            if not self.alive:
                raise KernelDied("found that the kernel has ended")
            exchange = Exchange(self._manager, self._client, timeout)
            exchange.run(kind, content, collect, buffers)
        except KernelDied as death:
            ending = self._manager and self._manager.provisioner.ending
            self.close()
            if ending in BLAMELESS:
                raise KernelLostError(f"The kernel {death}.") from death
            raise
        return exchange.reply or {}


def _sources():
    """What our half in the kernel is made of: module → source text, "" for the package itself.

    None of it judges.
    """
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        for path in PROBES.glob("*.py")
        if path != BRIDGE
    }
    return {"": texts.pop("__init__")} | texts
