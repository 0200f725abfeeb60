"""Pairs of alike submissions: texts, code by its tokens, and equal weights."""

from autograder.classroom.report.alike import alike_pairs
from autograder.classroom.report.answers import code_of, code_tokens, texts_of
from autograder.classroom.report.works import Work

ANSWER = (
    "A wider latent space holds more of the stroke, so the reconstruction falls, while the "
    "divergence grows because each dimension costs some nats on its own."
)
OTHERS = (
    "With more dimensions the images become sharper, since two numbers cannot describe a digit.",
    "The decoder gets more information about the input, and pictures are less blurred than before.",
    "It depends: useless dimensions collapse to the prior, and the others help the reconstruction.",
)
CODE = """
def train(model, num_epochs=10, lr=1e-3):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(num_epochs):
        total = torch.zeros(3)
        for x, y in train_iter:
            optimiser.zero_grad()
            recon_x, mean_z, logvar_z = model(x.to(device))
            losses = loss_function(recon_x, x.to(device), mean_z, logvar_z)
            losses[0].backward()
            optimiser.step()
            total += torch.tensor([each.item() for each in losses])
        print(total / len(train_iter.dataset))
"""
OTHER_CODE = """
def train(model, num_epochs=10, lr=1e-3):
    model.train()
    opt = torch.optim.Adam(params=model.parameters(), lr=lr)
    history = {"loss": [], "reconstruction": [], "kl": []}
    epoch = 0
    while epoch < num_epochs:
        sums, count = [0.0, 0.0, 0.0], 0
        for images, _ in iter(train_iter):
            images = images.to(device, non_blocking=True)
            out = model.forward(images)
            loss, r, k = loss_function(out[0], images, *out[1:])
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
            sums = [s + v.detach().cpu().numpy() for s, v in zip(sums, (loss, r, k))]
            count += images.shape[0]
        history["loss"].append(sums[0] / count)
        epoch += 1
    return [s / count for s in sums]
"""


def class_of(**answers):
    """Make works with one answer each."""
    return [Work(name, texts={"latent-size-question": text}) for name, text in answers.items()]


def test_equal_and_slightly_changed_texts_are_found_and_others_are_not():
    changed = ANSWER.replace("stroke", "line").replace("some nats", "a little")
    pairs = alike_pairs(
        class_of(a=ANSWER, b=ANSWER, c=changed, d=OTHERS[0], e=OTHERS[1], f=OTHERS[2])
    )
    assert [(pair.one, pair.other) for pair in pairs][0] == ("a", "b")
    assert pairs[0].texts["latent-size-question"] > 0.999
    assert not {"d", "e", "f"} & {name for pair in pairs for name in (pair.one, pair.other)}


def test_short_answers_are_alike_by_chance_and_not_listed():
    assert alike_pairs(class_of(a="It does not.", b="It does not.", c="Yes it does.")) == []


def test_code_with_other_names_numbers_and_comments_has_the_same_tokens():
    renamed = CODE.replace("optimiser", "o").replace("total", "t").replace("1e-3", "0.001")
    commented = renamed.replace("        t = ", "        # all three\n        t = ")
    assert code_tokens(commented) == code_tokens(CODE)
    assert code_tokens(OTHER_CODE) != code_tokens(CODE)


def test_alike_code_is_found_and_code_written_anew_is_not():
    works = [
        Work("a", code=CODE),
        Work("b", code=CODE.replace("epoch", "e").replace("losses", "values")),
        Work("c", code=OTHER_CODE),
    ]
    [pair] = alike_pairs(works)
    assert (pair.one, pair.other) == ("a", "b") and pair.code > 0.99


def test_code_that_is_no_python_is_compared_as_far_as_it_can_be_read():
    assert code_tokens("x = 1\n  y = (")[:3] == ["name", "=", "0"]


def test_equal_files_of_weights_come_first_whatever_their_names():
    works = [
        *class_of(a=ANSWER, b=ANSWER, c=OTHERS[0]),
        Work("x", weights={"vae.pt": "1", "cvae.pt": "2"}),
        Work("y", weights={"mine.pt": "1", "cvae.pt": "3"}),
    ]
    first, second = alike_pairs(works)
    assert (first.one, first.other, first.weights) == ("x", "y", ("vae.pt",))
    assert (second.one, second.other) == ("a", "b")


def test_answers_are_read_from_solution_cells_alone_and_stubs_are_none():
    marks = {"nbgrader": {"solution": True, "grade_id": "latent-size-question"}}
    cells = [
        {"cell_type": "markdown", "metadata": marks, "source": ["Mine, ", "indeed."]},
        {"cell_type": "markdown", "metadata": {}, "source": "The text."},
        {"cell_type": "code", "metadata": marks, "source": "x = 1"},
        {"cell_type": "code", "metadata": marks, "source": "raise NotImplementedError()"},
        {"cell_type": "code", "metadata": {"nbgrader": 3}, "source": "y = 1"},
    ]
    notebooks = {"04_training.ipynb": {"cells": cells}}
    assert texts_of(notebooks, {"latent-size-question"}) == {
        "latent-size-question": "Mine, indeed."
    }
    assert code_of(notebooks) == "x = 1"
    cells[0]["source"] = "YOUR ANSWER HERE"
    assert texts_of(notebooks, {"latent-size-question"}) == {}
