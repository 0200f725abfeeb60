"""Why no grades are written."""

from ..errors import ClassError


class ExportError(ClassError):
    """These grades cannot be written in this form; str() is one sentence with the way out."""

    code = 2
