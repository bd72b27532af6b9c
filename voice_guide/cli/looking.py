"""Commands that read scripts and print: list, show, find, check, new."""

import json
from pathlib import Path
from typing import Any

import click

from voice_guide.cli.parts import chosen, clock, name_argument, remembering, rendered, voice_options
from voice_guide.errors import NameUnclear, RoutineError, VoiceGuideError
from voice_guide.library import LONGEST_NAME, Library, own_folder, slug
from voice_guide.pcm import seconds

json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


def _print(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


@click.command("list")
@click.option("--need", help="Only those for what hurts, in your words; the best first.")
@json_option
def list_command(need: str | None, as_json: bool) -> None:
    """All routines by name, with their minutes.

    \b
    voice-guide list --need "stiff back"

    Your own scripts stand beside the shipped ones; one with a shipped name replaces it.
    """
    library = Library()
    rows = [
        {
            "name": routine.name,
            "id": routine.id,
            "aliases": list(routine.aliases),
            "minutes": round(routine.seconds / 60, 1),
            "source": routine.file or "shipped",
            "replaces": routine.replaces,
            "about": routine.about,
        }
        for routine in ([*map(library.by_id, library.need(need).routines)] if need else library.routines.values())
    ]
    for line in library.broken:
        click.echo(line, err=True)
    if as_json:
        _print(rows)
        return
    width = max(len(str(row["name"])) for row in rows)
    for row in rows:
        own = (
            " (yours, replaces the shipped one)"
            if row["replaces"]
            else " (yours)"
            if row["source"] != "shipped"
            else ""
        )
        click.echo(f"{row['name']:{width}}  {row['minutes']:3.0f} min  {row['about']}{own}")


@click.command("show")
@name_argument
@voice_options
@json_option
def show_command(name: tuple[str, ...], voice: str | None, rate: int, pitch: int, as_json: bool) -> None:
    """Every cue of a routine, with the time it is said.

    \b
    voice-guide show hip pocket ball
    voice-guide show soft landing --voice tone --json
    """
    from voice_guide.compiler import compile_script  # late: the list needs none

    library, routine = chosen(name)
    plan = compile_script(routine, library.phrases, rate)
    with remembering(voice, rate, pitch, at_once=False) as speaker:
        timeline = rendered(plan, speaker)
        key = speaker.key
    if as_json:
        cues = [
            {
                "start": seconds(clip.start),
                "end": seconds(clip.end),
                "kind": clip.cue.kind,
                "point": clip.cue.point,
                "side": clip.cue.side,
                "text": clip.cue.text,
            }
            for clip in timeline.clips
        ]
        _print({"routine": routine.name, "voice": key, "seconds": seconds(timeline.length), "cues": cues})
        return
    click.echo(f"{routine.name}, {clock(seconds(timeline.length))}. {routine.about} Source: {routine.source}")
    step = -1
    for clip in timeline.clips:
        if clip.cue.step != step:
            step = clip.cue.step
            click.echo(f"\n{plan.titles[step]}")
        click.echo(f"{clock(seconds(clip.start)):>6}  {clip.cue.kind:8} {clip.cue.text}")


@click.command("find")
@name_argument
@json_option
def find_command(name: tuple[str, ...], as_json: bool) -> None:
    """Which routine a name means, as spoken or typed.

    \b
    voice-guide find the hippocket ball please
    """
    library = Library()
    try:
        found = library.names.find(" ".join(name))
    except NameUnclear as error:
        if as_json:
            _print({"candidates": list(error.candidates)})
        raise
    if as_json:
        _print({"name": found})
    else:
        click.echo(found)


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_command(files: tuple[Path, ...]) -> None:
    """Look over scripts: every fault with its line, and cues that find no room.

    \b
    voice-guide check my-routine.yaml
    """
    from voice_guide.compiler import compile_script
    from voice_guide.compiler.timeline import left_out, sketch

    library = Library()
    faults = []
    for path in files:
        try:
            routine = library.read(path, mine=True)
        except RoutineError as error:
            faults.append(str(error))
            continue
        plan = compile_script(routine, library.phrases)
        timeline = sketch(plan.cues)
        click.echo(f"{path}: {routine.name}, {clock(seconds(timeline.length))}, no faults")
        for cue in left_out(plan.cues, timeline.clips):
            click.echo(f"{path}: '{cue.text}' finds no room in '{plan.titles[cue.step]}' and is left out")
    if faults:
        raise RoutineError("\n".join(faults))


@click.command("new")
@name_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; your own folder else.")
def new_command(name: tuple[str, ...], output: Path | None) -> None:
    """Start a script of your own: a routine that plays, with a comment on each line.

    \b
    voice-guide new Sunday Evening
    """
    title = " ".join(name)
    if any(c.isdigit() for c in title) or not any(c.isalpha() for c in title) or not title.isprintable():
        raise click.UsageError(f"{title!r} is not a name to be spoken; use letters, and numbers as words")
    if len(title) > LONGEST_NAME:
        raise click.UsageError(f"a name of {len(title)} letters; {LONGEST_NAME} are enough")
    library = Library()
    path = output or own_folder() / f"{slug(title)}.yaml"
    start = (library.shipped / "new.yaml").read_text(encoding="utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(start.replace("NAME", json.dumps(title, ensure_ascii=False)))
    except FileExistsError:
        raise VoiceGuideError(f"{path} is there already; choose another name, or -o FILE") from None
    except OSError as error:
        raise VoiceGuideError(
            f"{path} cannot be written: {(error.strerror or '').lower()}; choose another with -o"
        ) from None
    click.echo(path)
    click.echo(f"Change it, then: voice-guide check {path}", err=True)
