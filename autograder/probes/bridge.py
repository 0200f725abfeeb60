"""The grader's half of the conversation inside a student's kernel, run there from its source text.

The grader opens a comm with a request in its buffers and gets one comm_close with the reply in its
buffers:

- {"action": "probe", "probe": name, "inputs": {...}} → {"value": what the probe returned}
- {"action": "describe"} → {"value": {"sentence": how the last failed cell failed, without its
  subject, "line": where in the cell}}, None for what is unknown
- for either, where it fails → {"error": one sentence}
"""

import importlib.abc
import importlib.util
import sys
from typing import Any

from IPython.core.getipython import get_ipython

PACKAGE = "_autograder"  # a name that no notebook uses
CELL_PREFIX = "<module> "  # the subject of a sentence about code outside of any function


class SourceImporter(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules below PACKAGE from {module: source text}; "" is the package itself."""

    def __init__(self, texts):
        self.texts = {
            f"{PACKAGE}.{name}" if name else PACKAGE: text for name, text in texts.items()
        }

    def find_spec(self, fullname, path=None, target=None):
        """Return the module's spec, or None where the module is not one of these."""
        if fullname not in self.texts:
            return None
        is_package = self.is_package(fullname)
        return importlib.util.spec_from_loader(fullname, self, is_package=is_package)

    def is_package(self, fullname):
        """Return whether there are modules below this one."""
        return any(other.startswith(fullname + ".") for other in self.texts)

    def get_source(self, fullname):
        """Return the module's text; tracebacks show its lines."""
        return self.texts[fullname]


class RequestHandler:
    """Answers the grader's requests, with the modules of these names in PACKAGE."""

    def __init__(self, shell, wire, student, common):
        self.shell, self.wire, self.student, self.common = shell, wire, student, common
        self.described = None  # the exception that was described last

    def reply_to(self, comm, message):
        """Close the comm with the reply to the request that opened it."""
        # BaseException: the grader gets a reply to KeyboardInterrupt and SystemExit too.
        try:
            request = self.wire.decode(message["buffers"])
            frames = self.wire.encode({"value": self.perform(**request)})
        except BaseException as error:
            frames = self.wire.encode({"error": self.error_sentence(error)})
        comm.close(buffers=frames)

    def perform(self, action, probe=None, inputs: Any = None):
        """Return what the requested action gives."""
        if action == "describe":
            return self.describe_cell(getattr(sys, "last_value", None))
        return self.student.InProcess(self.shell.user_ns).probe(probe, **inputs)

    def error_sentence(self, error):
        """Return the sentence that the student reads about this exception."""
        if isinstance(error, self.student.StudentError):
            return str(error)
        if isinstance(error, self.wire.WireError):
            return f"What your code returned cannot be judged: {error}"
        return self.student.describe(error, self.shell.user_ns)

    def describe_cell(self, error):
        """Return how a cell failed with this exception ("raised ..."), and on which line of it."""
        scope = self.shell.user_ns
        if error is self.described:  # that of an earlier cell
            error = None
        self.described = error
        line = None if error is None else self.common.line_of_cell(error, scope)
        if isinstance(error, SyntaxError) and error.lineno and line is None:
            said = f"raised {type(error).__name__}: {error.msg} (line {error.lineno} of the cell)"
            return {"sentence": said, "line": None}  # nothing of the cell has run
        sentence = "" if error is None else self.student.describe(error, scope)
        if not sentence.startswith(CELL_PREFIX):
            return {"sentence": None, "line": line}
        return {"sentence": sentence.removeprefix(CELL_PREFIX).rstrip("."), "line": line}


def end_cell():
    """End the cell or the call, in place of exit(), which would end the kernel a little later."""
    raise SystemExit


def install(texts: dict[str, str]) -> None:
    """Answer the grader's comms from now on.

    Args:
        texts: source texts of this package's modules; "" is the package itself.
    """
    sys.meta_path.insert(0, SourceImporter(texts))
    wire = importlib.import_module(f"{PACKAGE}.wire")
    student = importlib.import_module(f"{PACKAGE}.student")
    common = importlib.import_module(f"{PACKAGE}.common")
    # The shell is ipykernel's; get_ipython's annotation knows only IPython's own.
    shell: Any = get_ipython()
    shell.ask_exit = end_cell
    handler = RequestHandler(shell, wire, student, common)
    shell.kernel.comm_manager.register_target("autograder", handler.reply_to)
