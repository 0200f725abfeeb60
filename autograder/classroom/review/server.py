"""The pages of `autograder review`, as a Starlette application."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ..errors import GradebookError
from .agreement import agreement_of, find_twice
from .desk import Desk, Sheet
from .guard import Guard
from .markbook import Change, Conflict
from .marks import MARKED, OPEN, ScoreError, parse_comment, parse_score
from .questions import Question
from .rendering import render_markdown
from .tables import FIRST, SECOND

HERE = Path(__file__).parent
MAX_BODY = 1_000_000  # bytes of a request
PAIRS_SECONDS = 0.1  # that the page of similar answers waits for each question


class Page(HTMLResponse):
    """HTML of text that may hold characters which UTF-8 cannot."""

    def render(self, content: Any) -> bytes:
        """Encode the text."""
        return content.encode("utf-8", "replace")


def make_app(desk: Desk, port: int, token: str) -> Starlette:
    """Make the application that serves the pages on a port of this machine."""
    pages = Pages(desk)
    routes = [
        Route("/", pages.overview),
        Route("/question/{task}", pages.next_answer),
        Route("/question/{task}/{grade}", pages.answer),
        Route("/second/{task}", pages.next_second),
        Route("/second/{task}/{grade}", pages.second),
        Route("/answers/{task}", pages.answers),
        Route("/similar/{task}", pages.similar),
        Route("/agreement", pages.agreement),
        Route("/plot/{task}/{grade}/{index:int}", pages.plot),
        Route("/mark/{task}", pages.save, methods=["POST"]),
        Route("/remark/{task}", pages.edit_remark, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    handlers = {GradebookError: _gradebook_error, ScoreError: _score_error}
    guard = Middleware(Guard, port=port, token=token)
    return Starlette(routes=routes, middleware=[guard], exception_handlers=handlers)


class Pages:
    """The functions behind the pages; each gets a request."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["points"] = lambda points: "½" if points == 0.5 else f"{points:g}"
        self._markdown: dict[str, Markup] = {}  # of the master copy

    def overview(self, request: Request) -> Response:
        """All questions, and how far they are."""
        states, by_ta = self._desk.book.count_states(), self._desk.book.count_by_ta()
        rows = [_progress(question, states, by_ta) for question in self._desk.questions.values()]
        return self._page("overview.html", rows=rows)

    def next_answer(self, request: Request) -> Response:
        """Go to the next answer that waits; where none does, to the list of all."""
        question = self._question(request)
        sheets = self._desk.read_sheets(question.task)
        grade = self._desk.find_next(sheets, request.query_params.get("after", ""))
        where = f"question/{question.task}/{grade}" if grade else f"answers/{question.task}"
        return RedirectResponse(f"/{where}", 303)

    def answer(self, request: Request) -> Response:
        """One answer, to be marked."""
        question, sheets, sheet = self._sheet(request)
        alike = self._desk.alike(question.task, sheets)
        same = [sheets[each] for each in alike.same(sheet.grade)] if alike else []
        near = alike.near(sheet.grade) if alike else []
        return self._answer_page(
            question,
            sheet,
            mode="mark",
            waiting=sum(each.mark.state == OPEN for each in sheets.values()),
            total=len(sheets),
            remarks=self._desk.remarks(sheets),
            same=[each for each in same if each.mark.state == OPEN],
            same_marked=[each for each in same if each.mark.state == MARKED],
            near=[Sheet(sheets[key].mark, sheets[key].answer, cosine) for key, cosine in near],
            is_compared=alike is not None,
        )

    def next_second(self, request: Request) -> Response:
        """Go to the next answer that is to be marked twice."""
        question = self._question(request)
        sheets = self._desk.read_sheets(question.task)
        after = request.query_params.get("after", "")
        grade = self._desk.find_second(question.task, sheets, after)
        where = f"second/{question.task}/{grade}" if grade else "agreement"
        return RedirectResponse(f"/{where}", 303)

    def second(self, request: Request) -> Response:
        """One answer that another TA has marked, without their mark."""
        question, sheets, sheet = self._sheet(request)
        hidden = Sheet(sheet.mark.hidden(), sheet.answer)
        return self._answer_page(question, hidden, mode="second", total=len(sheets))

    def answers(self, request: Request) -> Response:
        """All answers to a question with their marks, and all remarks."""
        question = self._question(request)
        sheets = self._desk.read_sheets(question.task)
        remarks = self._desk.remarks(sheets)
        return self._page(
            "answers.html", question=question, sheets=sheets.values(), remarks=remarks
        )

    def similar(self, request: Request) -> Response:
        """Answers of different submissions that are alike; whose, where that is asked."""
        question = self._question(request)
        pairs = self._desk.find_pairs(question.task, PAIRS_SECONDS)
        names = request.query_params.get("names") == "1"
        questions = self._desk.questions.values()
        return self._page(
            "similar.html", question=question, questions=questions, pairs=pairs, names=names
        )

    def agreement(self, request: Request) -> Response:
        """The answers that were marked twice."""
        pairs = find_twice(*map(self._desk.book.read_log, (FIRST, SECOND)))
        rows = []
        for task, question in self._desk.questions.items():
            here = [pair for pair in pairs if pair.second["task"] == task]
            rows.append((question, agreement_of(here), [p for p in here if not p.agrees]))
        return self._page("agreement.html", rows=rows, total=agreement_of(pairs))

    def plot(self, request: Request) -> Response:
        """One of the plots that a question speaks of."""
        question, index = self._question(request), request.path_params["index"]
        mark = self._desk.book.read(question.task).get(request.path_params["grade"])
        plots = self._plots(question, mark.submission) if mark else []
        if index >= len(plots):
            raise HTTPException(404)
        return Response(plots[index], media_type="image/png")

    async def save(self, request: Request) -> Response:
        """Write a mark; where it is another one than the TA saw, say which it is."""
        return await run_in_threadpool(self._save, request, await _json(request))

    def _save(self, request, body):
        question = self._question(request)
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
        task = self._question(request).task
        new = " ".join((parse_comment(str(body.get("new", ""))) or "").split("\n"))
        old, seen = str(body.get("old")), body.get("count")
        now = self._desk.book.edit_remark(task, old, new, seen)
        if now is None:
            return JSONResponse({"next": f"/answers/{task}"})
        sentence = f"Nothing was changed: the remark is now in {now} comments, not in {seen}."
        return JSONResponse({"message": sentence}, 409)

    def _question(self, request) -> Question:
        question = self._desk.questions.get(request.path_params["task"])
        if question is None:
            raise HTTPException(404, "There is no such question.")
        return question

    def _sheet(self, request) -> tuple[Question, Mapping[str, Sheet], Sheet]:
        question = self._question(request)
        sheets = self._desk.read_sheets(question.task)
        sheet = sheets.get(request.path_params["grade"])
        if sheet is None:
            raise HTTPException(404, "There is no such answer any more.")
        return question, sheets, sheet

    def _plots(self, question, submission):
        read = self._desk.submissions.read_plots
        return [png for plots in question.plots for png in read(submission, plots)]

    def _answer_page(self, question, sheet, **more):
        whole = self._desk.submissions.read_whole_answer(
            sheet.mark.submission, question.notebook, question.task
        )
        return self._page(
            "answer.html",
            question=question,
            sheet=sheet,
            answer=Markup(render_markdown(whole.text, whole.attachments)),
            plots=len(self._plots(question, sheet.mark.submission)),
            expected=sum(plots.count for plots in question.plots),
            **more,
        )

    def _page(self, template, **values):
        page = self._templates.get_template(template)
        shared = {"ta": self._desk.book.ta, "sample": self._desk.sample, "md": self._master}
        return Page(page.render(**shared, **values))

    def _master(self, text):
        """Render a text of the master copy, once."""
        if text not in self._markdown:
            self._markdown[text] = Markup(render_markdown(text))
        return self._markdown[text]


def _progress(question, states, by_ta):
    """A row of the overview: the question and its numbers."""
    counts = {OPEN: 0, MARKED: 0, "all": 0}
    for (task, waits, given), count in states.items():
        if task == question.task:
            counts["all"] += count
            counts[OPEN] += count * waits
            counts[MARKED] += count * (given and not waits)
    tas = {ta: count for (task, ta), count in sorted(by_ta.items()) if task == question.task}
    return question, counts, tas


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


def _gradebook_error(request, error):
    if request.method == "POST":
        return JSONResponse({"message": f"Not saved. {error}"}, 503)
    return PlainTextResponse(str(error), 503)


def _score_error(request, error):
    return JSONResponse({"message": str(error)}, 422)
