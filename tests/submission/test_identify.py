"""A file's name says which notebook it is, however browsers and students changed it."""

import pytest

from autograder.submission.identify import identify_by_name
from tests.submission.written_files import VAE

# Notebook → names of files that stand for it.
NAMES = {
    VAE: [
        "02_vae.ipynb",
        "02_vae (1).ipynb",
        "02_vae(12).ipynb",
        "02_vae-Copy1.ipynb",
        "Copy of 02_vae.ipynb",
        "02_VAE.IPYNB",
        "02_vae - Kopie.ipynb",
        "2 vae.ipynb",
        "02-vae_final_v3.ipynb",
        "Ada Lovelace_02_vae.ipynb",
        "02_vae.ipynb.txt",
        "02_vae.json",
        "Kopie von 02_vae.ipynb",
        "４２_02_vae.ipynb",
    ],
    "05_latent_space.ipynb": [
        "05_latent_space.ipynb",
        "05 Latent Space (2).ipynb",
        "5-latent-space.ipynb",
    ],
    "06_cvae.ipynb": ["06_cvae.ipynb", "06_CVAE-Copy3.ipynb"],
    None: [
        "02_cvae.ipynb",
        "12_vae.ipynb",
        "02_vae.py",
        "02_vae.pdf",
        "02_vae and 03_loss.ipynb",
        "notes.ipynb",
        "02_vaexyz.ipynb",
        "submission.json",
        "",
    ],
}


@pytest.mark.parametrize(
    "notebook, name", [(notebook, name) for notebook, names in NAMES.items() for name in names]
)
def test_a_file_is_identified_by_its_name(notebook, name):
    assert identify_by_name(name) == notebook
