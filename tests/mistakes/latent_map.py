"""Answers to plot_latent of notebook 05 and to plot_latent_cvae of notebook 06."""

from . import Answer, filled, swapped, write

NOTEBOOK, PLOT = "05_latent_space.ipynb", "plot-latent-test"

# The solution region of plot_latent: (name, code, a fragment of the message; "": right).
_DECODED = (
    ("another model", "images = vae.decode(z)", "of a global model"),
    (
        "forward of the grid",
        "z = model.sample_latent(z, torch.zeros_like(z))\nimages = model.decode(z)",
        "without noise",
    ),
    ("a little noise", "images = model.decode(z + 0.01 * torch.randn_like(z))", "without noise"),
    ("random codes", "images = model.decode(torch.randn(961, 2))", "on a grid"),
    ("test images", "images = torch.rand(961, 1, 28, 28)", "it was never called"),
    ("codes exchanged", "images = model.decode(z.flip(1))", "z1 changes with the height"),
    ("negative codes", "images = model.decode(-z)", "it falls"),
    ("black and white", "images = (model.decode(z) > 0.5).float()", "rounded"),
    (
        "percentiles 0 and 1",
        "p = torch.linspace(0, 1, 31)\n"
        "z = torch.stack(torch.meshgrid(p, p.flip(0), indexing='xy'), -1).reshape(-1, 2)\n"
        "images = model.decode(torch.distributions.Normal(0.0, 1.0).icdf(z))",
        "stay inside",
    ),
    ("one side", "images = model.decode(z.abs())", "should grow"),
    ("small square", "images = model.decode(z / 10)", "cover both signs"),
    ("images transposed", "images = model.decode(z).transpose(2, 3)", "transposed"),
    ("images upside down", "images = model.decode(z).flip(2)", "upside down"),
    ("not written", "raise NotImplementedError()", "plot_latent is not written yet"),
    ("squashed again", "images = torch.sigmoid(model.decode(z))", "grey values unchanged"),
    ("one by one", "images = torch.cat([model.decode(point.unsqueeze(0)) for point in z])", ""),
    ("single points", "images = torch.cat([model.decode(point) for point in z])", ""),
    ("in chunks", "images = torch.cat([model.decode(part) for part in z.split(100)])", ""),
    (
        "percentiles",
        "p = (torch.arange(31) + 0.5) / 31\n"
        "z = torch.stack(torch.meshgrid(p, p.flip(0), indexing='xy'), -1).reshape(-1, 2)\n"
        "images = model.decode(torch.distributions.Normal(0.0, 1.0).icdf(z))",
        "",
    ),
    ("by name", "images = model.decode(z=z)", ""),
    ("by own name", "images = model.decode(latents=z)", ""),
    ("with a label", "images = model.decode(z, 4)", "should be called with z alone"),
    ("in double", "images = model.decode(z.double()).double()", ""),
    ("to float", "images = model.decode(z.float()).float()", ""),
    ("through numpy", "images = torch.tensor(model.decode(z).numpy().astype(float))", ""),
    ("256 grey levels, cut off", "images = (model.decode(z) * 255).byte()", "visible from 0"),
    ("plus or minus 2", "images = model.decode(z * 2 / 3)", ""),
    ("plus or minus 4", "images = model.decode(z * 4 / 3)", ""),
    ("evaluation mode", "model.eval()\nimages = model.decode(z).detach()", ""),
    ("256 grey levels", "images = (model.decode(z) * 255).round() / 255", ""),
)

_SHOWN = "images.permute(0, 2, 1, 3).reshape(868, 868)"
_STYLE = 'cmap="gray", vmin=0, vmax=1'
_EXTENT = ", extent=(-3.1, 3.1, -3.1, 3.1)"
# Another text in the given part of plot_latent: (name, pairs of old and new, a fragment).
_PLOT_TEXT = (
    (
        "tiles scrambled",
        ((_SHOWN, "images.reshape(868, 868)"),),
        "order (row, height, column, width)",
    ),
    ("rows from bottom to top", (("grid.flip(0)", "grid"),), "Row 0 of imshow is at the top"),
    (
        "meshgrid taken for xy",
        (('grid.flip(0), grid, indexing="ij"', 'grid, grid, indexing="xy"'),),
        "z1",
    ),
    ("picture transposed", ((_SHOWN, _SHOWN + ".T"),), "transposed"),
    ("vmax of 255", (("vmax=1", "vmax=255"),), "visible from 0 to 1"),
    ("vmax of one half", (("vmax=1", "vmax=0.5"),), "visible from 0 to 1"),
    (
        "nothing drawn",
        (("plt.imshow(", "print("), (", " + _STYLE + _EXTENT, "")),
        "no figure holds an image",
    ),
    ("five by five", (("31", "5"), ("961", "25"), ("868", "140")), "at least 100 latents"),
    (
        "origin below",
        (
            ("grid.flip(0)", "grid"),
            (_SHOWN, "images.flip(2).permute(0, 2, 1, 3).reshape(868, 868)"),
            (_STYLE, _STYLE + ', origin="lower"'),
        ),
        "",
    ),
    (
        "origin below, images not turned",
        (("grid.flip(0)", "grid"), (_STYLE, _STYLE + ', origin="lower"')),
        "upside down",
    ),
    ("no extent", ((_EXTENT, ""),), ""),
    ("own range of grey", ((_STYLE, 'cmap="gray"'),), ""),
    ("ink on paper", (("gray", "gray_r"),), ""),
    ("ink by hand", ((_SHOWN, "1 - " + _SHOWN),), ""),
    ("20 by 20", (("31", "20"), ("961", "400"), ("868", "560")), ""),
    (
        "without no_grad",
        (("with torch.no_grad():", "if True:"), ("images.cpu()", "images.detach()")),
        "",
    ),
    (
        "gradients on",
        (("with torch.no_grad():", "if True:"), (_SHOWN, _SHOWN + ".numpy()")),
        "requires grad",
    ),
    ("closed after drawing", (("plt.show()", "plt.show(); plt.close()"),), ""),
    (
        "mesh",
        (("plt.imshow(" + _SHOWN, "plt.pcolormesh(" + _SHOWN + ".flip(0)"), (_EXTENT, "")),
        "",
    ),
    ("colour bar", (("plt.show()", "plt.colorbar(); plt.show()"),), ""),
)

_MAKE_GRID = """
    def plot_latent(model):
        from torchvision.utils import make_grid
        line = torch.linspace(-3, 3, 15)
        z = torch.tensor([[a, b] for b in line.flip(0).tolist() for a in line.tolist()])
        with torch.no_grad():
            picture = make_grid(model.decode(z.to(device)), nrow=15, padding=2, pad_value={PAD})
        figure, axes = plt.subplots()
        axes.imshow(picture.permute(1, 2, 0))
        plt.show()
    """
_SUBPLOTS = """
    def plot_latent(model):
        n = {N}
        figure, axes = plt.subplots(n, n, figsize=(8, 8))
        for i, b in enumerate(torch.linspace(3, -3, n)):
            for j, a in enumerate(torch.linspace(-3, 3, n)):
                image = model.decode(torch.tensor([[a, b]])).detach().squeeze()
                axes[i, j].imshow(image, cmap="gray"{STYLE})
                axes[i, j].axis("off")
        plt.tight_layout()
        plt.show()
    """
_FIXED = ", vmin=0, vmax=1"
_WHOLE = (
    Answer(
        NOTEBOOK,
        "plot, make_grid",
        write("plot_latent", _MAKE_GRID.replace("{PAD}", "0")),
    ),
    Answer(
        NOTEBOOK,
        "plot, make_grid, white lines",
        write("plot_latent", _MAKE_GRID.replace("{PAD}", "1")),
    ),
    Answer(
        NOTEBOOK,
        "plot, 11 by 11 subplots",
        write("plot_latent", _SUBPLOTS.replace("{N}", "11").replace("{STYLE}", _FIXED)),
    ),
    Answer(
        NOTEBOOK,
        "plot, 31 by 31 subplots",
        write("plot_latent", _SUBPLOTS.replace("{N}", "31").replace("{STYLE}", _FIXED)),
    ),
    Answer(
        NOTEBOOK,
        "plot, contrast of each image",
        write("plot_latent", _SUBPLOTS.replace("{N}", "11").replace("{STYLE}", "")),
        (PLOT,),
        "Fix vmin=0",
    ),
    Answer(
        NOTEBOOK,
        "plot, not defined",
        write("plot_latent", ""),
        (PLOT,),
        "is not defined",
    ),
)

# The solution region of plot_latent_cvae: likewise.
_MAPS = (
    ("label fixed", "images = model.decode(z, torch.full((961,), 4))", "it decoded with 4"),
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
    ("not written", "raise NotImplementedError()", "plot_latent_cvae is not written yet"),
    ("one label", "images = model.decode(z, torch.tensor([y]))", ""),
    ("by name", "images = model.decode(z, y=torch.full((961,), y))", ""),
    ("both by name", "images = model.decode(y=torch.full((961,), y), z=z)", ""),
    ("by own name", "images = model.decode(z, c=torch.full((961,), y))", ""),
    ("label fixed, by name", "images = model.decode(z, y=torch.full((961,), 4))", "decoded with 4"),
    (
        "label fixed, by own name",
        "images = model.decode(z, labels=torch.full((961,), 4))",
        "decoded with 4",
    ),
    ("one-hot", "images = model.decode(z, F.one_hot(torch.full((961,), y), 10).float())", ""),
    ("one row", "images = model.decode(z, F.one_hot(torch.tensor([y]), 10).float())", ""),
    ("one-hot vector", "images = model.decode(z, torch.eye(10)[y])", ""),
    (
        "label fixed, one-hot",
        "images = model.decode(z, F.one_hot(torch.full((961,), 4), 10).float())",
        "decoded with 4",
    ),
    (
        "one by one",
        "images = torch.cat([model.decode(point[None], torch.tensor([y])) for point in z])",
        "",
    ),
    ("times ones", "images = model.decode(z, y * torch.ones(len(z), dtype=torch.long))", ""),
)

ANSWERS = (
    *filled(NOTEBOOK, "plot", "plot_latent", _DECODED, PLOT),
    *swapped(NOTEBOOK, "plot", "plot_latent", _PLOT_TEXT, PLOT),
    *_WHOLE,
    *filled("06_cvae.ipynb", "map", "plot_latent_cvae", _MAPS, "plot-latent-cvae-test"),
)
