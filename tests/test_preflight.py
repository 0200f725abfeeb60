"""What is said of this machine where code is graded: no sandbox, no MNIST; and where MNIST is."""

import os

import pytest

from autograder import kernels, preflight
from autograder.kernels import isolation
from autograder.kernels.inside.isolation_level import IsolationLevel
from autograder.paths import data_folder, has_mnist
from tests.paths import ROOT


def test_a_missing_sandbox_is_said_loudly_with_the_danger_and_the_way_out(monkeypatch, capsys):
    missing = (IsolationLevel.NONE, "bubblewrap is not installed")
    monkeypatch.setattr(isolation, "isolation_level", lambda: missing)
    preflight.warn_of_missing_sandbox()
    said = capsys.readouterr()
    words = " ".join(said.err.replace("│", "").split())
    assert "NO SANDBOX" in words and "bubblewrap is not installed" in words
    assert "runs with your rights" in words and "apt install bubblewrap" in words
    assert said.out == ""


@pytest.mark.parametrize("level", [IsolationLevel.FORKS, IsolationLevel.ALONE])
def test_a_sandbox_needs_no_words(monkeypatch, capsys, level):
    monkeypatch.setattr(isolation, "isolation_level", lambda: (level, "because"))
    preflight.warn_of_missing_sandbox()
    assert capsys.readouterr().err == ""


def test_missing_data_are_one_line_with_the_folder_and_the_way_out(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("LAB_DATA", str(tmp_path))
    preflight.mention_missing_data()
    said = capsys.readouterr().err
    assert said.startswith(f"MNIST is not in {tmp_path}, so") and said.count("\n") == 1
    assert f"MNIST('{tmp_path}', download=True)" in said
    images = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    images.parent.mkdir(parents=True)
    images.touch()
    assert has_mnist()
    preflight.mention_missing_data()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("value", [None, ""])
def test_without_make_the_data_lie_where_make_looks_for_them(monkeypatch, value):
    monkeypatch.delenv("LAB_DATA") if value is None else monkeypatch.setenv("LAB_DATA", value)
    assert data_folder() == ROOT / "data"
    assert "\nexport LAB_DATA ?= $(CURDIR)/data\n" in (ROOT / "Makefile").read_text()


def test_a_data_folder_that_is_named_counts_from_the_current_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_DATA", f"..{os.sep}data")
    assert data_folder().is_absolute() and data_folder().resolve() == tmp_path.parent / "data"


def test_all_that_kernels_names_is_there():
    assert all(getattr(kernels, name) for name in kernels.__all__)
    with pytest.raises(AttributeError, match="no attribute nothing"):
        _ = kernels.nothing
