"""Mutants that pass the checks and may: each is as right as the key.

An entry is (definitions, line, change), the texts of `Mutant`, in which … stands for any text. An
entry that no survivor fits is out of date, and a test fails.
"""

import re
from collections.abc import Iterable

from . import Mutant

# (definition, line, change)
Entry = tuple[str, str, str]

_LOOP = "train…"
_TEST = "test…"
_MAP = "plot_latent…"
_SCATTER = "scatterplot_latent…"
_ANY = "…"

# Reason → the mutants that it holds for.
EQUIVALENT: dict[str, tuple[Entry, ...]] = {
    "The noise has the same shape, whichever argument it is made for.": (
        (
            "VAE.sample_latent",
            "noise = torch.randn_like(mean_z)",
            "noise = torch.randn_like(logvar_z)",
        ),
    ),
    "The noise is as often positive as negative.": (
        (
            "VAE.sample_latent",
            "return mean_z + torch.exp(0.5 * logvar_z) * noise",
            "return mean_z - torch.exp(0.5 * logvar_z) * noise",
        ),
    ),
    "What is moved here already needs no move, and on another device it fails at once.": (
        (_ANY, "x = x.to(device)", "dropped"),
        (_ANY, "x = x.to(device)", "x = x.to()"),
        (_ANY, "x = x.to(device)", "x = x"),
    ),
    "The two lines do not depend on each other.": (
        (_LOOP, "optimizer = …", "exchanged with the next"),
        (_LOOP, "optimizer.zero_grad()", "exchanged with the next"),
        (_LOOP, "optimizer.step()", "exchanged with the next"),
    ),
}


def reason(mutant: Mutant) -> str | None:
    """Return why the mutant is as right as the key; None where it is not listed."""
    return next(
        (
            why
            for why, entries in EQUIVALENT.items()
            if any(fits(entry, mutant) for entry in entries)
        ),
        None,
    )


def stale_entries(survivors: Iterable[Mutant]) -> list[Entry]:
    """Return the entries that none of the survivors fits."""
    survivors = list(survivors)
    entries = (entry for entries in EQUIVALENT.values() for entry in entries)
    return [entry for entry in entries if not any(fits(entry, each) for each in survivors)]


def fits(entry: Entry, mutant: Mutant) -> bool:
    """Tell whether the entry means this mutant."""
    texts = (mutant.definition, mutant.line, mutant.change)
    return all(_pattern(part).fullmatch(text) for part, text in zip(entry, texts, strict=True))


def _pattern(part: str) -> re.Pattern:
    """Compile an entry's text, in which … stands for any text."""
    return re.compile(".*".join(re.escape(each) for each in part.split("…")))
