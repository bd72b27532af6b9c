"""Routines and sounds of every shape, for the promises that hold for all of them."""

from hypothesis import settings
from hypothesis import strategies as st

from voice_guide.routine import Hold, Point, Posture, Pressure, Routine, Step, Tool

QUICK = 20
"""Examples of a promise while somebody waits."""
settings.register_profile("all", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=QUICK)


def examples(count):
    """So many, or QUICK where that is the profile; there is no clock."""
    hurried = settings.default.max_examples == QUICK
    return settings(max_examples=min(count, QUICK) if hurried else count)


TOOLS = st.builds(
    Tool,
    id=st.just("hand"),
    name=st.just("hand"),
    postures=st.just(("chair",)),
    press=st.just("Press."),
    release=st.just("Let go."),
    off=st.floats(0, 10),
    ball=st.sampled_from(["", "tennis"]),
)
POSTURES = st.sampled_from([Posture("chair", "chair", "Sit."), Posture("wall", "wall", "Stand.", leave="Step away.")])
SIDES = st.sampled_from([("left", "right"), ("left",), ("both",), (None,)])


@st.composite
def points(draw):
    return Point(
        id=draw(st.sampled_from(["a", "b", "c"])),
        name="spot",
        place="here",
        source="added",
        find="Find it.",
        again="Again.",
        before=draw(st.sampled_from(["", "Gently."])),
        press="Press it.",
        ball="Put the ball there.",
        hold=Hold(8, 20, 90),
        pressure=Pressure(1, 2, 3),
    )


def presses(holds):
    return st.builds(
        Step,
        do=st.just("press"),
        seconds=holds,
        point=points(),
        tool=TOOLS,
        posture=POSTURES,
        sides=SIDES,
        places=st.sampled_from([("",), ("up", "down")]),
        pressure=st.integers(1, 4),
        breath=st.sampled_from(["natural", "five_five", "into_area"]),
        repeat=st.integers(1, 2),
    )


HOLDS = st.floats(0.5, 40)


def routines(holds=HOLDS, most=3):
    others = st.builds(
        Step,
        do=st.sampled_from(["rest", "breathe", "say"]),
        seconds=st.floats(0, 30),
        text=st.sampled_from(["Rest.", "Breathe."]),
        posture=st.none() | POSTURES,
    )
    steps = st.lists(presses(holds) | others, min_size=1, max_size=most).map(tuple)
    endings = st.sampled_from(["awake", "asleep"])
    return st.builds(Routine, st.just("r"), st.just("R"), st.just("about"), steps, st.just("added"), ending=endings)


def lengths(most=120_000):
    """Frames for the words of each cue."""
    return st.lists(st.integers(0, most), min_size=1, max_size=20)
