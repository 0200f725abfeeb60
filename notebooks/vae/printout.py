"""Makes one printable document of all notebooks: a PDF, or a web page where no browser is found.

Nothing in here is graded, and you may read all of it. Everything is drawn without a network:
formulas as MathML, flowcharts as SVG, plots as they were saved.
"""

import html
import itertools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from answers import LabError, read_cells
from flowchart import draw_flowchart
from lab import NOTEBOOKS
from saved import time_saved

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
PDF_SECONDS = 120
MOST_LINES = 400  # of one output
# Nothing in the page may run or be fetched, whatever a notebook holds.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-center { content: counter(page);
  font: 9pt sans-serif; color: #555 } }
body { font: 10.5pt/1.45 "Liberation Sans", Arial, Helvetica, sans-serif; color: #111;
  max-width: 180mm; margin: 0 auto; padding: 0 4mm; overflow-wrap: break-word }
section { break-before: page }
h1 { font-size: 18pt } h2 { font-size: 13pt; margin-top: 1.6em }
h1, h2, h3 { break-after: avoid; line-height: 1.25 }
pre, code { font: 8.4pt/1.4 "DejaVu Sans Mono", "Liberation Mono", Consolas, Menlo, monospace }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5em 0; padding: .55em .8em }
pre.code { background: #f5f6f8; border-left: 3px solid #7a8fb5; break-inside: auto }
pre.text { padding-top: .1em } pre.error { background: #fdf0ef; border-left: 3px solid #b5483f }
img, svg { max-width: 100%; max-height: 115mm; break-inside: avoid }
.answer { border-left: 3px solid #3f8f5f; padding-left: .8em }
table { border-collapse: collapse; margin: .6em 0; font-size: 9.5pt }
tr { break-inside: avoid } td, th { border: 1px solid #bbb; padding: .25em .5em; text-align: left }
math { font-size: 1.05em } math[display=block] { margin: .7em 0 }
.under { border-bottom: 1px solid; padding-bottom: 3px } .bold { font-weight: bold }
.label { color: #777; font-size: 8pt } .code .err { border: 0 }
@media print { body { padding: 0; max-width: none } }
"""


def printable_document(folder, title, names):
    """Return a document of all notebooks, as bytes, and the end of its name: ".pdf" or ".html"."""
    page = printable_page(folder, title, names)
    pdf = _print(page, folder)
    return (pdf, ".pdf") if pdf else (page.encode(), ".html")


def printable_page(folder, title, names):
    """Return all notebooks as one web page that needs nothing else."""
    from pygments.formatters import HtmlFormatter

    folder = Path(folder)
    rows = "".join(f"<tr><td>{name}<td>{_when(folder / name)}" for name in NOTEBOOKS)
    parts = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>",
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{HtmlFormatter().get_style_defs('.code')}{STYLE}</style></head>",
        f"<body><h1>{html.escape(title)}</h1><p>{html.escape(', '.join(names))}</p>",
        f"<table><tr><th>notebook<th>saved{rows}</table>",
    ]
    for name in NOTEBOOKS:
        parts.append(f"<section><p class='label'>{name}</p>{_notebook(folder / name)}</section>")
    return "".join(parts) + "</body></html>"


def _when(path):
    return time_saved(path) if path.exists() else "missing"


def _notebook(path):
    """Return the cells of one notebook, or the sentence that says why there are none."""
    try:
        return "".join(map(_cell, read_cells(path)))
    except LabError as error:
        return f"<p>{html.escape(str(error))}</p>"


def _cell(cell):
    """Return one cell with its outputs."""
    if cell["cell_type"] == "markdown":
        attachments = cell.get("attachments", {})
        text = _markdown(cell["source"], attachments)
        is_answer = cell["metadata"].get("nbgrader", {}).get("solution")
        return f"<div class='answer'>{text}</div>" if is_answer else text
    if cell["cell_type"] != "code":
        return f"<pre class='text'>{html.escape(cell['source'])}</pre>"
    if not cell["source"].strip() or cell["metadata"].get("jupyter", {}).get("source_hidden"):
        return ""  # nothing to read, or folded away, as the cell for Colab is
    return _code(cell["source"]) + "".join(map(_output, _joined(cell["outputs"])))


def _joined(outputs):
    """Yield the outputs; what was printed in pieces, one after the other, is one."""
    for is_text, group in itertools.groupby(outputs, lambda each: each["output_type"] == "stream"):
        if is_text:
            yield {"output_type": "stream", "text": ["".join(each["text"]) for each in group]}
        else:
            yield from group


def _markdown(source, attachments):
    """Return a text cell, with folded parts opened."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        """Draws formulas and flowcharts itself, where nbconvert leaves them to a script."""

        def block_math(self, body):
            return _formula(body, "block")

        def inline_math(self, body):
            return _formula(body, "inline")

        def latex_environment(self, name, body):
            return _formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")

        def block_mermaidjs(self, code):
            return draw_flowchart(code) or f"<pre class='text'>{html.escape(code)}</pre>"

    renderer = Renderer(escape=False, exclude_anchor_links=True, attachments=attachments)
    text = MarkdownWithMath(renderer=renderer).render(source)
    return text.replace("<details>", "<details open>")


def _formula(body, display):
    """Return a formula as MathML; as it was typed where that fails."""
    try:
        from latex2mathml.converter import convert

        return _plain_mathml(convert(body, display=display))
    except Exception:  # noqa: BLE001 - not installed, or a formula that it does not know
        return f"<code>{html.escape(body)}</code>"


def _plain_mathml(formula):
    """Return a formula without what browsers draw only where a font for mathematics is there."""
    space, name = '<mspace width="0.17em"/>', "<mi>(?:log|ln|exp)</mi>"
    formula = re.sub(f"(?<=</mi>)(?={name})", space, formula)
    formula = re.sub(f"({name})(?!<mo)", rf"\1{space}", formula)
    formula = formula.replace('<mi mathvariant="double-struck">', '<mi class="bold">')
    brace = r"<munder>((?:(?!<munder>).)*?)<mo>&#x23DF;</mo></munder>"
    return re.sub(brace, r'<mrow class="under">\1</mrow>', formula)


def _code(source):
    """Return code in colours; long lines are wrapped, not cut."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    coloured = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return f"<pre class='code'>{coloured}</pre>"


def _output(output):
    """Return one output: a plot, a table, text, or an error."""
    if output["output_type"] == "error":
        return _text(f"{output['ename']}: {output['evalue']}", "error")
    if output["output_type"] == "stream":
        return _text("".join(output["text"]), "text")
    kinds = ("image/png", "image/jpeg", "image/svg+xml", "text/html", "text/plain")
    png, jpeg, svg, page, plain = ("".join(output.get("data", {}).get(kind, "")) for kind in kinds)
    for kind, picture in (("png", png), ("jpeg", jpeg)):
        if picture:
            return f"<p><img alt='plot' src='data:image/{kind};base64,{picture.strip()}'></p>"
    if svg:
        return f"<p>{svg}</p>"
    if "<table" in page and "<script" not in page:
        return page
    return _text(plain, "text")


def _text(text, kind):
    """Return printed text without colours, as a terminal shows it; very long text is shortened."""
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text)
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip().split("\n")]
    if len(lines) > MOST_LINES:
        left_out = len(lines) - MOST_LINES
        lines[MOST_LINES // 2 : -MOST_LINES // 2] = [f"[{left_out} lines are left out here]"]
    return f"<pre class='{kind}'>{html.escape(chr(10).join(lines))}</pre>" if text.strip() else ""


def _print(page, folder):
    """Return a page as PDF, printed by a browser; None where there is none that can."""
    browsers = [shutil.which(os.path.expandvars(name)) for name in BROWSERS]
    for browser in dict.fromkeys(filter(None, browsers)):
        # Beside the notebooks, since some browsers may read and write at home alone.
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
            source, target = Path(place, "page.html").resolve(), Path(place, "page.pdf").resolve()
            source.write_text(page, encoding="utf-8")
            options = [
                "--headless",
                "--disable-gpu",
                f"--user-data-dir={source.parent / 'profile'}",
            ]
            options += ["--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()]
            if getattr(os, "geteuid", lambda: 1)() == 0:  # as root, Chrome starts only so
                options.insert(0, "--no-sandbox")
            try:
                subprocess.run([browser, *options], capture_output=True, timeout=PDF_SECONDS)
            except (OSError, subprocess.TimeoutExpired):
                continue
            if target.exists() and target.stat().st_size:
                return target.read_bytes()
    return None
