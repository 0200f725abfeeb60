"""Answers to scatterplot_latent of notebook 05 and to scatterplot_latent_cvae of notebook 06."""

from . import Answer, filled, swapped

# What computes mean_z: (name, code, a fragment of the message; "" for a right answer).
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
        "with torch.enable_grad(): mean_z = torch.tensor(model.encode({x})[0].numpy())",
        "requires grad",
    ),
    ("by name", "mean_z, _ = model.encode(x=x{named})", ""),
    ("to double", "mean_z = model.encode({x})[0].double()", ""),
    ("to float", "mean_z = model.encode(x.float(){positional})[0].float()", ""),
    ("through numpy", "mean_z = torch.from_numpy(model.encode({x})[0].numpy())", ""),
    ("too many arguments", "mean_z, _ = model.encode({x}, 1, 2)", "it got"),
    ("by index", "mean_z = model.encode({x})[0]", ""),
    ("by forward", "_, mean_z, _ = model({x})", ""),
    ("in evaluation mode", "mean_z = model.eval().encode({x})[0].detach()", ""),
)

# The same with labels, for the conditional model only.
_LABELLED = (
    ("own name", "mean_z, _ = model.encode(x, label=label)", ""),
    ("another own name", "mean_z, _ = model.encode(x, c=label)", ""),
    ("both by name", "mean_z, _ = model.encode(labels=label, x=x)", ""),
    ("numbers", "mean_z, _ = model.encode(x, y)", ""),
    ("numbers, by own name", "mean_z, _ = model.encode(x, labels=y)", ""),
    ("rows of the unit matrix", "mean_z, _ = model.encode(x, torch.eye(10)[y])", ""),
    (
        "one by one",
        "mean_z = torch.cat([model.encode(x[i:i+1], label[i:i+1])[0] for i in range(len(x))])",
        "",
    ),
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
    ("label of the first image", "mean_z, _ = model.encode(x, label[:1])", "its own label"),
    ("labels turned round", "mean_z, _ = model.encode(x, label.flip(0))", "its own label"),
    (
        "label as a number",
        "mean_z, _ = model.encode(x, y.float() / 9)",
        "int64 labels",
    ),
    ("a plain number", "mean_z, _ = model.encode(x, 4)", "it got the single number"),
    (
        "one-hot, not float",
        "mean_z, _ = model.encode(x, F.one_hot(y, 10).double())",
        "Is a .float() missing?",
    ),
    ("no label", "mean_z, _ = model.encode(x)", "should be called with x and y"),
)

_LOOP = "for x, y in itertools.islice(train_iter, 100):  # 3,200 images"
_COLOURED = "c=labels, cmap=ten_colours, vmin=-0.5, vmax=9.5"
_BAR = 'plt.colorbar(points, ticks=range(10), label="digit")'
_APPEND = "means.append(mean_z.cpu())"
_DIGITS = _BAR + "\n    for d in range(10): "
_CENTRE = "means[labels == d].mean(0)"
# Another text, in both functions: (name, pairs of old and new, a fragment of the message).
_TEXT = (
    ("test images", [(_LOOP, "for x, y in test_iter:")], ""),
    ("all training images", [(_LOOP, "for x, y in train_iter:")], ""),
    (
        "100 batches of the test images",
        [(_LOOP, "for x, y in itertools.islice(test_iter, 100):")],
        "",
    ),
    (
        "100 batches, counted",
        [
            (_LOOP, "for i, (x, y) in enumerate(train_iter):"),
            (_APPEND, "if i == 100: break\n            " + _APPEND),
        ],
        "",
    ),
    (
        "one batch",
        [(_LOOP, "for x, y in itertools.islice(train_iter, 1):")],
        "the first 100 batches",
    ),
    (
        "next batch only",
        [(_LOOP, "for x, y in [next(iter(test_iter))]:")],
        "the first 100 batches",
    ),
    ("ten batches", [(_LOOP, "for x, y in itertools.islice(train_iter, 10):")], "it drew 320"),
    (
        "99 batches",
        [(_LOOP, "for x, y in itertools.islice(train_iter, 99):")],
        "it drew 3168",
    ),
    ("one column twice", [("means[:, 1]", "means[:, 0]")], "Both directions show z1"),
    (
        "columns exchanged",
        [("means[:, 0], means[:, 1]", "means[:, 1], means[:, 0]")],
        "exchanged",
    ),
    (
        "last batch only",
        [(_APPEND, "means, labels = [mean_z.cpu()], []")],
        "only its last batch",
    ),
    ("one colour", [(_COLOURED, 'color="C0"')], "ten distinguishable colours"),
    (
        "labels of another pass over the training images",
        [
            (
                "torch.cat(labels)",
                "torch.cat([y for _, y in itertools.islice(train_iter, 100)])",
            )
        ],
        "in the same pass",
    ),
    (
        "labels of another pass over the test images",
        [
            (_LOOP, "for x, y in test_iter:"),
            ("torch.cat(labels)", "torch.cat([y for _, y in test_iter])"),
        ],
        "",
    ),
    (
        "labels of the other images",
        [("torch.cat(labels)", "torch.cat([y for _, y in itertools.islice(test_iter, 100)])")],
        "in the same pass",
    ),
    ("nothing explained", [(_BAR, "")], "legend or a colour bar"),
    (
        "two colours",
        [("cmap=ten_colours", 'cmap=plt.get_cmap("tab10", 2)')],
        "ten distinguishable colours",
    ),
    ("jet", [("cmap=ten_colours", 'cmap="jet"')], ""),
    ("ten colours of jet", [("cmap=ten_colours", 'cmap=plt.get_cmap("jet", 10)')], ""),
    ("tab10", [("cmap=ten_colours, vmin=-0.5, vmax=9.5", 'cmap="tab10"')], ""),
    ("transparent", [("vmax=9.5, s=4", "vmax=9.5, alpha=0.8")], ""),
    ("legend", [(_BAR, "plt.legend(*points.legend_elements())")], ""),
    (
        "legend of other digits",
        [(_BAR, "plt.legend(points.legend_elements()[0], [str(9 - d) for d in range(10)])")],
        "names other digits",
    ),
    *(
        (
            f"digits at {place}",
            [(_BAR, _DIGITS + f"plt.text(*means{points}, str(d))")],
            "should stand at its own points",
        )
        for place, points in (
            ("one place", ".mean(0)"),
            ("the sums", "[labels == d].sum(0)"),
            ("the other points", "[labels != d].mean(0)"),
        )
    ),
    (
        "digits exchanged",
        [(_BAR, _DIGITS + f"plt.text(*{_CENTRE}, str((d + 1) % 10))")],
        "should stand at its own points",
    ),
    (
        "digits annotated at the wrong centres",
        [(_BAR, _DIGITS + f"plt.annotate(str(9 - d), {_CENTRE})")],
        "should stand at its own points",
    ),
    ("digits at the centres", [(_BAR, _DIGITS + f"plt.text(*{_CENTRE}, d)")], ""),
    (
        "digits at the medians",
        [(_BAR, _DIGITS + "plt.text(*means[labels == d].median(0).values, str(d))")],
        "",
    ),
    ("digits beside the centres", [(_BAR, _DIGITS + f"plt.text(*({_CENTRE} + 0.5), d)")], ""),
    ("digits at one point each", [(_BAR, _DIGITS + "plt.text(*means[labels == d][0], d)")], ""),
    (
        "digits annotated",
        [
            (
                _BAR,
                _DIGITS + f"plt.annotate(d, {_CENTRE}, xytext=(5, 5), textcoords='offset points')",
            )
        ],
        "",
    ),
    (
        "digits with arrows",
        [(_BAR, _DIGITS + f"plt.annotate(d, {_CENTRE}, xytext=(0, d), arrowprops={{}})")],
        "",
    ),
    (
        "digits in a column",
        [(_BAR, _DIGITS + "plt.text(0.9, d / 10, str(d), transform=plt.gca().transAxes)")],
        "",
    ),
    (
        "digits in their colours in a column",
        [(_BAR, _DIGITS + "plt.text(200, 5 * d, str(d), color=ten_colours(d))")],
        "",
    ),
    ("other texts", [(_BAR, _DIGITS + "plt.text(0, d, f'{d} and all the others')")], ""),
    (
        "centres marked",
        [(_BAR, _BAR + "\n    for d in range(10): plt.plot(*means[labels == d].mean(0), 'k+')")],
        "",
    ),
    (
        "numpy",
        [
            (
                "means, labels = torch.cat(means), torch.cat(labels)",
                "means, labels = torch.cat(means).numpy(), np.concatenate(labels)",
            ),
        ],
        "",
    ),
)
# What else changes in notebook 05, where digits are written at the centres of their points.
_AT_CENTRES = {
    "numpy": (
        ("for digit in labels.unique().tolist():", "for digit in np.unique(labels):"),
        (".mean(dim=0)", ".mean(0)"),
    ),
    "nothing explained": (("text = plt.text(*centre, digit", "dict(x=1"), ("text.set", "# ")),
}


def _answers(notebook: str, ending: str, task: str, words: dict[str, str]) -> tuple[Answer, ...]:
    """The answers to scatterplot_latent or scatterplot_latent_cvae."""
    function = "scatterplot_latent" + ending

    def worded(code: str) -> str:
        for name, word in words.items():
            code = code.replace("{" + name + "}", word)
        return code

    encoded = [
        (name, [(words["key"], worded(code))], says)
        for name, code, says in _ENCODED + (_LABELLED if ending else ())
    ]
    texts = [
        (name, [*pairs, *(() if ending else _AT_CENTRES.get(name, ()))], says)
        for name, pairs, says in _TEXT
    ]
    return (
        *swapped(notebook, function, function, encoded, task),
        *swapped(notebook, function, function, texts, task),
    )


ANSWERS = (
    *_answers(
        "05_latent_space.ipynb",
        "",
        "scatterplot-latent-test",
        {
            "x": "x",
            "named": "",
            "positional": "",
            "other": "vae",
            "key": "mean_z, _ = model.encode(x)",
        },
    ),
    *_answers(
        "06_cvae.ipynb",
        "_cvae",
        "scatterplot-latent-cvae-test",
        {
            "x": "x, label",
            "named": ", y=label",
            "positional": ", label",
            "other": "cvae",
            "key": "mean_z, _ = model.encode(x, label)",
        },
    ),
    *filled(
        "06_cvae.ipynb",
        "scatterplot_latent_cvae",
        "scatterplot_latent_cvae",
        [("empty", "pass", "the figure holds no points")],
        "scatterplot-latent-cvae-test",
    ),
)
