"""All attacks."""

from . import resources

CATALOGUE = (*resources.ATTACKS,)
