"""The command that finds a routine for what hurts; apart from the profile, which it only asks."""

import json
import re
import shlex
from collections.abc import Mapping
from datetime import date, timedelta

import click

from voice_guide.cli.body import choose_numbers
from voice_guide.cli.fitting import Wishes, fitted
from voice_guide.cli.told import conditions_of, keep_profile, profile_of, today_of
from voice_guide.compiler.speech import USUAL_RATE
from voice_guide.errors import ChoiceError, SafetyError, VoiceGuideError
from voice_guide.library import Library
from voice_guide.library.listeners import Need
from voice_guide.personal.journal import Journal
from voice_guide.routine import Routine

MOST = 3
WITHIN = re.compile(r"^(with)?in( the last)? ")


@click.command("suggest")
@click.argument("what", nargs=-1)
@click.option("--since", help="within three days, within six weeks, within three months, longer ago.")
@click.option("--condition", multiple=True, metavar="ID[:PART]", help="Something about your body today.")
@click.option("--doctor-agreed", is_flag=True, help="Your doctor agreed to this, with your --condition.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def suggest_command(
    what: tuple[str, ...], since: str | None, condition: tuple[str, ...], doctor_agreed: bool, as_json: bool
) -> None:
    """Up to three routines for what hurts, and the reason for each.

    \b
    voice-guide suggest leg pain --since "within six weeks"
    """
    library = Library()
    need = library.need(" ".join(what) or click.prompt("What hurts, or what do you want help with?", err=True))
    stage, known = _stage(since, library), conditions_of(condition, library)
    remembered = _remember(stage, library)
    extra = (*_typed(known), *need.means) if remembered else (stage, *_typed(known), *need.means)
    found, faults = _suggestions(need, stage, Wishes(conditions=extra, doctor_agreed=doctor_agreed), library)
    if not found:
        raise faults[0]  # something is open to pain of any age, so only safety can have said no
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(f"{one['name']}, {one['minutes']} minutes. {one['why']}")
    said = [f"--condition {shlex.quote(name)}" for name in extra] + ["--doctor-agreed"] * doctor_agreed
    click.echo(" ".join(("voice-guide play", str(found[0]["name"]).lower(), *said)), err=True)


def _typed(conditions: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Conditions as they are typed."""
    return [f"{name}:{part}" if part else name for name, parts in conditions.items() for part in parts or ("",)]


def _stage(since: str | None, library: Library) -> str:
    """The condition that says since when it hurts; asked where it was not said. Raises ChoiceError."""
    ages = library.questions.ages
    if since is None:
        options = [say for say, _ in ages.values()]
        chosen = choose_numbers(library.questions.onset, options, "none of these", most=1)
        if not chosen:
            raise ChoiceError("since when it hurts decides what is safe; say it with --since")
        return [*ages][chosen[0]]
    for name, (say, _) in ages.items():
        if WITHIN.sub("", since.lower()) in (WITHIN.sub("", say), name):
            return name
    raise ChoiceError(f"--since '{since}' is not one of {', '.join(repr(say) for say, _ in ages.values())}")


def _remember(stage: str, library: Library) -> bool:
    """Where there is a profile, it knows from now on how old the pain is."""
    profile = profile_of(library)
    if profile is None:
        return False
    if stage in today_of(library, profile, Journal(), {}, False).conditions:
        return True
    day = date.today() - timedelta(days=library.questions.ages[stage][1])
    try:
        keep_profile(profile.beginning(day), library)
    except VoiceGuideError as error:
        click.echo(str(error), err=True)
        return False
    return True


def _suggestions(
    need: Need, stage: str, wishes: Wishes, library: Library
) -> tuple[list[dict[str, object]], list[SafetyError]]:
    """What fits the need, the age of the pain and the body, then what is open to any; and why not the others."""
    found: list[dict[str, object]] = []
    faults: list[SafetyError] = []
    for routine in _candidates(need, library):
        if len(found) == MOST:
            break
        if routine.stages and stage not in routine.stages:
            continue
        try:
            session = fitted((routine.name,), wishes, USUAL_RATE)
        except SafetyError as error:
            faults.append(error)
            continue
        why = (need if routine.id in need.routines else library.otherwise).why
        minutes = session.length / 60
        reason = " ".join((why, *session.routine.today))
        found.append({"name": routine.name, "minutes": round(minutes), "why": reason})
    return found, faults


def _candidates(need: Need, library: Library) -> list[Routine]:
    """Those for the need, the best first; then those that are open to pain of any age."""
    return [library.by_id(name) for name in dict.fromkeys((*need.routines, *library.otherwise.routines))]
