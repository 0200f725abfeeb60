"""The student's code as checks see it: a place where probes run, and errors that are one sentence."""

import contextlib
import io
import sys
import warnings
from typing import Any, Protocol

from . import PROBES, describe


class StudentError(Exception):
    """An error in the student's code, or a missing or unfinished definition; str() is one sentence
    for the student.
    """


class NoVerdictError(Exception):
    """The student's code could not be asked, through no fault of its own; str() is one sentence."""


class Student(Protocol):
    """Where a student's definitions live."""

    def probe(self, probe: str, **inputs: Any) -> dict[str, Any]:
        """Run `probes.<probe>(namespace, **inputs)` beside the student's code.

        Inputs and results are None, bool, int, float, str, CPU tensors, and lists and dicts (str
        keys) of these. Raises StudentError, NoVerdictError.
        """


class InProcess:
    """A Student whose namespace is at hand in this process; what its code prints or displays is
    dropped.
    """

    def __init__(self, namespace: dict[str, Any]):
        self.namespace = namespace

    def probe(self, probe: str, **inputs: Any) -> dict[str, Any]:
        """Run the probe here. Raises StudentError."""
        try:
            with _silence():
                return PROBES[probe](self.namespace, **inputs)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - student code may raise anything
            raise StudentError(describe(error, self.namespace)) from None


class _Nowhere(io.TextIOBase):
    """A stream that forgets what is written, so that endless output takes up no memory."""

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """How much was written."""
        return len(text)


_NOWHERE = (
    _Nowhere()
)  # one for ever: a thread of the student's may still be writing when a probe ends


@contextlib.contextmanager
def _silence():
    """Drop standard output, standard error, warnings, and what IPython would display."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
            from IPython.utils.capture import capture_output

            stack.enter_context(capture_output(stdout=False, stderr=False))
        stack.enter_context(contextlib.redirect_stdout(_NOWHERE))
        stack.enter_context(contextlib.redirect_stderr(_NOWHERE))
        yield
