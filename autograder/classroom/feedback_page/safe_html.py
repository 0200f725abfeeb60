"""Text that students wrote as HTML that does nothing: no script, no link, no address, no style."""

import re
import xml.etree.ElementTree as ElementTree

import bleach
import mistune
from latex2mathml.converter import convert
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

MAX_FORMULA = 1000  # characters of LaTeX that is converted
MAX_FORMULAS = 100  # in one text

_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_BLOCKS = ["blockquote", "br", "hr", "p", "pre"]
_LISTS = ["dd", "dl", "dt", "li", "ol", "ul"]
_WORDS = ["code", "del", "em", "strong"]
_TABLES = ["table", "tbody", "td", "th", "thead", "tr"]
_TAGS = frozenset(_HEADINGS + _BLOCKS + _LISTS + _WORDS + _TABLES)
_LETTERS = ["mi", "mn", "mo", "ms", "mspace", "mtext"]
_ROWS = ["math", "menclose", "mfrac", "mpadded", "mphantom", "mroot", "mrow", "msqrt", "mstyle"]
_SCRIPTS = ["mmultiscripts", "mover", "msub", "msubsup", "msup", "munder", "munderover"]
_MATH_TAGS = frozenset([*_LETTERS, *_ROWS, *_SCRIPTS, "mtable", "mtd", "mtr"])
_SIZES = ["depth", "height", "linethickness", "lspace", "maxsize", "minsize", "rspace", "width"]
_LOOKS = ["accent", "display", "displaystyle", "mathvariant", "notation", "scriptlevel"]
_PLACES = ["columnalign", "columnlines", "movablelimits", "rowlines", "voffset"]
_OPERATORS = ["fence", "form", "separator", "stretchy", "symmetric"]
_MATH_ATTRIBUTES = frozenset(_SIZES + _LOOKS + _PLACES + _OPERATORS)
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
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
        formulas.append(formula_html(match["block"] or match["inline"], bool(match["block"])))
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
        html += escape(match[0]) if match["code"] else Markup(formula_html(latex, False))
        end = match.end()
    return html + escape(text[end:])


def formula_html(latex: str, is_block: bool) -> str:
    """Convert LaTeX to MathML; where that cannot be done, show it as code."""
    try:
        if len(latex) <= MAX_FORMULA:
            tree = ElementTree.fromstring(convert(latex, display="block" if is_block else "inline"))
            return ElementTree.tostring(_cleaned(tree), encoding="unicode")
    # The converter raises many kinds of errors on what is no LaTeX, RecursionError among them.
    except Exception:  # noqa: BLE001
        pass
    return f"<code>{escape(latex)}</code>"


def _cleaned(element: ElementTree.Element) -> ElementTree.Element:
    """Copy a formula with the tags and attributes alone that only draw."""
    tag = element.tag.removeprefix(_MATHML)
    new = ElementTree.Element(tag if tag in _MATH_TAGS else "mrow")
    new.attrib.update(
        {key: value for key, value in element.attrib.items() if key in _MATH_ATTRIBUTES}
    )
    new.text, new.tail = element.text, element.tail
    new.extend(_cleaned(child) for child in element)
    return new


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
