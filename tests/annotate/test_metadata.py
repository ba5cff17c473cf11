"""Keywords in photos and sidecars, read again by Pillow and the XML parser of Python."""

import io
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from instahash.errors import AnnotatorError, ImageError

pytest.importorskip("exiv2", reason="the extra `metadata` is not installed")
Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
from PIL import IptcImagePlugin

from instahash.annotate.metadata import sidecar, with_keywords

RDF, DC = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://purl.org/dc/elements/1.1/}"
WORDS = ["sea", "café", "日本", "a&b<c"]
OLD = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:mine="http://example.org/mine/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"
   xmp:Rating="3" mine:note="a &amp; b">
  <dc:title><rdf:Alt><rdf:li xml:lang="x-default">At sea</rdf:li><rdf:li xml:lang="pt">No mar</rdf:li></rdf:Alt>
  </dc:title>
  <dc:subject><rdf:Bag><rdf:li>old one</rdf:li><rdf:li>Sea</rdf:li></rdf:Bag></dc:subject>
  <mine:steps><rdf:Seq><rdf:li mine:n="0" mine:what="crop"/><rdf:li mine:n="1" mine:what="blur"/></rdf:Seq></mine:steps>
  <digiKam:TagsList><rdf:Seq><rdf:li>Places/Sea</rdf:li></rdf:Seq></digiKam:TagsList>
 </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def picture(kind, **options):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def opened(content):
    return Image.open(io.BytesIO(content))


def xmp(content):
    """The XMP packet in a photo, as Pillow finds it."""
    image = opened(content)
    text = image.info.get("XML:com.adobe.xmp") or image.info.get("xmp") or image.tag_v2[700]
    return text.encode() if isinstance(text, str) else text


def subject(packet):
    """The keywords in a packet; they are one bag."""
    (bag,) = ElementTree.fromstring(packet.strip(b"\0")).findall(f".//{DC}subject/*")
    assert bag.tag == f"{RDF}Bag"
    return [item.text for item in bag]


def iptc(content):
    return IptcImagePlugin.getiptcinfo(opened(content))


def with_iptc(*keywords):
    """A JPEG with keywords in IPTC, in no encoding that it names."""
    records = b"".join(b"\x1c\x02\x19" + len(word).to_bytes(2, "big") + word for word in keywords)
    records += b"\0" * (len(records) % 2)
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(records).to_bytes(4, "big") + records
    jpeg = picture("JPEG")
    return jpeg[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + jpeg[2:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_photo_has_its_keywords_and_the_same_pixels(kind):
    exif = Image.Exif()
    exif[0x010E] = "what it shows"
    before = picture(kind, exif=exif, dpi=(72, 72))
    after = with_keywords(before, WORDS)
    assert subject(xmp(after)) == WORDS
    assert opened(after).format == kind and np.array_equal(opened(after), opened(before))
    assert opened(after).getexif()[0x010E] == "what it shows"
    assert with_keywords(after, ["SEA", *WORDS]) == after
    assert subject(xmp(with_keywords(after, ["Sea", "boat"]))) == [*WORDS, "boat"]


def test_a_jpeg_is_not_encoded_again_and_has_its_keywords_in_iptc_too():
    before = picture("JPEG")
    long = "é" * 33  # 66 bytes, and IPTC takes 64
    after = with_keywords(before, [*WORDS, long])
    assert before[before.index(b"\xff\xda") :] == after[after.index(b"\xff\xda") :]
    assert iptc(after) == {(1, 90): b"\x1b%G", (2, 25): [word.encode() for word in WORDS]}
    assert subject(xmp(after)) == [*WORDS, long]


def test_keywords_in_iptc_are_kept_and_in_an_unknown_encoding_untouched():
    after = with_keywords(with_iptc(b"harbour", b"Sea"), ["sea", "boat"])
    assert iptc(after)[2, 25] == [b"harbour", b"Sea", b"boat"] and subject(xmp(after)) == ["harbour", "Sea", "boat"]
    after = with_keywords(with_iptc(b"caf\xe9"), ["sea"])
    assert iptc(after) == {(2, 25): b"caf\xe9"} and subject(xmp(after)) == ["sea"]


@pytest.mark.parametrize("content", [b"", b"no photo", picture("GIF"), picture("JPEG")[:200], OLD.encode()])
def test_what_takes_no_keywords_is_refused(content):
    with pytest.raises(ImageError, match="sidecar"):
        with_keywords(content, WORDS)


def test_a_broken_photo_that_would_lose_its_keywords_is_refused():
    """Exiv2 takes a PNG without a header, and writes nothing into it."""
    with pytest.raises(ImageError, match="keywords cannot be written into it, which is broken; write a sidecar"):
        with_keywords(picture("PNG").replace(b"IHDR", b"IHDr"), WORDS)


def test_a_sidecar_of_a_photo_starts_with_what_is_in_it():
    assert subject(sidecar(picture("GIF"), WORDS)) == WORDS
    titled = sidecar(with_keywords(picture("PNG"), ["harbour"]), ["sea"])
    assert subject(titled) == ["harbour", "sea"]
    assert subject(sidecar(with_iptc(b"quay"), ["sea"])) == ["quay", "sea"]
    image = io.BytesIO()
    opened(picture("JPEG")).save(image, "JPEG", xmp=OLD.encode())
    assert b"No mar" in sidecar(image.getvalue(), ["sea"])


def test_a_sidecar_keeps_all_else_that_is_in_it():
    after = sidecar(picture("JPEG"), ["sea", "boat"], OLD.encode())
    assert subject(after) == ["old one", "Sea", "boat"]

    def content(packet):
        """Texts and attributes but those of the keywords, and of the namespaces' declarations."""
        found = []
        for element in ElementTree.fromstring(packet).iter():
            if element.tag.endswith(("subject", "TagsList")):
                element.clear()
            found += [(element.tag, (element.text or "").strip()), *element.attrib.items()]
        return sorted(part for part in found if "xmptk" not in part[0])

    assert content(after) == content(OLD.encode())
    assert sidecar(picture("JPEG"), ["Boat"], after) == after


def test_keywords_join_the_trees_of_photo_managers():
    after = ElementTree.fromstring(sidecar(b"", ["sea", "boat"], OLD.encode()))
    tags = [item.text for item in after.findall(".//{http://www.digikam.org/ns/1.0/}TagsList//")]
    assert tags[1:] == ["Places/Sea", "old one", "boat"]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "{"&a;" * 9}">' for n in range(3)) + "]>"
BROKEN = {
    "empty": "",
    "text": "no XMP",
    "cut": OLD[:-200],
    "entities": OLD.replace("?>\n", "?>\n" + LAUGHS, 1).replace("At sea", "&a2;"),
    "a file of others": OLD.replace("?>\n", '?>\n<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n', 1),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_sidecar_that_cannot_be_read_is_not_written_over(kind):
    with pytest.raises(ImageError, match="its sidecar is broken, or no XMP"):
        sidecar(picture("JPEG"), WORDS, BROKEN[kind].encode())


def test_a_photo_is_no_sidecar():
    with pytest.raises(ImageError, match="its sidecar is broken, or no XMP"):
        sidecar(picture("JPEG"), WORDS, with_keywords(picture("JPEG"), WORDS))


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "exiv2", None)
    with pytest.raises(AnnotatorError, match=r'package exiv2, .* pip install "instahash\[metadata\]"'):
        with_keywords(picture("JPEG"), WORDS)
