"""A file that cannot be read or written is one sentence with the way out."""

import errno
import os
import sys

import pytest

from autograder.errors import describe_os_error


@pytest.mark.parametrize(
    ("number", "way_out"),
    [
        (errno.ENOSPC, "Make room on that disk"),
        (errno.EROFS, "use a folder of your own"),
        (errno.EACCES, "Give yourself the right"),
        (errno.ENAMETOOLONG, "shorter path"),
    ],
)
def test_the_path_the_reason_and_the_way_out_are_said(number, way_out):
    said = describe_os_error(OSError(number, os.strerror(number), "graded/a.json"), "graded")
    assert said.startswith(f"graded/a.json: {os.strerror(number)}. ") and way_out in said


def test_an_error_without_a_path_gets_one():
    assert describe_os_error(OSError(errno.EIO, "Input/output error"), "graded") == (
        "graded: Input/output error."
    )


def test_on_windows_a_file_that_another_program_has_open_is_thought_of(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    said = describe_os_error(PermissionError(errno.EACCES, "Permission denied", "g.csv"), "graded")
    assert "Close the program that has it open" in said


def test_of_a_copy_the_place_that_is_full_is_named():
    error = OSError(errno.ENOSPC, "No space left on device", "ada/vae.pt", None, "/tmp/x/vae.pt")
    assert describe_os_error(error, "graded").startswith("/tmp/x/vae.pt: No space left")
