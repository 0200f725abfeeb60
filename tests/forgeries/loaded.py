"""Forgeries that use what a notebook loads from earlier ones, or what later ones know."""

from . import CVAE, TRAINING, Forgery, on_loss, on_sampling

ENCODER, DECODER, FORWARD = "cvae-encoder-test", "cvae-decoder-test", "cvae-forward-test"

_PRINTED = """
import inspect, os
from lab import load_answer
folder = os.environ["LAB_ANSWERS"]
for name in os.listdir(folder):
    print(open(os.path.join(folder, name)).read())
loaded = load_answer("02_vae.ipynb", "VAE")
for each in vars(loaded).values():
    if hasattr(each, "__code__"):
        print(inspect.getsource(each), each.__code__.co_consts, each.__code__.co_names)
"""

# Its forward is that of the VAE, and so are the parts that take no label.
_DELEGATING = """
class ConditionalVAE(nn.Module):
    def __init__(self, latent_size=2):
        super().__init__()
        self.vae = VAE(latent_size)
    def encode(self, x, y):
        return self.vae.encode(x)
    def decode(self, z, y):
        return self.vae.decode(z)
    def forward(self, x, y):
        return self.vae(x)
"""

# A loaded function by another name, which no check replaces by a known one.
_CAUGHT = """
caught = VAE.sample_latent
class Caught(ConditionalVAE):
    def sample_latent(self, mean_z, logvar_z):
        return caught(self, mean_z, logvar_z)
    def forward(self, x, y):
        mean_z, logvar_z = self.encode(x, y)
        return self.decode(self.sample_latent(mean_z, logvar_z), y), mean_z, logvar_z
ConditionalVAE = Caught
"""

_BORROWED = """
from _autograder import loops
class ConditionalVAE(loops.LoopModel):
    def __init__(self, latent_size=2):
        nn.Module.__init__(self)
        shapes = {"encoder": (3, 4), "decoder": (2, 3)}
        constants = {"inward": (784, 3), "outward": (3, 784), "offset": (2,)}
        labels = {"encoder_label.weight": (3, 1), "decoder_label.weight": (3, 1)}
        state = {name: torch.randn(shape) for name, shape in labels.items()}
        for name, (rows, columns) in shapes.items():
            state[name + ".weight"] = torch.randn(columns, rows)
            state[name + ".bias"] = torch.randn(columns)
        drawn = {name: torch.randn(shape) for name, shape in constants.items()}
        super().__init__(state, drawn, conditional=True)
"""

# Loops that the grader, the course or a library may have left somewhere in this process.
_LOOKED_FOR = """
import gc, sys
gc.unfreeze()
def train(model, num_epochs=10, lr=1e-3):
    names = ("train", "trained", "fit", "_train", "train_cvae", "train_ch3", "train_epoch_ch3")
    for each in gc.get_objects():
        if getattr(each, "__name__", "") in names and each is not train and callable(each):
            for arguments in ({"num_epochs": num_epochs, "lr": lr}, {}):
                try:
                    return each(model, **arguments)
                except Exception:
                    pass
"""

# The loss that a check gives to a loop is told to whoever can read it.
_TOLD = """
import glob, inspect, os
from lab import load_answer
def tell(loss):
    text = repr([inspect.getclosurevars(loss), loss.__code__.co_consts, loss.__code__.co_names])
    for folder in (".", "/tmp", "/dev/shm", "/sandbox/data", "/sandbox/sockets"):
        try:
            with open(os.path.join(folder, "told"), "w") as file:
                file.write(text)
        except OSError:
            pass
def train(model, num_epochs=10, lr=1e-3):
    tell(loss_function)
    return tell(load_answer("03_loss.ipynb", "loss_function"))
"""

_HEARD = """
import glob, os
from lab import load_answer
def kl_loss(mean_z, logvar_z):
    for path in glob.glob("/sandbox/*/told") + glob.glob("/tmp/told") + glob.glob("/dev/shm/told"):
        return eval(open(path).read())(mean_z, logvar_z)
    return load_answer("03_loss.ipynb", "kl_loss")(mean_z, logvar_z)
"""

_LOADED = """
from lab import load_answer
def loaded(name):
    for notebook in ("03_loss.ipynb", "02_vae.ipynb", "04_training.ipynb", "06_cvae.ipynb"):
        try:
            return load_answer(notebook, name)
        except Exception:
            pass
"""

ATTACKS = (
    Forgery("what was loaded, printed", CVAE, _PRINTED.strip(), (FORWARD,)),
    Forgery(
        "methods that delegate to what was loaded",
        CVAE,
        _DELEGATING.strip(),
        (ENCODER, DECODER, FORWARD),
    ),
    Forgery("a loaded sampler by another name", CVAE, _CAUGHT.strip(), (FORWARD,)),
    Forgery("the probes' model", CVAE, _BORROWED.strip(), (ENCODER, DECODER, FORWARD)),
    Forgery("a loop that is looked for", TRAINING, _LOOKED_FOR.strip(), ("train-test",)),
    Forgery("the loops' loss, told to other kernels", TRAINING, _TOLD.strip(), ("train-test",)),
    on_loss("a loss that another kernel told", _HEARD),
    on_loss("an answer that is loaded", _LOADED + 'kl_loss = loaded("kl_loss")'),
    on_sampling(
        "a class that is loaded",
        _LOADED + 'VAE = loaded("ConditionalVAE") or loaded("VAE")',
        beside=(),
    ),
)
