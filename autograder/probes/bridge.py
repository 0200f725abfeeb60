"""The grader's half of the conversation inside a student's kernel, run there from its source text.

The grader opens a comm with a request in its buffers and gets one comm_close with the reply in its
buffers:

- the package's modules, as `pack` of `kernels/kernel.py` writes them, in the first request alone
- {"action": "probe", "probe": name, "inputs": {...}} → {"value": what the probe returned}
- {"action": "describe"} → {"value": {"sentence": how the last failed cell failed, without its
  subject, "line": where in the cell}}, None for what is unknown
- for either, where it fails → {"error": one sentence}
"""

import importlib.abc
import importlib.util
import marshal
import sys
from typing import Any

from IPython.core.getipython import get_ipython

PACKAGE = "_autograder"  # a name that no notebook uses
CELL_PREFIX = "<module> "  # the subject of a sentence about code outside of any function


class PackedImporter(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules below PACKAGE from {module: (source text, code)}; "" is the package."""

    def __init__(self, modules):
        modules = {f"{PACKAGE}.{name}" if name else PACKAGE: each for name, each in modules.items()}
        self.texts = {name: text for name, (text, _) in modules.items()}
        self.codes = {name: code for name, (_, code) in modules.items()}

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

    def get_code(self, fullname):
        """Return what the module's text was compiled to, by the grader: it is the same Python."""
        return self.codes[fullname]


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


def install() -> None:
    """Answer the grader's comms from now on; the first brings the modules of PACKAGE."""
    # The shell is ipykernel's; get_ipython's annotation knows only IPython's own.
    shell: Any = get_ipython()
    shell.ask_exit = end_cell
    manager = shell.kernel.comm_manager

    def receive_modules(comm, message):
        sys.meta_path.insert(0, PackedImporter(marshal.loads(message["buffers"][0])))
        names = ("wire", "student", "common")
        wire, student, common = (importlib.import_module(f"{PACKAGE}.{name}") for name in names)
        manager.register_target("autograder", RequestHandler(shell, wire, student, common).reply_to)
        comm.close(buffers=wire.encode({"value": None}))

    manager.register_target("autograder", receive_modules)
