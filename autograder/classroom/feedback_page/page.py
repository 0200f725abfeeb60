"""A feedback page: one HTML file that needs nothing else, and in which nothing acts."""

import base64
import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from ...text import printable
from ..results.handins import Handin
from ..roster.students import Student
from .content import Content, Section
from .own_work import Plot
from .pictures import as_webp
from .private_paths import PathScrubber
from .safe_html import clean_text, code_html, comment_html, markdown_html

MAX_TEXT = 190_000  # bytes of a page for what the student wrote, as HTML
MAX_PICTURES = 680_000  # bytes of a page for the student's plots
MAX_ANSWER = 12_000  # characters of one answer or one cell that are shown
CUT = "\n… the rest is not shown here: it is in the notebook that was handed in."


@dataclass(frozen=True)
class Page:
    """What a page is made of.

    content: see Content.
    handin: who handed in, and when.
    extras: grade_id → [(heading, Markdown)], shown below that answer: rubrics, model answers.
    """

    content: Content
    handin: Handin
    extras: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)


class PageWriter:
    """Renders a Page for each member of the group.

    scrubber: takes the grading machine's paths out of what is shown.
    """

    def __init__(self, scrubber: PathScrubber):
        self._scrubber = scrubber

    def render(self, page: Page) -> Iterator[tuple[Student, str]]:
        """Yield each member with their page as HTML."""
        content, handin = page.content, page.handin
        room = _Room()
        values = {
            "content": content,
            "sections": [self._section(each, page.extras, room) for each in content.sections],
            "other_comments": [comment_html(comment) for comment in content.other_comments],
            "notes": [self._plain(note) for note in content.notes],
            "medians": content.medians,
            "lateness": lateness(handin.seconds_late),
            "group": self._group(handin),
        }
        template = _environment().get_template("page.html")
        for member in handin.members:
            yield member, template.render(member=self._member(member), **values)

    def _section(self, section: Section, extras: Mapping, room: "_Room") -> dict:
        """Turn a section into what the template shows."""
        findings = [
            {
                "row": finding.row,
                "messages": {
                    self._plain(message): names for message, names in finding.messages.items()
                },
            }
            for finding in section.findings
        ]
        answer = section.answer
        plots, sentences = room.place_plots(section.plots, section.findings[0].row.task.question)
        return {
            "anchor": section.anchor,
            "findings": findings,
            "comments": [comment_html(comment) for comment in section.comments],
            "answer": answer and room.answer(self._scrubber.scrub(answer)),
            "code": [room.code(source) for source in section.code],
            "plots": plots,
            "sentences": sentences,
            "extras": [
                (title, markdown_html(text))
                for name in section.grade_ids
                for title, text in extras.get(name, ())
            ],
        }

    def _plain(self, text: str) -> str:
        return printable(self._scrubber.scrub(text))

    @staticmethod
    def _member(member: Student) -> Student:
        return Student(printable(member.id), printable(member.name))

    @staticmethod
    def _group(handin: Handin) -> str:
        """Say which group handed in; "" for one student alone."""
        if len(handin.members) == 1:
            return ""
        names = ", ".join(printable(each.name or each.id) for each in handin.members)
        group = next((each.group for each in handin.members if each.group), handin.submission)
        return f"Handed in by {printable(group)}: {names}"


class _Room:
    """What still fits into a page, and which plots it shows already."""

    def __init__(self):
        self._text, self._pictures = MAX_TEXT, MAX_PICTURES
        self._places: dict[str, str] = {}  # PNG → question at which it is shown

    def code(self, source: str) -> Markup:
        """Show code: in colours, without them, or cut."""
        source = _cut(source)
        return self._first_that_fits(
            source,
            lambda text: code_html(text),
            lambda text: code_html(text, coloured=False),
        )

    def answer(self, text: str) -> Markup:
        """Show an answer in words: as Markdown, as plain text, or cut."""
        return self._first_that_fits(_cut(text), markdown_html, _preformatted)

    def _first_that_fits(self, text: str, *ways) -> Markup:
        for way in ways:
            html = way(text)
            if self._take(html):
                return html
        html = ways[-1](text[: self._text // 8] + CUT)
        self._take(html)
        return html

    def _take(self, html: str) -> bool:
        size = len(html.encode())
        if size > self._text:
            return False
        self._text -= size
        return True

    def place_plots(self, plots, question: str) -> tuple[list[dict], list[str]]:
        """Encode plots that the page does not show yet; say where the others are, or why not."""
        shown, sentences = [], []
        for plot in plots:
            place = self._places.get(plot.png)
            if plot.png and place:
                sentences.append(f"Your plot {plot.call} is shown at {place}.")
            elif data := self._encode(plot):
                self._places[plot.png] = question
                shown.append({"call": clean_text(plot.call), "data": data})
            else:
                sentences.append(
                    f"Your plot {plot.call} is not shown here: see {plot.notebook}, as handed in."
                )
        return shown, list(dict.fromkeys(map(clean_text, sentences)))

    def _encode(self, plot: Plot) -> str | None:
        data = as_webp(plot.png)
        if not data or len(data) > self._pictures:
            return None
        self._pictures -= len(data)
        return data


def lateness(seconds: float | None) -> str:
    """Say how late a submission is, "" where it is not, or where nobody knows."""
    if not seconds or seconds <= 0:
        return ""
    minutes = max(1, round(seconds / 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else ""]
    parts.append(f"{minutes} min" if minutes and not days else "")
    return " ".join(part for part in parts if part) + " late"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_ANSWER else text[:MAX_ANSWER] + CUT


def _preformatted(text: str) -> Markup:
    return Markup("<pre><code>{}</code></pre>").format(clean_text(text))


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _breakable(title: str) -> Markup:
    """Let a long name of a function continue on the next line of a narrow column."""
    return Markup(escape(title).replace("_", Markup("_<wbr>")))


def _answers(number: int) -> str:
    return "1 answer is" if number == 1 else f"{number} answers are"


@functools.cache
def _environment() -> jinja2.Environment:
    folder = Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=False,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"points": _number, "answers": _answers, "breakable": _breakable}
    style = (folder / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals |= {"style": Markup(style), "style_hash": f"sha256-{digest}"}
    return environment
