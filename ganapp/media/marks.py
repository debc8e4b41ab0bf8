"""What a file says of where its pixels come from: that a generator made them, which one, and from which seed.

The mark is an XMP packet: the IPTC term for media that a trained algorithm made, China's AIGC field
(GB 45438-2025, TC260-PG-20258A), and our own names for the generator, the seeds and a digest of the pixels.
PNG, JPEG, WebP, GIF and MP4 hold it. Anybody can remove or forge it: a mark says something, no mark nothing.

GANAPP_MARKS is on (the default), visible (a corner of the picture says it, too; the default of a Space) or
off. GANAPP_PRODUCER names who answers for the pictures, for the field ContentProducer.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import numpy as np

from ganapp import __version__

GENERATED = "trainedAlgorithmicMedia"
CHANGED = "compositeWithTrainedAlgorithmicMedia"  # a person's own picture that a network has changed
POLICY, PRODUCER = "GANAPP_MARKS", "GANAPP_PRODUCER"
POLICIES = ("on", "visible", "off")
MOST_BYTES = 65_536  # of a packet that is read
LONGEST = 500  # characters of a name or of the seeds

_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_SPACES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
    "ganapp": "urn:ganapp:marks:1",
}
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_BEGIN, _END = b"<x:xmpmeta", b"</x:xmpmeta>"
MOST_PACKETS = 100  # that are looked at in one file


@dataclass(frozen=True)
class Mark:
    """What one file says. kind: GENERATED, CHANGED, another program's term; "" if only AIGC is there."""

    kind: str = GENERATED
    generator: str = ""  # sha256 of its weights
    model: str = ""
    seeds: str = ""
    pixels: str = ""  # digest_of the pixels that were written
    visible: bool = False  # a corner of the picture says it, too
    producer: str = ""
    tool: str = f"ganapp {__version__}"
    label: str = "1"  # of AIGC: 1 generated, 2 possibly, 3 suspected

    def aigc(self) -> str:
        """The field AIGC as JSON. Who passes the file on fills in the names of propagation."""
        fields = {
            "Label": self.label, "ContentProducer": self.producer,
            "ProduceID": self.pixels or self.generator[:32],
            "ReservedCode1": "", "ContentPropagator": "", "PropagateID": "", "ReservedCode2": "",
        }  # fmt: skip
        return json.dumps(fields, ensure_ascii=False)

    def packet(self) -> bytes:
        """The XMP packet. The same mark gives the same bytes."""
        said = {
            "Iptc4xmpExt:DigitalSourceType": _TERMS + self.kind,
            "TC260:AIGC": self.aigc(),
            "xmp:CreatorTool": self.tool,
        }
        own = {"generator": self.generator, "model": self.model, "seeds": self.seeds, "pixels": self.pixels}
        said |= {f"ganapp:{key}": text for key, text in own.items() if text}
        said |= {"ganapp:visible": "1"} if self.visible else {}
        spaces = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
        values = "".join(f" {key}={quoteattr(_printable(text))}" for key, text in said.items())
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about=""{spaces}{values}/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
        ).encode()


def policy() -> str:
    """One of POLICIES. Raises ValueError (message fit for the user) if the environment names another."""
    said = os.environ.get(POLICY) or ("visible" if os.environ.get("SPACE_ID") else "on")
    if said not in POLICIES:
        raise ValueError(f"{POLICY} is {said!r}; it must be one of {', '.join(POLICIES)}.")
    return said


def mark_of(about: Mapping[str, Any] | None, image: np.ndarray | None, visible: bool = False) -> Mark | None:
    """The mark of a file with these settings (see metadata.recipe); None where marks are off.

    image: the pixels that are written, uint8 (H, W, C), or None for a film. Settings that name an `input`
    belong to a person's own picture that a network has changed.
    """
    if policy() == "off":
        return None
    about = about or {}
    seeds = about.get("seed", about.get("seeds", ""))
    return Mark(
        kind=CHANGED if "input" in about else GENERATED,
        generator=str(about.get("weights") or ""),
        model=str(about.get("model") or "")[:LONGEST],
        seeds=", ".join(map(str, seeds))[:LONGEST] if isinstance(seeds, list) else str(seeds)[:LONGEST],
        pixels="" if image is None else digest_of(image),
        visible=visible,
        producer=os.environ.get(PRODUCER, "")[:LONGEST],
    )


def digest_of(image: np.ndarray) -> str:
    """32 hexadecimal digits of size and pixels of uint8 (H, W, C), which tell whether they were changed."""
    image = np.atleast_3d(image)
    return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()[:32]


def packet_of(about: Mapping[str, Any] | None, image: np.ndarray | None, visible: bool = False) -> bytes:
    """The XMP packet of `mark_of`; b"" where marks are off."""
    mark = mark_of(about, image, visible)
    return b"" if mark is None else mark.packet()


def read_mark(path: str | Path) -> Mark | None:
    """The mark of a file of any kind and origin; None where there is none that can be read.

    It looks for an XMP packet anywhere in the file, as the standard allows, and takes the first that says
    something of artificial media. It decodes no pixels and expands no entity. Raises OSError.
    """
    with open(path, "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            begin = data.find(_BEGIN)
            for _ in range(MOST_PACKETS):
                if begin < 0:
                    return None
                end = data.find(_END, begin, begin + MOST_BYTES)
                if end > 0 and (mark := _parsed(data[begin : end + len(_END)])):
                    return mark
                begin = data.find(_BEGIN, begin + 1)
    return None


def _parsed(packet: bytes) -> Mark | None:
    if b"<!" in packet:  # a document type could define entities that grow without end
        return None
    try:
        descriptions = list(ElementTree.fromstring(packet).iter(f"{_RDF}Description"))
    except ElementTree.ParseError:
        return None
    said: dict[str, str] = {}
    names = {f"{{{space}}}": prefix for prefix, space in _SPACES.items()}
    for one in descriptions:
        pairs = [*one.attrib.items(), *((child.tag, child.text or "") for child in one)]
        for key, text in pairs:
            space, _, name = key.rpartition("}")
            if f"{space}}}" in names:
                said[f"{names[space + '}']}:{name}"] = text.strip()[:MOST_BYTES]
    kind = said.get("Iptc4xmpExt:DigitalSourceType", "").rpartition("/")[2]
    aigc = _fields(said.get("TC260:AIGC", ""))
    if not (aigc or "lgorithmic" in kind or "synthetic" in kind.lower()):
        return None
    own = {key: said.get(f"ganapp:{key}", "")[:LONGEST] for key in ("generator", "model", "seeds", "pixels")}
    return Mark(
        kind=kind[:LONGEST], visible=said.get("ganapp:visible") == "1", label=aigc.get("Label", ""),
        producer=aigc.get("ContentProducer", ""), tool=said.get("xmp:CreatorTool", "")[:LONGEST], **own,
    )  # fmt: skip


def _fields(text: str) -> dict[str, str]:
    """The fields of AIGC, texts only; {} if it is no JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {k: v[:LONGEST] for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(c if c.isprintable() else " " for c in text)


# -- containers that Pillow and FFmpeg write no packet into -------------------------------------------------


def into_gif(data: bytes, packet: bytes) -> bytes:
    """A GIF with the packet as the application extension `XMP DataXMP`, before its last byte."""
    if not packet or data[-1:] != b";":
        return data
    # A reader that knows no XMP steps from byte to byte: each says how far the next step is.
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
    return data[:-1] + b"\x21\xff\x0bXMP DataXMP" + packet + trailer + b";"


def onto_mp4(path: Path, packet: bytes) -> None:
    """Append the packet to an MP4 as the box that the XMP standard names (part 3, 1.1.5)."""
    if packet:
        box = b"uuid" + bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + packet
        with open(path, "ab") as file:
            file.write((len(box) + 4).to_bytes(4, "big") + box)
