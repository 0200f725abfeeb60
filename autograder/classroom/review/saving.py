"""What the pages of `autograder review` send: marks and edited remarks."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .desk import Desk, Sheet
from .markbook import Change, Conflict
from .marks import parse_comment, parse_score
from .questions import Question

MAX_BODY = 1_000_000  # bytes of a request


def find_question(desk: Desk, request: Request) -> Question:
    """Find the question that a request is about.

    Raises:
        HTTPException: where there is none.
    """
    question = desk.questions.get(request.path_params["task"])
    if question is None:
        raise HTTPException(404, "There is no such question.")
    return question


class Saving:
    """The functions that write; each gets a request."""

    def __init__(self, desk: Desk):
        self._desk = desk

    async def save(self, request: Request) -> Response:
        """Write a mark; where it is another one than the TA saw, say which it is."""
        return await run_in_threadpool(self._save, request, await _json(request))

    def _save(self, request, body):
        question = find_question(self._desk, request)
        points = parse_score(str(body.get("points", "")), question.maximum)
        comment = parse_comment(str(body.get("comment", "")))
        sheets = self._desk.read_sheets(question.task)
        wanted = _wanted(body)
        if not wanted or not wanted.keys() <= sheets.keys():
            raise HTTPException(404, "There is no such answer any more.")
        first = next(iter(wanted))
        if body.get("mode") == "second":
            return self._save_second(question, sheets[first], wanted[first], points, comment)
        changes = [
            Change(key, each["token"], sheets[key].answer.hash) for key, each in wanted.items()
        ]
        conflicts = self._desk.book.write(question.task, changes, points, comment)
        if conflicts:
            shown = [_shown(each, sheets, wanted[each.mark.grade]) for each in conflicts]
            return JSONResponse({"conflicts": shown}, 409)
        return JSONResponse({"next": f"/question/{question.task}?after={first}"})

    def _save_second(self, question, sheet, seen, points, comment):
        if seen["text"] != sheet.answer.hash:
            raise HTTPException(409, "The text is another one now: load this page again.")
        book = self._desk.book
        book.write_second(question.task, sheet.mark, sheet.answer.hash, points, comment)
        return JSONResponse({"next": f"/second/{question.task}?after={sheet.grade}"})

    async def edit_remark(self, request: Request) -> Response:
        """Edit a remark in all comments."""
        return await run_in_threadpool(self._edit_remark, request, await _json(request))

    def _edit_remark(self, request, body):
        task = find_question(self._desk, request).task
        new = " ".join((parse_comment(str(body.get("new", ""))) or "").split("\n"))
        old, seen = str(body.get("old")), body.get("count")
        now = self._desk.book.edit_remark(task, old, new, seen)
        if now is None:
            return JSONResponse({"next": f"/answers/{task}"})
        sentence = f"Nothing was changed: the remark is now in {now} comments, not in {seen}."
        return JSONResponse({"message": sentence}, 409)


def _wanted(body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Get grade's id → what the TA saw of it: its token, and the hash of its text."""
    marks = body.get("marks")
    rows = [each for each in marks if isinstance(each, dict)] if isinstance(marks, list) else []
    return {
        str(each.get("grade")): {key: str(each.get(key)) for key in ("token", "text")}
        for each in rows
    }


def _shown(
    conflict: Conflict, sheets: Mapping[str, Sheet], seen: Mapping[str, str]
) -> dict[str, Any]:
    """A conflict as the page shows it."""
    mark, answer = conflict.mark, sheets[conflict.mark.grade].answer
    return {
        "grade": mark.grade,
        "token": mark.token(answer.hash),
        "text": answer.hash,
        "is_new_text": answer.hash != seen["text"],
        "points": None if mark.waits else mark.points,
        "comment": mark.comment,
        "by": conflict.ta or "the Formgrader, or another program",
        "time": conflict.time,
    }


async def _json(request):
    """Read a request's JSON object, within limits."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, "That is too long.")
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        raise HTTPException(400, "That is no JSON object.")
    return tree
