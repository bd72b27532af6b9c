"""What the program does, apart from how it is asked: values in; values, events or one of our errors out.

Nothing here prints, reads options or ends a process; the command line is one of its users, a program of yours another.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from voice_guide.body.wishes import BALLS, COMPANY, SIDES, SURFACES, TALKS, Wishes
from voice_guide.compiler.speech import MOST_WORDS
from voice_guide.devices import SINKS
from voice_guide.errors import ChoiceError, SafetyError, did_you_mean
from voice_guide.formats import FORMATS
from voice_guide.guide.kit import Kit
from voice_guide.guide.moment import Progress, Tell, nobody, unmoved
from voice_guide.voices.voice import DEFAULT_PITCH, DEFAULT_RATE, PITCHES, RATES

if TYPE_CHECKING:
    from voice_guide.body.profile import Profile
    from voice_guide.formats.verify import Whole
    from voice_guide.guide.catalogue import Catalogue
    from voice_guide.guide.choosing import Choice
    from voice_guide.guide.conditions import Sayable
    from voice_guide.guide.doctor import Finding
    from voice_guide.guide.interview import Interview, Question
    from voice_guide.guide.prepared import Prepared
    from voice_guide.guide.recording import Recording
    from voice_guide.guide.scripts import Charted, Checked, Shown
    from voice_guide.guide.suggest import Suggestions
    from voice_guide.hearing.recording import Understood
    from voice_guide.library import Library
    from voice_guide.library.shelf import Card
    from voice_guide.personal.journal import Journal
    from voice_guide.storage.kept import Info
    from voice_guide.understanding import Meaning
    from voice_guide.voices.voice import Speaker


class Guide:
    """A voice, the scripts and the listener's own files. Close it after use, or use it in a `with` block.

    `voice` is one of `voices()`, 'tone' for beeps, or None for a clear English one; `rate` is in words a minute,
    `pitch` 0 to 99. `scripts`, `data` and `cache` are the folders of the listener's own scripts, of profile, journal
    and place, and of what is kept; None is the user's own. `tell` is given a line at a time for those who look.

    It reads the scripts once, and belongs to one thread; a session that plays is told from any thread by a `Remote`.
    """

    def __init__(
        self,
        voice: str | None = None,
        rate: int = DEFAULT_RATE,
        pitch: int = DEFAULT_PITCH,
        *,
        scripts: Path | str | None = None,
        data: Path | str | None = None,
        cache: Path | str | None = None,
        tell: Tell = nobody,
    ) -> None:
        self._kit = Kit(voice, rate, pitch, scripts, data, cache, tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the voice, and tell what could not be kept. Safe twice."""
        self._kit.close()

    # A session.

    def prepare(self, name: str = "", *, heard: bool = True, ask: bool = False, **wishes: Any) -> Prepared:
        """The routine of that name, or for a `need`, as it is right for this listener today.

        Other wishes are those of `Wishes`: conditions, doctor_agreed, minutes, surface, ball, side, company, talk.
        A session that is to be `heard` begins, for somebody's first, with a word about doctors; one that is not is
        for a file.
        `ask`: the questions of its opening are to be asked, where they can be answered, and not only said.

        Raises SafetyError with what to do instead, NameUnclear, ChoiceError, RoutineError.
        """
        from voice_guide.controls.signals import unwinding
        from voice_guide.guide.fitted import fitted
        from voice_guide.guide.prepared import Prepared

        kit = self._kit
        if heard:
            kit.start_voice()
        with unwinding():
            found = fitted(kit, name, Wishes(**wishes), kit.voice.length, asked=ask, heard=heard)
            return Prepared(kit, found, heard)

    def adapt(self, name: str = "", **wishes: Any) -> Prepared:
        """The same without any voice: for a look at what a routine becomes, its times those of a calm one."""
        from voice_guide.guide.fitted import fitted
        from voice_guide.guide.prepared import Prepared

        return Prepared(self._kit, fitted(self._kit, name, Wishes(**wishes)), heard=False)

    def resume(self, *, ask: bool = False) -> Prepared:
        """The last session from where it was broken off, in its own voice unless another was named.

        Raises VoiceGuideError where there is none, SafetyError where there is to be none today.
        """
        from voice_guide.controls.signals import unwinding
        from voice_guide.guide.prepared import resumed

        with unwinding():
            return resumed(self._kit, ask)

    def choose(self, sink: str = "speaker", *, keys: bool = False) -> Choice | None:
        """Ask aloud which routine, and listen: a name or a need to prepare, None where nobody chose.

        Raises HearingError where nobody can be heard, SafetyError for a sign of danger, KeyboardInterrupt after a
        signal.
        """
        from voice_guide.guide.choosing import Talk
        from voice_guide.guide.moment import unseen

        self._kit.start_voice()
        with self._kit.looked_on(unseen):
            return Talk(self._kit, sink, keys).choose()

    def say(self, refusal: SafetyError, sink: str = "speaker") -> None:
        """A refusal by a rule is heard too, where there are a voice and a device; others name files and options."""
        from voice_guide.guide.aloud import say_aloud

        say_aloud(refusal, self._kit, sink)

    # Every session.

    def export_all(
        self,
        folder: Path | str = "",
        *,
        format: str = "mp3",
        captions: Iterable[str] = (),
        verify: bool = False,
        force: bool = False,
        jobs: int | None = None,
        scheduler: str | None = None,
        progress: Progress = unmoved,
        **wishes: Any,
    ) -> Catalogue:
        """Write every routine into a folder, those that are up to date left alone unless by `force`.

        `jobs` at once in processes here, or on a Dask cluster by its `scheduler`. One that fails is in the faults. With
        `verify` every byte of what is there is looked at too, not only when it was changed.
        """
        from voice_guide.controls.signals import unwinding
        from voice_guide.guide.catalogue import Making, Many, make_all
        from voice_guide.guide.writing import ending_of, sidecars_of

        making = Making(every(wishes), Path(folder), ending_of(format), sidecars_of(captions), verify)
        with unwinding():
            return make_all(self._kit, making, Many(force, jobs, scheduler), progress)

    def page_all(
        self,
        folder: Path | str = "",
        *,
        force: bool = False,
        jobs: int | None = None,
        scheduler: str | None = None,
        progress: Progress = unmoved,
        **wishes: Any,
    ) -> tuple[Catalogue, Path]:
        """Every routine as a page; and the path of a list to choose from."""
        from voice_guide.controls.signals import unwinding
        from voice_guide.guide.catalogue import Many
        from voice_guide.guide.pages import make_pages

        with unwinding():
            return make_pages(self._kit, every(wishes), Path(folder), Many(force, jobs, scheduler), progress)

    # What there is.

    @property
    def library(self) -> Library:
        """Routines, points, rules and phrases as values."""
        return self._kit.library

    def routines(self, need: str = "") -> list[Card]:
        """What is told of all routines in the order of their names, or of those for a need, the best first.

        Whole ones are in `library.routines`. Raises SafetyError for a need that is a sign to get help elsewhere.
        """
        library = self._kit.library
        cards = [*library.cards.values()]
        if need:
            from voice_guide.guide.asked import need_of

            ids = {card.id: card for card in cards}
            cards = [ids[one] for one in need_of(library, need).routines]
        self._kit.tell_broken()
        return cards

    def understand(self, phrase: str) -> Meaning:
        """What words mean as people say or type them: a routine, what hurts, wishes, conditions, a warning sign, or
        what to ask back.
        """
        return self._kit.library.matcher.meaning(phrase)

    def retold(self, meaning: Meaning) -> list[str]:
        """What was understood, for a reader, where it is clear."""
        from voice_guide.guide.asked import retold

        return retold(self._kit.library, meaning)

    def suggest(
        self, what: str, since: str = "", *, conditions: Sequence[str] = (), doctor_agreed: bool = False
    ) -> Suggestions:
        """Up to three routines for what hurts, `since` as the answers to that question say it, such as
        'within six weeks'; else as the words or the profile have it; else what is open to pain of any age. Where there
        is a profile, it knows from now on how old the pain is.

        Raises NameUnclear, ChoiceError, SafetyError.
        """
        from voice_guide.guide.suggest import suggest

        return suggest(self._kit, what, since, conditions, doctor_agreed)

    def onset(self, what: str) -> Question | None:
        """The question since when it hurts; the option chosen is what `suggest` is told. None where these words or
        the profile tell it. Raises as `suggest` does.
        """
        from voice_guide.guide.asked import need_meant
        from voice_guide.guide.interview import onset
        from voice_guide.guide.suggest import known_stage

        library = self._kit.library
        return None if known_stage(self._kit, need_meant(library, what)) else onset(library)

    def conditions(self) -> list[Sayable]:
        """What may be said about the body in `conditions`, in groups and by its names."""
        from voice_guide.guide.conditions import sayable

        return sayable(self._kit.library)

    def show(self, name: str) -> Shown:
        """Every cue of a routine as it stands in its script, with its time. Raises NameUnclear, VoiceError."""
        from voice_guide.guide.scripts import show

        return show(self._kit, name)

    def chart(self, name: str) -> Charted:
        """Where the points of a routine lie, or one point. Raises NameUnclear, VoiceGuideError."""
        from voice_guide.guide.scripts import chart

        return chart(self._kit, name)

    def check(self, path: Path | str) -> Checked:
        """Look over a script, or a routine by its name. Raises NameUnclear, RoutineError: all its faults."""
        from voice_guide.guide.scripts import check

        return check(self._kit, Path(path))

    def new(self, name: str, path: Path | str | None = None) -> Path:
        """Start a script of the listener's own; returns its path. Raises ChoiceError, VoiceGuideError."""
        from voice_guide.guide.scripts import new_script

        return new_script(self._kit, name, Path(path) if path else None)

    # The listener's own files.

    @property
    def profile(self) -> Profile | None:
        """What the listener told about their body. Raises SafetyError where it is broken."""
        return self._kit.profile

    @property
    def profile_path(self) -> Path:
        """Where that lies."""
        return self._kit.profile_path

    def profile_due(self) -> list[str]:
        """What is to be asked again, as a listener says it; nothing where nothing was told."""
        from voice_guide.body.today import asked_again

        profile = self._kit.profile
        return asked_again(profile, self._kit.library, self._kit.day) if profile else []

    def interview(self) -> Interview:
        """The questions about the body; its `profile` is what to keep."""
        from voice_guide.guide.interview import Interview

        try:
            before = self._kit.profile
        except SafetyError:  # it was broken, and set aside
            before = None
        return Interview(self._kit.library, self._kit.day, before)

    def keep_profile(self, profile: Profile) -> Path:
        """From now on sessions are fitted to it. Raises VoiceGuideError where it cannot be kept."""
        return self._kit.keep_profile(profile)

    def forget_profile(self) -> list[Path]:
        """Delete it, and all that was set aside; returns what was deleted. Raises VoiceGuideError."""
        from voice_guide.personal.profile import forget_profile

        gone = forget_profile(self._kit.profile_path)
        if os.path.lexists(self._kit.journal_path) or self._kit.bookmarks.there:
            self._kit.tell("past sessions may tell of your body too; `voice-guide journal --delete` erases them")
        return gone

    @property
    def journal(self) -> Journal:
        """Past sessions, in `known`."""
        return self._kit.journal

    def past_as_data(self) -> list[dict[str, Any]]:
        """Past sessions as JSON has them, the newest last."""
        from voice_guide.guide.past import plain

        return [plain(record) for record in self._kit.journal.records()]

    def past_as_csv(self) -> str:
        """Past sessions for a spreadsheet."""
        from voice_guide.guide.past import as_csv

        return as_csv(self._kit.journal.records())

    def plot_pain(self, path: Path | str) -> None:
        """Draw pain before and after each session. Raises VoiceGuideError where none was told."""
        from voice_guide.guide.past import plot

        plot(self._kit.journal.records(), Path(path))

    def erase_journal(self) -> None:
        """Delete every session, and where those stood that were broken off, for ever. Raises VoiceGuideError."""
        try:
            self._kit.journal.erase()
        finally:
            self._kit.bookmarks.erase()
            del self._kit.journal

    # This machine.

    def voices(self, language: str = "") -> list[Speaker]:
        """The voices this machine has, of a language such as 'en' or 'en-gb'; that of a recorded one nobody told.

        Raises VoiceError.
        """
        from voice_guide.voices import NATURAL, speakers
        from voice_guide.voices.recorded import own_voices

        found = speakers()
        natural = sum(speaker.id == NATURAL for speaker in found[:1])
        found[natural:natural] = own_voices(self._kit.voices)
        return [speaker for speaker in found if speaker.language.lower().startswith(language.lower())]

    def record(self, name: str, routines: Sequence[str] = (), *, again: bool = False) -> Recording:
        """Record a voice of that name, or go on with it: the sentences of these routines, else of all that are shipped;
        those that were recorded before only `again`. Use it in a `with` block.

        Raises ChoiceError, NameUnclear, VoiceGuideError.
        """
        from voice_guide.guide.recording import Recording

        return Recording(self._kit, name, routines, again)

    def speak(self, text: str, output: Path | str = "", *, sink: str = "speaker") -> Path | None:
        """Any words in this voice, to try them; or into a WAV file, whose path is returned. Raises VoiceGuideError."""
        from voice_guide.guide.aloud import say_words

        return say_words(text, self._kit, sink, Path(output) if output else None)

    def try_voices(self, language: str = "", *, sink: str = "speaker") -> None:
        """The same words with each of the `voices`; without a language, with those that may speak English.

        Raises VoiceGuideError.
        """
        from voice_guide.guide.aloud import try_voices

        found = self.voices(language)
        english = [one for one in found if not one.language or one.language.startswith("en")]
        try_voices(found if language else english, self._kit, sink)

    def examine(self) -> Iterator[Finding]:
        """What works on this machine, one thing after the other, each tried for real."""
        from voice_guide.guide.doctor import examine

        return examine(self._kit)

    @property
    def cache(self) -> Path:
        """The folder of all that is kept because it was made once."""
        return self._kit.cache

    def cache_info(self) -> Info:
        """How many files it holds, and how large they are."""
        from voice_guide.storage.kept import info

        return info(self._kit.cache)

    def verify_cache(self) -> list[Path]:
        """Read every file of it; remove and return the broken ones."""
        from voice_guide.storage.kept import verify

        return verify(self._kit.cache)

    def clear_cache(self) -> int:
        """Remove every file of it, which may be done at any time; returns how many there were."""
        from voice_guide.storage.kept import clear

        return clear(self._kit.cache)

    def understood(self, recording: Path, kind: str = "commands") -> Understood:
        """What is understood in a recording, where 'commands', 'ready', 'yes or no', 'number' or 'names' may be said.

        Raises ChoiceError, HearingError.
        """
        from voice_guide.guide.choosing import chosen_in
        from voice_guide.guide.vocabularies import names_of, vocabularies
        from voice_guide.hearing.recording import understood

        library = self._kit.library
        found = understood(recording, [*vocabularies(library), names_of(library)], kind)
        return chosen_in(found, library.matcher) if kind == "names" else found


def every(wishes: dict[str, Any]) -> Wishes:
    """What is wished for all routines."""
    if wishes.get("need"):
        raise ChoiceError("all routines are for every need; leave the need out")
    return Wishes(**wishes)


def tell(word: str) -> None:
    """Tell the session that plays on this machine, in whatever process. Raises ChoiceError, VoiceGuideError."""
    from voice_guide.controls.button import PRESS
    from voice_guide.controls.pipe import WORDS, tell

    known = (*WORDS, PRESS)
    if word not in known:
        remedy = did_you_mean(word, known, f"there are {', '.join(known)}")
        raise ChoiceError(f"no command '{word}'; {remedy}")
    tell(word)


def verify(path: Path) -> Whole:
    """Hold an export to its digest, an MP3 to its timeline too. Raises VoiceGuideError with the first fault."""
    from voice_guide.formats.verify import verify

    return verify(path)


__all__ = [
    "BALLS",
    "COMPANY",
    "DEFAULT_PITCH",
    "DEFAULT_RATE",
    "FORMATS",
    "MOST_WORDS",
    "PITCHES",
    "RATES",
    "SIDES",
    "SINKS",
    "SURFACES",
    "TALKS",
    "Guide",
    "tell",
    "verify",
]
