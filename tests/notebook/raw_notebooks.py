"""Notebook files in the making: their JSON, their text, and what is read of them."""

import json

import nbformat

from autograder.notebook.file import load_notebook

CODE = {
    "cell_type": "code",
    "metadata": {},
    "execution_count": None,
    "outputs": [],
    "source": "x = 1\ny = 'σ'",
}
SOURCE = CODE["source"]


def notebook_json(*cells, **more):
    """A notebook of these cells, or of one code cell, and more fields."""
    return {
        "cells": list(cells) or [CODE],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
        **more,
    }


def dump(*cells, **more):
    """The same as a text."""
    return json.dumps(notebook_json(*cells, **more), ensure_ascii=False, indent=1)


def load(tmp_path, content):
    """Write a text or bytes to a file and read it; what is read is a valid notebook."""
    path = tmp_path / "02_vae.ipynb"
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    path.write_bytes(content)
    notebook, phrases = load_notebook(path)
    nbformat.validate(notebook)
    return notebook, phrases
