"""How a hand or a ball comes to a place, and how the pressing begins, in words."""

from voice_guide.compiler.speech import sentences
from voice_guide.routine import Point, Posture, Side, Step, Tool
from voice_guide.routine.phrases import Phrases

NO_HAND = "none"
"""The hand of a point whose own words tell it."""


def onto(point: Point, posture: Posture, again: bool) -> str:
    """How the ball gets there, and how the listener gets onto it; shorter where they did so before."""
    how = posture.onto_again if again else posture.onto
    wall = point.wall if posture.base == "wall" else ""
    return once(wall, how.replace("{ball}", point.ball), point.floor if posture.base == "floor" else "")


def by_hand(point: Point, tool: Tool, side: Side | None) -> str:
    """How the hand comes to press: which one, and with what of it."""
    if point.hand == NO_HAND:
        return ""
    if side == "both":
        return tool.take_both
    return point.take or tool.take.replace("{hand}", point.hand or "your {side}")


def into(step: Step, point: Point, tool: Tool, phrases: Phrases) -> str:
    """How the pressing begins: a resting touch, circles, or sinking in."""
    if tool.ball:
        return tool.press
    return phrases.resting if step.pressure == 1 else phrases.circling if point.circles else tool.press


def once(*texts: str) -> str:
    """The sentences of all texts, each said once."""
    return " ".join(dict.fromkeys(sentence for text in texts for sentence in sentences(text)))
