"""Every kind of image file is decoded upright, in RGB, small; and no bytes give anything but that or one line."""

import io
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

PIL = pytest.importorskip("PIL", reason="Pillow is not installed: `python3 -m pip install pillow`")

from PIL import Image, ImageCms, ImageFile, PngImagePlugin, features

from instahash.decoding import limits
from instahash.decoding import pictures as images
from instahash.errors import ImageError

# Each is a function of the content alone.
ALL = [lambda content: images.decode(content, 8), images.jpeg, images.square]
ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825
needs_avif = pytest.mark.skipif(not features.check("avif"), reason="this Pillow reads no AVIF")


def encoded(picture, kind, **how):
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def pattern(width, height, seed=0):
    """A smooth picture whose four corners differ: red, green, blue and yellow."""
    corners = np.array([[[230, 20, 20], [20, 200, 20]], [[20, 20, 220], [230, 230, 20]]], np.uint8)
    smooth = np.asarray(Image.fromarray(corners).resize((width, height), Image.Resampling.BICUBIC), float)
    y, x = np.mgrid[:height, :width]
    ripple = 12 * np.sin(x / 7 + seed) * np.cos(y / 5)
    return Image.fromarray((smooth + ripple[..., None]).clip(0, 255).astype(np.uint8))


def textured(width, height):
    """The same with blocks of 4 x 4 pixels that are lighter or darker."""
    blocks = np.random.default_rng(0).normal(0, 25, (height // 4 + 1, width // 4 + 1, 1)).repeat(4, 0).repeat(4, 1)
    return Image.fromarray((np.asarray(pattern(width, height)) + blocks[:height, :width]).clip(0, 255).astype(np.uint8))


def one_line(content, function=images.square):
    """The text of the ImageError, which must continue "'a.jpg': "."""
    with pytest.raises(ImageError) as caught:
        function(content)
    text = str(caught.value)
    assert len(text.splitlines()) == 1 and 20 < len(text) < 250
    assert "object at 0x" not in text and "()" not in text
    return text


def array(picture):
    assert picture.mode == "RGB" and type(picture) is Image.Image
    return np.asarray(picture).astype(int)


def distance(picture, expected):
    """The mean absolute difference of two pictures of one size."""
    actual, expected = np.asarray(picture).astype(int), np.asarray(expected).astype(int)
    assert actual.shape == expected.shape
    return np.abs(actual - expected).mean()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width, height, colour_type=0, depth=8, before=b""):
    """A PNG of zeros, made without a picture of its size in memory; `before` are chunks before the pixels."""
    row = bytes(1 + (width * depth * {0: 1, 2: 3, 6: 4}[colour_type] + 7) // 8)
    squeeze = zlib.compressobj(wbits=-15)
    rows = 100 if height % 100 == 0 else 1
    block = squeeze.compress(row * rows) + squeeze.flush(zlib.Z_FULL_FLUSH)  # each can follow each
    check = struct.pack(">HH", len(row) * height % 65521, 1)  # Adler-32 of zeros
    pixels = b"\x78\x9c" + block * (height // rows) + squeeze.flush() + check
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def small_files():
    picture, other = pattern(60, 44), pattern(60, 44).rotate(180)
    files = {
        "JPEG": encoded(picture, "JPEG", quality=95),
        "progressive": encoded(picture, "JPEG", quality=95, progressive=True),
        "MPO": encoded(picture, "MPO", quality=95, save_all=True, append_images=[other]),
        "PNG": encoded(picture, "PNG"),
        "APNG": encoded(picture, "PNG", save_all=True, append_images=[other]),
        "WebP": encoded(picture, "WEBP", quality=95),
        "lossless WebP": encoded(picture, "WEBP", lossless=True),
        "animated WebP": encoded(picture, "WEBP", quality=95, save_all=True, append_images=[other]),
        "GIF": encoded(picture, "GIF"),
        "animated GIF": encoded(picture, "GIF", save_all=True, append_images=[other, picture]),
        "BMP": encoded(picture, "BMP"),
        "TIFF": encoded(picture, "TIFF"),
        "LZW TIFF": encoded(picture, "TIFF", compression="tiff_lzw"),
        "TIFF of pages": encoded(picture, "TIFF", save_all=True, append_images=[other.copy()]),
    }
    if features.check("avif"):
        files["AVIF"] = encoded(picture, "AVIF", quality=95)
    return files


FILES = small_files()
every_file = pytest.mark.parametrize("name", FILES)


@every_file
def test_every_format_gives_its_first_frame(name):
    expected = pattern(60, 44)
    picture = images.decode(FILES[name], 44)
    assert picture.size == (60, 44)
    assert distance(array(picture), expected) < (6 if "GIF" in name else 3)
    sent = Image.open(io.BytesIO(images.jpeg(FILES[name])))
    assert sent.size == (60, 44)
    assert distance(sent, expected) < 7


# --- how far it is scaled


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@given(width=st.integers(1, 150), height=st.integers(1, 150), at_least=st.integers(1, 60))
def test_the_shorter_side_is_at_least_what_is_asked_for(kind, width, height, at_least):
    picture = images.decode(encoded(Image.new("RGB", (width, height), "red"), kind), at_least)
    shorter = min(width, height)
    if shorter < 2 * at_least:
        assert picture.size == (width, height)
    else:
        assert at_least <= min(picture.size) < 2 * at_least
        assert abs(picture.width * height - picture.height * width) <= 2 * max(width, height)
    assert np.abs(array(picture) - [255, 0, 0]).max() < 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "progressive"])
def test_scaled_it_is_the_same_picture(kind):
    original = pattern(1280, 960)
    how = {"progressive": True} if kind == "progressive" else {}
    picture = images.decode(encoded(original, "JPEG" if how else kind, **how), 120)
    assert picture.size == (160, 120)
    assert distance(array(picture), original.resize((160, 120), Image.Resampling.BOX)) < 1


@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
def test_the_decoder_does_most_of_the_scaling(monkeypatch, kind):
    sizes, reduced = [], images._reduced
    monkeypatch.setattr(images, "_reduced", lambda image, factor: sizes.append(image.size) or reduced(image, factor))
    red = Image.new("RGB", (1283, 640), "red")
    content = encoded(red, kind, **({"save_all": True, "append_images": [red.copy()]} if kind == "MPO" else {}))
    for at_least in (80, 81, 160, 320, 321):
        images.decode(content, at_least)
    images.jpeg(encoded(Image.new("RGB", (4000, 10), "red"), kind), 300)
    assert sizes == [(161, 80), (321, 160), (321, 160), (642, 320), (1283, 640), (500, 2)]


def test_strips_join_without_a_seam(monkeypatch):
    # 1,500 x 1,500 are three strips, whose number of rows is no multiple of 7.
    original = pattern(1500, 1500)
    assert np.array_equal(images.decode(encoded(original, "PNG", compress_level=1), 1500), original)
    scaled = images.decode(encoded(original, "PNG", compress_level=1), 1500 // 7)
    assert np.array_equal(scaled, original.reduce(7))
    assert images.decode(png(1_100_000, 2), 1).size == (550_000, 1)  # a row is more than a strip


# --- modes


def palette(transparent=False):
    picture = Image.new("P", (20, 16), 1)
    picture.putpalette([0, 0, 0, 200, 100, 50])
    if transparent:
        picture.info["transparency"] = 1
    return picture


def ycck(inks):
    """A JPEG as Adobe writes them: inks inverted, their first three as YCbCr, marked by 2 in the APP14 segment."""
    y, cb, cr = Image.new("RGB", (1, 1), inks[:3]).convert("YCbCr").getpixel((0, 0))
    content = bytearray(
        encoded(Image.new("CMYK", (20, 16), (255 - y, 255 - cb, 255 - cr, inks[3])), "JPEG", quality=95)
    )
    content[content.index(b"Adobe") + 11] = 2
    return bytes(content)


MODES = {
    "1": (lambda: encoded(Image.new("1", (20, 16), 1), "PNG"), (255, 255, 255)),
    "1 BMP": (lambda: encoded(Image.new("1", (20, 16), 1), "BMP"), (255, 255, 255)),
    "L": (lambda: encoded(Image.new("L", (20, 16), 77), "PNG"), (77, 77, 77)),
    "L JPEG": (lambda: encoded(Image.new("L", (20, 16), 77), "JPEG"), (77, 77, 77)),
    "L with a transparent value": (lambda: encoded(Image.new("L", (20, 16), 77), "PNG", transparency=77), (255,) * 3),
    "LA": (lambda: encoded(Image.new("LA", (20, 16), (0, 51)), "PNG"), (204, 204, 204)),
    "P": (lambda: encoded(palette(), "PNG"), (200, 100, 50)),
    "P GIF": (lambda: encoded(palette(), "GIF"), (200, 100, 50)),
    "P transparent": (lambda: encoded(palette(True), "PNG"), (255, 255, 255)),
    "P of alphas": (lambda: encoded(palette(), "PNG", transparency=bytes([255, 51])), (244, 224, 214)),
    "P transparent GIF": (lambda: encoded(palette(True), "GIF", transparency=1), (255, 255, 255)),
    "PA": (lambda: encoded(palette().convert("PA"), "TIFF"), (200, 100, 50)),
    "RGB with a transparent colour": (
        lambda: encoded(Image.new("RGB", (20, 16), (1, 2, 3)), "PNG", transparency=(1, 2, 3)),
        (255, 255, 255),
    ),
    "RGBA": (lambda: encoded(Image.new("RGBA", (20, 16), (255, 0, 0, 51)), "PNG"), (255, 204, 204)),
    "RGBA WebP": (lambda: encoded(Image.new("RGBA", (20, 16), (255, 0, 0, 0)), "WEBP", exact=True), (255, 255, 255)),
    "RGBA TIFF": (lambda: encoded(Image.new("RGBA", (20, 16), (255, 0, 0, 51)), "TIFF"), (255, 204, 204)),
    "CMYK JPEG": (lambda: encoded(Image.new("CMYK", (20, 16), (0, 255, 255, 0)), "JPEG"), (255, 0, 0)),
    "YCCK JPEG": (lambda: ycck((0, 255, 255, 0)), (255, 0, 0)),
    "CMYK TIFF": (lambda: encoded(Image.new("CMYK", (20, 16), (0, 255, 0, 128)), "TIFF"), (127, 0, 127)),
    "YCbCr TIFF": (
        lambda: encoded(Image.new("RGB", (20, 16), (200, 100, 50)).convert("YCbCr"), "TIFF"),
        (200, 100, 50),
    ),
    "LAB TIFF": (lambda: encoded(Image.new("LAB", (20, 16), (255, 128, 128)), "TIFF"), (255, 255, 255)),
    "LAB red": (lambda: encoded(Image.new("LAB", (20, 16), (136, 208, 195)), "TIFF"), (250, 3, 11)),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("at_least", [1, 16])
def test_every_mode_becomes_rgb_on_white(mode, at_least):
    make, expected = MODES[mode]
    if mode == "YCbCr TIFF" and int(PIL.__version__.split(".")[0]) < 13:
        assert one_line(make()) == "it is a TIFF in YCbCr, which Pillow before 13 cannot read; save it as JPEG"
        return
    if mode == "LAB TIFF":
        expected = Image.new("LAB", (1, 1), (255, 128, 128)).convert("RGB").getpixel((0, 0))
    picture = array(images.decode(make(), at_least))
    assert picture.shape == ((16, 20, 3) if at_least == 16 else (1, 2, 3))
    assert np.abs(picture - expected).max() <= 4


RAMP = np.linspace(0, 1, 64).reshape(4, 16)
NUMBERS = {
    "PNG of 16 bits": (RAMP * 65535, np.uint16, "PNG", RAMP),
    "a dark one": (RAMP * 6553.5, np.uint16, "PNG", RAMP / 10),
    "a very dark one": (RAMP * 200, np.uint16, "PNG", RAMP * 200 / 65535),
    "a very dark one, big end first": (RAMP * 200, ">u2", "TIFF", RAMP * 200 / 65535),
    "PNG of 16 bits with a transparent value": (RAMP * 65535, np.uint16, "PNG", RAMP),
    "TIFF of 16 bits": (RAMP * 65535, np.uint16, "TIFF", RAMP),
    "TIFF of 16 bits, big end first": (RAMP * 65535, ">u2", "TIFF", RAMP),
    "TIFF of 32 bits": (RAMP * 65535, np.int32, "TIFF", RAMP),
    "wider than 16 bits": (RAMP * 2e9, np.int32, "TIFF", RAMP),
    "negative integers": (RAMP * 2e9 - 1e9, np.int32, "TIFF", RAMP),
    "reals to 1": (RAMP, np.float32, "TIFF", RAMP),
    "reals to 255": (RAMP * 200, np.float32, "TIFF", RAMP * 200 / 255),
    "huge reals": (RAMP * 1e30, np.float32, "TIFF", RAMP),
    "zeros": (RAMP * 0, np.float32, "TIFF", RAMP * 0),
    "integer zeros": (RAMP * 0, np.int32, "TIFF", RAMP * 0),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_wide_numbers_are_scaled_and_not_clipped(name):
    values, kind, file, expected = NUMBERS[name]
    how = {"transparency": 0} if "transparent" in name else {}
    content = encoded(Image.fromarray(values.astype(kind)), file, **how)
    assert Image.open(io.BytesIO(content)).mode[0] in "IF"
    picture = array(images.decode(content, 4))
    assert np.array_equal(picture[..., 0], picture[..., 2])
    assert np.abs(picture[..., 1] - 255 * expected).max() <= 0.51
    halves, expected = array(images.decode(content, 2))[..., 1], expected.reshape(2, 2, 8, 2).mean((1, 3))
    if abs(values).max() > 65535:  # its own range is what is shown
        expected = (expected - expected.min() * (values.min() < 0)) / (
            expected.max() - expected.min() * (values.min() < 0)
        )
    assert np.abs(halves - 255 * expected).max() <= 2


def test_reals_that_are_none():
    values = RAMP.astype(np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    picture = array(images.decode(encoded(Image.fromarray(values), "TIFF"), 4))[..., 0]
    assert picture[0, :3].tolist() == [0, 0, 0]
    assert np.abs(picture[1:] - 255 * RAMP[1:]).max() <= 1


# --- upright

# What a viewer does with stored pixels, by the EXIF specification.
UPRIGHT = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels, 1),
}


def exif(**tags):
    values = Image.Exif()
    values[DESCRIPTION] = "a secret"
    for tag, value in tags.items():
        values[int(tag.removeprefix("tag"))] = value
    return values


def orientation(number):
    return exif(**{f"tag{ORIENTATION}": number})


@pytest.mark.parametrize("number", UPRIGHT)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "MPO", pytest.param("AVIF", marks=needs_avif)])
def test_orientation(kind, number):
    stored = pattern(60, 44)
    content = encoded(stored, kind, exif=orientation(number))
    picture = images.decode(content, 44)
    assert picture.size == ((60, 44) if number < 5 else (44, 60))
    assert distance(array(picture), UPRIGHT[number](np.asarray(stored))) < 5
    assert not picture.getexif() and not picture.info
    sent = Image.open(io.BytesIO(images.jpeg(content)))
    assert sent.size == picture.size
    assert distance(sent, picture) < 5


@pytest.mark.parametrize("number", UPRIGHT)
def test_orientation_of_what_is_scaled(number):
    stored = pattern(1600, 1200)
    content = encoded(stored, "JPEG", exif=orientation(number))
    upright = Image.fromarray(UPRIGHT[number](np.asarray(stored)))
    picture = images.decode(content, 150)
    assert picture.size == tuple(side // 8 for side in upright.size)
    assert distance(array(picture), upright.resize(picture.size)) < 3
    assert distance(images.square(content), direct_square(encoded(upright, "PNG", compress_level=1))) < 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(range(60)),
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0\1\2\3\4" * 5,
        b"\xff" * 50,
        orientation(0).tobytes(),
        orientation(9).tobytes(),
        b"Exif\0\0MM\0*" + struct.pack(">IHHHI4sI", 8, 1, ORIENTATION, 2, 2, b"6\0", 0),
    ],
)
def test_broken_exif_is_ignored(kind, broken):
    content = encoded(pattern(60, 44), kind, exif=broken)
    picture = images.decode(content, 44)
    assert distance(picture, pattern(60, 44)) < 5


# --- refused


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a",
        b"hello, world\n" * 100,
        b"<!DOCTYPE html><html></html>",
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        bytes(5000),
        *(encoded(pattern(20, 16), kind) for kind in ("PPM", "TGA", "ICO", "PCX", "SGI", "EPS")),
        b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 16, 16, 8, 3) + bytes(800),
    ],
    ids=lambda content: repr(content[:8]),
)
def test_what_is_not_an_image_of_the_allowed_formats(function, content):
    assert one_line(content, function) == limits.NO_IMAGE


def test_no_format_is_read_that_starts_another_program(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    started = []
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", lambda *arguments: started.append(arguments))
    one_line(encoded(pattern(20, 16), "EPS"))
    assert not started


@pytest.mark.parametrize("name", ["JPEG", "progressive", "PNG", "WebP", "lossless WebP", "animated WebP", "GIF", "BMP"])
@pytest.mark.parametrize("part", [0.0, 0.03, 0.1, 0.3, 0.5, 0.8, 0.97])
def test_a_file_that_is_cut_off(name, part):
    content = FILES[name][: int(part * len(FILES[name])) or 20]
    for function in ALL:
        text = one_line(content, function)
        assert text == "the file is cut off; copy it again" or (name == "BMP" and len(content) == 20)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.97])
def test_large_files_that_are_cut_off(part):
    for how in ({"format": "JPEG"}, {"format": "JPEG", "progressive": True}, {"format": "PNG", "compress_level": 1}):
        content = encoded(pattern(1300, 900), how["format"], **{key: how[key] for key in how if key != "format"})
        assert one_line(content[: int(part * len(content))]) == "the file is cut off; copy it again"


@pytest.mark.parametrize("name", ["TIFF", "LZW TIFF", "big-endian TIFF", *(["AVIF"] if "AVIF" in FILES else [])])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_other_files_that_are_cut_off(name, part):
    content = b"MM\0*\0\0\x13\x88" + bytes(5010) if name == "big-endian TIFF" else FILES[name]
    text = one_line(content[: int(part * len(content))])
    assert text == "the file is cut off; copy it again" or text.startswith("it is corrupt")
    assert "TIFF" not in name or "cut off" in text


def test_truncated_files_are_not_made_up_for_anyone():
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_corrupt():
    content = bytearray(FILES["PNG"])
    content[len(content) // 2] ^= 255
    text = one_line(bytes(content))
    assert text.startswith("it is corrupt or of a kind Pillow cannot read (")
    assert text.endswith("); open it elsewhere and save it as JPEG")


@pytest.mark.parametrize(
    "content",
    [
        png(0, 5),
        png(5, 0),
        b"GIF89a" + bytes(7) + b";",
        FILES["BMP"][:18] + bytes(8) + FILES["BMP"][26:],
        FILES["JPEG"].replace(struct.pack(">HH", 44, 60), bytes(4)),
    ],
    ids=["PNG 0 x 5", "PNG 5 x 0", "GIF", "BMP", "JPEG"],
)
def test_no_size(content):
    assert one_line(content).startswith("it is no photo" if content.startswith(b"BM") else "it is corrupt")


@pytest.mark.parametrize("name", ["zTXt", "iCCP", "iTXt"])
def test_a_text_chunk_that_blows_up(name):
    blown = zlib.compress(bytes(PngImagePlugin.MAX_TEXT_CHUNK + 10))
    text = {"zTXt": b"a\0\0" + blown, "iCCP": b"a\0\0" + blown, "iTXt": b"a\0\1\0\0\0" + blown}[name]
    content = png(20, 16, before=chunk(name.encode(), text))
    for function in ALL:
        try:
            function(content)
        except ImageError:
            assert "corrupt or of a kind Pillow cannot read (Decompressed" in one_line(content, function)


def test_many_text_chunks():
    blown = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(PngImagePlugin.MAX_TEXT_CHUNK - 10)))
    assert "corrupt or of a kind" in one_line(png(20, 16, before=blown * 70))


@pytest.mark.parametrize(
    "width, height, megapixels", [(10000, 8000, "80.0"), (10000, 10000, "100.0"), (40000, 50000, "2,000.0")]
)
def test_a_bomb_is_refused_by_its_header(width, height, megapixels):
    # Of the second Pillow itself would warn, the third it would refuse.
    content = png(100, 100, depth=1).replace(struct.pack(">II", 100, 100), struct.pack(">II", width, height))
    content = content[:29] + struct.pack(">I", zlib.crc32(content[12:29])) + content[33:]
    for function in ALL:
        text = one_line(content, function)
        assert text == f"it has {megapixels} megapixels, and 75 are the most; scale it down first"


def test_a_whole_bomb_is_refused_quickly():
    content = png(10000, 10000, depth=1)
    assert len(content) < 30_000
    start = time.perf_counter()
    assert "100.0 megapixels" in one_line(content)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("name", ["WebP", "animated WebP", "GIF", "BMP", "TIFF", "progressive"])
def test_the_most_pixels(monkeypatch, name):
    limit = "MOST_WEBP_MEGAPIXELS" if "WebP" in name else "MOST_MEGAPIXELS"
    monkeypatch.setattr(images, limit, 60 * 44 / 1e6)
    images.square(FILES[name])
    monkeypatch.setattr(images, limit, (60 * 44 - 1) / 1e6)
    assert "it has 0.0 megapixels, and 0.002639 are the most" in one_line(FILES[name])


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_one_scan_may_be_larger(monkeypatch, progressive):
    """Its decoder scales it down as it reads it; of several scans it keeps all of the picture."""
    content = encoded(pattern(60, 44), "JPEG", quality=95, progressive=progressive)
    monkeypatch.setattr(images, "MOST_MEGAPIXELS", 0.002)
    if progressive:
        assert "0.002 are the most" in one_line(content)
    else:
        assert distance(images.decode(content, 44), pattern(60, 44)) < 3
        monkeypatch.setattr(images, "MOST_JPEG_MEGAPIXELS", 0.0025)
        assert "0.0025 are the most" in one_line(content)


def scans(n, exif=b""):
    """A progressive JPEG of n scans: the last of ten, which refines what is there, is repeated."""
    content = encoded(pattern(60, 44), "JPEG", progressive=True, exif=exif)
    last = content.rindex(b"\xff\xda")
    assert content[content.index(b"\xff\xc2") :].count(b"\xff\xda") == 10
    return content[:-2] + content[last:-2] * (n - 10) + content[-2:]


def test_the_most_scans():
    for n in (10, images.MOST_SCANS):
        assert distance(images.decode(scans(n), 44), pattern(60, 44)) < 15  # each of them refines it wrongly
    for n in (images.MOST_SCANS + 1, 1000):
        for function in ALL:
            expected = "it has more than 100 scans; open it elsewhere and save it as JPEG"
            assert one_line(scans(n), function) == expected


def test_scans_of_other_pictures_in_the_file_do_not_count():
    preview = b"Exif\0\0" + b"\xff\xda\0\x08\1\1\0\0\x3f\0" * 150
    for content in (scans(10, preview), scans(10) + scans(10) * 20, scans(images.MOST_SCANS) + b"\xff\xda" * 1000):
        assert images.decode(content, 44).size == (60, 44)


@needs_avif
def test_the_most_pixels_of_an_avif(monkeypatch):
    monkeypatch.setattr(images, "MOST_HEIF_MEGAPIXELS", 0.001)
    assert one_line(FILES["AVIF"]) == "it has 0.0 megapixels, and 0.001 are the most; scale it down first"


RAISED = [
    AssertionError("a"),
    AttributeError("a"),
    EOFError("a"),
    IndexError("a"),
    KeyError("a"),
    MemoryError(),
    NotImplementedError(),
    OSError(5, "a\nb"),
    OverflowError("a"),
    RecursionError("a"),
    RuntimeError("a " * 500),
    SyntaxError("a"),
    SystemError("a"),
    TypeError("a"),
    UnicodeDecodeError("utf-8", b"a", 0, 1, "a"),
    ValueError("a\r\nb"),
    ZeroDivisionError("a"),
    struct.error("a"),
    zlib.error("a"),
    Image.UnidentifiedImageError("a"),
    Image.DecompressionBombWarning("a"),
]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["open", "load", "crop"])
def test_whatever_pillow_raises_is_one_line(monkeypatch, error, where):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(
        {"open": Image, "load": ImageFile.ImageFile, "crop": Image.Image}[where], where, fail, raising=True
    )
    for name in ("JPEG", "BMP"):
        text = one_line(FILES[name])
        if isinstance(error, MemoryError):
            assert text == "there is too little memory for it; scale it down first"


def test_a_keyboard_interrupt_is_none_of_them(monkeypatch):
    def fail(*_, **__):
        raise KeyboardInterrupt

    for where, owner in {"open": Image, "load": ImageFile.ImageFile, "getexif": Image.Image}.items():
        with monkeypatch.context() as patch:
            patch.setattr(owner, where, fail)
            with pytest.raises(KeyboardInterrupt):
                images.square(FILES["BMP"])


# --- videos


def box(kind):
    return b"\0\0\0\x18" + kind + bytes(200)


@pytest.mark.parametrize(
    "content",
    [box(b"ftypisom"), box(b"ftypqt  "), box(b"ftypM4V "), box(b"ftypavc1"), box(b"wide\0\0\0\x08mdat")]
    + [b"\x1aE\xdf\xa3" + bytes(200), b"RIFF\xd0\0\0\0AVI LIST" + bytes(200)],
)
def test_a_video_is_said_to_be_one(content):
    for function in ALL:
        assert one_line(content, function) == (limits.LIVE_PHOTO if b"qt" in content else limits.VIDEO)
    assert "video" not in one_line(box(b"ftypavif"))


# --- HEIC


def heic():
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)


def test_heic_without_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    for function in ALL:
        assert one_line(heic(), function) == limits.HEIC
    if "AVIF" in FILES:
        content = bytearray(FILES["AVIF"])
        content[8:12] = b"mif1"  # "avif" is among the compatible brands
        assert images.decode(bytes(content), 44).size == (60, 44)


def test_heic_with_its_package(monkeypatch):
    pillow_heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: no HEIC is read")
    upright = pattern(300, 200)
    picture = pillow_heif.from_pillow(upright)
    picture.info["exif"] = orientation(1).tobytes()
    file = io.BytesIO()
    picture.save(file, quality=95)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    registered, register = [], pillow_heif.register_heif_opener
    monkeypatch.setattr(pillow_heif, "register_heif_opener", lambda: registered.append(register()))
    for _ in range(2):
        assert distance(images.decode(file.getvalue(), 200), upright) < 4
    assert len(registered) == 1
    turned = encoded(upright, "HEIF", quality=95, exif=orientation(6).tobytes())
    assert distance(images.decode(turned, 200), UPRIGHT[6](np.asarray(upright))) < 4
    for content in (turned[: len(turned) // 2], turned[:100], heic()):
        one_line(content)


# --- what is sent to a service


@pytest.mark.parametrize(
    "size, longest, expected",
    [
        ((640, 640), 640, (640, 640)),
        ((641, 480), 640, (640, 479)),
        ((3000, 2000), 640, (640, 427)),
        ((2000, 3000), 640, (427, 640)),
        ((100, 50), 640, (100, 50)),
        ((1, 1), 640, (1, 1)),
        ((1, 20000), 640, (1, 640)),
        ((20000, 1), 640, (640, 1)),
        ((1000, 2), 640, (640, 1)),
        ((300, 200), 50, (50, 33)),
        ((300, 200), 1, (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_longer_side_of_what_is_sent(kind, size, longest, expected):
    content = images.jpeg(encoded(Image.new("RGB", size, "red"), kind), longest)
    with Image.open(io.BytesIO(content)) as sent:
        assert (sent.format, sent.mode, sent.size) == ("JPEG", "RGB", expected)
        assert np.abs(np.asarray(sent).astype(int) - [254, 0, 0]).max() <= 2


def test_what_is_sent_looks_the_same():
    original = textured(2000, 1500)
    for kind in ("JPEG", "PNG"):
        sent = Image.open(io.BytesIO(images.jpeg(encoded(original, kind, compress_level=1))))
        assert distance(sent, original.resize((640, 480), Image.Resampling.LANCZOS)) < 5


@pytest.mark.parametrize("size", [(60, 44), (1500, 900)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_what_is_sent_has_no_metadata(kind, size):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tags = exif(tag271="a secret")
    tags.get_ifd(GPS).update({1: "N", 2: (48.0, 8.0, 14.0)})
    if kind != "TIFF":  # where Pillow writes none
        tags.get_ifd(0x8769)[37510] = encoded(Image.new("RGB", (16, 16), "red"), "JPEG", comment=b"a secret")
    how = {"exif": tags, "icc_profile": profile, "xmp": b"<x>a secret</x>", "comment": b"a secret", "dpi": (300, 300)}
    content = encoded(pattern(*size), kind, **how)
    assert b"a secret" in content and Image.open(io.BytesIO(content)).getexif()
    sent = images.jpeg(content)
    assert b"secret" not in sent and b"Exif" not in sent and b"ICC" not in sent
    with Image.open(io.BytesIO(sent)) as picture:
        assert not picture.getexif() and not picture.getexif().get_ifd(GPS)
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert [name for name, _ in picture.applist] == ["APP0"]
        assert picture.quantization == Image.open(io.BytesIO(encoded(pattern(8, 8), "JPEG", quality=90))).quantization


def test_what_is_sent_is_small_even_for_noise():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (640, 640, 3), np.uint8))
    assert len(images.jpeg(encoded(noise, "PNG"))) < 600_000


# --- the square of EfficientNet


def direct_square(content, side=224, margin=32):
    """The same from the definition, with nothing but Pillow, from all of the pixels."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    cut = max(1, int(min(picture.size) * side / (side + margin)))
    picture = picture.crop(
        (
            (picture.width - cut + 1) // 2,
            (picture.height - cut + 1) // 2,
            (picture.width - cut + 1) // 2 + cut,
            (picture.height - cut + 1) // 2 + cut,
        )
    )
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC))


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 9), (7, 5), (60, 44), (224, 224), (256, 256), (257, 300), (1535, 1600), (2000, 1400)]
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_square_of_small_images_is_exact(kind, size):
    content = encoded(pattern(*size), kind, compress_level=1)
    result = images.square(content)
    assert (result.size, result.mode) == ((224, 224), "RGB")
    assert np.array_equal(result, direct_square(content))


@given(width=st.integers(1, 90), height=st.integers(1, 90), side=st.integers(1, 40), margin=st.integers(0, 20))
def test_square_of_other_sides(width, height, side, margin):
    picture = pattern(width, height)
    content = encoded(picture, "PNG")
    result = images.square(content, side, margin)
    assert result.size == (side, side)
    if min(width, height) < 6 * (side + margin):
        assert np.array_equal(result, direct_square(content, side, margin))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(1600, 1536), (1783, 2401)])
def test_square_of_large_images_differs_little(kind, size):
    content = encoded(textured(*size), kind, compress_level=1)
    difference = np.abs(np.asarray(images.square(content)).astype(int) - direct_square(content))
    assert 0 < difference.mean() < 3
    assert difference.max() < 30


# --- any bytes


def image_or_one_line(content):
    for function, kind in (
        (lambda: images.square(content, 12, 4), Image.Image),
        (lambda: images.jpeg(content, 20), bytes),
    ):
        try:
            assert isinstance(function(), kind)
        except ImageError as error:
            assert len(str(error).splitlines()) == 1


@given(st.binary(max_size=200))
def test_any_bytes(content):
    image_or_one_line(content)


@given(st.sampled_from([content[:size] for content in FILES.values() for size in (4, 12, 40)]), st.binary(max_size=200))
def test_any_bytes_after_a_sound_start(start, content):
    image_or_one_line(start + content)


@every_file
@given(data=st.data())
def test_any_part_of_a_file(name, data):
    image_or_one_line(FILES[name][: data.draw(st.integers(0, len(FILES[name]) - 1))])


@every_file
@given(data=st.data())
def test_any_changed_bytes(name, data):
    content = bytearray(FILES[name])
    # Half of the changes are in the first bytes, where the sizes and kinds are.
    place = st.integers(0, min(99, len(content) - 1)) | st.integers(0, len(content) - 1)
    for position in data.draw(st.lists(place, min_size=1, max_size=4)):
        content[position] = data.draw(st.integers(0, 255))
    image_or_one_line(bytes(content))


# --- threads, memory, other programs


def test_several_threads_give_what_one_gives():
    contents = list(FILES.values()) * 6
    contents += [encoded(pattern(700, 500), "JPEG", exif=orientation(6)), FILES["PNG"][:500], b"x"] * 6

    def result(content):
        try:
            return images.jpeg(content, 200)
        except ImageError as error:
            return str(error)

    with ThreadPoolExecutor(8) as executor:
        assert list(executor.map(result, contents)) == [result(content) for content in contents]


MEASURE = """
import sys
from instahash.decoding import limits
from instahash.decoding import pictures as images
def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
content = open(sys.argv[1], "rb").read()
images.square(content)
print(peak())
"""
SAVE = """
import sys
from PIL import Image
size, how = ((10000, 7500), {"progressive": True}) if len(sys.argv) > 2 else ((16320, 12240), {})
Image.new("RGB", size, (200, 100, 50)).save(sys.argv[1], "JPEG", **how)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of memory is asked of Linux")
@pytest.mark.parametrize(
    "kind, megabytes", [("RGBA", 450), ("1 bit", 450), ("16 bits", 450), ("JPEG", 150), ("progressive", 450)]
)
def test_memory_for_the_most_megapixels(tmp_path, kind, megabytes):
    # Each in a process of its own: not this one's peak, which a child's getrusage would begin with.
    path = str(tmp_path / "large")
    if kind in ("JPEG", "progressive"):
        subprocess.run([sys.executable, "-c", SAVE, path, *(["yes"] if kind == "progressive" else [])], check=True)
    else:
        how = {"RGBA": {"colour_type": 6}, "1 bit": {"depth": 1}, "16 bits": {"depth": 16}}[kind]
        with open(path, "wb") as file:
            file.write(png(10000, 7500, **how))
    process = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
    assert float(process.stdout) < megabytes
    assert not process.stderr


def test_pillow_is_loaded_by_nothing_else():
    code = "import sys, instahash, instahash.annotate.photos; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
