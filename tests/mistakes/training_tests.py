"""Answers to train that measure the test images in some way, or by a test that is wrong."""

from . import Answer, both, fill, swap, write

CURVE = "curve.add(train_losses, {test}(model))"
_TRAIN = "        model.train()"

# A loop in train over the images of {data}, instead of a call of test.
_INLINED = """model.eval()
        sums = torch.zeros(3)
        with torch.no_grad():
            for x, y in {data}:
                x, y = x.to(device), F.one_hot(y, 10).float().to(device)
                recon_x, *codes = model({call})
                sums += torch.tensor(loss_function(recon_x, x, *codes))
        test_losses = (sums / len({data}.dataset)).tolist()
        curve.add(train_losses, test_losses)"""

# Other texts in train: (name, pairs of old and new, a fragment of the message).
MEASURED = (
    ("never measures", [(CURVE, "print(train_losses)")], "it never looked at them"),
    (
        "measures on the training images",
        [(CURVE, _INLINED.replace("{data}", "train_iter"))],
        "it never looked at them",
    ),
    (
        "measures a global model",
        [(CURVE, "curve.add(train_losses, {test}({other}))")],
        "is a global one",
    ),
    (
        "measures once, at the end",
        [(CURVE, "pass"), ("return train_losses", "{test}(model)\n    return train_losses")],
        "inside the loop over the epochs",
    ),
    (
        "measures before the epoch",
        [(_TRAIN, "        test_losses = {test}(model)\n" + _TRAIN), (CURVE, "pass")],
        "before it had trained",
    ),
    (
        "measures after each batch",
        [("metric.add(", "{test}(model); metric.add(")],
        "From the second batch",
    ),
    ("training mode once", [(_TRAIN, "")], "From the second epoch on"),
    (
        "training mode before the epochs",
        [(_TRAIN, ""), ("    for epoch in", "    model.train()\n    for epoch in")],
        "From the second epoch on",
    ),
    ("training mode after the test", [(_TRAIN, ""), (CURVE, CURVE + "; model.train()")], ""),
    ("measures by a loop of its own", [(CURVE, _INLINED.replace("{data}", "test_iter"))], ""),
    (
        "measures before training, too",
        [("    for epoch in", "    {test}(model)\n    for epoch in")],
        "",
    ),
    (
        "three names for what test gives",
        [(CURVE, "a, b, c = {test}(model); curve.add(train_losses, (a, b, c))")],
        "",
    ),
)

# train is written in another way, so that it is judged; test is wrong: (name, change, message).
_UNPACKED = swap("train", (CURVE.replace("{test}", "test"), "a, b, c = test(model)"))
_RETURN = "return tuple(total / metric[3] for total in metric.data[:3])"
_WRONG_TESTS = (
    ("not written", fill("test", "raise NotImplementedError()"), "test is not written yet"),
    ("missing", write("test", ""), "test is not defined"),
    ("that returns nothing", swap("test", (_RETURN, "pass")), "is there a return?"),
    (
        "that returns one number",
        swap("test", (_RETURN, "return metric[0] / metric[3]")),
        "should return three numbers",
    ),
    (
        "that trains",
        swap("test", ("model.eval()", "[p.data.mul_(0.9) for p in model.parameters()]")),
        "was changed while it was tested",
    ),
    (
        "that freezes the model",
        swap("test", ("model.eval()", "model.eval().requires_grad_(False)")),
        "left requires_grad at False",
    ),
    (
        "that switches gradients off",
        swap("test", ("model.eval()", "model.eval(); torch.set_grad_enabled(False)")),
        "left gradients switched off",
    ),
)

ANSWERS = (
    *(
        Answer(
            "04_training.ipynb",
            f"train, with a test {title}",
            both(_UNPACKED, change),
            ("evaluate-test",),
            says,
        )
        for title, change, says in _WRONG_TESTS
    ),
    Answer(
        "04_training.ipynb",
        "train, by a test of one number that it expects",
        both(
            swap("train", (CURVE.replace("{test}", "test"), "print(float(test(model)))")),
            swap("test", (_RETURN, "return metric[0] / metric[3]")),
        ),
        ("evaluate-test",),
        "should return three numbers",
    ),
    Answer(
        "04_training.ipynb",
        "train, training mode restored by test",
        both(
            swap("train", (_TRAIN, "")),
            swap("test", ("    return tuple(", "    model.train()\n    return tuple(")),
        ),
    ),
    Answer(
        "04_training.ipynb",
        "train, test by another name",
        both(
            swap("train", (CURVE.replace("{test}", "test"), "print(measure(net=model))")),
            swap(
                "train",
                (
                    "def train(",
                    "def measure(net):\n    net.eval()\n"
                    "    with torch.no_grad():\n"
                    "        outputs = [(x, *net(x)) for x, _ in test_iter]\n"
                    "        return [loss_function(r, x, m, v) for x, r, m, v in outputs]\n"
                    "\n\ndef train(",
                ),
            ),
        ),
    ),
    Answer(
        "04_training.ipynb",
        "train, test called by the name of its argument",
        both(
            swap("train", (CURVE.replace("{test}", "test"), "print(test(net=model))")),
            swap("test", ("model", "net")),
        ),
    ),
)
