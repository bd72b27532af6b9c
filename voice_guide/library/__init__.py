"""The scripts on disk become values, and every fault of a script is named with its file and line.

Nothing in a script can run code, name another file, or grow past bounds that are checked here.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from voice_guide.errors import NameUnclear, RoutineError
from voice_guide.library.checked import Checked, bytes_of, digest
from voice_guide.library.ground import Ground
from voice_guide.library.orders import Orders
from voice_guide.library.shelf import PRONUNCIATIONS, Card, Opened, Shelf, card_of
from voice_guide.library.slugs import LONGEST_NAME, slug
from voice_guide.routine import Point, Posture, Routine, Tool
from voice_guide.routine.phrases import Sounds
from voice_guide.storage.folders import user_folder
from voice_guide.storage.forms import Form
from voice_guide.storage.kept import cache_folder

if TYPE_CHECKING:  # late, as is all that some commands do not need: to load it takes longer than to use it
    from voice_guide.body.habits import Habits
    from voice_guide.body.listeners import Need, Questions, Rules
    from voice_guide.body.terms import Safety
    from voice_guide.library.shipped import Shipped
    from voice_guide.pictures.chart import Charts
    from voice_guide.understanding.matcher import Matcher
    from voice_guide.understanding.names import Names
    from voice_guide.understanding.words import Words


def shipped_folder() -> Path:
    """The scripts of this checkout, or those inside the installed package."""
    inside = Path(__file__).parents[1] / "scripts"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "scripts"


def own_folder() -> Path:
    """Where a listener's own scripts live: VOICE_GUIDE_SCRIPTS, or the user's data folder."""
    return user_folder("VOICE_GUIDE_SCRIPTS", "data", "scripts")


class Library:
    """All routines by name: the shipped ones, and the listener's own, which win over shipped namesakes.

    What was checked is kept in the folder `cache`, and not checked again until it changes; of a long wait `tell` is
    told.
    """

    def __init__(
        self,
        shipped: Path | None = None,
        own: Path | None = None,
        cache: Path | None = None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.shipped = shipped or shipped_folder()
        self.own = own or own_folder()
        self._checked = Checked(cache or cache_folder())
        self._shelf, self._tell = Shelf(self.own, self._routine, tell), tell
        self._raw: dict[str, bytes] = {}
        self._against = self._digest("points", "phrases", "safety")
        ground = self._checked.value(Form(Ground), ("ground", self._against), lambda: self._written.ground())
        self.phrases, self.catalogue, self.claims = ground.phrases, ground.catalogue, ground.claims
        self.orders = Orders(ground.orders, ground.order_words)
        self.old_numbers = {word: [*answers] for word, answers in ground.old_numbers.items()}
        self.broken: list[str] = []
        """A line for each script of the listener's own that cannot be used."""

    def _digest(self, *names: str) -> str:
        self._raw |= {name: bytes_of(self.shipped / f"{name}.yaml") for name in names}
        return digest(*map(self._raw.__getitem__, names))

    @cached_property
    def _written(self) -> "Shipped":
        from voice_guide.library.shipped import Shipped

        return Shipped(self.shipped, self._raw)

    @cached_property
    def commanding(self) -> frozenset[str]:
        """What may be said to command the guide, and must never be what it says itself."""
        from voice_guide.routine.vocabulary import PREFIX

        hear, events = self.phrases.hear, self.safety.events.values()
        bare = [phrase for said in (*hear.bare.values(), *hear.ready.values()) for phrase in said]
        felt = [phrase for event in events for phrase in event.say]
        after = [phrase for said in hear.commands.values() for phrase in said]
        after += [phrase for event in events for phrase in event.after]
        return frozenset([*bare, *felt, *(f"{PREFIX} {phrase}" for phrase in (*bare, *felt, *after))])

    @property
    def safety(self) -> "Safety":
        """What follows from what a listener says about their body."""
        return self._rules.safety

    @property
    def habits(self) -> "Habits":
        """The limits over days."""
        return self._rules.habits

    @property
    def questions(self) -> "Questions":
        """What to ask about the body."""
        return self._rules.questions

    @cached_property
    def _rules(self) -> "Rules":
        from voice_guide.body.listeners import Rules

        ids = self._shipped_ids()
        made_of = ("rules", self._against, *ids)
        return self._checked.value(Form[Rules](Rules), made_of, lambda: self._written.rules(self.catalogue, ids))

    @property
    def needs(self) -> "Mapping[str, Need]":
        """What somebody may want help with, by id."""
        return self._needs[0]

    @property
    def otherwise(self) -> "Need":
        """What is open to pain of any age."""
        return self._needs[1]

    @cached_property
    def _needs(self) -> "tuple[Mapping[str, Need], Need]":
        from voice_guide.body.listeners import Need

        ids, conditions = self._shipped_ids(), self.safety.conditions
        form = Form[tuple[Mapping[str, Need], Need]](tuple[Mapping[str, Need], Need])
        made_of = ("needs", self._against, self._digest("needs"), *ids)
        return self._checked.value(form, made_of, lambda: self._written.needs(conditions, ids))

    def _shipped_ids(self) -> list[str]:
        return sorted(path.stem for path in (self.shipped / "routines").glob("*.yaml"))

    @cached_property
    def words(self) -> "Words":
        """The words of the language, for whoever says what they want."""
        from voice_guide.understanding.words import Words

        return self._checked.value(Form[Words](Words), ("words", self._digest("words")), lambda: self._written.words())

    @cached_property
    def matcher(self) -> "Matcher":
        """What people say they want, in their own words."""
        from voice_guide.understanding.matcher import Matcher

        return Matcher(self)

    @property
    def called(self) -> Mapping[str, Sequence[str]]:
        """Every routine's name, with its aliases."""
        return {card.name: card.aliases for card in self.cards.values()}

    @cached_property
    def cards(self) -> Mapping[str, Card]:
        """What is told of every routine that can be played, by name, in the order of names."""
        read = [card_of(self._routine(path)) for path in sorted((self.shipped / "routines").glob("*.yaml"))]
        found = {card.name: card for card in read}
        shipped = {card.id: card.name for card in read}
        cards, broken = self._shelf.cards(self._checked, self._against)
        self.broken += broken
        for card in cards:
            found.pop(shipped.get(card.id, ""), None)
            found[card.name] = replace(card, replaces=card.id in shipped)
        return dict(sorted(found.items()))

    @cached_property
    def routines(self) -> Mapping[str, Routine]:
        """Every routine that can be played, by name, in the order of names; read when it is first asked for."""
        return Opened(self.cards, self._opened)

    def _opened(self, card: Card) -> Routine:
        path = Path(card.file) if card.file else self.shipped / "routines" / f"{card.id}.yaml"
        return replace(self._routine(path), file=card.file, replaces=card.replaces)

    def read(self, path: Path, mine: bool = False) -> Routine:
        """One script, checked now, whatever is kept; raises RoutineError with a line for every fault in it."""
        return self._read(path, file=str(path) if mine else "")

    def _read(self, path: Path, raw: bytes = b"", file: str = "") -> Routine:
        from voice_guide.library.document import Document
        from voice_guide.library.shapes import RoutineShape
        from voice_guide.library.steps import Reader

        document = Document(path, raw)
        shape = document.read_as(RoutineShape)
        shipped = self._is_shipped(path)
        reader = Reader(document, self.catalogue, self.phrases, self.claims, self.commanding, self.orders, shipped)
        return replace(reader.routine(shape), file=file)

    def _is_shipped(self, path: Path) -> bool:
        """Whether a script is one of ours, which alone may say that an exclusion does not concern it."""
        return os.path.realpath(path.parent) == os.path.realpath(self.shipped / "routines")

    def _routine(self, path: Path) -> Routine:
        """One script, checked now or before."""
        raw = bytes_of(path)
        whose = "shipped" if self._is_shipped(path) else "own"
        made_of = ("routine", whose, self._against, digest(raw))
        return self._checked.value(self._form, made_of, lambda: self._read(path, raw))

    @cached_property
    def _form(self) -> Form[Routine]:
        catalogue = self.catalogue
        known = {Point: catalogue.points, Tool: catalogue.tools, Posture: catalogue.postures}
        return Form(Routine, known)

    def named(self, asked: str) -> Routine | None:
        """The routine of just that name, or a script by its path; None where it takes more to understand."""
        if asked.lower().endswith((".yaml", ".yml")):
            path = Path(asked)
            return replace(self._routine(path), file=str(path))
        exact = self.shipped / "routines" / f"{slug(asked)}.yaml"
        if exact.is_file() and not self._shelf.scripts():  # one file to read instead of all
            return self._routine(exact)
        return None

    def find(self, asked: str) -> Routine:
        """The routine meant by a name as spoken or typed, or a script by its path; raises NameUnclear."""
        if routine := self.named(asked):
            return routine
        meaning = self.matcher.meaning(asked)
        if meaning.name:
            return self.routines[meaning.name]
        likely = meaning.candidates
        if meaning.need:
            from voice_guide.understanding.names import either

            likely = [self.by_id(one).name for one in self.needs[meaning.need].routines]
            raise NameUnclear(f"'{meaning.phrase}' is no routine; did you mean {either(likely)}?", likely)
        raise NameUnclear(meaning.question or f"'{meaning.phrase}' is no routine. {meaning.say}", likely)

    def by_id(self, name: str) -> Routine:
        """The shipped routine of that id, or the listener's own in its place."""
        return self.routines[next(card.name for card in self.cards.values() if card.id == name)]

    @cached_property
    def charts(self) -> "Charts":
        """Where the points lie on the drawn body."""
        from voice_guide.pictures.chart import Charts

        return self._checked.value(
            Form[Charts](Charts), ("charts", self._digest("charts")), lambda: self._written.charts()
        )

    @cached_property
    def pronunciations(self) -> Sounds:
        """How words sound, by engine; the listener's own, where their file can be read, over the shipped ones."""
        form = Form[Sounds](Sounds)
        shipped = self._checked.value(
            form, ("sounds", self._digest("pronunciations")), lambda: self._written.pronunciations()
        )
        path = self.own / PRONUNCIATIONS
        if not path.exists():
            return shipped
        from voice_guide.library.document import Document
        from voice_guide.library.shipped import read_sounds

        raw = bytes_of(path)
        try:
            own = self._checked.value(form, ("sounds", digest(raw)), lambda: read_sounds(Document(path, raw)))
        except RoutineError as fault:
            self._tell(f"{str(fault).splitlines()[0]}; no word is said by it")
            return shipped
        return {engine: {**shipped.get(engine, {}), **own.get(engine, {})} for engine in {*shipped, *own}}

    @cached_property
    def names(self) -> "Names":
        """The index for choosing by name."""
        from voice_guide.understanding.names import Entry, Names

        return Names([Entry(card.name, card.aliases) for card in self.cards.values()], self._codes())

    def _codes(self) -> dict[str, list[str]]:
        """Point codes and names, with what to ask back: they name a place, never a routine."""
        pressing: dict[str, dict[str, None]] = {}
        for card in self.cards.values():
            for pressed in card.points:
                pressing.setdefault(pressed, {})[card.name] = None
        asked = dict(self.old_numbers)
        for point in self.catalogue.points.values():
            answers = [*pressing.get(point.id, ())] or [f"{point.name} (not offered)"]
            for word in (point.code, point.name, *point.also):
                if word and word not in self.old_numbers:
                    asked[word] = [*asked.get(word, []), *answers]
        return {word: list(dict.fromkeys(answers)) for word, answers in asked.items()}


__all__ = ["LONGEST_NAME", "Library", "own_folder", "shipped_folder", "slug"]
