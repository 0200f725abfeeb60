"""What students write is shown, and nothing of it acts."""

import base64
import io

import pytest
from bs4 import BeautifulSoup
from PIL import Image, PngImagePlugin

from autograder.classroom.feedback_page.pictures import MAX_SIZE, as_webp
from autograder.classroom.feedback_page.private_paths import PathScrubber
from autograder.classroom.feedback_page.safe_html import (
    clean_text,
    code_html,
    comment_html,
    markdown_html,
)
from tests.hostile.feedback import what_acts
from tests.hostile.pages import SCRIPT, SVG, TEXTS

from .page_world import png

HREF = "$\\href{javascript:give(1)}{x}$ $\\style{background:url(x)}{x}$ $\\class{a}{x}$"
LINKS = "[x](http://e.org/a) ![y](http://e.org/b.png) <http://e.org/c> [d]\n\n[d]: http://e.org/d"
HOSTILE = [*TEXTS, SCRIPT, SVG, HREF, LINKS, "```a\"onload='give(1)\nx\n```", "a\n- " * 300]


@pytest.mark.parametrize("show", [markdown_html, code_html, comment_html])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_acts_and_nothing_is_loaded(show, text):
    html = str(show(text))
    assert what_acts([html]) == set()
    tags = BeautifulSoup(html, "html.parser").find_all(True)
    allowed = {"class"} if show is code_html else {"display", "mathvariant", "stretchy", "fence"}
    assert not [tag for tag in tags if tag.name in ("a", "img", "svg", "style", "link", "iframe")]
    assert all(tag.attrs.keys() <= allowed | {"form", "separator"} for tag in tags)


def test_markdown_and_formulas_are_shown():
    html = markdown_html(
        "**So** $z = \\mu + \\sigma$, as in\n\n$$\\frac{1}{2}$$\n\n- `$x$`, for $5."
    )
    soup = BeautifulSoup(html, "html.parser")
    assert soup.strong.text == "So" and soup.li.text == "$x$, for $5."
    assert [math["display"] for math in soup.find_all("math")] == ["inline", "block"]
    assert "μ" in soup.math.text and soup.mfrac


@pytest.mark.parametrize("latex", ["\\begin{a", "{" * 900, "x" * 5000])
def test_a_formula_that_cannot_be_converted_is_shown_as_written(latex):
    assert latex in BeautifulSoup(markdown_html(f"${latex}$"), "html.parser").text


def test_a_comment_is_shown_as_it_was_typed_with_its_formulas():
    html = comment_html("x_1 * y_1 <b>\n*not* $z_1$ costs $5 and $6")
    assert html.startswith("x_1 * y_1 &lt;b&gt;\n*not* <math") and html.endswith("$5 and $6")


def test_characters_that_turn_the_text_around_are_taken_out():
    assert clean_text("a\u202eb\x00\x1b[2Jc\ud800\r\nd") == "ab[2Jc\nd"


def decoded(data):
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_picture_is_written_anew_and_small():
    image = decoded(as_webp(png(3000, 2000)))
    assert image.format == "WEBP" and image.width <= MAX_SIZE[0] and image.height <= MAX_SIZE[1]


def test_nothing_but_pixels_is_left_of_a_picture():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT)
    file = io.BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(file, "PNG", pnginfo=info)
    data = base64.b64encode(file.getvalue() + SCRIPT.encode()).decode()
    made = base64.b64decode(as_webp(data))
    assert b"script" not in made and b"Comment" not in made
    assert min(Image.open(io.BytesIO(made)).getpixel((4, 4))) > 250, "transparent reads as white"


@pytest.mark.parametrize(
    "data",
    [
        "",
        f"'>{SCRIPT}",
        base64.b64encode(SVG.encode()).decode(),
        base64.b64encode(b"GIF89a" + bytes(100)).decode(),
        png()[:80],
        png(6000, 6000),
        "A" * 7_000_000,
    ],
    ids=["empty", "script", "SVG", "GIF", "cut off", "huge", "long"],
)
def test_what_is_no_picture_is_left_out(data):
    assert as_webp(data) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("No file '/home/jane doe/vae.pt'.", None),
        ("in /usr/lib/python3.11/site.py:3, f", "in …/site.py:3, f"),
        ("File /tmp/class-12/x.ipynb.", "File …/x.ipynb."),
        ("1/2 of mean/std, (z - mean)/2", "1/2 of mean/std, (z - mean)/2"),
        ("/home", "/home"),
        ("in /Users/jane, she", "in …, she"),
    ],
)
def test_paths_of_the_machine_are_taken_out(text, shown):
    seen = PathScrubber().scrub(text)
    assert "/home/" not in seen and (shown is None or seen == shown)


def test_the_courses_own_folders_are_taken_out_wherever_they_are(tmp_path):
    folder = tmp_path / "my course, 2026"
    seen = PathScrubber([folder]).scrub(f"see {folder}/graded/ada.json or {folder}")
    assert seen == "see …/ada.json or …"
