"""Names of students and times of submission: students choose them, and can harm no result."""

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.intake.entries import read_uploads
from autograder.classroom.intake.student_names import is_device, student_id, unique_file_stem
from autograder.classroom.intake.times import parse_time
from tests.classroom.class_world import automatic, make_course, open_gradebook, run_here
from tests.classroom.stub_grading import submit


@pytest.fixture
def grade(tmp_path, monkeypatch):
    """Grade the class of a course in tmp_path → (exit code, what was printed)."""
    make_course(tmp_path)
    return lambda: run_here(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "name", ["gradebook", "merged", "waiting", "notebooks", "handins", "roster"]
)
def test_a_student_may_be_called_as_one_of_our_files(grade, tmp_path, name):
    submit(tmp_path / "submitted" / name / "vae", points=(1, 0))
    grade()
    assert grade()[1].splitlines()[-1] == "1 student, 1 as before."


@pytest.mark.parametrize("name", ["nul", "CON", "com1", "aux.smith", "Prn .x", "lpt9"])
def test_a_student_called_as_a_device_of_windows_gets_files_that_keep_results(name):
    for safe in (student_id(name), unique_file_stem(name)):
        assert safe != name and not is_device(f"{safe}.json")


@pytest.mark.parametrize("name", ["nula", "connie", "ada.con", "com10"])
def test_no_other_name_is_taken_for_a_device(name):
    assert student_id(name) == unique_file_stem(name) == name


LANGUAGES = st.sampled_from(["en", "nl", "de", "fr", "sv"])
ZONE = ZoneInfo("Europe/Amsterdam")
WINTER = datetime(2026, 11, 5, 23, 55, tzinfo=ZONE)
TIMES = {
    "Nov 5, 2026 1155 PM": WINTER,  # Brightspace, in several languages
    "Nov 5, 2026 2355": WINTER,
    "5 nov. 2026 2355": WINTER,
    "5. November 2026 2355": WINTER,
    "5 nov., 2026 23 h 55": WINTER,
    "5 novembre 2026 23h55": WINTER,
    "5 nov 2026 11.55 em": WINTER,
    "2026-11-05 2355": WINTER,
    "Sep 24, 2024 926 PM": datetime(2024, 9, 24, 21, 26, tzinfo=ZONE),
    "5 mrt 2026 0905": datetime(2026, 3, 5, 9, 5, tzinfo=ZONE),
    "3. März 2026 905": datetime(2026, 3, 3, 9, 5, tzinfo=ZONE),
    "1 févr. 2026 0905": datetime(2026, 2, 1, 9, 5, tzinfo=ZONE),
    "6 maj 2026 0905": datetime(2026, 5, 6, 9, 5, tzinfo=ZONE),
    "Nov 5, 2026 1200 AM": datetime(2026, 11, 5, tzinfo=ZONE),
    "Nov 5, 2026 1230 PM": datetime(2026, 11, 5, 12, 30, tzinfo=ZONE),
    "Thu Nov  5 23:55:00 CET 2026": WINTER,  # what `date` prints
    "Thu 05 Nov 2026 11:55:00 PM CET": WINTER,
    "do 5 nov 2026 23:55:00 CET": WINTER,
    "Thu, 05 Nov 2026 23:55:00 +0100": WINTER,
    "2026-11-05 22:55:00 UTC": WINTER,  # nbgrader
    "2026-11-05 23:55:00.000000 Europe/Berlin": WINTER,
    "2026-11-05T23:55:00+01:00": WINTER,
    "Thursday, 5 November 2026, 11:55 PM": WINTER,  # Moodle
    "Donnerstag, 5. November 2026, 23:55": WINTER,
    "05/11/2026 2355": None,  # in May or in November
    "2026-11-05 23:55 IST": None,  # India, Ireland or Israel
    "2026-11-05 23:55:00 /etc/passwd": None,
    "2026-11-05 23:55:00 ../../../etc/passwd": None,
    "0001-01-01 00:00:00 86000": None,
    "2026-11-05 12:00:00 99999999999999999999": None,
    "2026-11-05": None,
    "yesterday": None,
    "": None,
}


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_read_in_one_way_or_not_at_all(text):
    assert parse_time(text, ZONE) == TIMES[text]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), LANGUAGES)
def test_what_a_language_writes_is_read_back(time, language):
    month = get_month_names("wide", "format", language)[time.month]
    for text in (f"{time.day} {month} {time:%Y %H%M}", f"{month} {time.day}, {time:%Y %I%M %p}"):
        assert parse_time(text, UTC) == time.replace(second=0, microsecond=0, tzinfo=UTC)


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading(text):
    assert parse_time(text, ZONE) is None or parse_time(text, ZONE).tzinfo


def test_a_time_of_submission_is_a_short_plain_file(grade, tmp_path):
    place = submit(tmp_path / "submitted" / "ada" / "vae") / "timestamp.txt"
    (tmp_path / "elsewhere").write_text("2024-01-02 12:00:00 UTC")
    place.symlink_to(tmp_path / "elsewhere")
    os.mkfifo(submit(tmp_path / "submitted" / "bob" / "vae") / "timestamp.txt")
    assert [upload.time for upload in read_uploads(tmp_path / "submitted")[0]] == [None, None]


def test_a_time_that_cannot_be_read_is_said_and_left_out(grade, tmp_path):
    folder = submit(tmp_path / "submitted" / "ada" / "vae", points=(1, 0))
    (folder / "timestamp.txt").write_text("2024-01-02 12:00:00 /proc/kmsg")
    code, printed = grade()
    assert code == 0 and "ada: timestamp.txt holds no time, and is left out." in printed
    assert automatic(tmp_path) == {"ada": (1, 0)}
    with open_gradebook(tmp_path) as gradebook:
        assert gradebook.find_submission("vae", "ada").timestamp is None
    assert grade()[1].splitlines()[-1] == "1 student, 1 as before."
