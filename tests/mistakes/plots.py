"""Answers to notebook 05, plot_latent and scatterplot_latent, and to the same plots of notebook 06."""

from . import Answer, fill, swap, write

PLOT, SCATTER = "plot-latent-test", "scatterplot-latent-test"

# The solution region of plot_latent.
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
    ("evaluation mode", "model.eval()\nimages = model.decode(z).detach()", ""),
    ("256 grey levels", "images = (model.decode(z) * 255).round() / 255", ""),
)

_SHOWN = "images.permute(0, 2, 1, 3).reshape(868, 868)"
_STYLE = 'cmap="gray", vmin=0, vmax=1'
_EXTENT = ", extent=(-3.1, 3.1, -3.1, 3.1)"
# Other text in the given part of plot_latent.
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
        "05_latent_space.ipynb",
        "plot, make_grid",
        write("plot_latent", _MAKE_GRID.replace("{PAD}", "0")),
    ),
    Answer(
        "05_latent_space.ipynb",
        "plot, make_grid, white lines",
        write("plot_latent", _MAKE_GRID.replace("{PAD}", "1")),
    ),
    Answer(
        "05_latent_space.ipynb",
        "plot, 11 by 11 subplots",
        write("plot_latent", _SUBPLOTS.replace("{N}", "11").replace("{STYLE}", _FIXED)),
    ),
    Answer(
        "05_latent_space.ipynb",
        "plot, 31 by 31 subplots",
        write("plot_latent", _SUBPLOTS.replace("{N}", "31").replace("{STYLE}", _FIXED)),
    ),
    Answer(
        "05_latent_space.ipynb",
        "plot, contrast of each image",
        write("plot_latent", _SUBPLOTS.replace("{N}", "11").replace("{STYLE}", "")),
        (PLOT,),
        "Fix vmin=0",
    ),
    Answer(
        "05_latent_space.ipynb",
        "plot, not defined",
        write("plot_latent", ""),
        (PLOT,),
        "is not defined",
    ),
)

# The solution region of scatterplot_latent; {x} is what encode is called with.
_ENCODED = (
    (
        "samples",
        "mean_z = model.sample_latent(*model.encode({x}))",
        "the position of an image is its mean",
    ),
    ("log-variances", "_, mean_z = model.encode({x})", "These are the log-variances"),
    ("another model", "mean_z, _ = {other}.encode({x})", "means of a global model"),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    ("both outputs", "mean_z = model.encode({x})", "AttributeError"),
    (
        "gradients on",
        "with torch.enable_grad():\n    mean_z = torch.tensor(model.encode({x})[0].numpy())",
        "requires grad",
    ),
    ("by index", "mean_z = model.encode({x})[0]", ""),
    ("by forward", "_, mean_z, _ = model({x})", ""),
)

_SCATTER_TEXT = (
    ("training images", "in test_iter", "in train_iter", "These are images of train_iter"),
    ("one column twice", "means[:, 1]", "means[:, 0]", "Both directions show z1"),
    ("columns exchanged", "means[:, 0], means[:, 1]", "means[:, 1], means[:, 0]", "exchanged"),
    (
        "last batch only",
        "means.append(mean_z.cpu())",
        "means, labels = [mean_z.cpu()], []",
        "every batch",
    ),
    (
        "one colour",
        "c=labels, cmap=ten_colours, vmin=-0.5, vmax=9.5, ",
        'color="C0", ',
        "ten distinguishable colours",
    ),
    (
        "labels of another pass",
        "torch.cat(labels)",
        "torch.cat([y for _, y in test_iter])",
        "in the same pass",
    ),
    (
        "nothing explained",
        'plt.colorbar(points, ticks=range(10), label="digit")',
        "",
        "legend or a colour bar",
    ),
    (
        "two colours",
        "cmap=ten_colours",
        'cmap=plt.get_cmap("tab10", 2)',
        "ten distinguishable colours",
    ),
    ("jet", "cmap=ten_colours", 'cmap="jet"', ""),
    ("tab10", "cmap=ten_colours, vmin=-0.5, vmax=9.5", 'cmap="tab10"', ""),
    (
        "legend",
        'plt.colorbar(points, ticks=range(10), label="digit")',
        "plt.legend(*points.legend_elements())",
        "",
    ),
    (
        "numpy",
        "means, labels = torch.cat(means), torch.cat(labels)",
        "means, labels = np.concatenate([m.numpy() for m in means]), np.concatenate(labels)",
        "",
    ),
)

_PER_CLASS = """
    def scatterplot_latent{END}(model):
        codes = [(model.encode({x})[0].detach(), y) for x, y in test_iter]
        z, digits = (torch.cat(part) for part in zip(*codes))
        figure, axes = plt.subplots()
        for digit in range(10):
            chosen = z[digits == digit]
            {DRAW}
        axes.legend(markerscale=4)
        plt.show()
    """
_DRAWN = {
    "scatter": "axes.scatter(chosen[:, 0], chosen[:, 1], s=3, label=str(digit))",
    "plot": 'axes.plot(chosen[:, 0], chosen[:, 1], "o", label=str(digit))',
}


def _scatters(notebook: str, end: str, task: str, words: dict[str, str]):
    function = "scatterplot_latent" + end

    def worded(code: str) -> str:
        for name, word in words.items():
            code = code.replace("{" + name + "}", word)
        return code

    for name, code, says in _ENCODED:
        yield Answer(
            notebook,
            f"{function}, {name}",
            fill(function, worded(code)),
            (task,) if says else (),
            says,
        )
    for name, old, new, says in _SCATTER_TEXT:
        if not (
            end and name in ("columns exchanged", "two colours", "jet", "numpy", "last batch only")
        ):
            yield Answer(
                notebook,
                f"{function}, {name}",
                swap(function, (old, new)),
                (task,) if says else (),
                says,
            )
    for name, drawn in _DRAWN.items():
        source = worded(_PER_CLASS.replace("{END}", end).replace("{DRAW}", drawn))
        yield Answer(notebook, f"{function}, {name} of each digit", write(function, source))


ANSWERS = (
    *(
        Answer(
            "05_latent_space.ipynb",
            "plot, " + name,
            fill("plot_latent", code),
            (PLOT,) if says else (),
            says,
        )
        for name, code, says in _DECODED
    ),
    *(
        Answer(
            "05_latent_space.ipynb",
            "plot, " + name,
            swap("plot_latent", *pairs),
            (PLOT,) if says else (),
            says,
        )
        for name, pairs, says in _PLOT_TEXT
    ),
    *_WHOLE,
    *_scatters("05_latent_space.ipynb", "", SCATTER, {"x": "x", "other": "vae"}),
    *_scatters(
        "06_cvae.ipynb", "_cvae", "scatterplot-latent-cvae-test", {"x": "x, y", "other": "cvae"}
    ),
)
