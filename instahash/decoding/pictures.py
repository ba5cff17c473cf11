"""From the content of an image file to a picture: upright, RGB, small, and one kind of error whatever the bytes."""

from __future__ import annotations

import io
import math
import re
import textwrap
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Literal

from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from instahash.decoding.limits import HEIC, LIVE_PHOTO, NO_IMAGE, TOO_LITTLE_MEMORY, VIDEO
from instahash.errors import ImageError

MOST_MEGAPIXELS = 75
MOST_JPEG_MEGAPIXELS = 250  # of one scan: the decoder scales it down as it reads it
MOST_WEBP_MEGAPIXELS = 25  # its reader takes 16 bytes a pixel
MOST_HEIF_MEGAPIXELS = 50  # HEIC and AVIF; their readers take up to 9
MOST_SCANS = 100  # of a progressive JPEG, whose decoder goes over all of the picture in each; others have ten
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")  # EPS would start another program
JPEG = ("JPEG", "MPO")
HEIF_BRANDS = b"heic heix heim heis hevc hevx hevm hevs mif1 msf1".split()
# EXIF's number of an orientation, and the Image.Transpose that undoes it.
_TURNS = {n: Image.Transpose(turn) for n, turn in {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}.items()}
# How files of a kind start and end; or their start, and the order of bytes 4 to 8, which hold at most their length.
_ENDS = {b"\xff\xd8\xff": b"\xff\xd9", b"\x89PNG": b"IEND\xaeB`\x82", b"GIF8": b";"}
_LENGTHS: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"II*\0": "little", b"MM\0*": "big"}
# How a video starts: Matroska and WebM, AVI, and what is in the container of HEIC and AVIF without being one.
_VIDEO = re.compile(rb"\x1aE\xdf\xa3|RIFF....AVI |....(ftyp(?!avi[fs]|he[iv]|mif1|msf1)|moov|mdat|wide)", re.DOTALL)
_MARKER = re.compile(rb"\xff[^\0\xff\xd0-\xd7]")  # of a JPEG's segments; the others stand in the data of a scan
_START_OF_SCAN, _START_OF_IMAGE, _END_OF_IMAGE = 0xDA, 0xD8, 0xD9
_YCBCR_TIFF = ("RGB", "raw", 6)  # mode, decoder and photometric interpretation of such a TIFF

Image.MAX_IMAGE_PIXELS = None  # the limits are those above

for name in ("Avif", "Bmp", "Gif", "Jpeg", "Mpo", "Png", "WebP"):  # all that Pillow has would take as long again
    with suppress(ImportError):
        import_module(f"PIL.{name}ImagePlugin")


def decode(content: bytes, at_least: int, measure: Callable[..., Any] = min) -> Image.Image:
    """The picture as RGB, upright, its first frame, on white where it is transparent.

    It may come scaled down by a whole number, as far as its shorter side (`measure` max: its longer) stays `at_least`.

    Raises ImageError, without the photo's name, where the bytes are no sound image or one of too many pixels.
    """
    try:
        with _open(content) as image:
            if image.format in JPEG:
                if image.info.get("progressive") and _n_scans(content) > MOST_SCANS:
                    raise ImageError(f"it has more than {MOST_SCANS} scans; open it elsewhere and save it as JPEG")
                scale = next(scale for scale in (8, 4, 2, 1) if scale == 1 or measure(image.size) >= scale * at_least)
                image.draft(None, (max(1, image.width // scale), max(1, image.height // scale)))
            # Pillow before 13 takes each pixel of such a file for four bytes, of which it has three.
            if (
                isinstance(image, TiffImageFile)
                and (image.mode, image.tile[0][0], image.tag_v2.get(262)) == _YCBCR_TIFF
            ):
                raise ImageError("it is a TIFF in YCbCr, which Pillow before 13 cannot read; save it as JPEG")
            image.load()
            picture = _reduced(image, max(1, measure(image.size) // at_least))
            turn = _turn(image)
        return picture if turn is None else picture.transpose(turn)
    except ImageError:
        raise
    except Exception as error:  # what its readers may raise is in no list of Pillow's
        raise ImageError(_reason(error, content)) from None


def jpeg(content: bytes, longest: int = 640) -> bytes:
    """An RGB JPEG whose longer side is at most `longest`, without any metadata; raises what `decode` does."""
    picture = decode(content, longest * 3 // 2, max)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=None)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def square(content: bytes, side: int = 224, margin: int = 32) -> Image.Image:
    """The central square, side/(side + margin) of the shorter side, side x side pixels; raises what `decode` does."""
    # Three times what is needed: scaling in two steps then differs little from scaling in one.
    picture = decode(content, 3 * (side + margin))
    width, height = picture.size
    cut = max(1, int(side / (side + margin) * min(width, height)))
    left, top = (width - cut + 1) // 2, (height - cut + 1) // 2
    return picture.crop((left, top, left + cut, top + cut)).resize((side, side), Image.Resampling.BICUBIC)


def _open(content: bytes) -> Image.Image:
    is_heif = content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS and b"avif" not in content[8:64]
    if is_heif and "HEIF" not in Image.OPEN:
        try:
            import pillow_heif
        except ImportError:
            raise ImageError(HEIC) from None
        pillow_heif.register_heif_opener()
    image = Image.open(io.BytesIO(content), formats=[name for name in IMAGE_FORMATS if name in Image.OPEN])
    megapixels, most = math.prod(image.size) / 1e6, MOST_MEGAPIXELS
    if image.format == "WEBP":
        most = MOST_WEBP_MEGAPIXELS
    elif content[4:8] == b"ftyp":
        most = MOST_HEIF_MEGAPIXELS
    elif image.format in JPEG and megapixels > most and _n_scans(content) == 1:
        most = MOST_JPEG_MEGAPIXELS
    if megapixels > most:
        raise ImageError(f"it has {megapixels:,.1f} megapixels, and {most} are the most; scale it down first")
    return image


def _n_scans(content: bytes) -> int:
    """How many scans a JPEG has, counted until there are too many."""
    position = n_scans = 0
    while n_scans <= MOST_SCANS and (marker := _MARKER.search(content, position)):
        kind, position = content[marker.end() - 1], marker.end()
        if kind == _END_OF_IMAGE:
            break
        n_scans += kind == _START_OF_SCAN
        if kind != _START_OF_IMAGE:
            position += int.from_bytes(content[position : position + 2], "big")
    return n_scans


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What makes the picture upright; None where it is so, or its EXIF is broken."""
    with suppress(Exception):
        return _TURNS.get(image.getexif().get(0x0112, 1))
    return None


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """`image` as RGB, `factor` times smaller; strip by strip, so that there is no second picture of full size."""
    mode = "F" if image.mode[0] in "IF" else "RGB"  # more than 8 bits become 8 once all of them are known
    width, height = image.size
    result = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, 2**20 // (width * factor))
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        if mode == "RGB" and strip.has_transparency_data:
            strip = Image.alpha_composite(Image.new("RGBA", strip.size, "white"), strip.convert("RGBA"))
        result.paste(strip.convert(mode).reduce(factor), (0, top // factor))
    return result if mode == "RGB" else _grey(result, 65535 if image.mode.startswith("I;16") else None)


def _grey(image: Image.Image, white: int | None) -> Image.Image:
    """Numbers as RGB; without a given `white`, the least of 1, 255 and 65535 that is not exceeded."""
    import numpy as np

    values = np.nan_to_num(np.asarray(image, np.float64), nan=0, posinf=0, neginf=0)
    values -= min(0, values.min())
    highest = values.max()
    white = white or next((full for full in (1, 255, 65535) if full >= highest), highest)
    return Image.fromarray(np.rint(values * (255 / white)).astype(np.uint8)).convert("RGB")


def _reason(error: Exception, content: bytes) -> str:
    order = _LENGTHS.get(content[:4])
    end = next((end for start, end in _ENDS.items() if content.startswith(start)), b"")
    unknown = isinstance(error, UnidentifiedImageError)
    if unknown and _VIDEO.match(content):
        return LIVE_PHOTO if content[4:12] == b"ftypqt  " else VIDEO
    if unknown and not (order or end or content[4:8] == b"ftyp"):
        return NO_IMAGE
    ends_early = not content.endswith(end) or order and int.from_bytes(content[4:8], order) > len(content)
    if ends_early or re.search("truncated|end of file", str(error), re.IGNORECASE):
        return "the file is cut off; copy it again"
    if isinstance(error, MemoryError):
        return TOO_LITTLE_MEMORY
    why = "its header" if unknown else textwrap.shorten(str(error), 100) or type(error).__name__
    return f"it is corrupt or of a kind Pillow cannot read ({why}); open it elsewhere and save it as JPEG"
