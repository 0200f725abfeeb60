"""The student's code as checks see it: the protocol Student, and errors that are one sentence."""

import contextlib
import io
import sys
import warnings
from typing import Any, Protocol

import torch

from . import PROBES, describe


class StudentError(Exception):
    """An error in the student's code, or a missing definition; str() is one sentence for them."""


class NoVerdictError(Exception):
    """A failure to ask the student's code, through no fault of its own; str() is one sentence."""


class Student(Protocol):
    """A student's definitions, and the way to run probes on them."""

    def probe(self, probe: str, **inputs: Any) -> dict[str, Any]:
        """Run `probes.<probe>(namespace, **inputs)` beside the student's code.

        Inputs and results are None, bool, int, float, str, CPU tensors, and lists and dicts (str
        keys) of these.

        Raises:
            StudentError: where the student's code fails or lacks a definition.
            NoVerdictError: where the code could not be asked.
        """
        ...


class InProcess:
    """A Student whose namespace is at hand in this process; its output is dropped."""

    def __init__(self, namespace: dict[str, Any]):
        self.namespace = namespace

    def probe(self, probe: str, **inputs: Any) -> dict[str, Any]:
        """Run the probe here.

        Raises:
            StudentError: where the student's code fails or lacks a definition.
        """
        try:
            # A test loop may have left gradients switched off; that is judged with the loop alone.
            with _silence(), torch.enable_grad():
                return PROBES[probe](self.namespace, **inputs)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - student code may raise anything
            raise StudentError(describe(error, self.namespace)) from None


class _DiscardingStream(io.TextIOBase):
    """A stream that keeps nothing, so that endless output takes up no memory."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


# Never closed: a thread of the student's may still be writing when a probe ends.
_DISCARDED = _DiscardingStream()


@contextlib.contextmanager
def _silence():
    """Drop standard output, standard error, warnings, and what IPython would display."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
            from IPython.utils.capture import capture_output

            stack.enter_context(capture_output(stdout=False, stderr=False))
        stack.enter_context(contextlib.redirect_stdout(_DISCARDED))
        stack.enter_context(contextlib.redirect_stderr(_DISCARDED))
        yield
