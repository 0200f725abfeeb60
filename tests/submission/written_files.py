"""Helpers that write small notebooks into a folder."""

import json

import nbformat.v4 as v4

VAE, LOSS = "02_vae.ipynb", "03_loss.ipynb"


def write_notebook(path, content=None):
    """Write a notebook of one cell, or other content: a text as it is, else its JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        content = v4.new_notebook(cells=[v4.new_code_cell("x = 1")])
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
