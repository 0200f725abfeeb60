"""Formulas that people typed as MathML that only draws."""

import html
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element

MAX_FORMULA = 2_000  # characters
_MATH_TAGS = (
    "math menclose mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mroot mrow mspace "
    "msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
MATH_TAGS = frozenset(_MATH_TAGS.split())
_MATH_ATTRIBUTES = (
    "display mathvariant stretchy fence form separator accent accentunder width height depth "
    "lspace rspace minsize maxsize linethickness columnalign rowspacing columnspacing "
    "displaystyle scriptlevel movablelimits notation open close separators"
)
MATH_ATTRIBUTES = frozenset(_MATH_ATTRIBUTES.split())


def render_formula(body: str, display: str = "inline") -> str:
    """Convert LaTeX to MathML; where that fails, show it as it was typed."""
    try:
        if len(body) > MAX_FORMULA:
            raise ValueError
        root = convert_to_element(body, display=display)
        return ElementTree.tostring(_clean_math(root), encoding="unicode")
    except Exception:  # noqa: BLE001 - latex2mathml raises many, RecursionError included
        return f"<code>{html.escape(body)}</code>"


def _clean_math(element):
    """Keep what is plain MathML; latex2mathml lets links, styles and markup of the text through."""
    kept = ElementTree.Element(element.tag if element.tag in MATH_TAGS else "mrow")
    kept.attrib = {key: value for key, value in element.attrib.items() if key in MATH_ATTRIBUTES}
    kept.text = html.unescape(element.text or "")  # written as entities; escaped again at the end
    kept.extend(_clean_math(child) for child in element)
    return kept
