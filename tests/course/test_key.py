"""`make key`: outputs and weights of a full run replace those of the masters, and no work."""

import pytest

from benchmarks.key import ChangedMeanwhile, copy_masters, take_over


@pytest.fixture
def masters(tmp_path):
    """A master copy of two notebooks, and its weights."""
    folder = tmp_path / "solutions"
    folder.mkdir()
    for name in ("02_vae.ipynb", "03_loss.ipynb", "vae.pt", "team-vae.pdf"):
        (folder / name).write_text("old")
    return folder


def run_in(place):
    """What a full run leaves in the copy."""
    for name in ("02_vae.ipynb", "03_loss.ipynb", "vae.pt", "cvae.pt", "team-vae.zip"):
        (place / name).write_text("new")


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_outputs_and_weights_are_replaced_and_nothing_else(masters, tmp_path):
    before = copy_masters(masters, tmp_path / "key")
    run_in(tmp_path / "key")
    take_over(tmp_path / "key", masters, before)
    kept = {"team-vae.pdf": "old"}
    replaced = ("02_vae.ipynb", "03_loss.ipynb", "vae.pt", "cvae.pt")
    assert contents(masters) == {**kept, **dict.fromkeys(replaced, "new")}


def test_a_master_that_somebody_saved_meanwhile_is_kept_with_all_others(masters, tmp_path):
    before = copy_masters(masters, tmp_path / "key")
    run_in(tmp_path / "key")
    (masters / "03_loss.ipynb").write_text("edited")
    saved = contents(masters)
    with pytest.raises(ChangedMeanwhile, match="^03_loss.ipynb in .* nothing was replaced"):
        take_over(tmp_path / "key", masters, before)
    assert contents(masters) == saved
