"""Markdown that students wrote as HTML which runs nothing and needs no network."""

import base64
import html
import importlib.util
import re
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

import bleach
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

from ...paths import SOLUTIONS
from ..formulas import render_formula

MAX_LENGTH = 20_000  # characters of an answer that are formatted; the rest is shown as typed
MAX_FLOWCHART = 2_000  # characters
PNG = b"\x89PNG\r\n\x1a\n"
_TAGS = (
    "h1 h2 h3 h4 h5 h6 blockquote br details div hr img p pre summary dd dl dt li ol ul a b code "
    "del em i kbd s span strong sub sup table tbody td th thead tr"
)
TAGS = frozenset(_TAGS.split())
PROTOCOLS = frozenset(["http", "https", "mailto", "data"])
PICTURE, LINK = re.compile(r"data:image/(png|jpeg);base64,"), re.compile(r"https?://|mailto:")


def render_markdown(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Convert Markdown to HTML: formulas as MathML, flowcharts as SVG, everything else cleaned.

    Args:
        source: the Markdown.
        attachments: name → MIME type → base64 text, as notebooks have them.
    """
    text, rest = source[:MAX_LENGTH], source[MAX_LENGTH:]
    renderer = _Renderer(attachments)
    try:
        page = MarkdownWithMath(renderer=renderer).render(text)
    except (RecursionError, ValueError, KeyError, TypeError):  # of a text made to break it
        page, rest = "", source
    clean = bleach.clean(page, tags=TAGS, attributes=_is_allowed, protocols=PROTOCOLS)
    clean = renderer.insert_drawings(clean)
    return clean + f"<pre>{html.escape(rest)}</pre>" * bool(rest)


def _is_allowed(tag: str, name: str, value: str) -> bool:
    """No classes and ids, so that no answer looks like the page itself; no remote pictures."""
    if name in ("src", "href"):
        pattern = {"img": PICTURE, "a": LINK}.get(tag)
        return bool(pattern and pattern.match(value))
    return name in ("title", "alt") or (tag, name) == ("ol", "start")


class _Renderer(IPythonRenderer):
    """Draws formulas and flowcharts; they are put in place of marks once the page is clean."""

    def __init__(self, attachments: Mapping[str, Any] | None):
        pictures = {
            name: {kind: data for kind, data in each.items() if kind in ("image/png", "image/jpeg")}
            for name, each in (attachments or {}).items()
            if isinstance(each, dict)
        }
        super().__init__(escape=False, exclude_anchor_links=True, attachments=pictures)
        self._secret = secrets.token_hex(8)  # so that no text can name a drawing
        self._drawings: list[str] = []

    def insert_drawings(self, page: str) -> str:
        """Replace the marks in a page by what they stand for."""
        mark = re.compile(rf"{self._secret}-(\d+);")
        return mark.sub(lambda found: self._drawings[int(found[1])], page)

    def _keep(self, drawing):
        self._drawings.append(drawing)
        return f"{self._secret}-{len(self._drawings) - 1};"

    def block_math(self, body: str) -> str:
        return self._keep(render_formula(body, "block"))

    def inline_math(self, body: str) -> str:
        return self._keep(render_formula(body, "inline"))

    def latex_environment(self, name: str, body: str) -> str:
        return self._keep(render_formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block"))

    def block_mermaidjs(self, code: str) -> str:
        drawing = _flowchart()(code) if len(code) <= MAX_FLOWCHART else None
        return self._keep(drawing or f"<pre>{html.escape(code)}</pre>")

    def image(self, text: str, url: str, title: str | None = None) -> str:
        try:
            return super().image(text, url, title)
        except InvalidNotebook:  # an attachment that is not there, or is no picture
            return html.escape(text)


@cache
def _flowchart():
    """The function that draws flowcharts for the students' own document."""
    spec = importlib.util.spec_from_file_location("flowchart", SOLUTIONS / "flowchart.py")
    if spec is None or spec.loader is None or not (SOLUTIONS / "flowchart.py").is_file():
        return lambda code: None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.draw_flowchart


def png_of(output: Any) -> bytes | None:
    """Get the picture of a notebook's output, if it has one and it is a PNG."""
    data = output.get("data", {}).get("image/png") if isinstance(output, dict) else None
    text = "".join(data) if isinstance(data, list) else data
    try:
        picture = base64.b64decode(text or "")
    except (ValueError, TypeError):
        return None
    return picture if picture.startswith(PNG) else None
