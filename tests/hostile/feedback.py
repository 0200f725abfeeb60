"""The pages of feedback that nbgrader makes of a class, and what in them a browser would act on."""

from bs4 import BeautifulSoup

from .world import World

NOTEBOOKS = "0[23]_*"  # those in which attacks are
FRAMES = ("iframe", "frame", "object", "embed", "applet", "base", "form", "meta", "link", "portal")
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
    """student → the HTML of their pages, made with the course's settings."""
    made = world.run(
        "nbgrader", "generate_feedback", "vae", "--notebook", NOTEBOOKS, "--log-level=ERROR"
    )
    assert made.returncode == 0, made.stderr[-3000:]
    pages = {}
    for path in (world.course / "feedback").rglob("*.html"):
        student = path.relative_to(world.course / "feedback").parts[0]
        pages.setdefault(student, []).append(path.read_text(encoding="utf-8"))
    return pages


def what_acts(pages: list[str]) -> set[tuple[str, ...]]:
    """Scripts, frames, handlers of events, and addresses that are code."""
    return {
        each
        for page in pages
        for tag in BeautifulSoup(page, "html.parser").find_all(True)
        for each in _acts(tag)
    }


def _acts(tag):
    if tag.name == "script":
        yield "script", tag.get("src", ""), tag.get("type", ""), tag.get_text()
    if tag.name in FRAMES:
        yield tag.name, str(tag.attrs)
    for name, value in tag.attrs.items():
        text = "".join(value.lower().split()) if isinstance(value, str) else ""
        if name.startswith("on") or name in ADDRESSES and any(scheme in text for scheme in SCHEMES):
            yield tag.name, name, str(value)
