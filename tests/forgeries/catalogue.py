"""All forgeries."""

from . import engine, loaded, process, values

CATALOGUE = (*process.ATTACKS, *engine.ATTACKS, *values.ATTACKS, *loaded.ATTACKS)
