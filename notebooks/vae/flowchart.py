"""Draws the flowcharts of the text as SVG, without a browser and without a network.

Nothing in here is graded, and you may read all of it. It knows the part of Mermaid's language that
the notebooks use: `flowchart LR`, boxes `A["label"]`, and arrows `A --> B & C -.->|label| D`.
"""

import re
from dataclasses import dataclass, replace
from html import escape

BOX = re.compile(r"(\w+)(?:\s*[\[({]+\"?(.*?)\"?[\])}]+)?$")
ARROW = re.compile(r"\s*(-->|-\.->|==>|---)(?:\|\"?(.*?)\"?\|)?\s*")
LINE, LETTER, PADDING = 17, 7.4, 12  # pixels: height of a line, width of a letter, around a label
GAP_X, GAP_Y = 46, 18  # pixels between boxes


@dataclass(frozen=True)
class Arrow:
    """An arrow between two boxes, or a part of one."""

    start: str
    end: str
    label: str = ""
    is_dashed: bool = False


def draw_flowchart(text):
    """Return a flowchart as SVG; None where the text holds more than this module knows."""
    parsed = _parse(text)
    if parsed is None:
        return None
    boxes, arrows, about = parsed
    columns = _columns(boxes, arrows)
    if any(columns[arrow.start] >= columns[arrow.end] for arrow in arrows):  # they form a circle
        return None
    boxes, arrows, columns = _with_bends(boxes, arrows, columns)
    return _svg(boxes, arrows, _places(boxes, arrows, columns), about)


def _parse(text):
    """Return {box: lines of its label}, the arrows, {accTitle, accDescr}; None where unknown."""
    first, *rest = [line.strip() for line in text.strip().splitlines() if line.strip()] or [""]
    if not re.fullmatch(r"(?:flowchart|graph) LR;?", first):
        return None
    boxes, arrows, about = {}, [], {}
    for line in rest:
        if line.startswith(("acc", "%%")):
            key, _, value = line.partition(":")
            about[key.strip()] = value.strip()
            continue
        parts = ARROW.split(line.rstrip(";"))  # boxes, kind, label, boxes, kind, label, boxes ...
        groups = [
            [BOX.match(box.strip()) for box in re.split(r"\s+&\s+", part)] for part in parts[::3]
        ]
        if not all(box for group in groups for box in group):
            return None
        for box in (box for group in groups for box in group):
            if box[2] or box[1] not in boxes:
                boxes[box[1]] = re.split(r"<br ?/?>", box[2] or box[1])
        kinds, labels = parts[1::3], parts[2::3]
        for left, right, kind, label in zip(groups, groups[1:], kinds, labels, strict=False):
            arrows += [Arrow(a[1], b[1], label or "", "." in kind) for a in left for b in right]
    return (boxes, arrows, about) if boxes else None


def _columns(boxes, arrows):
    """Return the column of each box: right of all that point to it, and close to what follows."""
    column = dict.fromkeys(boxes, 0)
    for _ in boxes:  # each pass settles one more column
        for arrow in arrows:
            right = max(column[arrow.end], column[arrow.start] + 1)
            column[arrow.end] = min(right, len(boxes))
    pointed_at = {arrow.end for arrow in arrows}
    for box in boxes:
        following = [column[arrow.end] for arrow in arrows if arrow.start == box]
        if box not in pointed_at and following:
            column[box] = max(0, min(following) - 1)
    return column


def _with_bends(boxes, arrows, column):
    """Return boxes, arrows and columns, with an empty box wherever an arrow passes a column."""
    boxes, parts = dict(boxes), []
    columns = [[] for _ in range(max(column.values()) + 1)]
    for box, number in column.items():
        columns[number].append(box)
    for arrow in arrows:
        rest = arrow
        for number in range(column[arrow.start] + 1, column[arrow.end]):
            bend = f"{arrow.start}>{arrow.end}>{number}"
            boxes[bend] = []
            columns[number].append(bend)
            parts.append(replace(rest, end=bend))
            rest = replace(rest, start=bend, label="")
        parts.append(rest)
    return boxes, parts, columns


def _places(boxes, arrows, columns):
    """Return {box: (left, top, width, height)}; boxes stand level with what points to them."""
    places, left = {}, 1
    gap = GAP_X + LETTER * max([len(arrow.label) for arrow in arrows], default=0)
    total = max(sum(_size(boxes[box])[1] + GAP_Y for box in column) for column in columns)
    for column in columns:
        order = {box: (_level(box, arrows, places), i) for i, box in enumerate(column)}
        height = sum(_size(boxes[box])[1] + GAP_Y for box in column) - GAP_Y
        top = (total - GAP_Y - height) / 2 + 1
        widest = max(_size(boxes[box])[0] for box in column)
        for box in sorted(column, key=lambda box: order[box]):
            width, height = _size(boxes[box])
            places[box] = (left, top, width or widest, height)  # a bend passes the whole column
            top += height + GAP_Y
        left += widest + gap
    return places


def _level(box, arrows, places):
    """Return how high a box should stand: level with the boxes that point to it, else below."""
    before = [places[a.start] for a in arrows if a.end == box and a.start in places]
    return sum(top + height / 2 for _, top, _, height in before) / len(before) if before else 1e9


def _size(lines):
    """Return width and height of a box; a bend has none of its own."""
    if not lines:
        return 0, 2
    return LETTER * max(map(len, lines)) + 2 * PADDING, LINE * len(lines) + 2 * PADDING - 6


def _svg(boxes, arrows, places, about):
    """Return the picture."""
    width = max(left + wide for left, _, wide, _ in places.values()) + 2
    height = max(top + high for _, top, _, high in places.values()) + 2
    parts = [
        f'<svg class="flowchart" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(about.get('accTitle', 'flowchart'))}</title>"
        f"<desc>{escape(about.get('accDescr', ''))}</desc>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
    ]
    parts += [_curve(arrow, places, bool(boxes[arrow.end])) for arrow in arrows]
    parts += [_box(boxes[box], *place) for box, place in places.items() if boxes[box]]
    parts += [_label(arrow, places) for arrow in arrows if arrow.label]
    return "".join(parts) + "</svg>"


def _ends(arrow, places):
    """Return where an arrow starts and ends: the middles of two sides of its boxes."""
    (x, y, width, height), (end_x, end_y, _, end_height) = places[arrow.start], places[arrow.end]
    return x + width, y + height / 2, end_x, end_y + end_height / 2


def _curve(arrow, places, has_tip):
    """Return the line of an arrow; one that ends at a bend goes on through it, without a tip."""
    x1, y1, x2, y2 = _ends(arrow, places)
    middle = (x1 + x2) / 2
    on = "" if has_tip else f"H{x2 + places[arrow.end][2]:.0f}"
    tip = ' marker-end="url(#tip)"' * has_tip
    dashes = ' stroke-dasharray="5 4"' * arrow.is_dashed
    curve = f"M{x1:.0f} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return f'<path d="{curve}{on}" fill="none" stroke="black"{dashes}{tip}/>'


def _label(arrow, places):
    """Return the label of an arrow, at the middle of its curve, on white."""
    x1, y1, x2, y2 = _ends(arrow, places)
    return (
        f'<text x="{(x1 + x2) / 2:.0f}" y="{(y1 + y2) / 2 + 4:.0f}" text-anchor="middle" '
        'font-size="12" fill="#335" stroke="white" stroke-width="4" paint-order="stroke">'
        f"{escape(arrow.label)}</text>"
    )


def _box(lines, left, top, width, height):
    """Return a rectangle with its label."""
    first = top + height / 2 - LINE * (len(lines) - 1) / 2 + 4.5
    texts = [
        f'<text x="{left + width / 2:.0f}" y="{first + LINE * i:.0f}" text-anchor="middle" '
        f'font-size="13">{escape(line)}</text>'
        for i, line in enumerate(lines)
    ]
    box = f'x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return f'<rect {box} rx="4" fill="#f2f4f8" stroke="#667"/>{"".join(texts)}'
