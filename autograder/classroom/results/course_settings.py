"""What an earlier call said of the course: when it is due, in which time zone."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from ... import atomic_files

FILE = ".course.json"


@dataclass(frozen=True)
class CourseSettings:
    """due: in ISO 8601 with its offset, "" for none; zone_name: as "Europe/Amsterdam", or ""."""

    due: str = ""
    zone_name: str = ""

    @property
    def due_time(self) -> datetime | None:
        """When the assignment is due."""
        return datetime.fromisoformat(self.due) if self.due else None

    @property
    def zone(self) -> tzinfo | None:
        """The zone of times that name none; None for that of this machine."""
        return ZoneInfo(self.zone_name) if self.zone_name else None

    def updated(self, due: datetime | None, zone: tzinfo | None) -> "CourseSettings":
        """Return the settings with those that are given now."""
        return CourseSettings(
            due.isoformat() if due else self.due,
            str(zone) if isinstance(zone, ZoneInfo) else self.zone_name,
        )


def read_settings(results: Path) -> CourseSettings:
    """Read the settings of an earlier call; none where there are none, or they are damaged."""
    try:
        settings = CourseSettings(**json.loads((results / FILE).read_bytes()))
        _ = settings.due_time, settings.zone
    except (OSError, ValueError, TypeError, KeyError):
        return CourseSettings()
    return settings


def write_settings(results: Path, settings: CourseSettings) -> None:
    """Write the settings for later calls.

    Raises:
        OSError: where they cannot be written.
    """
    atomic_files.write_json(results / FILE, asdict(settings))
