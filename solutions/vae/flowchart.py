"""Draws the flowcharts of the text as SVG, without a browser and without a network.

Nothing in here is graded, and you may read all of it. It knows the part of Mermaid's language that
the notebooks use: `flowchart LR`, boxes `A["label"]`, and arrows `A --> B & C --> D`.
"""

import re
from html import escape

NODE = re.compile(r"(\w+)(?:\s*[\[({]+\"?(.*?)\"?[\])}]+)?$")
ARROW = re.compile(r"\s*(?:-->|-\.->|==>|---)\s*")
LINE, LETTER, PADDING = 17, 7.4, 12  # pixels: height of a line, width of a letter, around a label
GAP_X, GAP_Y = 46, 18  # pixels between boxes


def draw_flowchart(text):
    """Return a flowchart as SVG; None where the text holds more than this module knows."""
    parsed = _parse(text)
    if parsed is None:
        return None
    labels, edges, title = parsed
    layers = _layers(labels, edges)
    if any(layers[a] >= layers[b] for a, b in edges):  # arrows in a circle
        return None
    labels, edges, columns = _with_bends(labels, edges, layers)
    return _svg(labels, edges, _places(labels, edges, columns), title)


def _parse(text):
    """Return {box: lines of its label}, the arrows as pairs, and a title; None where unknown."""
    first, *rest = [line.strip() for line in text.strip().splitlines() if line.strip()] or [""]
    if not re.fullmatch(r"(?:flowchart|graph) LR;?", first):
        return None
    labels, edges, title = {}, [], ""
    for line in rest:
        if line.startswith(("acc", "%%")):
            title = line.split(":", 1)[1].strip() if line.startswith("accTitle") else title
            continue
        groups = [re.split(r"\s+&\s+", part) for part in ARROW.split(line.rstrip(";"))]
        matches = [[NODE.match(box.strip()) for box in group] for group in groups]
        if not all(match for group in matches for match in group):
            return None
        for match in (match for group in matches for match in group):
            if match[2] or match[1] not in labels:
                labels[match[1]] = re.split(r"<br ?/?>", match[2] or match[1])
        for left, right in zip(matches, matches[1:], strict=False):
            edges += [(a[1], b[1]) for a in left for b in right]
    return (labels, edges, title) if labels else None


def _layers(labels, edges):
    """Return the column of each box: right of all that point to it, and close to what follows."""
    layer = dict.fromkeys(labels, 0)
    for _ in labels:  # each pass settles one more column
        for a, b in edges:
            layer[b] = min(max(layer[b], layer[a] + 1), len(labels))
    pointed_at = {b for _, b in edges}
    for box in labels:
        following = [layer[b] for a, b in edges if a == box]
        if box not in pointed_at and following:
            layer[box] = max(0, min(following) - 1)
    return layer


def _with_bends(labels, edges, layers):
    """Return boxes, arrows and columns, with an empty box wherever an arrow passes a column."""
    labels, short = dict(labels), []
    columns = [[] for _ in range(max(layers.values()) + 1)]
    for box, layer in layers.items():
        columns[layer].append(box)
    for a, b in edges:
        for layer in range(layers[a] + 1, layers[b]):
            bend = f"{a}>{b}>{layer}"
            labels[bend] = []
            columns[layer].append(bend)
            short.append((a, bend))
            a = bend
        short.append((a, b))
    return labels, short, columns


def _places(labels, edges, columns):
    """Return {box: (left, top, width, height)}; boxes stand level with what points to them."""
    places, left = {}, 1
    total = max(sum(_size(labels[box])[1] + GAP_Y for box in column) for column in columns)
    for column in columns:
        came_from = {
            box: [places[a][1] + places[a][3] / 2 for a, b in edges if b == box and a in places]
            for box in column
        }
        column = sorted(column, key=lambda box: _mean(came_from[box], column.index(box) * 1e3))
        top = (total - sum(_size(labels[box])[1] + GAP_Y for box in column) + GAP_Y) / 2 + 1
        for box in column:
            width, height = _size(labels[box])
            places[box] = (left, top, width, height)
            top += height + GAP_Y
        left += max(_size(labels[box])[0] for box in column) + GAP_X
    return places


def _mean(values, otherwise):
    return sum(values) / len(values) if values else otherwise


def _size(lines):
    """Return width and height of a box; those of a bend are nearly nothing."""
    if not lines:
        return 0, 2
    return LETTER * max(map(len, lines)) + 2 * PADDING, LINE * len(lines) + 2 * PADDING - 6


def _svg(labels, edges, places, title):
    """Return the picture."""
    width = max(left + wide for left, _, wide, _ in places.values()) + 2
    height = max(top + high for _, top, _, high in places.values()) + 2
    parts = [
        f'<svg class="flowchart" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
    ]
    parts += [_arrow(places[a], places[b], bool(labels[b])) for a, b in edges]
    parts += [_box(labels[box], *place) for box, place in places.items() if labels[box]]
    return "".join(parts) + "</svg>"


def _arrow(start, end, has_tip):
    """Return a curve from the right side of one box to the left side of another."""
    x1, y1 = start[0] + start[2], start[1] + start[3] / 2
    x2, y2 = end[0], end[1] + end[3] / 2
    middle = (x1 + x2) / 2
    tip = ' marker-end="url(#tip)"' * has_tip
    curve = f"M{x1:.0f} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return f'<path d="{curve}" fill="none" stroke="black"{tip}/>'


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
