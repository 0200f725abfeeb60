"""The pages of feedback of a class, nbgrader's and ours, and active content in them."""

from bs4 import BeautifulSoup

from .world import World

NOTEBOOKS = "0[23]_*"  # those that hold attacks
ACTIVE_TAGS = (
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "base",
    "form",
    "meta",
    "link",
    "portal",
)
ADDRESSES = (
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "xlink:href",
    "srcdoc",
    "style",
    "background",
    "poster",
)
SCHEMES = ("javascript:", "vbscript:", "data:text", "data:application")


def pages_of(world: World) -> dict[str, list[str]]:
    """Make pages of feedback with the course's settings; return {student: [HTML of a page]}."""
    made = world.run(
        "nbgrader", "generate_feedback", "vae", "--notebook", NOTEBOOKS, "--log-level=ERROR"
    )
    assert made.returncode == 0, made.stderr[-3000:]
    pages = {}
    for path in (world.course / "feedback").rglob("*.html"):
        student = path.relative_to(world.course / "feedback").parts[0]
        pages.setdefault(student, []).append(path.read_text(encoding="utf-8"))
    return pages


def own_pages_of(world: World) -> dict[str, list[str]]:
    """Make our own pages of feedback; return {name of the file: [its HTML]}."""
    made = world.run("autograder", "feedback", "--output", "own-feedback")
    assert "Traceback" not in made.stdout + made.stderr, made.stderr[-3000:]
    folder = world.course / "own-feedback"
    return {path.stem: [path.read_text(encoding="utf-8")] for path in folder.glob("*.html")}


def what_acts(pages: list[str]) -> set[tuple[str, ...]]:
    """Find scripts, frames, handlers of events, and addresses that are code."""
    return {
        each
        for page in pages
        for tag in BeautifulSoup(page, "html.parser").find_all(True)
        for each in _what_acts_in(tag)
    }


def _what_acts_in(tag):
    if tag.name == "script":
        yield "script", tag.get("src", ""), tag.get("type", ""), tag.get_text()
    if tag.name in ACTIVE_TAGS:
        yield tag.name, str(tag.attrs)
    for name, value in tag.attrs.items():
        text = "".join(value.lower().split()) if isinstance(value, str) else ""
        holds_code = name in ADDRESSES and any(scheme in text for scheme in SCHEMES)
        if name.startswith("on") or holds_code:
            yield tag.name, name, str(value)
