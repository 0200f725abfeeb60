"""All attacks."""

from . import filesystem, pages, poison, reaching, reading, resources

CATALOGUE = (
    *resources.ATTACKS,
    *reading.ATTACKS,
    *reaching.ATTACKS,
    *poison.ATTACKS,
    *filesystem.ATTACKS,
    *pages.ATTACKS,
)
SCRIPTS = pages.SCRIPTS
