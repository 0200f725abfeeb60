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
    ("codes in one row", "images = model.decode(z.flatten())", "it got shape (1922,)"),
    ("codes in two rows", "images = model.decode(z.reshape(2, -1))", "it got shape (2, 961)"),
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
    ("small square", "images = model.decode(z / 10)", "another range around 0"),
    ("from 0 to 2", "images = model.decode(z / 2 + 1)", "it goes from 0 to 2"),
    ("from -1 to 3", "images = model.decode(z + 1)", "it goes from -1 to 3"),
    ("from 0 to 1", "images = model.decode((z + 2) / 4)", "another range around 0"),
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
    ("256 grey levels, cut off", "images = (model.decode(z) * 255).byte()", "vmin=0 and vmax=255"),
    ("codes doubled", "images = model.decode(2 * z)", "along the axis of z1"),
    ("codes halved", "images = model.decode(z / 2)", "along the axis of z1"),
    ("evaluation mode", "model.eval()\nimages = model.decode(z).detach()", ""),
    ("256 grey levels", "images = (model.decode(z) * 255).round() / 255", ""),
)

_STYLE = 'cmap="gray", vmin=0, vmax=1'
_EXTENT = ", extent=(-edge, edge, -edge, edge)"
_PERMUTED = "images.permute(0, 2, 1, 3).reshape(868, 868)"
_AT_IMAGES, _ROUNDED = "range(14, 868, 28)", "np.round(grid.numpy(), 1)"
_ENDS = "grid = torch.linspace(-2, 2, 31)"
# Another text of plot_latent, and of plot_latent_cvae: (name, pairs of old and new, a fragment).
TEXT = (
    (
        "tiles scrambled",
        ((_PERMUTED, "images.reshape(868, 868)"),),
        "order (row, height, column, width)",
    ),
    ("rows from bottom to top", (("grid.flip(0)", "grid"),), "Row 0 of imshow is at the top"),
    (
        "meshgrid taken for xy",
        (('grid.flip(0), grid, indexing="ij"', 'grid, grid, indexing="xy"'),),
        "z1",
    ),
    ("picture transposed", ((_PERMUTED, _PERMUTED + ".T"),), "transposed"),
    ("vmax of 255", (("vmax=1", "vmax=255"),), "white is 0 to 255"),
    ("vmax of one half", (("vmax=1", "vmax=0.5"),), "white is 0 to 0.5"),
    (
        "nothing drawn",
        (("plt.imshow(", "print("), (", " + _STYLE + _EXTENT, "")),
        "no figure holds an image",
    ),
    ("five by five", (("31", "5"), ("961", "25"), ("868", "140")), "at least 100 latents"),
    ("grid from 0 to 2", ((_ENDS, "grid = torch.linspace(0, 2, 31)"),), "it goes from 0 to 2"),
    (
        "origin below",
        (
            ("grid.flip(0)", "grid"),
            (_PERMUTED, "images.flip(2).permute(0, 2, 1, 3).reshape(868, 868)"),
            (_STYLE, _STYLE + ', origin="lower"'),
        ),
        "",
    ),
    (
        "origin below, images not turned",
        (("grid.flip(0)", "grid"), (_STYLE, _STYLE + ', origin="lower"')),
        "upside down",
    ),
    ("no extent", ((_EXTENT, ""), ("ticks(range(-2, 3))", "ticks()")), ""),
    (
        "axis of another range",
        (
            (_EXTENT, ", extent=(-3.1, 3.1, -3.1, 3.1)"),
            ("ticks(range(-2, 3))", "ticks(range(-3, 4))"),
        ),
        "along the axis of z1",
    ),
    (
        "axis upside down",
        ((_EXTENT, ", extent=(-edge, edge, edge, -edge)"),),
        "along the axis of z2",
    ),
    (
        "numbers in the wrong order",
        (
            (_EXTENT, ""),
            ("plt.xticks(range(-2, 3))", "plt.xticks(range(14, 868, 28), grid.tolist())"),
            ("plt.yticks(range(-2, 3))", "plt.yticks(range(14, 868, 28), grid.tolist())"),
        ),
        "along the axis of z2",
    ),
    (
        "numbers at the images",
        (
            (_EXTENT, ""),
            ("plt.xticks(range(-2, 3))", "plt.xticks(range(14, 868, 28), grid.tolist())"),
            ("plt.yticks(range(-2, 3))", "plt.yticks(range(854, 0, -28), np.round(grid, 1))"),
        ),
        "",
    ),
    (
        "numbers rounded to one decimal",
        (
            (_EXTENT, ""),
            ("plt.xticks(range(-2, 3))", f"plt.xticks({_AT_IMAGES}, {_ROUNDED})"),
            ("plt.yticks(range(-2, 3))", f"plt.yticks({_AT_IMAGES}, {_ROUNDED}[::-1])"),
        ),
        "",
    ),
    *(
        (
            f"numbers {name}",
            (
                (_EXTENT, ""),
                ("plt.xticks(range(-2, 3))", f"plt.xticks({ticks})"),
                ("plt.yticks(range(-2, 3))", "plt.yticks([])"),
            ),
            "",
        )
        for name, ticks in (
            ("without decimals", f"{_AT_IMAGES}, [int(z) for z in grid]"),
            ("at the images' edges", f"range(0, 868, 28), {_ROUNDED}"),
        )
    ),
    ("no extent, numbers of the latents", ((_EXTENT, ""),), "along the axis of z1"),
    ("room around the map", (("plt.show()", "plt.axis((-3, 3, -3, 3)); plt.show()"),), ""),
    ("map a speck", (("plt.show()", "plt.axis((-40, 40, -40, 40)); plt.show()"),), "fill its axes"),
    ("edge of half an image alone", (("edge = 2 + 2 / 30", "edge = 2 / 30"),), "fill its axes"),
    ("edge of an image alone", (("edge = 2 + 2 / 30", "edge = 2 * 2 / 30"),), "fill its axes"),
    ("edge far out", (("edge = 2 + 2 / 30", "edge = 2 / (2 / 30)"),), "along the axis of z1"),
    ("edge one further out", (("edge = 2 +", "edge = 3 +"),), "along the axis of z1"),
    ("edge one further in", (("edge = 2 +", "edge = 1 +"),), "along the axis of z1"),
    ("edge half a unit further out", (("edge = 2 +", "edge = 2.5 +"),), "along the axis of z1"),
    ("corners at the outer images", ((_EXTENT, ", extent=(-2, 2, -2, 2)"),), ""),
    (
        "percentiles at the axes",
        ((_EXTENT, ", extent=(0, 1, 0, 1)"), ("ticks(range(-2, 3))", "ticks([0, 0.5, 1])")),
        "",
    ),
    ("own range of grey", ((_STYLE, 'cmap="gray"'),), ""),
    ("ink on paper", (("gray", "gray_r"),), ""),
    ("ink by hand", ((_PERMUTED, "1 - " + _PERMUTED),), ""),
    ("20 by 20", (("31", "20"), ("961", "400"), ("868", "560")), ""),
    (
        "grid of plus or minus 3, numbers of 2",
        ((_ENDS, "grid = torch.linspace(-3, 3, 31)"),),
        "along the axis of z1",
    ),
    *(
        (
            f"plus or minus {end}",
            (
                (_ENDS, f"grid = torch.linspace(-{end}, {end}, 31)"),
                ("edge = 2 + 2 / 30", f"edge = {end} + {end} / 30"),
                ("ticks(range(-2, 3))", f"ticks(range(-{end}, {end} + 1))"),
            ),
            "",
        )
        for end in (1, 3, 4, 5)
    ),
    (
        "end of the grid left out",
        (
            (_ENDS, "grid = torch.tensor(np.arange(-3, 3, 6 / 31)).float()"),
            ("edge = 2 + 2 / 30", "edge = 3"),
            ("ticks(range(-2, 3))", "ticks(range(-3, 4))"),
        ),
        "",
    ),
    (
        "normal percentiles as grid",
        (
            (
                _ENDS,
                "grid = torch.distributions.Normal(0, 1).icdf((torch.arange(31) + 0.5) / 31)",
            ),
        ),
        "",
    ),
    (
        "without no_grad",
        (("with torch.no_grad():", "if True:"), ("images.cpu()", "images.detach()")),
        "",
    ),
    (
        "gradients on",
        (("with torch.no_grad():", "if True:"), (_PERMUTED, _PERMUTED + ".numpy()")),
        "requires grad",
    ),
    ("closed after drawing", (("plt.show()", "plt.show(); plt.close()"),), ""),
    (
        "mesh",
        (("imshow(picture", "pcolormesh(picture.flip(0)"), (_EXTENT, ""), ("(range(-2, 3))", "()")),
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

ANSWERS = (
    *filled(NOTEBOOK, "plot", "plot_latent", _DECODED, PLOT),
    *swapped(NOTEBOOK, "plot", "plot_latent", TEXT, PLOT),
    *_WHOLE,
)
