"""Page files: ours are replaced where something changed, and nobody else's is touched."""

import pytest

from autograder.classroom.feedback_page.page_files import Written, is_ours, write_page


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ada.html"


def test_a_page_is_written_once_and_again_where_it_changed(path):
    assert write_page(path, "<p>1</p>") == Written.NEW
    time = path.stat().st_mtime_ns
    assert write_page(path, "<p>1</p>") == Written.SAME and path.stat().st_mtime_ns == time
    assert write_page(path, "<p>2</p>") == Written.CHANGED
    assert path.read_text().startswith("<p>2</p>\n") and is_ours(path.read_bytes())


@pytest.mark.parametrize("changed", ["added below", "inside", "another file"])
def test_a_page_that_somebody_changed_stays(path, changed):
    write_page(path, "<p>1</p>")
    page = path.read_text()
    text = {"added below": page + "Ask me.", "inside": page.replace("1", "9")}.get(changed, "Mine.")
    path.write_text(text)
    assert write_page(path, "<p>2</p>") == Written.KEPT and path.read_text() == text


def test_a_link_or_a_folder_of_that_name_stays(path, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Mine.")
    path.symlink_to(other)
    assert write_page(path, "<p>1</p>") == Written.KEPT and other.read_text() == "Mine."
    path.unlink()
    path.mkdir()
    assert write_page(path, "<p>1</p>") == Written.KEPT and path.is_dir()


def test_half_characters_do_not_stop_a_page(path):
    assert write_page(path, "\ud800") == Written.NEW and is_ours(path.read_bytes())
