"""Paths of the course's folders in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions" / "vae"
RELEASE = ROOT / "notebooks" / "vae"
