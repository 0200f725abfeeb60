"""The pages of `autograder review`, as a Starlette application."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
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
from .marks import MARKED, OPEN, ScoreError
from .questions import Question
from .rendering import render_markdown
from .saving import Saving, find_question
from .tables import FIRST, SECOND

HERE = Path(__file__).parent
PAIRS_SECONDS = 0.1  # that the page of similar answers waits for each question


class Page(HTMLResponse):
    """HTML of text that may hold characters which UTF-8 cannot."""

    def render(self, content: Any) -> bytes:
        """Encode the text."""
        return content.encode("utf-8", "replace")


def make_app(desk: Desk, port: int, token: str) -> Starlette:
    """Make the application that serves the pages on a port of this machine."""
    pages, saving = Pages(desk), Saving(desk)
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
        Route("/mark/{task}", saving.save, methods=["POST"]),
        Route("/remark/{task}", saving.edit_remark, methods=["POST"]),
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
        )
        self._templates.filters["points"] = lambda points: "½" if points == 0.5 else f"{points:g}"
        self._markdown: dict[str, str] = {}  # of the master copy

    def overview(self, request: Request) -> Response:
        """All questions, and how far they are."""
        states, by_ta = self._desk.book.count_states(), self._desk.book.count_by_ta()
        rows = [_progress(question, states, by_ta) for question in self._desk.questions.values()]
        return self._page("overview.html", rows=rows)

    def next_answer(self, request: Request) -> Response:
        """Go to the next answer that waits; where none does, to the list of all."""
        question = find_question(self._desk, request)
        sheets = self._desk.read_sheets(question.task)
        grade = self._desk.find_next(sheets, request.query_params.get("after", ""))
        where = f"question/{question.task}/{grade}" if grade else f"answers/{question.task}"
        return RedirectResponse(f"/{where}", 303)

    def answer(self, request: Request) -> Response:
        """One answer, to be marked."""
        question, sheets, sheet = self._sheet(request)
        return self._answer_page(
            question,
            sheet,
            mode="mark",
            waiting=sum(each.mark.state == OPEN for each in sheets.values()),
            total=len(sheets),
            remarks=self._desk.remarks(sheets),
            groups=self._desk.groups(question.task, sheets, sheet.grade),
        )

    def next_second(self, request: Request) -> Response:
        """Go to the next answer that is to be marked twice."""
        question = find_question(self._desk, request)
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
        question = find_question(self._desk, request)
        sheets = self._desk.read_sheets(question.task)
        remarks = self._desk.remarks(sheets)
        return self._page(
            "answers.html", question=question, sheets=sheets.values(), remarks=remarks
        )

    def similar(self, request: Request) -> Response:
        """Answers of different submissions that are alike; whose, where that is asked."""
        question = find_question(self._desk, request)
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
        question, index = find_question(self._desk, request), request.path_params["index"]
        mark = self._desk.book.read(question.task).get(request.path_params["grade"])
        plots = self._plots(question, mark.submission) if mark else []
        if index >= len(plots):
            raise HTTPException(404)
        return Response(plots[index], media_type="image/png")

    def _sheet(self, request) -> tuple[Question, Mapping[str, Sheet], Sheet]:
        question = find_question(self._desk, request)
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
            answer=render_markdown(whole.text, whole.attachments),
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
            self._markdown[text] = render_markdown(text)
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


def _gradebook_error(request, error):
    if request.method == "POST":
        return JSONResponse({"message": f"Not saved. {error}"}, 503)
    return PlainTextResponse(str(error), 503)


def _score_error(request, error):
    return JSONResponse({"message": str(error)}, 422)
