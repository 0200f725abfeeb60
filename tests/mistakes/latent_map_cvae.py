"""Answers to plot_latent_cvae of notebook 06, which is written as a whole."""

from . import Answer, filled, swapped, write
from .latent_map import TEXT

NOTEBOOK, FUNCTION, TASK = "06_cvae.ipynb", "plot_latent_cvae", "plot-latent-cvae-test"

_LABEL = "label = F.one_hot(torch.full((len(z),), y), 10).float().to(device)  # (961, 10)"
_IMAGES = "images = model.decode(z, label)"
# What stands for the lines that make the labels and decode: (name, code, a fragment of the
# message; "": right).
_DECODED = (
    ("label fixed", "images = model.decode(z, torch.full((961,), 4))", "it decoded with 4"),
    (
        "label fixed, one-hot",
        "images = model.decode(z, F.one_hot(torch.full((961,), 4), 10).float())",
        "decoded with 4",
    ),
    ("label fixed, by name", "images = model.decode(z, y=torch.full((961,), 4))", "decoded with 4"),
    (
        "label fixed, by own name",
        "images = model.decode(z, labels=torch.full((961,), 4))",
        "decoded with 4",
    ),
    ("no label", "images = model.decode(z)", "should be called with z and y"),
    (
        "labels of all digits",
        "images = model.decode(z, torch.arange(961) % 10)",
        "it decoded with 0, 1",
    ),
    ("another model", "images = cvae.decode(z, torch.full((961,), y))", "of a global model"),
    (
        "random codes",
        "images = model.decode(torch.randn(961, 2), torch.full((961,), y))",
        "on a grid",
    ),
    ("float labels", "images = model.decode(z, torch.full((961,), float(y)))", "int64 labels"),
    ("a plain number", "images = model.decode(z, y)", "it got the single number"),
    ("a float number", "images = model.decode(z, float(y))", "it got the single number"),
    (
        "one-hot with nine classes",
        "images = model.decode(z, F.one_hot(torch.full((961,), y % 9), 9).float())",
        "int64 labels",
    ),
    (
        "label of another class",
        "images = model.decode(z, F.one_hot(torch.full((961,), (y + 1) % 10), 10).float())",
        "should decode with the label",
    ),
    ("not written", "raise NotImplementedError()", "plot_latent_cvae is not written yet"),
    ("numbers", "images = model.decode(z, torch.full((961,), y))", ""),
    ("one label", "images = model.decode(z, torch.tensor([y]))", ""),
    ("by name", "images = model.decode(z, y=torch.full((961,), y))", ""),
    ("both by name", "images = model.decode(y=torch.full((961,), y), z=z)", ""),
    ("by own name", "images = model.decode(z, c=torch.full((961,), y))", ""),
    (
        "one-hot, by own name",
        "images = model.decode(z, labels=F.one_hot(torch.full((961,), y), 10).float())",
        "",
    ),
    ("one row", "images = model.decode(z, F.one_hot(torch.tensor([y]), 10).float())", ""),
    ("one-hot vector", "images = model.decode(z, torch.eye(10)[y])", ""),
    (
        "one-hot by hand",
        "label = torch.zeros(961, 10)\nlabel[:, y] = 1\nimages = model.decode(z, label)",
        "",
    ),
    (
        "one-hot from numpy",
        "label = np.eye(10, dtype=np.float32)[np.full(961, y)]\n"
        "images = model.decode(z, torch.from_numpy(label))",
        "",
    ),
    (
        "one-hot, not float",
        "images = model.decode(z, F.one_hot(torch.full((961,), y), 10).double())",
        "Is a .float() missing?",
    ),
    (
        "one-hot, expanded",
        "images = model.decode(z, torch.eye(10)[y].expand(961, 10))",
        "",
    ),
    (
        "one by one",
        "images = torch.cat([model.decode(point[None], torch.tensor([y])) for point in z])",
        "",
    ),
    (
        "single points, one row",
        "label = F.one_hot(torch.tensor([y]), 10).float()\n"
        "images = torch.cat([model.decode(point, label) for point in z])",
        "",
    ),
    ("times ones", "images = model.decode(z, y * torch.ones(len(z), dtype=torch.long))", ""),
    (
        "in evaluation mode",
        "model.eval()\nimages = model.decode(z.float(), torch.full((961,), y)).detach()",
        "",
    ),
)

_SUBPLOTS = """
    def plot_latent_cvae(model, y):
        label = F.one_hot(torch.tensor([y]), 10).float().to(device)
        figure, axes = plt.subplots(10, 10, figsize=(8, 8))
        for row, z2 in zip(axes, np.linspace(2, -2, 10)):
            for axis, z1 in zip(row, np.linspace(-2, 2, 10)):
                z = torch.tensor([[z1, z2]], dtype=torch.float32, device=device)
                image = model.decode(z, label)[0, 0].detach().cpu().numpy()
                axis.imshow(image, cmap="gray"{STYLE})
                axis.axis("off")
        plt.show()
    """


def _replaced(rows):
    """Turn rows of code into rows of text that replaces the key's two lines."""
    for name, code, says in rows:
        lines = code.splitlines()
        before, last = "\n    ".join(lines[:-1]), lines[-1]
        yield name, ((_LABEL, before), (_IMAGES, last)), says


ANSWERS = (
    *swapped(NOTEBOOK, "map", FUNCTION, _replaced(_DECODED), TASK),
    *swapped(NOTEBOOK, "map", FUNCTION, TEXT, TASK),
    Answer(
        NOTEBOOK,
        "map, 10 by 10 subplots",
        write(FUNCTION, _SUBPLOTS.replace("{STYLE}", ", vmin=0, vmax=1")),
    ),
    Answer(
        NOTEBOOK,
        "map, contrast of each image",
        write(FUNCTION, _SUBPLOTS.replace("{STYLE}", "")),
        (TASK,),
        "Fix vmin=0",
    ),
    *filled(NOTEBOOK, "map", FUNCTION, [("empty", "pass", "it was never called")], TASK),
)
