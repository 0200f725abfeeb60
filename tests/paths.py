"""Where the parts of the repository lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions" / "vae"
RELEASE = ROOT / "notebooks" / "vae"
