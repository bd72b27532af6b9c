"""A session as one page for a phone, and the list of pages: each a file that needs nothing else and fetches nothing.

Whatever a script says is only text in it; the browser runs nothing but what stands here beside this file.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from voice_guide.compiler.timeline import Clip
from voice_guide.formats.captions import Captions
from voice_guide.pcm import seconds

UNSHOWABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A session in the list. `file` is beside the list; `words` are what else somebody may call it by."""

    title: str
    file: str
    minutes: float
    about: str = ""
    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """What it is for, by the ids of the tables."""


def session_page(
    captions: Captions,
    clips: Sequence[Clip],
    chart: str | None,
    sound: bytes,
    mime: str = "audio/mpeg",
    digest: str = "",
    home: str = "",
) -> str:
    """The page of one session as HTML; the same for the same values.

    `clips` are the timeline's, at least one. `chart` is an SVG made to be `inline`. `sound` has a constant bit rate:
    in a variable one a browser finds a time only within seconds, so ValueError. With a `digest` the page remembers
    the place of that session. `home` is the file of the list, beside it.
    """
    if variable(sound):
        raise ValueError("the sound of a page needs a constant bit rate, or browsers miss the words they seek")
    style, script = _part("style.css"), _part("session.js") + _part("phone.js")
    return Template(_part("session.html")).substitute(
        policy=_policy(style, script),
        style=style,
        script=script,
        title=_text(captions.title),
        language=_text(captions.language),
        home=f'<a href="{_address(home)}">All sessions</a>' if home else "",
        chart=chart or "",
        session=_data(_told(captions, clips, digest)),
        mime=_text(mime),
        sound=base64.b64encode(sound).decode("ascii"),
    )


def index_page(entries: Sequence[Entry], tables: Mapping[str, object] | None = None) -> str:
    """The list of sessions as HTML, in the order given. By `tables` it understands what people say, as the matcher."""
    style, script, entry = _part("style.css"), _part("understand.js"), Template(_part("entry.html").strip())
    script += _part("index.js")
    return Template(_part("index.html")).substitute(
        policy=_policy(style, script),
        style=style,
        script=script,
        tables=_data(tables),
        entries="\n".join(
            entry.substitute(
                words=_text(" ".join((*one.words, one.about))),
                needs=_text(" ".join(one.needs)),
                file=_address(one.file),
                title=_text(one.title),
                minutes=f"{max(1, round(one.minutes))} min",
                about=_text(one.about),
            )
            for one in entries
        ),
    )


def variable(sound: bytes) -> bool:
    """Whether this is an MP3 of variable bit rate, as the info frame at its start tells."""
    start = 0
    if sound[:3] == b"ID3":  # four times seven bits, then the first frame
        start = 10 + sum(byte << shift for byte, shift in zip(sound[6:10], (21, 14, 7, 0), strict=False))
    return b"Xing" in sound[start : start + 64]


def _told(captions: Captions, clips: Sequence[Clip], digest: str) -> dict[str, object]:
    """All that the page knows of the session. Seconds."""
    return {
        "title": _shown(captions.title),
        "digest": digest,
        "length": _time(clips[-1].start + clips[-1].length),
        "chapters": [{"title": _shown(one.title), "start": _time(one.start)} for one in captions.chapters],
        "cues": [
            {
                "text": _shown(clip.cue.text),
                "start": _time(clip.start),
                "said": _time(clip.end),
                "point": clip.cue.point,
                "side": clip.cue.side,
            }
            for clip in clips
        ],
        "holds": list(_holds(clips)),
    }


def _holds(clips: Sequence[Clip]) -> Iterator[dict[str, object]]:
    """Each hold: its start, the end of the words of pressing, when and with what words to come off, and its end."""
    press: Clip | None = None
    for clip in clips:
        if clip.cue.kind == "press":
            press = clip
        elif clip.cue.kind == "release" and press:
            yield {
                "start": _time(press.start),
                "said": _time(press.end),
                "off": _time(clip.start),
                "end": _time(clip.start + clip.length),
                "words": _shown(clip.cue.text),
            }
            press = None


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing is fetched from anywhere, and nothing runs but this style and this script."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data: blob:; media-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _data(value: object) -> str:
    """JSON that ends no script element, and is plain ASCII."""
    told = json.dumps(value, separators=(",", ":"))
    return told.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _shown(text: str) -> str:
    return UNSHOWABLE.sub("\ufffd", text)


def _text(text: str) -> str:
    return escape(_shown(text))


def _address(file: str) -> str:
    """A file beside the page: whatever its name, it is no other scheme and no other host."""
    return "./" + quote(file.encode("utf-8", "surrogatepass"))


def _time(count: int) -> float:
    return round(seconds(count), 6)
