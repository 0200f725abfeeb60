"""Mutants: the key's answers changed in one place, which the checks must tell from right ones.

`generate` makes them from the master notebooks, `judge` has the checks judge them, and
`equivalent` lists those that no check can or should tell apart, each with the reason.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One definition of the key with one change.

    Attributes:
        notebook: file name of the notebook.
        definition: what is changed: "train", "VAE.sample_latent".
        line: the line that is changed, as `ast.unparse` writes it.
        change: what the line becomes, or what happens to it: "dropped".
        source: the cell that defines it, changed.
    """

    notebook: str
    definition: str
    line: str
    change: str
    source: str

    def __str__(self) -> str:
        return f"{self.definition}: {self.line}  →  {self.change}"
