"""Comparing names and ids that people and platforms write in different ways."""

import unicodedata


def squeeze(text: str) -> str:
    """Return only the letters and digits of a text, without capitals: equal for equal names."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in unicodedata.normalize("NFKC", composed) if c.isalnum())


def name_key(name: str) -> str:
    """Return the squeezed form of a name; "Lovelace, Ada" is "Ada Lovelace"."""
    parts = name.split(",")
    return squeeze(" ".join(parts[::-1] if len(parts) == 2 else parts))


def words_of(name: str) -> list[str]:
    """Return the squeezed words of a name in no order of their own, "Jr." and commas included."""
    return sorted(filter(None, map(squeeze, name.replace(",", " ").split())))


def sorted_name_keys(name: str) -> set[str]:
    """Return the forms in which Canvas may write a name, the family name first: "lovelaceada".

    Where the name itself does not say which part is the family name, each may be.
    """
    if "," in name:
        return {squeeze(name)} - {""}
    words = name.split()
    return {squeeze(" ".join(words[cut:] + words[:cut])) for cut in range(len(words))} - {""}


def plain_key(text: str) -> str:
    """Return a form of an id, a username or an e-mail address in which capitals do not count."""
    return unicodedata.normalize("NFC", text).strip().removeprefix("#").strip().casefold()
