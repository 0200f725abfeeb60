"""Outputs of cells: bounded, and without anything that a web page would run.

They are made of a kernel's messages or of those in a file, as nbformat's outputs.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

# Limits for one cell.
MAX_OUTPUTS = 200
MAX_TEXT = 200_000  # characters of all outputs but errors
MAX_ERROR = 20_000  # characters of an error
MAX_IMAGES = 4 * 2**20  # characters of all images, as base64 or SVG
CUT = (
    f"This cell showed more than is kept: at most {MAX_OUTPUTS} outputs, {MAX_TEXT:,} characters "
    f"of text and {MAX_IMAGES // 2**20} MB of images.\n"
)
CUT_FILE = "This cell was handed in with more output than is kept: this notebook shows too much.\n"

# HTML, Markdown, scripts and widgets would act in the browser of whoever reads the notebook; only
# their plain text is kept.
TEXTS = ("text/plain", "text/latex")
IMAGES = ("image/png", "image/jpeg", "image/svg+xml")


@dataclass(frozen=True)
class CellResult:
    """How a cell ended and what it showed.

    Attributes:
        status: "ok", "error", "timeout" (interrupted) or "died".
        error: None when ok, else a phrase that continues the cell's name, such as "raised
            NameError: ... (line 3 of the cell, ...)".
        outputs: what it showed.
        line: of the cell, on which the statement stands that failed; None where that is unknown.
    """

    status: str
    error: str | None = None
    outputs: Sequence[NotebookNode] = ()
    line: int | None = None


class CellOutputs:
    """Collects what one cell shows.

    Takes any message; one that is malformed or no output is ignored.
    """

    def __init__(self):
        self._outputs: list[NotebookNode] = []
        self._display_ids: list[str | None] = []  # one for each output
        self._clear_before_next = False
        self._cut = False

    def add(self, message: dict[str, Any]) -> None:
        """Add one message of the kernel.

        Args:
            message: with "msg_type" and "content", as Jupyter's protocol has them.
        """
        kind, content = message.get("msg_type"), message.get("content")
        if not isinstance(kind, str) or not isinstance(content, dict):
            return
        if kind == "clear_output":
            self._clear_before_next = bool(content.get("wait"))
            if not self._clear_before_next:
                self._drop_all()
        elif kind == "update_display_data":
            self._update(content)
        elif not self._is_full(kind):
            output = read_output(kind, content)
            if output is not None:
                self._append(output, display_id(content))

    def all(self) -> list[NotebookNode]:
        """Return the outputs so far, with a sentence at their end where something was left out."""
        outputs = [NotebookNode(output) for output in self._outputs]
        for output in outputs:
            if output.output_type == "stream":
                output.text = "\n".join(overwritten(line) for line in output.text.split("\n"))
        if self._cut:
            outputs.append(new_output("stream", text=CUT))
        return outputs

    def _append(self, output, output_id):
        if self._clear_before_next:
            self._drop_all()
        last = self._outputs[-1] if self._outputs else None
        output = self._bounded(output)
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        elif has_content(output):
            self._outputs.append(output)
            self._display_ids.append(output_id)

    def _update(self, content):
        """Replace the outputs that were shown under the same display_id."""
        output, updated_id = read_output("display_data", content), display_id(content)
        if output is None or updated_id is None:
            return
        for kept, kept_id in zip(self._outputs, self._display_ids, strict=True):
            if kept_id == updated_id:
                # Emptied first, so that the old content does not count against the limits.
                kept.data = NotebookNode()
                kept.data = self._bounded(output).data

    def _drop_all(self):
        self._outputs, self._display_ids = [], []
        self._clear_before_next = self._cut = False

    def _is_full(self, kind):
        """Tell whether no more outputs fit; the first error always does."""
        if len(self._outputs) < MAX_OUTPUTS or self._clear_before_next:
            return False
        if kind == "error" and all(output.output_type != "error" for output in self._outputs):
            return False
        self._cut = True
        return True

    def _bounded(self, output):
        """Return the output without what exceeds the limits of the cell."""
        if output.output_type == "error":
            return NotebookNode(
                output,
                evalue=output.evalue[:MAX_ERROR],
                ename=output.ename[:100],
                traceback=cut_lines(output.traceback, MAX_ERROR),
            )
        if output.output_type == "stream":
            output.text = self._cut_text(output.text, self._text_room())
            return output
        room = self._text_room()
        for media_type in TEXTS:
            if media_type in output.data:
                output.data[media_type] = self._cut_text(output.data[media_type], room)
                room -= len(output.data[media_type])
        room = MAX_IMAGES - self._data_size(IMAGES)
        for media_type in IMAGES:
            size = len(output.data.get(media_type, ""))
            if size > room:
                del output.data[media_type]
                self._cut = True
            else:
                room -= size
        return output

    def _cut_text(self, text, room):
        """Return as much of a text as fits into so many characters."""
        self._cut |= len(text) > room
        return text[:room]

    def _text_room(self):
        """Count the characters of text that still fit."""
        streams = (output.text for output in self._outputs if output.output_type == "stream")
        return MAX_TEXT - self._data_size(TEXTS) - sum(map(len, streams))

    def _data_size(self, media_types):
        """Count the characters of all outputs under these media types."""
        data = [output.data for output in self._outputs if "data" in output]
        return sum(len(each.get(media_type, "")) for each in data for media_type in media_types)


def limited_outputs(outputs: Any) -> list[NotebookNode]:
    """Return the outputs of a cell in a file, under the limits for a cell that runs.

    Args:
        outputs: any JSON value; what is no output is left out.
    """
    collected = CellOutputs()
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            collected.add({"msg_type": output.get("output_type"), "content": output})
    return collected.all()


def handed_in_outputs(outputs: Any, room: int) -> tuple[list[NotebookNode], bool]:
    """Return what can be kept of the outputs of a cell in a file, and whether that is less.

    Where it is less, a sentence says so: whoever marks the cell shall know that something was
    handed in.

    Args:
        outputs: any JSON value.
        room: characters that the notebook's outputs may still have.
    """
    kept, is_cut = [], False
    for output in limited_outputs(outputs):
        size = len(json.dumps(output))
        is_cut |= size > room or output.get("text") == CUT
        if size <= room:
            room -= size
            kept.append(output)
    if is_cut and not any(output.get("text") == CUT for output in kept):
        kept.append(new_output("stream", text=CUT_FILE))
    return kept, is_cut


def outputs_that_fit(
    outputs: Sequence[NotebookNode], room: int
) -> tuple[Sequence[NotebookNode], int]:
    """Return a cell's outputs if they fit, else a sentence in their place; and the room left.

    Args:
        outputs: of one cell.
        room: characters that the notebook's outputs may still have, as JSON.
    """
    size = len(json.dumps(outputs))
    if size <= room:
        return outputs, room - size
    sentence = "The output of this cell is not kept: this notebook shows too much.\n"
    return [new_output("stream", text=sentence)], room


def explanation(sentence: str) -> NotebookNode:
    """Return the grader's remark on a cell that it stopped or did not run, as an error output."""
    return new_output("error", ename="Grader", evalue=sentence, traceback=[sentence])


def read_output(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    """Return the output in a message, with plain texts and images only; None where it has none.

    Args:
        kind: the message's type.
        content: the message's content, which may be malformed.
    """
    try:
        # joined_text refuses what is no text; nbformat's validator would take minutes for a list
        # of a million lists.
        if kind == "stream":
            return new_output(
                kind, name=joined_text(content["name"]), text=joined_text(content["text"])
            )
        if kind == "error":
            lines = [joined_text(line) for line in content["traceback"][:MAX_OUTPUTS]]
            ename, evalue = joined_text(content["ename"]), joined_text(content["evalue"])
            return new_output(kind, ename=ename, evalue=evalue, traceback=lines)
        if kind not in ("display_data", "execute_result"):
            return None
        data = {
            media_type: joined_text(content["data"][media_type])
            for media_type in (*TEXTS, *IMAGES)
            if media_type in content["data"]
        }
        # Never an execute_result: nbgrader would read it as points.
        return new_output("display_data", data=data)
    # A kernel sends what the student's code likes, and nbformat raises many kinds of errors.
    except Exception:  # noqa: BLE001
        return None


def joined_text(text: str | list[str]) -> str:
    """Return a text or a list of lines as one text that can be written as UTF-8."""
    return "".join(text).encode("utf-8", "replace").decode("utf-8")


def overwritten(line: str) -> str:
    """Return what a terminal shows of a line with carriage returns, as a progress bar writes."""
    return line.rstrip("\r").rpartition("\r")[2]


def display_id(content: dict[str, Any]) -> str | None:
    """Return the id under which an output can be updated, None where it has none."""
    transient = content.get("transient")
    found = transient.get("display_id") if isinstance(transient, dict) else None
    return found if isinstance(found, str) else None


def has_content(output: NotebookNode) -> bool:
    """Tell whether there is anything to see in an output."""
    return bool(output.get("text") or output.get("data") or output.output_type == "error")


def cut_lines(lines: list[str], room: int) -> list[str]:
    """Return the lines that fit into `room` characters, with "…" where some are left out."""
    text = "\n".join(lines)
    return lines if len(text) <= room else [*text[:room].split("\n"), "…"]
