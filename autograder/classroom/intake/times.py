"""Times as platforms and people write them: in several languages, with 12 hours or 24."""

import functools
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import get_month_names

MAX_LENGTH = 100  # characters of a time
# Languages in which a platform may name the months.
_LANGUAGES = ["en", "nl", "de", "fr", "sv", "da", "nb", "fi", "es", "it", "pt", "pl", "cs", "hu"]
_AM, _PM = {"am", "fm", "vm"}, {"pm", "em", "nm"}  # in English, Swedish and Dutch
# Abbreviations of zones that mean one thing only; others are not guessed.
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2}
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_CLOCK = re.compile(r"(?<![\d.+-])(\d{1,2})\s?[:.h]\s?(\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?(?![\d.])")
_PLAIN_CLOCK = re.compile(r"(?<![\d+-])(\d{1,2})(\d\d)(?!\d)")
_OFFSET = re.compile(r"(?<=[\d\s])([+-])(\d\d):?(\d\d)(?!\d)")
_FOREIGN = re.compile(r"[/\\~]|\d{7}")  # in no time
_YEARS = range(1990, 2200)
_PLACE = re.compile(r"(?<!\S)[A-Za-z]+(?:/[A-Za-z_+-]+)+(?!\S)")


def parse_time(text: str, zone: tzinfo | None) -> datetime | None:
    """Read a time: "Nov 5, 2023 1155 PM", "5. November 2023 23:55", what `date` prints, ISO 8601.

    Args:
        text: the time; a zone in it counts before the given one.
        zone: where the text names no zone; None for that of this machine.

    Returns:
        The time with its zone; None where the text can be read in no way, or in more than one.
    """
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH]).strip()
    try:
        found = _iso(text) or _written(text)
        return in_zone(found, zone) if found and found.year in _YEARS else None
    except (ValueError, OverflowError, _UnknownZoneError):
        return None


def in_zone(time: datetime, zone: tzinfo | None) -> datetime:
    """Give a time without a zone this one, None for that of this machine."""
    if time.tzinfo is not None:
        return time
    return time.astimezone() if zone is None else time.replace(tzinfo=zone)


def utc_text(time: datetime | None) -> str | None:
    """Write a time as nbgrader does, None for None."""
    return time and time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC").replace(".000000", "")


class _UnknownZoneError(Exception):
    """A time names a zone that may mean several things."""


def _iso(text):
    """A time in ISO 8601, as Python reads it; None for another form."""
    if not _ISO.match(text) or len(text) <= len("2026-11-05"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text):
    """A time with a month in letters, or a date in ISO 8601; None where a part is missing."""
    zone = _zone(text)
    rest = _OFFSET.sub(" ", _PLACE.sub(" ", text))
    if _FOREIGN.search(rest):
        return None
    date, rest = _date(rest)
    clock = _CLOCK.search(rest) or _PLAIN_CLOCK.search(rest)
    if date is None or clock is None:
        return None
    hour, minute, second = (int(part or 0) for part in (*clock.groups(), None)[:3])
    hour = _on_24_hours(hour, rest)
    return datetime(*date, hour, minute, second, tzinfo=zone)


def _date(text):
    """((year, month, day), the text without them); (None, text) where one is missing."""
    if iso := _ISO.search(text):
        year, month, day = map(int, iso[0].split("-"))
        return (year, month, day), _cut(text, iso)
    words = re.findall(r"[^\W\d_]+", text)
    months = {month for word in words if (month := _month(word))}
    clock = _CLOCK.search(text)
    rest = _cut(text, clock) if clock else text
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", rest)  # the first: a time may look like one
    rest = _cut(rest, year) if year else rest
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", rest)
    if len(months) != 1 or not year or not day:
        return None, text
    rest = _cut(rest, day) + (f" {clock[0]}" if clock else "")
    return (int(year[0]), months.pop(), int(day[0])), rest


def _cut(text, match):
    """The text without what matched."""
    return f"{text[: match.start()]} {text[match.end() :]}"


def _on_24_hours(hour, text):
    """The hour of a day, by am and pm where the text has them."""
    words = {re.sub(r"\W", "", word) for word in re.split(r"(?<!\.)\s", text.casefold())}
    words |= set(re.findall(r"[^\W\d_]+", text.casefold()))
    if not words & (_AM | _PM):
        return hour
    if not 1 <= hour <= 12:
        return hour  # 23:55 PM
    return hour % 12 + (12 if words & _PM else 0)


def _zone(text):
    """The zone that a text names, None where it names none."""
    if offset := _OFFSET.search(text):
        sign = 1 if offset[1] == "+" else -1
        return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    if place := _PLACE.search(text):
        try:
            return ZoneInfo(place[0])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _UnknownZoneError from error
    for word in re.findall(r"(?<![^\W\d_])[A-Z]{1,5}(?![^\W\d_])", text):
        name = word.casefold()
        if name in _ZONES:
            return timezone(timedelta(hours=_ZONES[name]))
        if len(word) >= 3 and not _month(word) and name not in _AM | _PM:
            raise _UnknownZoneError
    return None


def _month(word):
    """The number of the month that a word names in one of the languages, None for another word."""
    return _months().get(word.casefold())


@functools.cache
def _months():
    """Name or short name of a month → its number; names that differ by language are left out."""
    months: dict[str, int] = {}
    unclear = set()
    for language in _LANGUAGES:
        locale = Locale.parse(language)
        for width in ("abbreviated", "wide"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    key = name.strip(".").casefold()
                    if months.setdefault(key, number) != number:
                        unclear.add(key)
    return {key: number for key, number in months.items() if key not in unclear} | {"sept": 9}
