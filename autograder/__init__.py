"""The grader of the VAE assignment: folders that students handed in become points and messages."""

import sys

# jsonschema, which nbformat loads, would build a grammar of international addresses first, in two
# seconds of processor time. No notebook is checked by it, and jsonschema does without it.
if __name__ == "autograder":  # checks.zip has this file too, under another name
    sys.modules.setdefault("rfc3987_syntax", None)  # pyright: ignore[reportArgumentType]
