"""Answers to scatterplot_latent of notebook 05 and to scatterplot_latent_cvae of notebook 06."""

from . import Answer, filled, swapped, write

# The solution region: (name, code, a fragment of the message; "" for a right answer).
# {x} is what encode is called with, {named} what follows the image, {other} a global model.
_ENCODED = (
    (
        "samples",
        "mean_z = model.sample_latent(*model.encode({x}))",
        "the position of an image is its mean",
    ),
    ("log-variances", "_, mean_z = model.encode({x})", "These are the log-variances"),
    ("another model", "mean_z, _ = {other}.encode({x})", "means of a global model"),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    ("both outputs", "mean_z = model.encode({x})", "encode gives mean and log-variance together"),
    (
        "gradients on",
        "with torch.enable_grad():\n    mean_z = torch.tensor(model.encode({x})[0].numpy())",
        "requires grad",
    ),
    ("by name", "mean_z, _ = model.encode(x=x{named})", ""),
    ("to double", "mean_z = model.encode({x})[0].double()", ""),
    ("to float", "mean_z = model.encode(x.float(){named})[0].float()", ""),
    ("too many arguments", "mean_z, _ = model.encode({x}, 1, 2)", "it got"),
    ("by index", "mean_z = model.encode({x})[0]", ""),
    ("by forward", "_, mean_z, _ = model({x})", ""),
)

# The same with labels, for the conditional model only.
_LABELLED = (
    ("own name", "mean_z, _ = model.encode(x, label=y)", ""),
    ("one-hot", "mean_z, _ = model.encode(x, F.one_hot(y, 10).float())", ""),
    (
        "labels fixed, by name",
        "mean_z, _ = model.encode(x, y=torch.full_like(y, 3))",
        "means for the label 3",
    ),
    (
        "labels fixed, one-hot",
        "mean_z, _ = model.encode(x, F.one_hot(torch.full_like(y, 3), 10).float())",
        "means for the label 3",
    ),
    ("no label", "mean_z, _ = model.encode(x)", "should be called with x and y"),
)

# Another text in the given part: (name, old, new, a fragment of the message).
_TEXT = (
    ("training images", "in test_iter", "in train_iter", ""),
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
    (
        "first 100 training batches",
        "in test_iter",
        "in __import__('itertools').islice(train_iter, 100)",
        "",
    ),
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


# Mistakes that are tried on scatterplot_latent only.
_ONCE = ("columns exchanged", "two colours", "jet", "numpy", "last batch only")


def _answers(notebook: str, ending: str, task: str, words: dict[str, str]) -> tuple[Answer, ...]:
    """The answers to scatterplot_latent or scatterplot_latent_cvae."""
    function = "scatterplot_latent" + ending

    def worded(code: str) -> str:
        for name, word in words.items():
            code = code.replace("{" + name + "}", word)
        return code

    encoded = [(name, worded(code), says) for name, code, says in _ENCODED]
    texts = [
        (name, [(old, new)], says)
        for name, old, new, says in _TEXT
        if not (ending and name in _ONCE)
    ]
    per_class = worded(_PER_CLASS.replace("{END}", ending))
    return (
        *filled(notebook, function, function, encoded, task),
        *swapped(notebook, function, function, texts, task),
        *(
            Answer(
                notebook,
                f"{function}, {name} of each digit",
                write(function, per_class.replace("{DRAW}", drawn)),
            )
            for name, drawn in _DRAWN.items()
        ),
    )


ANSWERS = (
    *_answers(
        "05_latent_space.ipynb",
        "",
        "scatterplot-latent-test",
        {"x": "x", "named": "", "other": "vae"},
    ),
    *_answers(
        "06_cvae.ipynb",
        "_cvae",
        "scatterplot-latent-cvae-test",
        {"x": "x, y", "named": ", y=y", "other": "cvae"},
    ),
    *filled(
        "06_cvae.ipynb",
        "scatterplot_latent_cvae",
        "scatterplot_latent_cvae",
        _LABELLED,
        "scatterplot-latent-cvae-test",
    ),
)
