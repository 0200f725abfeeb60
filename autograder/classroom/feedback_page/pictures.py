"""Pictures in students' notebooks, decoded and written anew: small, and nothing but pixels."""

import base64
import io
import warnings

from PIL import Image

MAX_SIZE = (900, 1200)  # pixels
MAX_PIXELS = 25_000_000  # of a picture that is decoded at all
MAX_ENCODED = 6 * 2**20  # characters of its base64
QUALITY = 78


def as_webp(png: str) -> str | None:
    """Decode a PNG and write it anew as WebP, as base64; None where it is no such picture.

    Args:
        png: its data as base64, as a notebook has it; anything at all.
    """
    if not png or len(png) > MAX_ENCODED:
        return None
    try:
        data = base64.b64decode(png)
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # The format is not guessed: only the decoder of PNG sees what a student sends.
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None
                return _encode(_on_white(image))
    # Pillow raises many kinds of errors on broken files, SyntaxError among them.
    except Exception:  # noqa: BLE001
        return None


def _on_white(image: Image.Image) -> Image.Image:
    """Return a copy without transparency, so that it reads on a dark page, too."""
    image = image.convert("RGBA")
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image).convert("RGB")


def _encode(image: Image.Image) -> str:
    image.thumbnail(MAX_SIZE)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=3)
    return base64.b64encode(file.getvalue()).decode("ascii")
