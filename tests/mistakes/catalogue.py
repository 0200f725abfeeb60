"""All answers of the catalogue."""

from . import conditional, loops, losses, networks, plots

CATALOGUE = tuple(
    answer for part in (networks, losses, loops, plots, conditional) for answer in part.ANSWERS
)
