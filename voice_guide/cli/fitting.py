"""What play, export and adapt share: a routine chosen by name or need, fitted to the body, the wishes, the day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click

from voice_guide.choices import BALLS, SIDES, SURFACES, Choices, choose
from voice_guide.errors import ChoiceError, SafetyError
from voice_guide.fit import fit, within
from voice_guide.habits import Record, signs
from voice_guide.pcm import Pcm, seconds
from voice_guide.personal.profile import read_profile
from voice_guide.profile import Profile, together
from voice_guide.routine import Routine, Step
from voice_guide.safety import Adapted, Change, Refusal, Today, adapt
from voice_guide.script import Plan, Talk, compile_script
from voice_guide.timeline import sketch

if TYPE_CHECKING:
    from voice_guide.library import Library

F = TypeVar("F", bound=Callable[..., Any])
MINUTES = (3, 45)


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


@dataclass(frozen=True, slots=True)
class Fitted:
    """A routine as it will be heard today."""

    library: "Library"
    asked: Routine
    """Before anything was changed."""
    routine: Routine
    talk: Talk
    changes: tuple[Change, ...]
    remark: str = ""
    """About the profile, for those who look."""

    @property
    def light(self) -> bool:
        """Nothing is pressed harder than lightly."""
        return all(step.pressure <= 2 for step in self.routine.steps if step.point)

    def plan(self, rate: int, asked: bool = False) -> Plan:
        """Its cues; `asked`: the questions of the opening were asked already."""
        return compile_script(self.routine, self.library.phrases, rate, self.talk, asked)


class Nearest(click.Choice):  # type: ignore[type-arg,unused-ignore]
    """A choice that says what was probably meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The choice, as it is written in the list."""
        if value not in self.choices:
            self.fail(f"there is no '{value}'; {_nearest(str(value), list(map(str, self.choices)))}", param, ctx)
        return value


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

    wishing.__name__, wishing.__doc__ = command.__name__, command.__doc__
    wishing.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--talk", type=Nearest(["full", "short", "bells"]), default="full", show_default=True,
                     help="Every word, a regular's words, or bells with only names and safety spoken."),
        click.option("--side", type=Nearest(SIDES), help="One side only, or both."),
        click.option("--ball", type=Nearest(BALLS), help="The ball you have."),
        click.option("--surface", type=Nearest(SURFACES), help="Where you are."),
        click.option("--minutes", type=click.FloatRange(*MINUTES), help="Make it last so long."),
        click.option("--doctor-agreed", is_flag=True, help="Your doctor agreed to this, with your --condition."),
        click.option("--condition", multiple=True, metavar="ID[:PART]",
                     help="Something about your body today, besides your profile; may be given again."),
        click.option("--need", help="What hurts, in your words, in place of a name."),
    ):  # fmt: skip
        wishing = option(wishing)
    return wishing  # type: ignore[return-value]


def fitted(
    name: Sequence[str],
    wishes: Wishes,
    rate: int,
    voice: Callable[[str], Pcm] | None = None,
    records: Sequence[Record] = (),
    lost: bool = False,
) -> Fitted:
    """The routine meant, made fit. Raises SafetyError with what to do now where there is to be no session.

    `voice` tells how long words really take, so that --minutes is exact; `records` are past sessions, `lost` says
    that some cannot be read.
    """
    from voice_guide.library import Library  # late: the voice starts meanwhile

    library = Library()
    profile = profile_of(library)
    extra = conditions_of(wishes.conditions, library)
    need = library.need(wishes.need) if wishes.need else None
    if need:
        extra = {**dict.fromkeys(need.means, ()), **extra}
    began = profile.began if profile else None
    told = signs(records, datetime.now().astimezone(), library.habits, began)
    for sign in (*told, *(["journal_lost"] if lost else [])):
        extra.setdefault(sign, ())
    today = together(holding(profile, library), extra, extra if wishes.doctor_agreed else ())
    if not name and not need:
        raise click.UsageError("name a routine, or what hurts with --need; `voice-guide list` shows them all")
    if name:
        routines = [library.find(" ".join(name))]
    else:
        assert need
        routines = [library.by_id(one) for one in need.routines]
    for line in library.broken:
        click.echo(line, err=True)
    found = _first_fitting(routines, wishes, rate, voice, library, today)
    return replace(found, remark=_remark(profile, bool(records), library))


def _remark(profile: Profile | None, knows: bool, library: "Library") -> str:
    """Once, that there may be a profile; and when its answers are too old."""
    if profile is None:
        return "" if knows else "`voice-guide profile` takes a minute, and fits every session to your body"
    old = profile.due(date.today(), library.safety, library.catalogue.limits.agreed_days)
    names = ", ".join(library.safety.conditions[name].name for name in old)
    return f"your profile is old in places ({names}); `voice-guide profile` asks again" if old else ""


def profile_of(library: "Library") -> Profile | None:
    """The listener's profile; raises SafetyError where it is broken."""
    return read_profile(library.safety.conditions, parts_of_body(library))


def parts_of_body(library: "Library") -> list[str]:
    """The parts of the body that a point lies on, in the listener's words."""
    return list(dict.fromkeys(point.region for point in library.catalogue.points.values() if point.hold))


def holding(profile: Profile | None, library: "Library") -> Today:
    """What the profile says of today."""
    ages = {name: days for name, (_, days) in library.questions.ages.items()}
    agreed_days = library.catalogue.limits.agreed_days
    return profile.today(date.today(), library.safety, ages, agreed_days) if profile else Today()


def conditions_of(typed: Sequence[str], library: "Library") -> dict[str, tuple[str, ...]]:
    """Conditions by id, each with the parts of the body. Raises ChoiceError with the nearest."""
    known = library.safety.conditions
    words = {word.lower(): one.id for one in known.values() for word in (one.id, one.name, *one.also)}
    found: dict[str, tuple[str, ...]] = {}
    for text in typed:
        name, _, part = (piece.strip().lower() for piece in text.partition(":"))
        if name not in words:
            raise ChoiceError(f"no condition '{name}'; {_nearest(name, [*words])}")
        if part and not known[words[name]].where:
            raise ChoiceError(f"'{name}' has no part of the body; leave out ':{part}'")
        if part and part not in parts_of_body(library):
            raise ChoiceError(f"no part of the body '{part}'; {_nearest(part, parts_of_body(library))}")
        before = found.get(words[name])
        found[words[name]] = () if not part or before == () else (*(before or ()), part)
    return found


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known[:12])}"


def _first_fitting(
    routines: Sequence[Routine],
    wishes: Wishes,
    rate: int,
    voice: Callable[[str], Pcm] | None,
    library: "Library",
    today: Today,
) -> Fitted:
    """The first that is not refused; the reason of the first one, where all are."""
    faults = []
    for routine in routines:
        try:
            return _fitted(routine, wishes, rate, voice, library, today)
        except (SafetyError, ChoiceError) as error:
            faults.append(error)
    raise faults[0]


def _fitted(
    asked: Routine,
    wishes: Wishes,
    rate: int,
    voice: Callable[[str], Pcm] | None,
    library: "Library",
    today: Today,
) -> Fitted:
    choices = Choices(wishes.surface or "", wishes.ball or "", wishes.side or "")
    chosen = choose(asked, choices, library.catalogue)
    adapted = adapt(chosen, today, library.safety, library.catalogue)
    if isinstance(adapted, Refusal):
        raise refused(adapted, library, today)
    routine = timed(adapted, wishes, rate, voice, library)
    return Fitted(library, asked, routine, wishes.talk, adapted.changes)


def refused(refusal: Refusal, library: "Library", today: Today) -> SafetyError:
    """The refusal as an error, with what to do now."""
    remedy = ""
    names = refusal.instead or (library.otherwise.routines if refusal.level == "instead" else ())
    others = [library.by_id(name) for name in names]
    others = [o for o in others if isinstance(adapt(o, today, library.safety, library.catalogue), Adapted)][:3]
    blocked = any(rule.id in refusal.rules and rule.do == "block" for rule in library.safety.rules)
    placeless = [
        name for name, parts in today.conditions.items() if library.safety.conditions[name].where and not parts
    ]
    if refusal.level == "doctor" and blocked:
        remedy = " When a doctor has cleared you, answer `voice-guide profile` again."
    elif refusal.level == "doctor":
        remedy = " When a doctor has agreed, tell `voice-guide profile`."
    elif refusal.level == "instead" and placeless:
        remedy = f" Say where it is, and only that place is left out: --condition {placeless[0]}:foot."
    elif others:
        remedy = f" Instead: {', '.join(routine.name for routine in others)}."
    elif refusal.level == "instead":
        remedy = " `voice-guide suggest` finds one."
    return SafetyError(refusal.say + remedy, refusal.level, refusal.rules, [routine.id for routine in others])


def timed(
    adapted: Adapted, wishes: Wishes, rate: int, voice: Callable[[str], Pcm] | None, library: "Library"
) -> Routine:
    """As long as wished, and never longer than today allows."""
    limits, phrases = library.catalogue.limits, library.phrases
    seat = next(iter(library.catalogue.postures.values()))
    rest = Step("rest", limits.hold_floor, text=phrases.rest, plain=True, posture=seat)
    lengths: dict[str, Pcm] = {}

    def speak(text: str) -> Pcm:
        assert voice
        if text not in lengths:
            lengths[text] = voice(text)
        return lengths[text]

    def measure(routine: Routine) -> float:
        plan = compile_script(routine, phrases, rate, wishes.talk)
        return seconds(sketch(plan.cues, rate, speak if voice else None).length)

    if wishes.minutes is None:
        return within(adapted.routine, adapted.session, limits, measure, rest)
    return fit(adapted.routine, wishes.minutes * 60, limits, measure, rest, adapted.session)


def with_first_words(fitted: Fitted, records: Sequence[Record]) -> Fitted:
    """Somebody's first session begins with a word about doctors."""
    if records:
        return fitted
    words = fitted.library.safety.words["first_start"]
    return replace(fitted, routine=replace(fitted.routine, today=(words, *fitted.routine.today)))


def as_data(changes: Sequence[Change]) -> list[Mapping[str, str]]:
    """Changes for programs."""
    return [
        {"what": c.what, "name": c.name, "rule": c.rule, "why": c.why, "before": c.before, "after": c.after}
        for c in changes
    ]
