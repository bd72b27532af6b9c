"""A media player on a D-Bus, as MPRIS 2 wants it: calls in, properties and their changes out. Heavy, so loaded late."""

import asyncio
import logging
import os
from contextlib import suppress
from typing import Any

from dbus_fast import Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

from voice_guide.controls.shown import Shown, State
from voice_guide.player.command import Command

PATH = "/org/mpris/MediaPlayer2"
ROOT = "org.mpris.MediaPlayer2"
PLAYER = f"{ROOT}.Player"
PROPERTIES = "org.freedesktop.DBus.Properties"
COMMANDS = {
    "Next": Command.NEXT,
    "Previous": Command.BACK,
    "Stop": Command.STOP,
    "Play": Command.CONTINUE,
    "Pause": Command.PAUSE,
    "PlayPause": Command.TOGGLE,
}
CALLS = {
    ROOT: {"Raise": "", "Quit": ""},
    PLAYER: {**dict.fromkeys(COMMANDS, ""), "Seek": "x", "SetPosition": "ox", "OpenUri": "s"},
}
"""What may be called, with the types it brings. Those that are no commands a player may refuse, silently."""
TOLD = ("PlaybackStatus", "Metadata", "Volume")
"""The properties whose changes are told; that time goes on is not."""
PACE = 0.05
"""Seconds between two looks at what has changed."""
PATIENCE = 5.0
"""Seconds that a bus may take to let us in."""

logging.getLogger("dbus_fast").addHandler(logging.NullHandler())  # or it prints where a bus or a program talks nonsense


def serve(player: Shown, address: str) -> None:
    """Until `player` is closing, wherever the bus may hang; raises what went wrong."""
    asyncio.run(_attend(player, address))


async def _attend(player: Shown, address: str) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # or it prints
    on_bus = asyncio.ensure_future(_on_bus(player, address))
    while not (player.closing or on_bus.done()):
        await asyncio.sleep(PACE)
    on_bus.cancel()
    with suppress(asyncio.CancelledError):
        await on_bus


async def _on_bus(player: Shown, address: str) -> None:
    bus = MessageBus(address)
    async with asyncio.timeout(PATIENCE):
        await bus.connect()
    try:
        bus.add_message_handler(lambda message: answer(message, player))
        told = player.state
        await bus.request_name(f"{ROOT}.voice_guide.instance{os.getpid()}")
        while bus.connected:
            now = player.state
            if now != told:
                bus.send(_changes(told, now))
            told = now
            await asyncio.sleep(PACE)
        raise ConnectionError("the session bus has gone")
    finally:
        bus.disconnect()
        with suppress(Exception):  # it says once more that it has gone
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


def _changes(before: State, after: State) -> Message:
    old, new = properties(PLAYER, before), properties(PLAYER, after)
    changed = {name: new[name] for name in TOLD if new[name] != old[name]}
    return Message.new_signal(PATH, PROPERTIES, "PropertiesChanged", "sa{sv}as", [PLAYER, changed, []])


def answer(message: Message, player: Shown) -> Message | bool | None:
    """The reply to a call of ours, True where none is wanted; None leaves it to the library."""
    if message.message_type is not MessageType.METHOD_CALL or message.path != PATH:
        return None
    reply = _called(message, player) if message.interface in CALLS else _asked(message, player)
    if reply is None:
        return None
    return True if message.flags & MessageFlag.NO_REPLY_EXPECTED else Message.new_method_return(message, *reply)


Reply = tuple[()] | tuple[str, list[Any]]


def _called(message: Message, player: Shown) -> Reply | None:
    interface, member = message.interface or "", message.member or ""
    if CALLS[interface].get(member) != message.signature:
        return None
    if interface == PLAYER and member in COMMANDS:
        player.take(COMMANDS[member])
    return ()


def _asked(message: Message, player: Shown) -> Reply | None:
    call, body = (message.interface, message.member, message.signature), message.body
    if call == ("org.freedesktop.DBus.Introspectable", "Introspect", ""):
        return "s", [introspection(player.state)]
    if message.interface != PROPERTIES or not body or not isinstance(body[0], str) or body[0] not in CALLS:
        return None
    known = properties(body[0], player.state)
    if call == (PROPERTIES, "GetAll", "s"):
        return "a{sv}", [known]
    if call == (PROPERTIES, "Get", "ss") and body[1] in known:
        return "v", [known[body[1]]]
    if call == (PROPERTIES, "Set", "ssv") and body[:2] == [PLAYER, "Volume"] and body[2].signature == "d":
        player.take(body[2].value)
        return ()
    return None


def properties(interface: str, state: State) -> dict[str, Variant]:
    """All of ROOT or PLAYER."""
    if interface == ROOT:
        no = dict.fromkeys(("CanQuit", "CanRaise", "HasTrackList"), Variant("b", False))
        none = dict.fromkeys(("SupportedUriSchemes", "SupportedMimeTypes"), Variant("as", []))
        return {"Identity": Variant("s", "Voice Guide"), **no, **none}
    can = ("CanGoNext", "CanGoPrevious", "CanPlay", "CanPause", "CanControl")
    return {
        "PlaybackStatus": Variant("s", state.status),
        "Metadata": Variant("a{sv}", metadata(state)),
        "Volume": Variant("d", state.volume),
        "Position": Variant("x", round(state.position * 1e6)),
        **dict.fromkeys(("Rate", "MinimumRate", "MaximumRate"), Variant("d", 1.0)),
        **dict.fromkeys(can, Variant("b", True)),
        "CanSeek": Variant("b", False),
    }


def metadata(state: State) -> dict[str, Variant]:
    """The step as a track of the routine; its length is that of the whole."""
    told = {
        "mpris:trackid": Variant("o", f"/org/voice_guide/step/{state.step}"),
        "xesam:title": Variant("s", _text(state.title)),
        "xesam:artist": Variant("as", [_text(state.routine)]),
    }
    return told if state.length is None else told | {"mpris:length": Variant("x", round(state.length * 1e6))}


def introspection(state: State) -> str:
    """The interfaces as XML, for programs that ask first."""
    parts = []
    for interface, calls in CALLS.items():
        parts.append(f'<interface name="{interface}">')
        for name, types in calls.items():
            arguments = "".join(f'<arg type="{kind}" direction="in"/>' for kind in types)
            parts.append(f'<method name="{name}">{arguments}</method>')
        for name, value in properties(interface, state).items():
            access = "readwrite" if name == "Volume" else "read"
            parts.append(f'<property name="{name}" type="{value.signature}" access="{access}"/>')
        parts.append("</interface>")
    return f"<node>{''.join(parts)}</node>"


def _text(words: str) -> str:
    """What a bus can carry: it shuts out whoever sends a null or half a character."""
    return words.replace("\0", " ").encode(errors="replace").decode()
