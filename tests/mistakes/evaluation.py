"""Answers to test of notebook 04 and to test_cvae of notebook 06."""

from . import Answer, filled, swapped
from .loop_code import FORWARD, LOSS, for_model

# The body of test's loop: (name, code, a fragment of the message; "" for a right answer).
_BODIES = (
    (
        "trained",
        FORWARD + LOSS + "with torch.enable_grad():\n    for p in model.parameters():\n"
        "        p.data -= 0.01 * p.data",
        "was changed while it was tested",
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
        FORWARD + "loss, recon, kl = loss_function(x, recon_x, mean_z, logvar_z)",
        "x and recon_x are exchanged",
    ),
    (
        "mean and logvar exchanged",
        FORWARD + "loss, recon, kl = loss_function(recon_x, x, logvar_z, mean_z)",
        "mean_z and logvar_z are exchanged",
    ),
    (
        "order",
        FORWARD + "loss, kl, recon = loss_function(recon_x, x, mean_z, logvar_z)",
        "The order is",
    ),
    ("another model", FORWARD.replace("model", "{other}") + LOSS, "is a global one"),
    ("training mode", "model.train()\n" + FORWARD + LOSS, "was in training mode"),
    (
        "returned from the loop",
        FORWARD + LOSS + "return loss, recon, kl",
        "only the first one counts",
    ),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    ("by names", "recon_x, mean_z, logvar_z = model(x=x{named})\n" + LOSS, ""),
    ("losses to float", FORWARD + LOSS + "loss, recon = loss.float(), recon.double()", ""),
    (
        "forgets the label, or gives one too many",
        "recon_x, mean_z, logvar_z = model({call}, 1, 2)\n" + LOSS,
        "it got",
    ),
    (
        "loss of each image",
        FORWARD + "loss = ((recon_x - x) ** 2).sum(dim=(1, 2, 3))\nrecon = kl = loss",
        "is a sum or a mean missing?",
    ),
    (
        "mean decoded",
        "mean_z, logvar_z = model.encode({call})\nrecon_x = model.decode(mean_z{label})\n" + LOSS,
        "",
    ),
)

# Another text in the given part of test: (name, (old, new), a fragment of the message).
_TEXT = (
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

# The mistakes that are tried on test_cvae too, which is judged by the same code.
_TWINS = (
    "another model",
    "not written",
    "returned from the loop",
    "trained",
    "training images",
    "training mode left on",
    "loss alone",
    "mean decoded",
    "by names",
)


def _answers(notebook: str, name: str, task: str, conditional: bool) -> tuple[Answer, ...]:
    """The answers to test or test_cvae."""
    bodies = [(title, for_model(code, conditional), says) for title, code, says in _BODIES]
    texts = [(title, [pair], says) for title, pair, says in _TEXT]
    return (
        *filled(notebook, name, name, bodies, task),
        *swapped(notebook, name, name, texts, task),
    )


def _twins() -> tuple[Answer, ...]:
    names = {f"test_cvae, {title}" for title in _TWINS}
    answers = _answers("06_cvae.ipynb", "test_cvae", "train-cvae-test", conditional=True)
    return tuple(answer for answer in answers if answer.name in names)


ANSWERS = (
    *_answers("04_training.ipynb", "test", "evaluate-test", conditional=False),
    *_twins(),
)
