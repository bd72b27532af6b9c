"""All that a guide works with: scripts, voice, the listener's own files; opened when first needed, closed together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from voice_guide.guide.moment import Tell, nobody
from voice_guide.personal import JOURNAL, OWN_VOICES, data_folder
from voice_guide.storage.folders import others_may_change
from voice_guide.storage.kept import cache_folder

if TYPE_CHECKING:
    from voice_guide.body.habits import Record
    from voice_guide.body.profile import Profile
    from voice_guide.body.terms import Today
    from voice_guide.guide.moment import Show
    from voice_guide.guide.writing import Studio
    from voice_guide.library import Library
    from voice_guide.personal.bookmark import Bookmarks
    from voice_guide.personal.journal import Journal
    from voice_guide.voices.cache import Remembering


class Kit:
    """Folders that are None are the user's own, as the environment says."""

    def __init__(
        self,
        voice: str | None,
        rate: int,
        pitch: int,
        scripts: Path | str | None = None,
        data: Path | str | None = None,
        cache: Path | str | None = None,
        tell: Tell = nobody,
    ) -> None:
        self._tell = tell
        self.data, self.cache = Path(data or data_folder()), Path(cache or cache_folder())
        self.voice_name, self.rate, self.pitch = self._recorded(voice), rate, pitch
        self._scripts, self._told_broken = Path(scripts) if scripts else None, 0
        self._told_exposed = ""
        self._twins: list[Kit] = []
        self._voice: Remembering | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def tell(self, line: str) -> None:
        """A line for those who look; an empty one is none."""
        if line:
            self._tell(line)

    @contextmanager
    def looked_on(self, show: Show) -> Iterator[Show]:
        """While a session is heard, lines and moments are given aside; who does not take them is told no more."""
        from voice_guide.guide.onlooker import Onlooker

        tell, onlooker = self._tell, Onlooker(self._tell, show)
        self._tell = onlooker.tell
        try:
            yield onlooker.show
        finally:
            self._tell = nobody
            if onlooker.close():
                self._tell = tell

    def close(self) -> None:
        """Free the voice, and tell what could not be kept. Safe twice."""
        for twin in self._twins:
            twin.close()
        self.__dict__.pop("studio", None)
        if self._voice:
            self._voice.close()
            self.tell(self._voice.warning)
            self._voice = None
        if "journal" in self.__dict__:
            self.tell(self.journal.warning)
            del self.journal

    @cached_property
    def library(self) -> Library:
        """Every script."""
        from voice_guide.library import Library

        return Library(own=self._scripts, cache=self.cache, tell=self.tell)

    def tell_broken(self) -> None:
        """Name the listener's own scripts that cannot be used; each once."""
        for line in self.library.broken[self._told_broken :]:
            self.tell(line)
        self._told_broken = len(self.library.broken)

    @property
    def voice(self) -> Remembering:
        """What speaks, and remembers what it said; its engine starts when it is first needed."""
        return self._voice or self._opened(at_once=False)

    def start_voice(self) -> None:
        """Start the engine now, while other things are done."""
        if self._voice is None:
            self._opened(at_once=True)

    def _recorded(self, voice: str | None) -> str | None:
        """The path of a recorded voice or a model, from wherever it is named; other voices as they are."""
        from voice_guide.voices import NAMES
        from voice_guide.voices.voice import PIPER

        if voice and voice.startswith(PIPER):
            return PIPER + str(Path(voice.removeprefix(PIPER)).expanduser().absolute())
        if not voice or voice in NAMES:
            return voice
        from voice_guide.voices.recorded import folder_of

        return str(folder_of(voice, self.voices) or voice)

    @property
    def voices(self) -> Path:
        """The folder of the listener's own recorded voices."""
        return self.data / OWN_VOICES

    def twin(self, voice: str | None, rate: int, pitch: int) -> Kit:
        """The same with another voice; it is closed with this one."""
        if (voice, rate, pitch) == (self.voice_name, self.rate, self.pitch):
            return self
        self._twins.append(Kit(voice, rate, pitch, self._scripts, self.data, self.cache, self.tell))
        return self._twins[-1]

    def _opened(self, at_once: bool) -> Remembering:
        from voice_guide.voices.cache import remembering

        self._voice = remembering(
            self.voice_name, self.rate, self.pitch, self.cache, at_once, lambda: self.library.pronunciations
        )
        return self._voice

    @cached_property
    def studio(self) -> Studio:
        """The voice, and what is kept of it for files."""
        from voice_guide.guide.writing import Studio

        return Studio(self.voice)

    @cached_property
    def journal(self) -> Journal:
        """Past sessions."""
        from voice_guide.personal.journal import Journal

        self._tell_exposed()
        return Journal(self.journal_path)

    @property
    def journal_path(self) -> Path:
        """The file of past sessions."""
        return self.data / JOURNAL

    @cached_property
    def bookmarks(self) -> Bookmarks:
        """Where sessions stood that were broken off."""
        from voice_guide.personal.bookmark import Bookmarks

        return Bookmarks(self.data)

    @property
    def profile_path(self) -> Path:
        """The file of what the listener told about their body."""
        from voice_guide.personal.profile import profile_path

        return profile_path(self.data)

    @property
    def profile(self) -> Profile | None:
        """What the listener told about their body; SafetyError where it is broken."""
        from voice_guide.personal.profile import read_profile

        self._tell_exposed()
        tellable = [name for name, one in self.library.safety.conditions.items() if one.lasts != "journal"]
        return read_profile(tellable, self.library.catalogue.parts, self.profile_path)

    def _tell_exposed(self) -> None:
        """Name the fault of a folder in which others may change the listener's files; once."""
        if not self._told_exposed:
            self._told_exposed = others_may_change(self.data)
            self.tell(self._told_exposed)

    def keep_profile(self, profile: Profile) -> Path:
        """Write it where it is read from; returns the path. VoiceGuideError where it cannot be kept."""
        from voice_guide.personal.profile import write_profile

        names = {name: one.name for name, one in self.library.safety.conditions.items()}
        return write_profile(profile, names, self.profile_path)

    def today(
        self,
        profile: Profile | None,
        past: Sequence[Record],
        conditions: Iterable[str] = (),
        means: Iterable[str] = (),
        agreed: bool = False,
    ) -> Today:
        """What holds now, after `past` sessions; `conditions` are said of this one as typed, `means` are ids that it
        brings along.
        """
        from voice_guide.body.today import today_of

        extra = {
            **dict.fromkeys(means, ()),
            **(self.library.matcher.conditions.typed(conditions) if conditions else {}),
        }
        now, lost = datetime.now().astimezone(), self.journal.broken
        return today_of(self.library, profile, past, now, lost=lost, extra=extra, agreed=agreed)

    @property
    def day(self) -> date:
        """The day on the listener's clock."""
        return date.today()
