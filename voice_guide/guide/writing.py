"""A session written to a file, in any format, with what stands beside it: the same bytes wherever it is done.

It knows no profile and no library, because a file is written in this process, in another, or on another machine.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from voice_guide import __version__
from voice_guide.compiler.cues import Plan
from voice_guide.compiler.timeline import Timeline, measured
from voice_guide.errors import ChoiceError, VoiceGuideError, did_you_mean
from voice_guide.formats import FORMATS
from voice_guide.formats.captions import SIDECARS, Captions, captions
from voice_guide.formats.id3 import Tags
from voice_guide.formats.joined import Encoded
from voice_guide.formats.mp3 import Mp3
from voice_guide.formats.xing import FRAME
from voice_guide.pictures.drawing import Drawing
from voice_guide.storage.kept import PICTURE, named
from voice_guide.storage.whole import Memory, write_whole
from voice_guide.voices.cache import Remembering, remembering
from voice_guide.voices.rendering import rendered

MP3, PAGE = ".mp3", ".html"
COVER, ALL = "cover", "all"
BESIDE = (*SIDECARS, COVER)
"""What may stand beside a file: captions, and its chart."""
ENDINGS = tuple(f".{name}" for name in FORMATS)
"""The formats of an export, by the ending of the file's name."""
ARTIST, ALBUM, GENRE = "voice_guide", "voice_guide sessions", "Speech"
CONSTANT = 48
"""The bit rate of a page's sound in kbit/s: in a variable one a browser finds a time only within seconds."""
_FORMAT = 2
"""To be raised with every change of what is written of the same session."""


@dataclass(frozen=True)
class Export:
    """All that the files of a session are made of; no profile and no library, so that any machine makes the same."""

    title: str
    plan: Plan
    chart: Drawing | None
    path: Path
    """The file; what stands beside it has its name and another ending."""
    beside: tuple[str, ...] = ()
    """Names of SIDECARS, and COVER."""
    home: str = ""
    """What a page leads back to."""

    def made_of(self, key: str) -> str:
        """A digest that is another wherever the files would be, in a voice of that key."""
        all_of_it = (
            _FORMAT,
            __version__,
            self.title,
            self.plan.digest,
            self.plan.titles,
            self.picture,
            self.path.name,
            self.beside,
        )
        return named("", *all_of_it, self.home, key)

    @cached_property
    def picture(self) -> str:
        """The name under which its chart is kept as a PNG."""
        return named(PICTURE, version("pillow"), self.chart)


@dataclass(frozen=True, slots=True)
class VoiceWish:
    """The voice asked for, as `open_voice` takes it."""

    name: str | None
    rate: int
    pitch: int
    sounds: str = "{}"
    """How words are said, as JSON: so that the same wish is known again."""

    def open(self, folder: Path) -> Remembering:
        """The voice, which remembers in a folder; its engine starts when it is first needed."""
        return remembering(self.name, self.rate, self.pitch, folder, False, lambda: json.loads(self.sounds))


class Studio:
    """A voice, and what is kept of it as sound and as MP3 frames."""

    def __init__(self, voice: Remembering) -> None:
        self.voice = voice
        self.encoded = Encoded(voice, voice.kept)
        self.constant = Encoded(voice, voice.kept, CONSTANT)


def write(export: Export, studio: Studio, step: Callable[[], None] = lambda: None) -> list[Path]:
    """Write the file and those beside it, each whole or not at all; `step` is called after each cue.

    Returns the paths, the file's first. Raises VoiceGuideError.
    """
    told = _WRITERS.get(export.path.suffix.lower(), _write_sound)(export, studio, step)
    paths = [export.path]
    for name in export.beside:
        if name == COVER and not export.chart:
            continue
        ending, data = (PICTURE, _cover(export, studio)) if name == COVER else _sidecar(name, told)
        paths.append(export.path.with_suffix(ending))
        write_whole(paths[-1], data)
    return paths


def tags(export: Export, told: Captions, cover: bytes) -> Tags:
    """What a player shows of a session: its name, its points on a body, a chapter a step, every word as lyrics."""
    lyrics: list[str] = []
    for chapter, words in told.told():
        lyrics += ["", chapter.title, *(word.text for word in words)]
    return Tags(
        title=export.title,
        artist=ARTIST,
        album=ALBUM,
        genre=GENRE,
        lyrics="\n".join(lyrics).strip(),
        chapters=told.chapters,
        cover=cover,
        words=told.words,
    )


def path_of(output: Path, wanted: str | None, name: str) -> Path:
    """The file to write: `output`, or a file called `name` in that folder, in the format it ends in or that is wanted.

    Raises ChoiceError where they differ, or where it ends in what looks like a format and is none of ours.
    """
    if output.is_dir():
        return output / f"{name}{wanted or MP3}"
    ending = output.suffix.lower()
    if ending == wanted or (ending in ENDINGS and not wanted):
        return output
    if ending in (*ENDINGS, PAGE):
        raise ChoiceError(f"'{output}' is not the name of a {wanted or MP3} file; change the name")
    if ending[1:].isalnum() and len(ending) < 6:
        known = ", ".join(ENDINGS)
        raise ChoiceError(f"'{output}' ends in no format there is; {did_you_mean(ending, ENDINGS, f'choose {known}')}")
    return output.with_name(f"{output.name}{wanted or MP3}")


def _write_mp3(export: Export, studio: Studio, step: Callable[[], None]) -> Captions:
    timeline = _measured(export.plan, studio.encoded, step)
    told = captions(export.title, export.plan.titles, timeline)
    with Mp3(export.path, tags(export, told, _cover(export, studio))) as sink:
        sink.join(studio.encoded.joined(timeline.clips), timeline.length)
    return told


def _measured(plan: Plan, encoded: Encoded, step: Callable[[], None]) -> Timeline:
    lengths = []
    for cue in plan.cues:
        lengths.append(encoded.length(cue.text))
        step()
    return measured(plan.cues, lengths, FRAME)


def _write_sound(export: Export, studio: Studio, step: Callable[[], None]) -> Captions:
    from voice_guide.formats.ffmpeg import Ffmpeg
    from voice_guide.formats.wav import Wav
    from voice_guide.player import play
    from voice_guide.player.session import Session

    timeline = rendered(export.plan, studio.voice, step, FRAME)
    session = Session()
    session.feed(timeline.clips)
    session.whole = True
    told = captions(export.title, export.plan.titles, timeline)
    if export.path.suffix.lower() == ".wav":
        sink: Wav | Ffmpeg = Wav(export.path)
    else:
        sink = Ffmpeg(export.path, tags(export, told, _cover(export, studio)))
    with sink:
        play(session, sink)
    return told


def _write_page(export: Export, studio: Studio, step: Callable[[], None]) -> Captions:
    from voice_guide.page import session_page
    from voice_guide.pictures import svg

    timeline = _measured(export.plan, studio.constant, step)
    told = captions(export.title, export.plan.titles, timeline)
    sound = Memory()
    with Mp3(sound, Tags(export.title, ARTIST, ALBUM, GENRE), CONSTANT) as sink:
        sink.join(studio.constant.joined(timeline.clips), timeline.length)
    chart = svg(export.chart, inline=True) if export.chart else None
    digest = named("", export.plan.digest, studio.voice.key)
    page = session_page(told, timeline.clips, chart, sound.data, digest=digest, home=export.home)
    write_whole(export.path, page.encode())
    return told


_WRITERS: Mapping[str, Callable[[Export, Studio, Callable[[], None]], Captions]] = {
    MP3: _write_mp3,
    PAGE: _write_page,
}


def _cover(export: Export, studio: Studio) -> bytes:
    """The chart as a PNG; none where nothing is pressed. Raises VoiceGuideError where it cannot be drawn."""
    if export.chart is None:
        return b""
    try:
        from voice_guide.pictures import is_png, png

        picture = studio.voice.kept.load(export.picture)
        if not is_png(picture, export.chart):
            picture = png(export.chart)
            studio.voice.kept.store(export.picture, picture)
    except (OSError, ImportError, ValueError) as error:
        raise VoiceGuideError(f"cannot draw the cover of '{export.title}': {error}; reinstall pillow") from error
    return picture


def _sidecar(name: str, told: Captions) -> tuple[str, bytes]:
    sidecar = SIDECARS[name]
    return sidecar.ending, sidecar.write(told).encode()


def ending_of(name: str) -> str:
    """The ending of a format. Raises ChoiceError for one that there is not."""
    if name not in FORMATS:
        remedy = did_you_mean(name, FORMATS, f"there are {', '.join(FORMATS)}")
        raise ChoiceError(f"no format '{name}'; {remedy}")
    return f".{name}"


def sidecars_of(typed: Iterable[str]) -> tuple[str, ...]:
    """What stands beside a file, by names such as `vtt` and `cover`, or `all`. Raises ChoiceError with the nearest."""
    listed = typed.split(",") if isinstance(typed, str) else typed
    names = tuple(dict.fromkeys(word.strip().lower() for word in listed if word.strip()))
    if names == (ALL,):
        return BESIDE
    for name in names:
        if name not in BESIDE:
            remedy = did_you_mean(name, BESIDE, f"there are {', '.join(SIDECARS)}")
            raise ChoiceError(f"no captions '{name}'; {remedy}")
    return names
