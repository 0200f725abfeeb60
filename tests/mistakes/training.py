"""Answers to train of notebook 04 and to train_cvae of notebook 06."""

from . import Answer, filled, swapped, write
from .loop_code import FORWARD, LOSS, for_model

_UPDATE = "loss.backward()\noptimizer.step()"
_ZERO = "optimizer.zero_grad()\n"

# The body of train's inner loop: (name, code, a fragment of the message; "" for a right answer).
# {call} is what the model is called with, {label} what follows a latent, {other} a global model.
_BODIES = (
    ("no zero_grad", FORWARD + LOSS + _UPDATE, "Gradients add up"),
    (
        "zero_grad between",
        FORWARD + LOSS + "loss.backward()\n" + _ZERO + "optimizer.step()",
        "Nothing was learned",
    ),
    ("no step", _ZERO + FORWARD + LOSS + "loss.backward()", "Nothing was learned"),
    ("no backward", _ZERO + FORWARD + LOSS + "optimizer.step()", "they are unchanged"),
    (
        "reconstruction only",
        _ZERO + FORWARD + LOSS + "recon.backward()\noptimizer.step()",
        "Only the reconstruction loss",
    ),
    ("KL only", _ZERO + FORWARD + LOSS + "kl.backward()\noptimizer.step()", "Only the KL loss"),
    (
        "maximised",
        _ZERO + FORWARD + LOSS + "(-loss).backward()\noptimizer.step()",
        "was maximised",
    ),
    (
        "x and recon_x exchanged",
        _ZERO
        + FORWARD
        + "loss, recon, kl = loss_function(x, recon_x, mean_z, logvar_z)\n"
        + _UPDATE,
        "x and recon_x are exchanged",
    ),
    (
        "mean and logvar exchanged",
        _ZERO
        + FORWARD
        + "loss, recon, kl = loss_function(recon_x, x, logvar_z, mean_z)\n"
        + _UPDATE,
        "mean_z and logvar_z are exchanged",
    ),
    ("evaluation mode", "model.eval()\n" + _ZERO + FORWARD + LOSS + _UPDATE, "evaluation mode"),
    (
        "another model",
        _ZERO + FORWARD.replace("model", "{other}") + LOSS + _UPDATE,
        "is a global one",
    ),
    (
        "order of the parts",
        _ZERO
        + FORWARD
        + "loss, kl, recon = loss_function(recon_x, x, mean_z, logvar_z)\n"
        + _UPDATE,
        "The order is loss, reconstruction, KL",
    ),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    (
        "misspelled",
        _ZERO + FORWARD + LOSS + "loss.backwards()\noptimizer.step()",
        "AttributeError",
    ),
    (
        "returned from the loop",
        _ZERO + FORWARD + LOSS + _UPDATE + "\nreturn loss, recon, kl",
        "first batch",
    ),
    (
        "sum of the parts",
        _ZERO + FORWARD + LOSS + "(recon + kl).backward()\noptimizer.step()",
        "",
    ),
    ("zero_grad after step", FORWARD + LOSS + _UPDATE + "\n" + _ZERO, ""),
    ("model.zero_grad", "model.zero_grad()\n" + FORWARD + LOSS + _UPDATE, ""),
    (
        "zeroed in place",
        "optimizer.zero_grad(set_to_none=False)\n" + FORWARD + LOSS + _UPDATE,
        "",
    ),
    (
        "loss written out",
        _ZERO + FORWARD + "recon = F.binary_cross_entropy(recon_x, x, reduction='sum') / len(x)\n"
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

# The body where the model's parts are called one by one.
_PARTS = (
    (
        "called part by part",
        _ZERO + "mean_z, logvar_z = model.encode({call})\n"
        "z = model.sample_latent(mean_z, logvar_z)\nrecon_x = model.decode(z{label})\n"
        + LOSS
        + _UPDATE,
        "",
    ),
    (
        "decodes the mean",
        _ZERO
        + "mean_z, logvar_z = model.encode({call})\nrecon_x = model.decode(mean_z{label})\n"
        + LOSS
        + _UPDATE,
        "The decoder got mean_z",
    ),
)

_ADAM = "torch.optim.Adam(model.parameters(), lr=lr, fused=True)"
# Another text in the given part of train: (name, (old, new), a fragment of the message).
_TEXT = (
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

# The body with wrong labels, for the conditional model only.
_LABELS = (
    (
        "no label",
        _ZERO + "recon_x, mean_z, logvar_z = model(x)\n" + LOSS + _UPDATE,
        "image or latent and label",
    ),
    (
        "zeros as labels",
        "y = torch.zeros_like(y)\n" + _ZERO + FORWARD + LOSS + _UPDATE,
        "The label was 0",
    ),
    ("labels reversed", "y = y.flip(0)\n" + _ZERO + FORWARD + LOSS + _UPDATE, "in another order"),
    (
        "random labels",
        "y = torch.randint(0, 10, y.shape)\n" + _ZERO + FORWARD + LOSS + _UPDATE,
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


# The mistakes that are tried on train_cvae too, which is judged by the same code.
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
)


def _answers(notebook: str, name: str, task: str, conditional: bool) -> tuple[Answer, ...]:
    """The answers to train or train_cvae."""
    bodies = [
        (title, for_model(code, conditional), says)
        for title, code, says in (*_BODIES, *_PARTS, *(_LABELS if conditional else ()))
    ]
    texts = [(title, [pair], says) for title, pair, says in _TEXT]
    return (
        *filled(notebook, name, name, bodies, task),
        *swapped(notebook, name, name, texts, task),
    )


def _twins() -> tuple[Answer, ...]:
    names = {f"train_cvae, {title}" for title in (*_TWINS, *(title for title, *_ in _LABELS))}
    answers = _answers("06_cvae.ipynb", "train_cvae", "train-cvae-test", conditional=True)
    return tuple(answer for answer in answers if answer.name in names)


ANSWERS = (
    *_answers("04_training.ipynb", "train", "train-test", conditional=False),
    Answer("04_training.ipynb", "train, own loop", write("train", _OWN_TRAIN)),
    Answer(
        "04_training.ipynb",
        "train, not defined",
        write("train", ""),
        ("train-test",),
        "train is not defined",
    ),
    *_twins(),
)
