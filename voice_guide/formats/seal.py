"""The seal of an exported MP3: a digest of all that its tags say and of all its sound, and what players add told apart.

It stands in the silent first frame of the sound: nobody is shown it there, and no tagger drops it. Of the tags it
covers what they say, not their bytes, because a player that counts how often a file was played writes all of them anew,
in its own order and encoding. Yet bytes count as well, until a program shows that it has written them.

It tells damage and edits, not forgery: whoever can make an export can make a seal.
"""

import struct
from hashlib import sha256
from zlib import crc32

from voice_guide.formats.tag import ENCODINGS, OURS, Frame, Tag, text_at

_KINDS = {
    b"TIT2": "title",
    b"TPE1": "artist",
    b"TALB": "album",
    b"TCON": "genre",
    b"USLT": "lyrics",
    b"SYLT": "timed words",
    b"APIC": "cover",
    b"CHAP": "chapters",
    b"CTOC": "table of chapters",
}
"""What we write, and what a listener calls it, in the order of the seal."""

_PLAYERS = (
    (b"POPM", "", "a rating"),
    (b"PCNT", "", "a play count"),
    (b"RVA2", "", "a loudness"),
    (b"RVAD", "", "a loudness"),
    (b"TXXX", "replaygain_", "a loudness"),
    (b"TXXX", "fmps_", "a rating"),
    (b"COMM", "itun", "a loudness"),
    (b"PRIV", "", "a note of its own"),
)
"""What players add unasked, and show nobody as ours: a frame, how the description in it begins, and what it is."""

_LAYOUT = struct.Struct(f">16sI{len(_KINDS)}H")
"""A digest of everything, one of the bytes of our frames, and a short one of each kind, which says what was changed."""


def seal(tag: Tag, sound: bytes, info: bytes) -> bytes:
    """The seal of these tags, of the sound with this digest, and of the info frame without a seal."""
    said = _said(tag)
    everything = sha256(b"".join(sha256(one).digest() for one in said) + sound + info).digest()
    return _LAYOUT.pack(everything[:16], _bytes_of(tag), *map(_short, said))


def changes(carried: bytes, tag: Tag, sound: bytes, info: bytes) -> str:
    """What is not as it was when a file got its seal; nothing of a whole one, nor of one that players added to."""
    (digest, written, *then), (is_so, now_written, *now) = map(_LAYOUT.unpack, (carried, seal(tag, sound, info)))
    gone: list[str] = []
    other: list[str] = []
    for (name, kind), before, after in zip(_KINDS.items(), then, now, strict=True):
        if before != after:
            (other if after else gone).append(kind + _value(tag, name))
    foreign = [one[0].decode("latin-1") for one in tag.frames() if one[0] not in _KINDS and not _by_a_player(one)]
    lists = {"changed": other, "gone": gone, "not written by voice-guide": foreign}
    told = [f"{', '.join(dict.fromkeys(names))} {how}" for how, names in lists.items() if names]
    if not told and digest != is_so:
        told = ["something in its tags or its header changed"]
    if not told and written != now_written and not touched(tag):
        told = ["its tags say what they said, in other bytes, and no program shows that it wrote them"]
    return f"not as it was written: {'; '.join(told)}" if told else ""


def rewritten(carried: bytes, tag: Tag) -> bool:
    """Whether the tags are in other bytes than ours."""
    return bool(_LAYOUT.unpack(carried)[1] != _bytes_of(tag))


def touched(tag: Tag) -> bool:
    """Whether another program shows that it has written the tags: by their version, by room, by what it added."""
    return tag.version != OURS or tag.padded or any(map(_by_a_player, tag.frames()))


def added(tag: Tag) -> tuple[str, ...]:
    """What players have added."""
    told = ((_by_a_player(frame), frame[0].decode("latin-1")) for frame in tag.frames())
    return tuple(dict.fromkeys(f"{what} ({name})" for what, name in told if what))


def shown(text: str) -> str:
    """A text from a file, fit for one line of a message."""
    line = "".join(letter for letter in text if letter.isprintable())
    return line if len(line) < 50 else f"{line[:47]}..."


def _said(tag: Tag) -> list[bytes]:
    """What all frames of each kind say, in no order; nothing where there are none."""
    said: dict[bytes, list[bytes]] = {name: [] for name in _KINDS}
    for name, body in tag.frames():
        if name in said:
            said[name].append(_says(tag, (name, body)))
    return [b"".join(len(one).to_bytes(4, "big") + one for one in sorted(told)) for told in said.values()]


def _says(tag: Tag, frame: Frame) -> bytes:
    try:
        return tag.says(frame)
    except ValueError:
        return b"damaged" + frame[1]


def _short(said: bytes) -> int:
    """Nought only where nothing is said."""
    return int.from_bytes(sha256(said).digest()[:2], "big") or 1 if said else 0


def _bytes_of(tag: Tag) -> int:
    ours = (name + len(body).to_bytes(4, "big") + body for name, body in tag.frames() if name in _KINDS)
    return crc32(b"".join(ours))


def _value(tag: Tag, name: bytes) -> str:
    """What a title or another line of text has become."""
    texts = [_says(tag, frame).decode(errors="replace") for frame in tag.frames() if frame[0] == name]
    return f" (now '{shown(texts[0])}')" if texts and name.startswith(b"T") else ""


def _by_a_player(frame: Frame) -> str:
    """What a player added with this frame; empty where it is no such frame."""
    told = (what for name, begins, what in _PLAYERS if name == frame[0] and _about(frame).startswith(begins))
    return next(told, "")


def _about(frame: Frame) -> str:
    """The description in a comment or a text of a user, in small letters."""
    name, body = frame
    if name not in (b"COMM", b"TXXX") or not body or body[0] >= ENCODINGS:
        return ""
    try:
        return text_at(body, 4 if name == b"COMM" else 1, body[0])[0].lower()
    except ValueError:
        return ""
