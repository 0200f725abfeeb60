"""What a cell shows, as nbformat's outputs: made of a kernel's messages, bounded, and nothing that
a page would run.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

# All limits, for one cell.
MAX_OUTPUTS = 200
MAX_TEXT = 200_000  # characters of all outputs but errors
MAX_ERROR = 20_000  # characters of an error
MAX_IMAGES = 4 * 2**20  # characters of all images, as base64 or SVG
CUT = (
    f"This cell showed more than is kept: at most {MAX_OUTPUTS} outputs, {MAX_TEXT:,} characters "
    "of text and "
    f"{MAX_IMAGES // 2**20} MB of images.\n"
)

# HTML, Markdown, scripts and widgets would act in the browser of whoever reads the notebook; their
# plain text stays.
TEXTS = ("text/plain", "text/latex")
IMAGES = ("image/png", "image/jpeg", "image/svg+xml")


@dataclass(frozen=True)
class CellResult:
    """How a cell ended and what it showed: status is "ok", "error", "timeout" (interrupted) or
    "died"; error is a sentence without its subject ("raised NameError: ... (line 3 of the cell,
    ...)"), None when ok.
    """

    status: str
    error: str | None = None
    outputs: Sequence[NotebookNode] = ()


class CellOutputs:
    """Collects what one cell shows.

    Takes any message: what is malformed or no output is ignored.
    """

    def __init__(self):
        self._outputs: list[NotebookNode] = []
        self._names: list[str | None] = []  # display_id of each output
        self._clear = False  # before the next output
        self._cut = False

    def add(self, message: dict[str, Any]) -> None:
        """Take one message of the kernel."""
        kind, content = message.get("msg_type"), message.get("content")
        if not isinstance(kind, str) or not isinstance(content, dict):
            return
        if kind == "clear_output":
            self._clear = bool(content.get("wait"))
            if not self._clear:
                self._drop_all()
        elif kind == "update_display_data":
            self._update(content)
        elif not self._full(kind):
            output = read_output(kind, content)
            if output is not None:
                self._append(output, display_id(content))

    def all(self) -> list[NotebookNode]:
        """The outputs so far, a sentence at their end where something was left out."""
        outputs = [NotebookNode(output) for output in self._outputs]
        for output in outputs:
            if output.output_type == "stream":
                output.text = "\n".join(overwritten(line) for line in output.text.split("\n"))
        return outputs + [new_output("stream", text=CUT)] * self._cut

    def _append(self, output, name):
        if self._clear:
            self._drop_all()
        last = self._outputs[-1] if self._outputs else None
        output = self._bounded(output)
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        elif has_content(output):
            self._outputs.append(output)
            self._names.append(name)

    def _update(self, content):
        """Replace what stands under the same display_id."""
        output, name = read_output("display_data", content), display_id(content)
        if output is None or name is None:
            return
        for place, known in enumerate(self._names):
            if known == name:
                kept = self._outputs[place]
                kept.data = NotebookNode()
                kept.data = self._bounded(output).data

    def _drop_all(self):
        self._outputs, self._names, self._clear, self._cut = [], [], False, False

    def _full(self, kind):
        """Whether there are as many outputs as can be; one error still counts."""
        full = len(self._outputs) >= MAX_OUTPUTS and not self._clear
        first_error = kind == "error" and not any(
            output.output_type == "error" for output in self._outputs
        )
        if full and not first_error:
            self._cut = True
            return True
        return False

    def _bounded(self, output):
        """The output, without what exceeds the limits of the cell."""
        if output.output_type == "error":
            lines = cut_lines(output.traceback, MAX_ERROR)
            return NotebookNode(
                output, evalue=output.evalue[:MAX_ERROR], ename=output.ename[:100], traceback=lines
            )
        if output.output_type == "stream":
            output.text = self._fitting(output.text, MAX_TEXT - self._size(TEXTS))
            return output
        for mime in TEXTS:
            if mime in output.data:
                output.data[mime] = self._fitting(output.data[mime], MAX_TEXT - self._size(TEXTS))
        for mime in IMAGES:
            if mime in output.data and len(output.data[mime]) > MAX_IMAGES - self._size(IMAGES):
                del output.data[mime]
                self._cut = True
        return output

    def _fitting(self, text, room):
        self._cut |= len(text) > room
        return text[:room]

    def _size(self, mimes):
        """Characters of all outputs under these types; a stream is text."""
        streams = sum(
            len(output.text) for output in self._outputs if output.output_type == "stream"
        )
        data = [output.data for output in self._outputs if "data" in output]
        return sum(len(each[mime]) for each in data for mime in mimes if mime in each) + streams * (
            mimes is TEXTS
        )


def limited_outputs(outputs: Any) -> list[NotebookNode]:
    """The outputs that a notebook came with, under the same limits."""
    collected = CellOutputs()
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            collected.add({"msg_type": output.get("output_type"), "content": output})
    return collected.all()


def outputs_that_fit(
    outputs: Sequence[NotebookNode], room: int
) -> tuple[Sequence[NotebookNode], int]:
    """The outputs where they have at most `room` characters, else a sentence in their place; and
    the room left.
    """
    size = len(json.dumps(outputs))
    if size <= room:
        return outputs, room - size
    return [
        new_output(
            "stream", text="What this cell showed is not kept: this notebook shows too much.\n"
        )
    ], room


def explanation(sentence: str) -> NotebookNode:
    """The grader's word on a cell that it stopped or did not run."""
    return new_output("error", ename="Grader", evalue=sentence, traceback=[sentence])


def read_output(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    """The output of a message, with plain texts and images only; None where it is none."""
    try:
        # texts first: nbformat's validator would take minutes for a list of a million lists
        if kind == "stream":
            return new_output(
                kind, name=joined_text(content["name"]), text=joined_text(content["text"])
            )
        if kind == "error":
            lines = [joined_text(line) for line in content["traceback"][:MAX_OUTPUTS]]
            return new_output(
                kind,
                ename=joined_text(content["ename"]),
                evalue=joined_text(content["evalue"]),
                traceback=lines,
            )
        if kind not in ("display_data", "execute_result"):
            return None
        data = {
            mime: joined_text(content["data"][mime])
            for mime in (*TEXTS, *IMAGES)
            if mime in content["data"]
        }
        return new_output(
            "display_data", data=data
        )  # nbgrader would read an execute_result as points
    except Exception:  # noqa: BLE001 - whoever runs in the kernel sends what they like, and nbformat raises many kinds
        return None


def joined_text(text: str | list[str]) -> str:
    """A text, which nbformat may hold as a list of lines, that can be written as UTF-8."""
    return "".join(text).encode("utf-8", "replace").decode("utf-8")


def overwritten(line: str) -> str:
    """What a terminal shows of a line with carriage returns, such as that of a progress bar."""
    return line.rstrip("\r").rpartition("\r")[2]


def display_id(content: dict[str, Any]) -> str | None:
    """The name under which an output can be updated."""
    transient = content.get("transient")
    name = transient.get("display_id") if isinstance(transient, dict) else None
    return name if isinstance(name, str) else None


def has_content(output: NotebookNode) -> bool:
    """Whether anything is to be seen."""
    return bool(output.get("text") or output.get("data") or output.output_type == "error")


def cut_lines(lines: list[str], room: int) -> list[str]:
    """The first of these lines, as many as have room."""
    text = "\n".join(lines)
    return lines if len(text) <= room else [*text[:room].split("\n"), "…"]
