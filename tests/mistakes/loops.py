"""Answers to notebook 04, train and test, and to the same loops of notebook 06."""

from . import Answer, fill, swap, write

TRAIN, TEST = "train-test", "evaluate-test"

_FORWARD = "recon_x, mean_z, logvar_z = model({call})\n"
_LOSS = "loss, recon, kl = loss_function(recon_x, x, mean_z, logvar_z)\n"
_UPDATE = "loss.backward()\noptimizer.step()"
_ZERO = "optimizer.zero_grad()\n"

# The body of train's inner loop; {call} is what the model is called with.
_BODIES = (
    ("no zero_grad", _FORWARD + _LOSS + _UPDATE, "Gradients add up"),
    (
        "zero_grad between",
        _FORWARD + _LOSS + "loss.backward()\n" + _ZERO + "optimizer.step()",
        "Nothing was learned",
    ),
    ("no step", _ZERO + _FORWARD + _LOSS + "loss.backward()", "Nothing was learned"),
    ("no backward", _ZERO + _FORWARD + _LOSS + "optimizer.step()", "they are unchanged"),
    (
        "reconstruction only",
        _ZERO + _FORWARD + _LOSS + "recon.backward()\noptimizer.step()",
        "Only the reconstruction loss",
    ),
    ("KL only", _ZERO + _FORWARD + _LOSS + "kl.backward()\noptimizer.step()", "Only the KL loss"),
    (
        "maximised",
        _ZERO + _FORWARD + _LOSS + "(-loss).backward()\noptimizer.step()",
        "was maximised",
    ),
    (
        "x and recon_x exchanged",
        _ZERO
        + _FORWARD
        + "loss, recon, kl = loss_function(x, recon_x, mean_z, logvar_z)\n"
        + _UPDATE,
        "x and recon_x are exchanged",
    ),
    (
        "mean and logvar exchanged",
        _ZERO
        + _FORWARD
        + "loss, recon, kl = loss_function(recon_x, x, logvar_z, mean_z)\n"
        + _UPDATE,
        "mean_z and logvar_z are exchanged",
    ),
    ("evaluation mode", "model.eval()\n" + _ZERO + _FORWARD + _LOSS + _UPDATE, "evaluation mode"),
    (
        "another model",
        _ZERO + _FORWARD.replace("model", "{other}") + _LOSS + _UPDATE,
        "is a global one",
    ),
    (
        "order of the parts",
        _ZERO
        + _FORWARD
        + "loss, kl, recon = loss_function(recon_x, x, mean_z, logvar_z)\n"
        + _UPDATE,
        "The order is loss, reconstruction, KL",
    ),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    (
        "misspelled",
        _ZERO + _FORWARD + _LOSS + "loss.backwards()\noptimizer.step()",
        "AttributeError",
    ),
    (
        "returned from the loop",
        _ZERO + _FORWARD + _LOSS + _UPDATE + "\nreturn loss, recon, kl",
        "first batch",
    ),
    (
        "sum of the parts",
        _ZERO + _FORWARD + _LOSS + "(recon + kl).backward()\noptimizer.step()",
        "",
    ),
    ("zero_grad after step", _FORWARD + _LOSS + _UPDATE + "\n" + _ZERO, ""),
    ("model.zero_grad", "model.zero_grad()\n" + _FORWARD + _LOSS + _UPDATE, ""),
    (
        "zeroed in place",
        "optimizer.zero_grad(set_to_none=False)\n" + _FORWARD + _LOSS + _UPDATE,
        "",
    ),
    (
        "loss written out",
        _ZERO + _FORWARD + "recon = F.binary_cross_entropy(recon_x, x, reduction='sum') / len(x)\n"
        "kl = 0.5 * (mean_z**2 + logvar_z.exp() - logvar_z - 1).sum(dim=1).mean()\nloss = recon + "
        "kl\n" + _UPDATE,
        "",
    ),
    (
        "starred",
        _ZERO
        + "recon_x, *latent = model({call})\n"
        + "loss, recon, kl = loss_function(recon_x, x, *latent)\n"
        + _UPDATE,
        "",
    ),
)

_PARTS = (
    (
        "called part by part",
        _ZERO + "mean_z, logvar_z = model.encode({call})\n"
        "z = model.sample_latent(mean_z, logvar_z)\nrecon_x = model.decode(z{label})\n"
        + _LOSS
        + _UPDATE,
        "",
    ),
    (
        "decodes the mean",
        _ZERO
        + "mean_z, logvar_z = model.encode({call})\nrecon_x = model.decode(mean_z{label})\n"
        + _LOSS
        + _UPDATE,
        "The decoder got mean_z",
    ),
)

_ADAM = "torch.optim.Adam(model.parameters(), lr=lr, fused=True)"
# Other text in the given part of train.
_TRAIN_TEXT = (
    (
        "encoder's parameters",
        (_ADAM, "torch.optim.Adam(model.encoder.parameters(), lr=lr)"),
        "Only the encoder learned",
    ),
    (
        "decoder's parameters",
        (_ADAM, "torch.optim.Adam(model.decoder.parameters(), lr=lr)"),
        "Only the decoder learned",
    ),
    (
        "gradient descent",
        (_ADAM, "torch.optim.SGD(model.parameters(), lr=lr)"),
        "plain gradient descent",
    ),
    ("AdamW", (_ADAM, "torch.optim.AdamW(model.parameters(), lr=lr)"), "another optimiser"),
    ("RMSprop", (_ADAM, "torch.optim.RMSprop(model.parameters(), lr=lr)"), "another optimiser"),
    (
        "lr fixed",
        (_ADAM, "torch.optim.Adam(model.parameters(), lr=1e-3)"),
        "The argument lr is ignored",
    ),
    ("another default lr", ("lr=1e-3", "lr=1e-2"), "The learning rate was 0.01"),
    ("ten epochs always", ("range(num_epochs)", "range(10)"), "num_epochs is ignored"),
    ("one epoch always", ("range(num_epochs)", "range(1)"), "Only one epoch"),
    ("new optimiser each epoch", ("model.train()", "optimizer = " + _ADAM), "Adam remembers"),
    ("test images", ("(train_iter)", "(test_iter)"), "trained on test_iter"),
    (
        "sums over all epochs",
        ("    for epoch in", "    metric = d2l.Accumulator(4)\n    for epoch in"),
        "",
    ),
    (
        "nothing returned",
        ("return tuple(averages)", "print(averages)"),
        "should return three numbers",
    ),
    (
        "last batch returned",
        ("return tuple(averages)", "return float(loss), float(recon), float(kl)"),
        "only the last one counts",
    ),
    (
        "divided by batches",
        ("total / metric[3]", "total / len(train_iter)"),
        "divided by the number of batches",
    ),
    (
        "weighted by size",
        (
            "metric.add(",
            "n = x.shape[0]; loss, recon, kl = loss * n, recon * n, kl * n; metric.add(",
        ),
        "weighted by its size",
    ),
    (
        "list of tensors",
        ("return tuple(averages)", "return [torch.tensor(a) for a in averages]"),
        "",
    ),
    ("one tensor", ("return tuple(averages)", "return torch.tensor(averages)"), ""),
    ("no curves", ("curve.add(averages)", "print(epoch, averages)"), ""),
)

# The body of test's loop.
_TEST_BODIES = (
    (
        "trained",
        _FORWARD + _LOSS + "with torch.enable_grad():\n    for p in model.parameters():\n"
        "        p.data -= 0.01 * p.data",
        "should not touch the model",
    ),
    (
        "gradients left",
        "with torch.enable_grad():\n"
        "    recon_x, mean_z, logvar_z = model({call})\n"
        "    loss, recon, kl = loss_function(recon_x, x, mean_z, logvar_z)\n"
        "    loss.backward()",
        "left gradients",
    ),
    (
        "x and recon_x exchanged",
        _FORWARD + "loss, recon, kl = loss_function(x, recon_x, mean_z, logvar_z)",
        "x and recon_x are exchanged",
    ),
    (
        "mean and logvar exchanged",
        _FORWARD + "loss, recon, kl = loss_function(recon_x, x, logvar_z, mean_z)",
        "mean_z and logvar_z are exchanged",
    ),
    (
        "order",
        _FORWARD + "loss, kl, recon = loss_function(recon_x, x, mean_z, logvar_z)",
        "The order is",
    ),
    ("another model", _FORWARD.replace("model", "{other}") + _LOSS, "is a global one"),
    ("training mode", "model.train()\n" + _FORWARD + _LOSS, "was in training mode"),
    (
        "returned from the loop",
        _FORWARD + _LOSS + "return loss, recon, kl",
        "only the first one counts",
    ),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    (
        "mean decoded",
        "mean_z, logvar_z = model.encode({call})\nrecon_x = model.decode(mean_z{label})\n" + _LOSS,
        "",
    ),
)

_TEST_TEXT = (
    ("training images", ("in test_iter", "in train_iter"), "over train_iter"),
    ("training mode left on", ("    model.eval()\n", ""), "was in training mode"),
    (
        "divided by batches",
        ("total / metric[3]", "total / len(test_iter)"),
        "divided by the number of batches",
    ),
    ("not divided", ("total / metric[3]", "total"), "nothing is divided"),
    (
        "loss alone",
        (
            "return tuple(total / metric[3] for total in metric.data[:3])",
            "return metric[0] / metric[3]",
        ),
        "should return three numbers",
    ),
    ("no return", ("return tuple(", "result = tuple("), "is there a return?"),
    ("without no_grad", ("with torch.no_grad():", "if True:"), ""),
)

_LABELS = (
    (
        "no label",
        _ZERO + "recon_x, mean_z, logvar_z = model(x)\n" + _LOSS + _UPDATE,
        "image or latent and label",
    ),
    (
        "zeros as labels",
        "y = torch.zeros_like(y)\n" + _ZERO + _FORWARD + _LOSS + _UPDATE,
        "The label was 0",
    ),
    ("labels reversed", "y = y.flip(0)\n" + _ZERO + _FORWARD + _LOSS + _UPDATE, "in another order"),
    (
        "random labels",
        "y = torch.randint(0, 10, y.shape)\n" + _ZERO + _FORWARD + _LOSS + _UPDATE,
        "which are not those of a batch",
    ),
)

_OWN_TRAIN = """
    def train(model, num_epochs=10, lr=1e-3):
        model.train()
        optimiser = torch.optim.Adam(model.parameters(), lr)
        for _ in range(num_epochs):
            history = []
            for images, _labels in train_iter:
                images = images.to(device)
                reconstruction, *codes = model(images)
                losses = loss_function(reconstruction, images, *codes)
                for p in model.parameters():
                    p.grad = None
                losses[0].backward()
                optimiser.step()
                history.append([loss.item() for loss in losses])
        return np.sum(history, axis=0) / len(train_iter.dataset)
    """


def _filled(text: str, conditional: bool) -> str:
    words = (
        {"call": "x, y", "label": ", y", "other": "cvae"}
        if conditional
        else ({"call": "x", "label": "", "other": "vae"})
    )
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return text


# Of the loops' mistakes, those that are tried on the conditional twins too: they are judged by the
# same code.
_TWINS = (
    "no zero_grad",
    "no step",
    "KL only",
    "loss written out",
    "another model",
    "order of the parts",
    "not written",
    "sum of the parts",
    "returned from the loop",
    "called part by part",
    "decodes the mean",
    "encoder's parameters",
    "another default lr",
    "new optimiser each epoch",
    "last batch returned",
    "trained",
    "training images",
    "training mode left on",
    "loss alone",
    "mean decoded",
    *(name for name, *_ in _LABELS),
)


def _answers(notebook: str, train: str, test: str, task: str, test_task: str, conditional: bool):
    for name, body, says in (*_BODIES, *_PARTS, *(_LABELS if conditional else ())):
        change = fill(train, _filled(body, conditional))
        yield Answer(notebook, f"{train}, {name}", change, (task,) if says else (), says)
    for name, pair, says in _TRAIN_TEXT:
        yield Answer(notebook, f"{train}, {name}", swap(train, pair), (task,) if says else (), says)
    for name, body, says in _TEST_BODIES:
        yield Answer(
            notebook,
            f"{test}, {name}",
            fill(test, _filled(body, conditional)),
            (test_task,) if says else (),
            says,
        )
    for name, pair, says in _TEST_TEXT:
        yield Answer(
            notebook, f"{test}, {name}", swap(test, pair), (test_task,) if says else (), says
        )


ANSWERS = (
    *_answers("04_training.ipynb", "train", "test", TRAIN, TEST, False),
    Answer("04_training.ipynb", "train, own loop", write("train", _OWN_TRAIN)),
    Answer(
        "04_training.ipynb",
        "train, not defined",
        write("train", ""),
        (TRAIN,),
        "train is not defined",
    ),
    *(
        answer
        for answer in _answers(
            "06_cvae.ipynb", "train_cvae", "test_cvae", *["train-cvae-test"] * 2, True
        )
        if answer.name.partition(", ")[2] in _TWINS
    ),
)
