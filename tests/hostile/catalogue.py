"""All attacks."""

from . import channels, filesystem, floods, pages, poison, reaching, reading, resources

CATALOGUE = (
    *resources.ATTACKS,
    *floods.ATTACKS,
    *reading.ATTACKS,
    *reaching.ATTACKS,
    *channels.ATTACKS,
    *poison.ATTACKS,
    *filesystem.ATTACKS,
    *pages.ATTACKS,
)
SCRIPTS = pages.SCRIPTS
