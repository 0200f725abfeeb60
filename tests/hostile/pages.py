"""Attacks on readers of the pages: scripts in outputs, in texts and in names."""

import json

from nbformat import v4

from . import LOSS, VAE, Attack
from .filesystem import zipped

SCRIPT = (
    "<script>give(1)</script><img src=x onerror=give(2)>"
    "<iframe srcdoc='<script>give(3)</script>'></iframe>"
)
SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='give(4)'><script>give(5)</script></svg>"
TEXTS = [
    SCRIPT,
    SVG,
    "[x](javascript:give(6))",
    "<a href='javascript:give(7)'>x</a>",
    f"![{SCRIPT}](x)",
    f"```\n{SCRIPT}\n```",
    f"`{SCRIPT}` $</script>{SCRIPT}$ $$\\href{{javascript:give(8)}}{{x}}$$",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=give(9)>",
    "<details open ontoggle=give(10)>",
    "<p style='background:url(javascript:give(11))'>",
    "<svg><animate onbegin=give(12) attributeName=x>",
]


_OUTPUTS = f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
text, picture = {SCRIPT!r}, {SVG!r}
for shape in (HTML, Javascript, Latex, Markdown):
    display(shape(text))
display({{"image/svg+xml": picture, "text/html": text, "application/javascript": "give(13)",
         "text/plain": text, "image/png": "'><script>give(14)</script>",
         "application/vnd.jupyter.widget-view+json": {{"model_id": text}}}},
        raw=True)
print(text, "\\x1b]8;;javascript:give(15)\\x07x\\x1b]8;;\\x07")
raise type(text, (Exception,), {{}})(text)
"""


def texts(folder, world):
    """Put scripts into all that a notebook holds beside code."""
    path = folder / LOSS
    notebook = json.loads(path.read_text())
    notebook["metadata"] |= {
        "title": SCRIPT,
        "kernelspec": {"name": SCRIPT, "display_name": SCRIPT},
    }
    for text in TEXTS:
        notebook["cells"] += [
            v4.new_markdown_cell(text),
            v4.new_raw_cell(text, metadata={"format": "text/html"}),
        ]
    picture = {"x.png": {"text/html": SCRIPT, "image/png": f"'>{SCRIPT}"}}
    notebook["cells"].append(v4.new_markdown_cell("![x](attachment:x.png)", attachments=picture))
    path.write_text(json.dumps(notebook))


def answers(folder, world):
    """Put scripts where an answer in words belongs."""
    path = folder / VAE
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "logvar-question":
            cell["source"] = "\n\n".join(TEXTS)
    path.write_text(json.dumps(notebook))


# Their pages of feedback hold the scripts as text.
SCRIPTS = (
    Attack("JavaScript in outputs", _OUTPUTS, "<IPython.core.display.HTML object>"),
    Attack(
        "JavaScript in texts",
        "shown.append('<script>give(' + '16)</script>')",
        "<script>give(16)",
        build=texts,
    ),
    Attack(
        "JavaScript in an answer in words", "show(1 + 1)", "not written yet", VAE, build=answers
    ),
)
ATTACKS = (
    *SCRIPTS,
    Attack(
        "JavaScript in the student's name",
        says="_script_alert(1)_script_~",
        student="<script>alert(1)<script>",
    ),
    Attack(
        "terminal codes in the student's name",
        says="gone__2J__0;gone_",
        student="gone\x1b[2J\x1b]0;gone\x07\r\n\u202eeno",
    ),
    Attack(
        "JavaScript in the name of a zip file",
        says="_img src=x onerror=alert(1)_~",
        build=zipped(),
        student="'\"><img src=x onerror=alert(1)>",
    ),
)
