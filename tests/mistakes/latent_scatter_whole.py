"""Answers to scatterplot_latent and scatterplot_latent_cvae, written as a whole."""

from . import Answer, write

_PER_CLASS = """
    def scatterplot_latent{END}(model):
        batches = test_iter
        codes = [(model.encode({batch})[0].detach(), y) for x, y in batches]
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
_KEPT = """
    def scatterplot_latent{END}(model):
        zs, ys = np.zeros((3200, 2)), np.zeros(3200)
        for i, (x, y) in enumerate(itertools.islice(train_iter, 100)):
            zs[32 * i : 32 * (i + 1)] = model.encode({batch})[0].detach().cpu().numpy()
            ys[32 * i : 32 * (i + 1)] = y.numpy()
        plt.scatter(zs[:, 0], zs[:, 1], c=ys, cmap=plt.get_cmap("tab10", 10))
        plt.colorbar()
    """

_BATCHWISE = """
    def scatterplot_latent{END}(model):
        for x, y in itertools.islice(train_iter, 100):
            z = model.encode({batch})[0].detach()
            points = plt.scatter(z[:, 0], z[:, 1], c=y, cmap="tab10"{LIMITS})
        plt.colorbar(points)
        plt.show()
    """
_WRITTEN = """
    def scatterplot_latent{END}(model):
        x, y = (torch.cat(part) for part in zip(*test_iter))
        z = model.encode({batch})[0].detach()
        plt.scatter(*z.T, c=[plt.cm.tab10(digit) for digit in y.tolist()])
        for digit in range(10):
            plt.text(*z[y == digit].median(0).values, str(digit), color=plt.cm.tab10(digit))
        plt.show()
    """
# The functions: (name, code, a fragment of the message; "" for a right answer).
_WHOLE = (
    *(
        (f"{name} of each digit", _PER_CLASS.replace("{DRAW}", drawn), "")
        for name, drawn in _DRAWN.items()
    ),
    ("arrays of 3,200 rows", _KEPT, ""),
    ("scatter of each batch", _BATCHWISE.replace("{LIMITS}", ", vmin=0, vmax=9"), ""),
    (
        "scatter of each batch with its own colours",
        _BATCHWISE.replace("{LIMITS}", ""),
        "fix vmin and vmax",
    ),
    ("digits in their colours", _WRITTEN, ""),
)
# The notebooks: (file, ending of the function's name, task, what encode is called with).
_NOTEBOOKS = (
    ("05_latent_space.ipynb", "", "scatterplot-latent-test", "x"),
    (
        "06_cvae.ipynb",
        "_cvae",
        "scatterplot-latent-cvae-test",
        "x, F.one_hot(y, 10).float()",
    ),
)

ANSWERS = tuple(
    Answer(
        notebook,
        f"scatterplot_latent{ending}, {name}",
        write(
            f"scatterplot_latent{ending}",
            code.replace("{END}", ending).replace("{batch}", batch),
        ),
        (task,) if says else (),
        says,
    )
    for notebook, ending, task, batch in _NOTEBOOKS
    for name, code, says in _WHOLE
)
