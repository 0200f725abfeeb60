"""Text that students wrote as HTML that does nothing: no script, no link, no address, no style."""

import re

import bleach
import mistune
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..formulas import render_formula

MAX_FORMULAS = 100  # in one text

_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_BLOCKS = ["blockquote", "br", "hr", "p", "pre"]
_LISTS = ["dd", "dl", "dt", "li", "ol", "ul"]
_WORDS = ["code", "del", "em", "strong"]
_TABLES = ["table", "tbody", "td", "th", "thead", "tr"]
_TAGS = frozenset(_HEADINGS + _BLOCKS + _LISTS + _WORDS + _TABLES)
# Formulas wait between these two while the text around them is cleaned.
_OPEN, _CLOSE = "\ue000", "\ue001"
_WAITING = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
# Control characters, those that turn the direction of what follows, and halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000\ue001]"
)
# As in Jupyter: $ and $$; the code in backticks is passed over.
_MATH = re.compile(
    r"(?P<code>(`+)(?!`).*?(?<!`)\2(?!`))"
    r"|\$\$(?P<block>[^$]+)\$\$"
    r"|(?<![\\$])\$(?P<inline>[^$\n]+)(?<![\\\s])\$(?!\d)",
    re.DOTALL,
)


def clean_text(text: str) -> str:
    """Take out the characters that show nothing and change how the others are read."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def code_html(source: str, coloured: bool = True) -> Markup:
    """Show Python code."""
    source = clean_text(source).strip("\n")
    if not coloured:
        return Markup(escape(source))
    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def markdown_html(text: str) -> Markup:
    """Show Markdown with formulas; HTML in it is shown as text, links and pictures as words."""
    formulas: list[str] = []

    def keep(match: re.Match) -> str:
        if match["code"] or len(formulas) == MAX_FORMULAS:
            return match[0]
        block = match["block"]
        formulas.append(render_formula(block or match["inline"], "block" if block else "inline"))
        return f"{_OPEN}{len(formulas) - 1}{_CLOSE}"

    markdown = mistune.create_markdown(
        renderer=_PlainRenderer(escape=True), plugins=["table", "strikethrough"]
    )
    page = bleach.clean(str(markdown(_MATH.sub(keep, clean_text(text)))), _TAGS, {})
    return Markup(_WAITING.sub(lambda match: formulas[int(match[1])], page))


def comment_html(text: str) -> Markup:
    """Show what a person typed, letter by letter but for its formulas."""
    html, end = Markup(""), 0
    for match in list(_MATH.finditer(text := clean_text(text)))[:MAX_FORMULAS]:
        html += escape(text[end : match.start()])
        latex = match["block"] or match["inline"]
        html += escape(match[0]) if match["code"] else Markup(render_formula(latex))
        end = match.end()
    return html + escape(text[end:])


class _PlainRenderer(mistune.HTMLRenderer):
    """Writes addresses out as text."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Show a link's text and address."""
        return text if text == escape(url) else f"{text} ({escape(url)})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show the words that stand for a picture."""
        return f"[picture: {text or escape(url[:100])}]"

    def block_code(self, code: str, info: str | None = None) -> str:
        """Show a block of code, whatever its language is called."""
        return f"<pre><code>{escape(code)}</code></pre>\n"
