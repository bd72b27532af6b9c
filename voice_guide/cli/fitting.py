"""What play, export, adapt and suggest share: a routine by name or need, fitted to the body, the wishes, the day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from voice_guide.body.choices import BALLS, SIDES, SURFACES, Choices, choose
from voice_guide.body.fit import fit, within
from voice_guide.body.safety import Adapted, Change, Refusal, Today, adapt
from voice_guide.cli.parts import optioned
from voice_guide.cli.told import asked_again, condition_words, conditions_of, nearest, profile_of, refused, today_of
from voice_guide.compiler import compile_script
from voice_guide.compiler.cues import Plan
from voice_guide.compiler.timeline import Takes, sketch
from voice_guide.errors import ChoiceError, SafetyError, VoiceGuideError
from voice_guide.pcm import seconds
from voice_guide.personal.journal import Journal
from voice_guide.routine import Routine, Step, Talk

if TYPE_CHECKING:
    from voice_guide.library import Library
    from voice_guide.pictures.drawing import Drawing

F = TypeVar("F", bound=Callable[..., Any])
MINUTES = (3, 45)
LONGEST_TOLD = 60
"""Letters of options that are not read."""
NEAR = 0.95
"""Of a cap: from here on the real voice decides, and not what it is thought to take."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of a session. `conditions` are as typed: an id or a name, with ':PART' of the body."""

    need: str | None = None
    conditions: tuple[str, ...] = ()
    doctor_agreed: bool = False
    minutes: float | None = None
    surface: str | None = None
    ball: str | None = None
    side: str | None = None
    talk: Talk = "full"


def words_of(wishes: Wishes) -> list[str]:
    """The options, as they would be typed."""
    words = []
    for name, value in asdict(wishes).items():
        option = "--condition" if name == "conditions" else f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            words += [option] * value
        elif value is not None:
            words += [f"{option}={one}" for one in (value if isinstance(value, tuple) else (value,))]
    return words


def wishes_of(words: Sequence[str]) -> Wishes:
    """The options as they were typed. Raises ChoiceError."""
    reading = click.command(add_help_option=False)(fitting_options(lambda wishes: wishes))
    try:
        found: Wishes = reading.main([*words], standalone_mode=False)
    except click.ClickException:
        told = " ".join(words)[:LONGEST_TOLD]
        raise ChoiceError(f"{told!r} is no choice of this voice-guide; `voice-guide play NAME` begins anew") from None
    return found


@dataclass(frozen=True, slots=True)
class Fitted:
    """A routine as it will be heard today."""

    library: "Library"
    asked: Routine
    """Before anything was changed."""
    routine: Routine
    talk: Talk
    changes: tuple[Change, ...]
    length: float
    """Seconds."""
    room: float
    """Seconds that it may still become longer."""
    remark: str = ""
    """About the profile, for those who look."""

    @property
    def light(self) -> bool:
        """Nothing is pressed harder than lightly."""
        return all(step.pressure <= 2 for step in self.routine.steps if step.point)

    def plan(self, rate: int, asked: bool = False) -> Plan:
        """Its cues; `asked`: the questions of the opening were asked already."""
        return compile_script(self.routine, self.library.phrases, rate, self.talk, asked)

    def chart(self) -> "Drawing | None":
        """Its points on a body; nothing where none is pressed."""
        from voice_guide.pictures.chart import draw_chart

        points = list(dict.fromkeys(step.point for step in self.routine.steps if step.point))
        return draw_chart(self.library.charts, points, self.routine.name) if points else None


class Nearest(click.Choice):  # type: ignore[type-arg,unused-ignore]
    """A choice that says what was probably meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The choice, as it is written in the list."""
        if value not in self.choices:
            self.fail(f"there is no '{value}'; {nearest(str(value), list(map(str, self.choices)))}", param, ctx)
        return value


class Within(click.FloatRange):
    """A number of a range, which is told in our words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"'{value}' cannot be; give a number from {self.min:g} to {self.max:g}", param, ctx)


def fitting_options(command: F) -> F:
    """--need, --condition, --doctor-agreed, --minutes, --surface, --ball, --side and --talk, as one `Wishes`."""

    def wishing(
        need: str | None,
        condition: tuple[str, ...],
        doctor_agreed: bool,
        minutes: float | None,
        surface: str | None,
        ball: str | None,
        side: str | None,
        talk: Talk,
        **others: Any,
    ) -> Any:
        return command(wishes=Wishes(need, condition, doctor_agreed, minutes, surface, ball, side, talk), **others)

    return optioned(
        command, wishing,
        click.option("--talk", type=Nearest(["full", "short", "bells"]), default="full", show_default=True,
                     help="Every word, a regular's words, or bells with only names and safety spoken."),
        click.option("--side", type=Nearest(SIDES), help="One side only, or both."),
        click.option("--ball", type=Nearest(BALLS), help="The ball you have."),
        click.option("--surface", type=Nearest(SURFACES), help="Where you are."),
        click.option("--minutes", type=Within(*MINUTES), help="Make it last so long."),
        click.option("--doctor-agreed", is_flag=True, help="Your doctor agreed to this, with your --condition."),
        click.option("--condition", multiple=True, metavar="ID[:PART]",
                     help="Something about your body today, besides your profile; may be given again."),
        click.option("--need", help="What hurts, in your words, in place of a name."),
    )  # fmt: skip


def fitted(
    name: Sequence[str],
    wishes: Wishes,
    rate: int,
    takes: Takes | None = None,
    journal: Journal | None = None,
    asked: bool = False,
    listening: bool = False,
    library: "Library | None" = None,
) -> Fitted:
    """The routine meant, made fit. Raises SafetyError with what to do now where there is to be no session.

    `takes` tells how long words really take; `asked`: the questions of the opening were asked already;
    `listening`: it is about to be heard, so somebody's first session begins with a word about doctors.
    """
    from voice_guide.library import Library  # late: the voice starts meanwhile

    library, journal = library or Library(), journal or Journal()
    extra = conditions_of(wishes.conditions, library)
    if not name and not wishes.need:
        raise click.UsageError("name a routine, or what hurts with --need; `voice-guide list` shows them all")
    routines: list[Routine] = []
    if wishes.need:
        _no_warning_sign(wishes.need, library)
        need = library.need(wishes.need)
        extra = {**dict.fromkeys(need.means, ()), **extra}
        routines = [library.by_id(one) for one in need.routines]
    if name:
        routines = [library.find(" ".join(name))]
    for line in library.broken:
        click.echo(line, err=True)
    profile = profile_of(library)
    today = today_of(library, profile, journal, extra, wishes.doctor_agreed)
    first = listening and not journal.known and not journal.broken
    found = _Fitting(library, wishes, today, rate, takes, asked, first).first_of(routines)
    if profile:
        old = asked_again(profile, library)
        remark = f"your profile is old in places ({', '.join(old)}); `voice-guide profile` asks again" if old else ""
    else:
        remark = "`voice-guide profile` takes a minute, and fits every session to your body" if first else ""
    return replace(found, remark=remark)


def all_fitted(wishes: Wishes, rate: int, takes: Takes) -> Iterator[tuple[Routine, Fitted | VoiceGuideError]]:
    """Every routine there is, with what it becomes today, or why it is not offered."""
    from voice_guide.library import Library

    library = Library()
    extra = conditions_of(wishes.conditions, library)
    today = today_of(library, profile_of(library), Journal(), extra, wishes.doctor_agreed)
    fitting = _Fitting(library, wishes, today, rate, takes, asked=False, first=False)
    routines = library.routines.values()
    for line in library.broken:
        click.echo(line, err=True)
    for routine in routines:
        try:
            yield routine, fitting.fitted(routine)
        except VoiceGuideError as error:
            yield routine, error


def _no_warning_sign(need: str, library: "Library") -> None:
    """What somebody wants help with may itself be a sign to get help elsewhere: SafetyError then."""
    condition = condition_words(library).get(need.lower())
    if condition is None:
        return
    today = Today({condition: ()})
    refusal = adapt(library.by_id(library.safety.last_resort), today, library.safety, library.catalogue)
    if isinstance(refusal, Refusal) and refusal.level in ("emergency", "urgent"):
        raise refused(refusal, library, today)


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Fits routines, one like the other."""

    library: "Library"
    wishes: Wishes
    today: Today
    rate: int
    takes: Takes | None
    asked: bool
    first: bool

    def first_of(self, routines: Sequence[Routine]) -> Fitted:
        """The first that is not refused; the reason of the first one, where all are."""
        faults = []
        for routine in routines:
            try:
                return self.fitted(routine)
            except (SafetyError, ChoiceError) as error:
                faults.append(error)
        raise faults[0]

    def fitted(self, asked: Routine) -> Fitted:
        """Chosen, then made safe, then made as long as there is time."""
        library, wishes, today = self.library, self.wishes, self.today
        before = adapt(asked, today, library.safety, library.catalogue)
        if isinstance(before, Refusal) and before.level != "instead":  # no choice may hide it
            raise refused(before, library, today)
        choices = Choices(wishes.surface or "", wishes.ball or "", wishes.side or "")
        chosen = choose(asked, choices, library.catalogue)
        adapted = before
        if chosen is not asked:
            adapted = adapt(chosen, today, library.safety, library.catalogue, choices.has)
        if isinstance(adapted, Refusal):
            raise refused(adapted, library, today)
        if self.first:
            words = (library.safety.words["first_start"], *adapted.routine.today)
            adapted = replace(adapted, routine=replace(adapted.routine, today=words))
        cap = min(library.catalogue.limits.session, adapted.session)
        routine, length = adapted.routine, self.measured(adapted.routine)
        if wishes.minutes is not None or length > NEAR * cap:
            routine = self.timed(adapted)
            length = self.measured(routine, exact=True)
        missing = _points(adapted.routine).keys() - _points(routine).keys()
        no_time = library.safety.words["no_time"]
        gone = [Change("skipped", name, "time", no_time) for name in _points(adapted.routine) if name in missing]
        return Fitted(library, asked, routine, wishes.talk, (*adapted.changes, *gone), length, max(0.0, cap - length))

    def timed(self, adapted: Adapted) -> Routine:
        """As long as wished, and never longer than today allows."""

        def measure(routine: Routine) -> float:
            return self.measured(routine, exact=True)

        limits = self.library.catalogue.limits
        seat = next(iter(self.library.catalogue.postures.values()))
        rest = Step("rest", 0.0, text=self.library.phrases.rest, plain=True, posture=seat)
        if self.wishes.minutes is not None:
            return fit(adapted.routine, self.wishes.minutes * 60, limits, measure, rest, adapted.session)
        try:
            return within(adapted.routine, adapted.session, limits, measure, rest)
        except ChoiceError:
            words = self.library.safety.words["too_long"].format(name=adapted.routine.name)
            refusal = Refusal("instead", " ".join((*adapted.routine.today, words)), ())
            raise refused(refusal, self.library, self.today) from None

    def measured(self, routine: Routine, exact: bool = False) -> float:
        """Its length in seconds; exact by the real voice, where there is one, otherwise what it is thought to be."""
        cues = compile_script(routine, self.library.phrases, self.rate, self.wishes.talk, self.asked).cues
        return seconds(sketch(cues, self.rate, self.takes if exact else None).length)


def _points(routine: Routine) -> dict[str, None]:
    return dict.fromkeys(step.point.name for step in routine.steps if step.point)


def as_data(changes: Sequence[Change]) -> list[Mapping[str, str]]:
    """Changes for programs."""
    return [
        {"what": c.what, "name": c.name, "rule": c.rule, "why": c.why, "before": c.before, "after": c.after}
        for c in changes
    ]
