"""Answers to train of notebook 04 and to train_cvae of notebook 06."""

from . import Answer, both, fill, filled, swap, swapped, write
from .loop_code import for_model
from .training_bodies import BODIES, LABELS, PARTS

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
    ("printed", ("return tuple(averages)", "print('%.3f %.3f %.3f' % tuple(averages))"), ""),
    (
        "printed in sentences",
        (
            "return tuple(averages)",
            "[print(f'epoch 1.00: {name} {value:.4f}, test 0.123') for name, value in "
            "zip(('loss', 'recon', 'KL'), averages)]",
        ),
        "",
    ),
    (
        "printed, divided by batches",
        (
            "return tuple(averages)",
            "print(*(a * metric[3] / len(train_iter) for a in averages))",
        ),
        "divided by the number of batches",
    ),
    (
        "printed, another order",
        ("return tuple(averages)", "print(*averages[::-1])"),
        "it prints",
    ),
    (
        "nothing returned",
        ("return tuple(averages)", "averages = tuple(averages)"),
        "is there a return?",
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
    ("numpy array", ("return tuple(averages)", "return np.array(averages, np.float32)"), ""),
    (
        "summed in numpy",
        (
            "metric.add(loss.item(), recon.item(), kl.item(),",
            "metric.add(*(p.detach().numpy() for p in (loss, recon, kl)),",
        ),
        "",
    ),
    ("no curves", ("curve.add(averages)", "print(epoch, averages)"), ""),
)

# train measures on the test images after each epoch.
_TESTED = ("curve.add(averages)", "curve.add(averages); loss, recon, kl = test(model)")

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
    "by names",
    "parts by names",
    "too many arguments",
    "printed",
    "encoder's parameters",
    "another default lr",
    "new optimiser each epoch",
    "last batch returned",
)


def _answers(notebook: str, name: str, task: str, conditional: bool) -> tuple[Answer, ...]:
    """The answers to train or train_cvae."""
    bodies = [
        (title, for_model(code, conditional), says)
        for title, code, says in (*BODIES, *PARTS, *(LABELS if conditional else ()))
    ]
    texts = [(title, [pair], says) for title, pair, says in _TEXT]
    return (
        *filled(notebook, name, name, bodies, task),
        *swapped(notebook, name, name, texts, task),
    )


def _twins() -> tuple[Answer, ...]:
    names = {f"train_cvae, {title}" for title in (*_TWINS, *(title for title, *_ in LABELS))}
    answers = _answers("06_cvae.ipynb", "train_cvae", "train-cvae-test", conditional=True)
    return tuple(answer for answer in answers if answer.name in names)


ANSWERS = (
    *_answers("04_training.ipynb", "train", "train-test", conditional=False),
    Answer("04_training.ipynb", "train, own loop", write("train", _OWN_TRAIN)),
    Answer(
        "04_training.ipynb",
        "train, with a test that is not written",
        both(swap("train", _TESTED), fill("test", "raise NotImplementedError()")),
        ("evaluate-test",),
        "test is not written yet",
    ),
    Answer(
        "04_training.ipynb",
        "train, with a test that trains",
        both(
            swap("train", _TESTED),
            swap(
                "test",
                ("model.eval()", "[p.data.mul_(0.9) for p in model.parameters()]; model.eval()"),
            ),
        ),
        ("evaluate-test",),
        "was changed while it was tested",
    ),
    Answer("04_training.ipynb", "train, tested in each epoch", swap("train", _TESTED)),
    Answer(
        "04_training.ipynb",
        "train, training mode once",
        both(
            swap("train", _TESTED),
            swap("train", ("        model.train()\n", "")),
        ),
        ("train-test",),
        "From the second epoch on",
    ),
    Answer(
        "04_training.ipynb",
        "train, training mode restored by test",
        both(
            swap("train", _TESTED, ("        model.train()\n", "")),
            swap("test", ("    return tuple(", "    model.train()\n    return tuple(")),
        ),
    ),
    Answer(
        "04_training.ipynb",
        "train, not defined",
        write("train", ""),
        ("train-test",),
        "train is not defined",
    ),
    *_twins(),
)
