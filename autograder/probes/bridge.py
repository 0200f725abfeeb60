"""Our half of the conversation, run inside a student's kernel from its source text.

The grader opens a comm with a request in its buffers and gets one comm_close with the answer in its
buffers: {"action": "probe", "probe": name, "inputs": {...}} → {"value": what the probe returned} or
{"error": one sentence}; {"action": "describe"} → {"value": how the last failed cell failed, as a
sentence without its subject, or None}.
"""

import importlib.abc
import importlib.util
import sys

from IPython import get_ipython

PACKAGE = "_autograder"  # a name that no notebook uses


class Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules from their source text: {"student": text, ...} below PACKAGE; "" is a
    package's text.
    """

    def __init__(self, texts):
        self.texts = {
            f"{PACKAGE}.{name}" if name else PACKAGE: text for name, text in texts.items()
        }

    def find_spec(self, name, path=None, target=None):
        """The module's spec where its text is ours."""
        if name not in self.texts:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=self.is_package(name))

    def is_package(self, name):
        """Whether another text lies below this one."""
        return any(other.startswith(name + ".") for other in self.texts)

    def get_source(self, name):
        """The module's text; tracebacks show its lines."""
        return self.texts[name]


def install(texts: dict[str, str]) -> None:
    """Answer the grader's comms from now on, with the modules of `texts`."""
    sys.meta_path.insert(0, Sources(texts))
    wire = importlib.import_module(f"{PACKAGE}.wire")
    student = importlib.import_module(f"{PACKAGE}.student")
    shell = get_ipython()

    def answer(comm, message):
        try:
            frames = wire.encode({"value": act(**wire.decode(message["buffers"]))})
        except (
            BaseException
        ) as error:  # whatever it is, KeyboardInterrupt too, the grader gets an answer
            frames = wire.encode({"error": in_words(error)})
        comm.close(buffers=frames)

    def in_words(error):
        if isinstance(error, student.StudentError):
            return str(error)
        if isinstance(error, wire.WireError):
            return f"What your code returned cannot be judged: {error}"
        return student.describe(error, shell.user_ns)

    def act(action, probe=None, inputs=None):
        if action == "describe":
            return describe_cell(getattr(sys, "last_value", None))
        return student.InProcess(shell.user_ns).probe(probe, **inputs)

    def describe_cell(error):
        if isinstance(error, SyntaxError) and error.lineno:
            return f"raised {type(error).__name__}: {error.msg} (line {error.lineno} of the cell)"
        sentence = "" if error is None else student.describe(error, shell.user_ns)
        return (
            sentence.removeprefix("<module> ").rstrip(".")
            if sentence.startswith("<module> ")
            else None
        )

    def leave():
        # exit() ends the cell or the call; by default it would end the kernel a little later
        raise SystemExit

    shell.ask_exit = leave
    shell.kernel.comm_manager.register_target("autograder", answer)
