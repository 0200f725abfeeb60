"""Imports of large libraries: the garbage collector leaves what they make alone."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Python looks through all objects once more at its end; torch's take it half a second.
atexit.register(gc.freeze)


@contextmanager
def large_imports() -> Iterator[None]:
    """Import in this context what makes very many objects that stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
