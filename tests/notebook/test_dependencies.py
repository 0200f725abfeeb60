"""What a name depends on: its definition and all that this reads, and nothing that only runs."""

import pytest

from autograder.notebook.dependencies import statements_for

CLASS = "class VAE(Base):\n    def decode(self, z):\n        return squash(z)"
CELLS = {
    "imports, bases and helpers, in their order": (
        [
            "import torch\nimport math",
            "class Base: pass",
            "def squash(z):\n    return torch.sigmoid(z)",
        ],
        ["import torch", "class Base: pass", "def squash(z):\n    return torch.sigmoid(z)"],
    ),
    "constants of helpers of helpers": (
        ["SIZE = 2", "def half(z): return z / SIZE", "squash = half"],
        ["SIZE = 2", "def half(z): return z / SIZE", "squash = half"],
    ),
    "answers of earlier notebooks": (
        ["from lab import load_answer, load_mnist", 'Base = load_answer("02_vae.ipynb", "VAE")'],
        ["from lab import load_answer, load_mnist", 'Base = load_answer("02_vae.ipynb", "VAE")'],
    ),
    "choices and attempts": (
        [
            "try:\n    from fast import squash\nexcept ImportError:\n    squash = abs",
            "if 1: Base = object",
        ],
        [
            "try:\n    from fast import squash\nexcept ImportError:\n    squash = abs",
            "if 1: Base = object",
        ],
    ),
    "a method that is put into the class": (
        ["def decode(self, z): return z", "VAE.decode = decode", "other.decode = decode"],
        ["def decode(self, z): return z", "VAE.decode = decode"],
    ),
    "a list that is filled": (
        ["sizes = []", "sizes.append(2)", "other = []\nother.append(2)", "Base = sizes[0]"],
        ["sizes = []", "sizes.append(2)", "Base = sizes[0]"],
    ),
    "imports of everything": (["from torch.nn import *"], ["from torch.nn import *"]),
    "all definitions of one name": (
        ["Base = object", "Base = dict"],
        ["Base = object", "Base = dict"],
    ),
    "no training, no pictures, no prints": (
        ["vae = VAE()", "losses = train(vae)", "plt.show()", "print(squash(1))", "x = Base()"],
        [],
    ),
    "a cell that is no Python, and would define a helper": (
        ["squash = = abs", "other = = 1"],
        ["squash = = abs"],
    ),
}


@pytest.mark.parametrize("cells, needed", CELLS.values(), ids=CELLS)
def test_a_class_needs_what_its_text_reads_and_no_more(cells, needed):
    assert statements_for(["VAE"], [*cells, CLASS]) == [*needed, CLASS]


def test_what_is_missing_is_left_out():
    assert statements_for(["VAE", "nothing"], ["x = 1"]) == []


def test_a_long_chain_takes_no_long_time():
    chain = "\n".join(f"a{i} = a{i + 1}" for i in range(5_000))
    assert len(statements_for(["a0"], [chain])) == 5_000
