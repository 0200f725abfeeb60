"""Answers to train of notebook 04 and to train_cvae of notebook 06."""

from . import Answer, swap, write
from .loop_code import fill_loop, for_model
from .training_bodies import BODIES, LABELS, PARTS
from .training_tests import ANSWERS as TESTS
from .training_tests import CURVE, MEASURED

_ADAM = "torch.optim.Adam(model.parameters(), lr=lr, fused=True)"
_RETURN = "return train_losses"
# The losses are neither drawn nor printed.
_UNSEEN = (CURVE, "test_losses = {test}(model)")
# Other texts in train: (name, pairs of old and new, a fragment of the message).
_TEXT = (
    (
        "encoder's parameters",
        [(_ADAM, "torch.optim.Adam(model.encoder.parameters(), lr=lr)")],
        "Only the encoder learned",
    ),
    (
        "decoder's parameters",
        [(_ADAM, "torch.optim.Adam(model.decoder.parameters(), lr=lr)")],
        "Only the decoder learned",
    ),
    (
        "gradient descent",
        [(_ADAM, "torch.optim.SGD(model.parameters(), lr=lr)")],
        "plain gradient descent",
    ),
    ("AdamW", [(_ADAM, "torch.optim.AdamW(model.parameters(), lr=lr)")], "another optimiser"),
    ("RMSprop", [(_ADAM, "torch.optim.RMSprop(model.parameters(), lr=lr)")], "another optimiser"),
    (
        "lr fixed",
        [(_ADAM, "torch.optim.Adam(model.parameters(), lr=1e-3)")],
        "The argument lr is ignored",
    ),
    ("another default lr", [("lr=1e-3", "lr=1e-2")], "The learning rate was 0.01"),
    ("ten epochs always", [("range(num_epochs)", "range(10)")], "num_epochs is ignored"),
    ("one epoch always", [("range(num_epochs)", "range(1)")], "Only one epoch"),
    (
        "new optimiser each epoch",
        [("model.train()", "model.train(); optimizer = " + _ADAM)],
        "Adam remembers",
    ),
    ("test images", [("(train_iter)", "(test_iter)")], "trained on test_iter"),
    (
        "sums made anew twice",
        [("    for epoch in", "    metric = d2l.Accumulator(4)\n    for epoch in")],
        "",
    ),
    (
        "sums over all epochs",
        [
            ("        metric = d2l.Accumulator(4)\n", ""),
            ("    for epoch in", "    metric = d2l.Accumulator(4)\n    for epoch in"),
        ],
        "all epochs",
    ),
    (
        "printed",
        [(_RETURN, "print('%.3f %.3f %.3f' % train_losses)"), _UNSEEN],
        "",
    ),
    (
        "printed in sentences",
        [
            (
                _RETURN,
                "[print(f'epoch 1.00: {name} {value:.4f}, test 0.123') for name, value in "
                "zip(('loss', 'recon', 'KL'), train_losses)]",
            ),
            _UNSEEN,
        ],
        "",
    ),
    (
        "printed, divided by batches",
        [(_RETURN, "print(*(a * metric[3] / len(train_iter) for a in train_losses))"), _UNSEEN],
        "divided by the number of batches",
    ),
    (
        "printed, not divided",
        [(_RETURN, "print(*(a * metric[3] for a in train_losses))"), _UNSEEN],
        "nothing is divided",
    ),
    (
        "printed, divided by the last batch's size",
        [(_RETURN, "print(*(a * metric[3] / x.shape[0] for a in train_losses))"), _UNSEEN],
        "divided by the size of the last batch",
    ),
    ("printed, another order", [(_RETURN, "print(*train_losses[::-1])"), _UNSEEN], "it prints"),
    ("nothing returned", [(_RETURN, "pass")], ""),
    ("nothing returned, nothing shown", [(_RETURN, "pass"), _UNSEEN], "it returns nothing and"),
    ("the model returned", [(_RETURN, "return model")], ""),
    (
        "losses of both data sets returned",
        [(_RETURN, "return *train_losses, *test_losses"), _UNSEEN],
        "",
    ),
    (
        "losses of both data sets returned by name",
        [(_RETURN, "return {'train': train_losses, 'test': test_losses}"), _UNSEEN],
        "",
    ),
    (
        "last batch returned",
        [(_RETURN, "return float(loss), float(recon), float(kl)")],
        "only the last one counts",
    ),
    (
        "divided by batches",
        [("total / metric[3]", "total / len(train_iter)")],
        "divided by the number of batches",
    ),
    (
        "weighted by size",
        [
            (
                "metric.add(",
                "n = x.shape[0]; loss, recon, kl = loss * n, recon * n, kl * n; metric.add(",
            )
        ],
        "weighted by its size",
    ),
    ("list of tensors", [(_RETURN, "return [torch.tensor(a) for a in train_losses]")], ""),
    ("one tensor", [(_RETURN, "return torch.tensor(train_losses)")], ""),
    ("numpy array", [(_RETURN, "return np.array(train_losses, np.float32)")], ""),
    (
        "summed in numpy",
        [
            (
                "metric.add(loss.item(), recon.item(), kl.item(),",
                "metric.add(*(p.detach().numpy() for p in (loss, recon, kl)),",
            )
        ],
        "",
    ),
    (
        "no curves",
        [(CURVE, "print(epoch, train_losses, {test}(model))")],
        "",
    ),
)

_OWN_TRAIN = """
    def train(model, num_epochs=10, lr=1e-3):
        optimiser = torch.optim.Adam(model.parameters(), lr)
        for _ in range(num_epochs):
            model.train()
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
            measured = test(model)
        print("test:", *measured)
        return np.sum(history, axis=0) / len(train_iter.dataset)
    """

# As it was set in 2023.
_TRAIN_2023 = """
    def {name}(model, num_epochs=10, lr=1e-3):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        animator = d2l.Animator(xlabel='epoch', xlim=[1, num_epochs], figsize=(10, 5),
                                legend=['train loss', 'train recon. loss', 'train KL loss',
                                        'test loss', 'test recon. loss', 'test KL loss'])
        for epoch in range(num_epochs):
            metric = d2l.Accumulator(3)
            model.train()
            for x, y in train_iter:
                x = x.to(device)
                y = F.one_hot(y, 10).float().to(device)
                optimizer.zero_grad()
                recon_x, mean_x, var_x = model({call})
                loss, loss_recon, loss_kl = loss_function(recon_x, x, mean_x, var_x)
                loss.backward()
                optimizer.step()
                metric.add(loss_recon.detach(), loss_kl.detach(), x.shape[0])
            test_loss, test_loss_recon, test_loss_kl = {test}(model)
            train_loss_recon = metric[0] / metric[2]
            train_loss_kl = metric[1] / metric[2]
            train_loss = train_loss_recon + train_loss_kl
            animator.add(epoch + 1, (train_loss, train_loss_recon, train_loss_kl,
                                     test_loss, test_loss_recon, test_loss_kl))
        print(f'training loss {train_loss:.3f}, test loss {test_loss:.3f}')
        print(f'training reconstruction loss {train_loss_recon:.3f}')
        print(f'training KL loss {train_loss_kl:.3f}, test KL loss {test_loss_kl:.3f}')
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
    "nothing returned",
    "nothing returned, nothing shown",
    "encoder's parameters",
    "another default lr",
    "new optimiser each epoch",
    "last batch returned",
    "test images",
    "as in 2023",
)


def _words(pairs, conditional: bool):
    """Fill in the words of for_model in pairs of old and new text."""
    return [tuple(for_model(text, conditional) for text in pair) for pair in pairs]


def _answers(notebook: str, name: str, task: str, conditional: bool) -> tuple[Answer, ...]:
    """The answers to train or train_cvae."""

    def answer(title, change, says):
        return Answer(notebook, f"{name}, {title}", change, (task,) if says else (), says)

    bodies = [
        answer(title, fill_loop(name, for_model(code, conditional)), says)
        for title, code, says in (*BODIES, *PARTS)
    ]
    labels = [
        answer(title, fill_loop(name, for_model(code, True), own_labels=True), says)
        for title, code, says in (LABELS if conditional else ())
    ]
    texts = [
        answer(title, swap(name, *_words(pairs, conditional)), says)
        for title, pairs, says in (*_TEXT, *MEASURED)
    ]
    as_set = write(name, for_model(_TRAIN_2023.replace("{name}", name), conditional))
    return (*bodies, *labels, *texts, answer("as in 2023", as_set, ""))


def _twins() -> tuple[Answer, ...]:
    also = (*_TWINS, *(title for title, *_ in (*LABELS, *MEASURED)))
    names = {f"train_cvae, {title}" for title in also}
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
    *TESTS,
    *_twins(),
)
