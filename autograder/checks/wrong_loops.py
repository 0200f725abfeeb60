"""Classic mistakes in the loops: each as a reference loop with one thing changed, and its hint."""

from typing import Any

from .diagnosis import named
from .reference_loops import Loop, vary

# (hint, what is changed in the right loop)
Mistakes = tuple[tuple[str, dict[str, Any]], ...]

_ADD_UP = named(
    "gradients-never-cleared",
    "Gradients add up until you clear them: call zero_grad for every batch.",
)
_UNMOVED = named(
    "nothing-learned",
    "Nothing was learned: are zero_grad, backward and step all there, in this order?",
)
_ONE_STEP = named(
    "one-step-in-an-epoch",
    "Only one step is taken in each epoch, after the last batch: it belongs inside the loop over "
    "the batches.",
)
_ENCODER = named(
    "only-encoder-learned",
    "Only the encoder learned: give the optimiser all of model.parameters().",
)
_DECODER = named(
    "only-decoder-learned",
    "Only the decoder learned: give the optimiser all of model.parameters().",
)
_OPTIMISER = named("other-optimiser", "The task asks for Adam; this is another optimiser.")
_FIRST_BATCH = named(
    "only-first-batch",
    "Only the first batch of each epoch was used: look at the indentation, and for break or "
    "return in the loop.",
)
ON_TEST_IMAGES = named(
    "trained-on-test-images",
    "This was trained on test_iter: the test images should stay unseen.",
)
SWAPPED_IMAGES = named(
    "images-exchanged", "x and recon_x are exchanged: loss_function takes recon_x first."
)
SWAPPED_CODES = named(
    "mean-and-logvar-exchanged", "mean_z and logvar_z are exchanged in the call of loss_function."
)

_MISTAKES: Mistakes = (
    (_ADD_UP, {"zero_grad": "never"}),
    (_ADD_UP, {"zero_grad": "epoch"}),
    (_UNMOVED, {"zero_grad": "between"}),
    (_UNMOVED, {"step": "never"}),
    (_ONE_STEP, {"step": "epoch"}),
    (_ONE_STEP, {"step": "epoch", "zero_grad": "epoch"}),
    (_ONE_STEP, {"batches": "last"}),
    (_ENCODER, {"trained": "encoder"}),
    (_DECODER, {"trained": "decoder"}),
    (_ENCODER, {"trained": "encoder."}),
    (_DECODER, {"trained": "decoder."}),
    (
        named("plain-gradient-descent", "The task asks for Adam; this is plain gradient descent."),
        {"optimiser": "SGD"},
    ),
    (_OPTIMISER, {"optimiser": "momentum"}),
    (_OPTIMISER, {"optimiser": "RMSprop"}),
    (_OPTIMISER, {"optimiser": "Adagrad"}),
    (_OPTIMISER, {"optimiser": "AdamW"}),
    (
        named(
            "new-optimiser-in-each-epoch",
            "Adam remembers past gradients; do not make it forget by building a new one in each "
            "epoch.",
        ),
        {"fresh_optimiser": True},
    ),
    (named("learning-rate-ignored", "The argument lr is ignored."), {"lr": 1e-3}),
    *(
        (named("learning-rate-fixed", f"The learning rate was {lr:g}."), {"lr": lr})
        for lr in (1e-4, 1e-2, 0.1)
    ),
    (
        named(
            "only-one-epoch",
            "Only one epoch was trained: is num_epochs used, and is return outside the loop?",
        ),
        {"num_epochs": 1},
    ),
    (named("epochs-ignored", "The argument num_epochs is ignored."), {"num_epochs": 10}),
    (_FIRST_BATCH, {"batches": "first"}),
    (_FIRST_BATCH, {"batches": "first", "num_epochs": 1}),
    (
        ON_TEST_IMAGES,
        {"data": "test_iter"},
    ),
    (
        named("only-reconstruction-minimised", "Only the reconstruction loss was minimised."),
        {"objective": "reconstruction"},
    ),
    (named("only-kl-minimised", "Only the KL loss was minimised."), {"objective": "KL"}),
    (named("loss-maximised", "The loss was maximised."), {"sign": -1.0}),
    (SWAPPED_IMAGES, {"swap": "images"}),
    (SWAPPED_CODES, {"swap": "codes"}),
    (
        named(
            "mean-instead-of-sample",
            "The decoder got mean_z; while training it should get a sample.",
        ),
        {"sampled": False},
    ),
    (
        named(
            "trained-in-evaluation-mode",
            "The model was in evaluation mode; train it in training mode.",
        ),
        {"training": False},
    ),
    (
        named(
            "later-epochs-in-evaluation-mode",
            "From the second epoch on the model was in evaluation mode, in which the test leaves "
            "it: each epoch begins in training mode.",
        ),
        {"training": "first"},
    ),
    (
        named(
            "later-batches-in-evaluation-mode",
            "From the second batch of each epoch on the model was in evaluation mode, in which the "
            "test leaves it: measure after the loop over the batches.",
        ),
        {"training": "first batch"},
    ),
)

# Mistakes that only the conditional model's loops can have.
WRONG_LABELS: Mistakes = (
    (
        named("labels-in-other-order", "The labels are in another order than the images."),
        {"labels": "flipped"},
    ),
    *(
        (
            named(
                "one-label-for-all",
                f"The label was {digit} for every image: pass on the labels from the loader.",
            ),
            {"labels": digit},
        )
        for digit in range(10)
    ),
)

ON_TEST_IMAGES = named(
    "trained-on-test-images",
    "This was trained on test_iter: the test images should stay unseen.",
)


def wrong_loops(right: Loop, conditional: bool) -> tuple[tuple[str, Loop], ...]:
    """Make the training loops with a classic mistake each, and its hint.

    On a random case each ends with other parameters than the right loop.
    """
    mistakes = (*_MISTAKES, *WRONG_LABELS) if conditional else _MISTAKES
    loops = []
    for hint, changes in mistakes:
        # With one epoch, a new optimiser in each epoch is right, and so is one mode for all.
        later = "fresh_optimiser" in changes or changes.get("training") == "first"
        if later and right.num_epochs == 1:
            continue
        loop = vary(right, **changes)
        if loop != right:
            loops.append((hint, loop))
    return tuple(loops)
