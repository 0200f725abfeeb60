"""Answers to test of notebook 04 and to test_cvae of notebook 06."""

from . import Answer, swap
from .loop_code import FORWARD, LOSS, fill_loop, for_model

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

# The same of test_cvae alone, whose `y` holds one-hot rows.
_LABELS = (
    (
        "labels in other order",
        "recon_x, mean_z, logvar_z = model(x, y.flip(0))\n" + LOSS,
        "in another order than the images",
    ),
    (
        "one label for all",
        "recon_x, mean_z, logvar_z = model(x, torch.eye(10)[[3] * len(x)])\n" + LOSS,
        "The label was 3 for every image",
    ),
)

_X = "x = x.to(device)"
_RETURN = "return tuple(total / metric[3] for total in metric.data[:3])"
# Other texts in test: (name, pairs of old and new, a fragment of the message).
_TEXT = (
    ("training images", [("in test_iter", "in train_iter")], "over train_iter"),
    ("training mode left on", [("    model.eval()\n", "")], "was in training mode"),
    (
        "divided by batches",
        [("total / metric[3]", "total / len(test_iter)")],
        "divided by the number of batches",
    ),
    ("not divided", [("total / metric[3]", "total")], "nothing is divided"),
    ("loss alone", [(_RETURN, "return metric[0] / metric[3]")], "should return three numbers"),
    ("no return", [("return tuple(", "result = tuple(")], "is there a return?"),
    ("without no_grad", [("with torch.no_grad():", "if True:")], "without gradients"),
    (
        "frozen",
        [("model.eval()", "model.eval().requires_grad_(False)")],
        "left requires_grad at False",
    ),
    (
        "gradients switched off",
        [("with torch.no_grad():", "torch.set_grad_enabled(False)\n    if True:")],
        "left gradients switched off",
    ),
    (
        "in double",
        [("model.eval()", "model.double().eval()"), (_X, _X + ".double()")],
        "it changed",
    ),
    (
        "gradients switched off and on",
        [
            ("with torch.no_grad():", "torch.set_grad_enabled(False)\n    if True:"),
            (_RETURN, "torch.set_grad_enabled(True)\n    " + _RETURN),
        ],
        "",
    ),
    (
        "frozen for a while",
        [
            ("with torch.no_grad():", "model.requires_grad_(False)\n    if True:"),
            (_RETURN, "model.requires_grad_(True)\n    " + _RETURN),
        ],
        "",
    ),
    ("inference mode", [("torch.no_grad()", "torch.inference_mode()")], ""),
    ("set_grad_enabled as a context", [("torch.no_grad()", "torch.set_grad_enabled(False)")], ""),
    (
        "decorated",
        [("def {test}", "@torch.no_grad()\ndef {test}"), ("with torch.no_grad():", "if True:")],
        "",
    ),
    ("training mode restored", [(_RETURN, "model.train()\n    " + _RETURN)], ""),
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
    *(title for title, *_ in _LABELS),
    *(title for title, *_ in _TEXT[-10:]),
)


def _answers(notebook: str, name: str, task: str, conditional: bool) -> tuple[Answer, ...]:
    """The answers to test or test_cvae."""
    bodies = [
        (title, fill_loop(name, for_model(code, conditional)), says)
        for title, code, says in (_BODIES + _LABELS if conditional else _BODIES)
    ]
    texts = [
        (
            title,
            swap(name, *(tuple(for_model(t, conditional) for t in pair) for pair in pairs)),
            says,
        )
        for title, pairs, says in _TEXT
    ]
    return tuple(
        Answer(notebook, f"{name}, {title}", change, (task,) if says else (), says)
        for title, change, says in (*bodies, *texts)
    )


def _twins() -> tuple[Answer, ...]:
    names = {f"test_cvae, {title}" for title in _TWINS}
    answers = _answers("06_cvae.ipynb", "test_cvae", "train-cvae-test", conditional=True)
    return tuple(answer for answer in answers if answer.name in names)


ANSWERS = (
    *_answers("04_training.ipynb", "test", "evaluate-test", conditional=False),
    *_twins(),
)
