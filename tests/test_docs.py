"""Laws of README.md and docs/: links lead somewhere, commands and options are those of today."""

import re

import pytest
from typer.main import get_group

from autograder.__main__ import app
from tests.paths import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
REFERENCES = ("class", "roster", "review", "feedback", "export", "report")
COMMANDS = get_group(app).commands
MAX_PICTURE_BYTES = 200_000


def each_page(test):
    return pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)(test)


def text_of(page):
    """A page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def anchors(page):
    """The names that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def flags_of(option):
    """All ways to write an option: --gradebook and --no-gradebook."""
    return [*option.opts, *option.secondary_opts]


@each_page
def test_each_link_leads_to_a_file_and_a_heading(page):
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text_of(page)):
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


@each_page
def test_each_picture_has_a_text_in_its_place_and_is_small(page):
    for text, name in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text_of(page)):
        assert len(text.split()) > 3, name
        assert (page.parent / name).stat().st_size < MAX_PICTURE_BYTES, name


@each_page
def test_each_command_line_has_only_commands_and_options_that_there_are(page):
    lines = re.findall(
        r"(?:-m |\.venv/bin/|^|`)autograder +([a-z]+)\b([^#`\n]*)",
        page.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    for name, rest in lines:
        flags = {flag for option in COMMANDS[name].params for flag in flags_of(option)}
        assert set(re.findall(r"--[a-z-]+", rest)) <= flags | {"--help"}, (name, rest)


@pytest.mark.parametrize("name", [name for name in REFERENCES if name in COMMANDS])
def test_each_option_of_a_command_is_on_its_page(name):
    text = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")
    for option in COMMANDS[name].params:
        if option.param_type_name == "option":
            assert any(f"`{flag}" in text for flag in flags_of(option)), option.name


def test_readme_and_the_pages_of_reference_stay_short():
    limits = {"README.md": 120} | {f"docs/{name}.md": 60 for name in REFERENCES}
    long = {
        name: lines
        for name, limit in limits.items()
        if (lines := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > limit
    }
    assert long == {}
