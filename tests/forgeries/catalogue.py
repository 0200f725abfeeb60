"""All forgeries."""

from . import engine, process, values

CATALOGUE = (*process.ATTACKS, *engine.ATTACKS, *values.ATTACKS)
