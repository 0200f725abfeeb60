"""Files of a submission that must not be read."""

from pathlib import Path


def describe_unusable(path: Path, folder: Path, limit: int) -> str | None:
    """Return why a file cannot be used, as a phrase after its name; None where it can be.

    Args:
        path: the file.
        folder: the submission, out of which no link may lead.
        limit: the bytes that it may have.
    """
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return "is a link to a file outside the folder"
        if not path.is_file():
            return "is not a file"
        if path.stat().st_size > limit:
            return f"is larger than {limit // 2**20} MB"
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, until Python 3.12
        return f"cannot be read ({getattr(error, 'strerror', None) or 'a loop of links'})"
    return None
