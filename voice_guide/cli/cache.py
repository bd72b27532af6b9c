"""The commands that look after what is kept."""

import os

import click

from voice_guide.guide import Guide


@click.group("cache")
def cache_command() -> None:
    """Look after rendered cues, their MP3 frames, covers and checked scripts. All of it can be deleted at any time."""


@cache_command.command("info")
def cache_info() -> None:
    """Where it is and how much it holds."""
    guide = Guide()
    holds = guide.cache_info()
    click.echo(f"{guide.cache}: {holds.entries} files, {holds.bytes / 1e6:.1f} MB")


@cache_command.command("verify")
def cache_verify() -> None:
    """Read every file, and remove those that are broken."""
    guide = Guide()
    broken = guide.verify_cache()
    for path in broken:
        click.echo(f"{'cannot remove' if os.path.lexists(path) else 'removed'} {path}")
    click.echo(f"{len(broken)} broken, {guide.cache_info().entries - sum(map(os.path.lexists, broken))} good")


@cache_command.command("clear")
def cache_clear() -> None:
    """Remove every file of it."""
    click.echo(f"removed {Guide().clear_cache()} files")
