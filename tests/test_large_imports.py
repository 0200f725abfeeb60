"""What large imports make is left alone by the garbage collector, which then goes on."""

import gc

import pytest

from autograder.large_imports import large_imports


@pytest.fixture(autouse=True)
def unfrozen():
    """Let the collector see again what a test froze."""
    yield
    gc.unfreeze()


def test_nothing_is_collected_meanwhile_and_what_was_made_is_not_looked_at_again():
    with large_imports():
        assert not gc.isenabled()
        made = [[] for _ in range(1000)]
    assert gc.isenabled() and gc.get_freeze_count() >= len(made)


def test_after_an_import_that_fails_it_collects_again():
    with pytest.raises(ImportError), large_imports():
        raise ImportError("no torch")
    assert gc.isenabled()
