"""Where the articles contradict each other, or the standard: what we settled on, held against what is shipped.

One line for each, in our own words; the safer reading first, then the standard, then the more exact words.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from voice_guide.body.habits import Record, signs
from voice_guide.body.safety import adapt
from voice_guide.body.terms import Adapted, Refusal, Today
from voice_guide.compiler.script import compile_script
from voice_guide.errors import NameUnclear
from voice_guide.library import Library
from voice_guide.personal.journal import Journal

TOP = Path(__file__).parents[1]
LIBRARY = Library(own=Path(__file__).parent / "none")
PHRASES, SAFETY = LIBRARY.phrases, LIBRARY.safety
WORD, POINT, TOOL = LIBRARY.catalogue.words, LIBRARY.catalogue.points, LIBRARY.catalogue.tools
POSTURE, LIMITS = LIBRARY.catalogue.postures, LIBRARY.catalogue.limits
ROUTINE = {routine.id: routine for routine in LIBRARY.routines.values()}
RULE = {rule.id: rule for rule in SAFETY.rules}
STEPS = [step for routine in ROUTINE.values() for step in routine.steps]
PRESSES = [step for step in STEPS if step.point]
BALLS = {"tennis_ball_wall", "tennis_ball_floor", "lacrosse_ball_wall"}
HANDS = {"thumb", "fingertips", "knuckles", "fist", "palm"}
CAUTIONS = {"high_bp", "heart", "cancer", "arthritis", "long_term", "first_time", "frail_older", "clotting"}
UPRIGHT = {"standing_wall", "seated_forward", "seated_chair", "standing"}
UNSTEADY = {"standing", "standing_wall", "floor_ball_seated", "lying_on_ball"}
SPELLINGS = {"BL 60": "B60", "BL 23": "UB-23", "GV4": "DU 4", "CV6": "REN 6", "PC8": "P 8", "KI3": "KD 3"}
DISTANT = {"bl40", "ki3", "pc8", "cv6"}
FRAGILE = ("osteoporosis", "disc_known", "clotting", "acute_under_72h", "acute_72h_to_6w", "pregnancy", "fracture")
GENTLE = {"early-comfort", "muscle-truce", "peaceful-palms", "bedtime-belly"}


def cues(name):
    return compile_script(ROUTINE[name], PHRASES).cues


@cache
def speech():
    """All that is ever said, in one text."""
    said = [cue.text for name in ROUTINE for cue in cues(name)]
    said += [step.text for step in STEPS] + [*PHRASES.answers.values(), *PHRASES.left]
    said += [rule.say for rule in SAFETY.rules]
    said += [text for p in POINT.values() for text in (p.find, p.again, p.before, p.press, p.ball, *p.places)]
    said += [text for p in POSTURE.values() for text in (p.enter, p.leave, p.ready, p.caution)]
    return " ".join(said)


def said(words):
    return re.search(rf"\b({words})", speech(), re.I)


def sentences(words):
    return [one for one in re.split(r"(?<=[.?!]) ", speech()) if re.search(words, one, re.I)]


def order(name):
    return list(dict.fromkeys(step.point.id for step in ROUTINE[name].steps if step.point))


def answers(asked):
    """What is asked back for a name that is not a routine's."""
    try:
        return LIBRARY.names.find(asked)
    except NameUnclear as question:
        return question.candidates


def fitted(name, *conditions, agreed=True):
    return adapt(
        ROUTINE[name],
        Today(dict.fromkeys(conditions, ()), frozenset(), frozenset(conditions if agreed else ())),
        SAFETY,
        LIBRARY.catalogue,
    )


def left(*conditions):
    """The routines that are left, by id, for conditions that a doctor agreed to."""
    results = {name: fitted(name, *conditions) for name in ROUTINE}
    return {name: result.routine for name, result in results.items() if isinstance(result, Adapted)}


def holds(*conditions):
    return [step for routine in left(*conditions).values() for step in routine.steps if step.point]


def on_back(*conditions):
    return [step for step in holds(*conditions) if step.point.region in ("low back", "buttock")]


def level(name, *conditions, agreed=True):
    result = fitted(name, *conditions, agreed=agreed)
    return result.level if isinstance(result, Refusal) else ""


def doctor_first(*conditions):
    return all(level("peaceful-palms", name, agreed=False) == "doctor" for name in conditions)


NOW = datetime(2025, 6, 20, 18, tzinfo=UTC)


def told(*sessions, began=None):
    """The signs after sessions so many hours ago, each with the pain before and after."""
    records = [
        Record(
            number, NOW - timedelta(hours=ago), "r", "R", 600.0, ("waist point",), (), before, after, "finished", False
        )
        for number, (ago, before, after) in enumerate(sessions)
    ]
    return signs(records, NOW, LIBRARY.habits, began)


def daily(days):
    return [(24 * day, 4, 4) for day in range(days, 0, -1)]


def has(text, *words):
    return all(word in text for word in words)


def count_of(point, name):
    return sum(step.point.id == point for step in ROUTINE[name].steps if step.point)


def pressure(point):
    return POINT[point].pressure.start, POINT[point].pressure.target, POINT[point].pressure.max


def readme():
    return (TOP / "README.md").read_text(encoding="utf-8")


def spoken_with(tool, *conditions):
    steps = [step for routine in left(*conditions).values() for step in routine.steps]
    return [step for step in steps if step.tool and step.tool.id == tool]


def towel(*conditions):
    return spoken_with("folded_towel", *conditions)


def warm(*conditions):
    return spoken_with("warm_cloth", *conditions)


def kept(pain):
    """Whether the journal takes a number."""
    try:
        Journal(TOP / "none" / "journal.sqlite").update(0, pain_before=pain)
    except ValueError:
        return False
    return True


# fmt: off
READINGS = {
    # Names and numbers
    "C01": ("Commanding Middle and Middle Crook are the crease of the knee, whatever number stands beside them",
            lambda: WORD["commanding middle"] is WORD["middle crook"] is POINT["bl40"]),
    "C02": ("the knee keeps its place and its care, and loses the names that belong to the lower buttock",
            lambda: not {"zhibian", "lowermost edge"} & WORD.keys() and not POINT["bl54"].hold),
    "C03": ("the old number fifty-four is the knee or the upper buttock, and the lower buttock is never pressed",
            lambda: has(str(LIBRARY.old_numbers["BL54"]), "knee crease", "upper buttock") and not POINT["bl54"].hold),
    "C04": ("the knee listed twice is one point: pressed once a session, and a tour of seven points, not eight",
            lambda: len(order("grand-tour")) == 7 and all(count_of("bl40", name) <= 1 for name in ROUTINE)),
    "C05": ("Womb and Vitals is the upper buttock; the place over the ribs with that number is never pressed",
            lambda: WORD["womb and vitals"] is WORD["bladder vitals"] is POINT["bl53"] and not POINT["bl48"].hold),
    "C06": ("the upper buttock point is in the buttock; the table that puts it at the ankle has slipped a row",
            lambda: POINT["bl53"].region == "buttock" and POINT["bl60"].region == "foot"),
    "C07": ("Will's Chamber is the flank point at waist height",
            lambda: WORD["will's chamber"] is POINT["bl52"]),
    "C08": ("a bare old number is asked back with what it may mean, and never guessed",
            lambda: all(list(answers(code)) == LIBRARY.old_numbers[code] for code in ("BL47", "BL48", "BL54"))),
    "C09": ("all spellings of a channel are one, and none is spoken",
            lambda: all(answers(ours) == answers(theirs) != () for ours, theirs in SPELLINGS.items())
                and not re.search(r"\b(BL|UB|DU|REN|KD)\b", speech())),
    "C10": ("of two lists for pregnancy both are kept, and more",
            lambda: set(RULE["S18"].points) == {"bl60", "li4", "gb21"} and "cv6" in RULE["S19"].points),
    # Places
    "C11": ("the waist point is at the second lumbar bone, between the lowest rib and the hip, not between the "
            "shoulders",
            lambda: "second lumbar" in POINT["bl23"].place
                and has(POINT["bl23"].find, "between your lowest rib", "hip bone")),
    "C12": ("and two finger widths from the middle: one is bone, three is kidney",
            lambda: "two finger widths" in POINT["bl23"].find and not said("thumb width|three finger")),
    "C13": ("the belt line point is level with the tops of the hip bones and above the dimples",
            lambda: has(POINT["bl25"].find, "tops of your hip bones", "above the two dimples")
                and not said("hand breadth")),
    "C14": ("only one of the two is called waist",
            lambda: [p.id for p in POINT.values() if "waist point" in (p.name, *p.also)] == ["bl23"]),
    "C15": ("the warm spot is as high as the waist point; the dip at the hip tops is another, and never pressed",
            lambda: has(POINT["gv4"].find, "waist height", "above the tops of the hip bones")
                and not POINT["gv3"].hold),
    "C16": ("the back pocket point is a third of the way in from the bump at the side, not half",
            lambda: "one third of the way in" in POINT["gb30"].find),
    "C17": ("the ankle mountain lies between the outer bump and the cord, not lower",
            lambda: has(POINT["bl60"].find, "outside of your {side} ankle", "thick cord", "halfway")),
    "C18": ("the upper buttock point is four finger widths from the middle, not a hand from the bone's edge",
            lambda: "four finger widths" in POINT["bl53"].find),
    "C19": ("the little toe groove is pressed high up, where the bones meet, not at the toes",
            lambda: has(POINT["gb41"].find, "up that groove", "bones meet")),
    "C20": ("the shoulder blade point is a third of the way down, in one routine only, and not in its short cut",
            lambda: [s.short for s in PRESSES if s.point.id == "si11"] == [False]
                and "si11" in order("golden-handful") and "third of the way down" in POINT["si11"].find),
    "C21": ("the palm's point is where the middle finger lands",
            lambda: "middle finger touches your palm" in POINT["pc8"].find),
    "C22": ("checked, no conflict: two fingers below the navel",
            lambda: "two fingers" in POINT["cv6"].find),
    "C23": ("places are told by bones and the listener's own fingers, never in inches",
            lambda: not said("inch|inches|cun|centi|millimet")),
    # Pressure and technique
    "C24": ("on the spine rests a palm, light at most and for a minute; no thumb, no knuckle, no ball",
            lambda: POINT["gv4"].tools == ("palm", "fingertips", "warm_cloth")
                and (POINT["gv4"].pressure.max, POINT["gv4"].hold.max) == (2, 60)
                and {s.tool.id for s in PRESSES if s.point.id == "gv4"} == {"palm"}),
    "C25": ("behind the knee light at most, with thumb or finger pads, never pinched",
            lambda: set(POINT["bl40"].tools) == {"thumb", "fingertips"} and POINT["bl40"].pressure.max == 2
                and not said("pinch")),
    "C26": ("tingling is a warning and never a success",
            lambda: sentences("tingl") and all("come off" in one for one in sentences("tingl"))),
    "C27": ("the ankle mountain is light, up to medium, a minute, two at most",
            lambda: (POINT["bl60"].pressure.target, POINT["bl60"].pressure.max) == (2, 3)
                and (POINT["bl60"].hold.usual, POINT["bl60"].hold.max) == (60, 120)),
    "C28": ("the waist point begins light and stays medium; firm and three minutes by hand only for long lasting pain",
            lambda: pressure("bl23") == (2, 3, 4)
                and RULE["N01"].unless == ("chronic_over_12w",)
                and (RULE["N01"].hold, RULE["N01"].pressure) == (120, 3)),
    "C29": ("the flank is pressed lightly, by thumb or palm: the kidneys lie behind it",
            lambda: set(POINT["bl52"].tools) == {"thumb", "palm"}
                and pressure("bl52") == (1, 2, 3)),
    "C30": ("every hold starts softly, and the deepest pressure has no words",
            lambda: all(p.pressure.start <= 2 and p.pressure.max <= 4 for p in POINT.values() if p.pressure)
                and max(PHRASES.levels) == 4),
    "C31": ("feeling nothing is fine, and nobody is told to press harder",
            lambda: said("feeling nothing is fine") and not said("harder|press more|deeper")),
    "C32": ("a dull ache that fades is fine, what is sharp is not, and the first week stays mild",
            lambda: said("good hurt that fades is fine. sharp is not")
                and max(s.pressure for s in holds("first_time")) <= 2),
    "C33": ("a ball lies still: no words make it roll or circle",
            lambda: not said("(roll|rub|move|circle) the ball")
                and not any("circle" in p.ball for p in POINT.values())),
    "C34": ("a flat towel for a minute; never a roller, never with bones, discs, bleeding, fresh pain or pregnancy",
            lambda: TOOL["folded_towel"].longest == 60
                and not said("roller|rolled") and not any(towel(name) for name in FRAGILE) and towel()),
    "C35": ("a tennis ball; the hard one only when asked for by name, on the outer buttock, at a wall, with no "
            "caution",
            lambda: TOOL["lacrosse_ball_wall"].by_choice
                and {p.id for p in POINT.values() if "lacrosse_ball_wall" in p.tools} == {"gb30", "ahshi_hip"}
                and TOOL["lacrosse_ball_wall"].postures == ("standing_wall",)
                and not any(s.tool.ball == "lacrosse" for s in PRESSES)
                and {name for r in RULE.values() if "lacrosse_ball_wall" in r.tools for name in r.when} >= CAUTIONS),
    "C36": ("on the wall the ball is moved down by hand between the stops; bending the knees would roll it the "
            "wrong way",
            lambda: has(POSTURE["standing_wall"].ready, "Take the ball in your {side} hand")
                and has(TOOL["tennis_ball_wall"].release, "Reach back for the ball", "step forward")
                and "lower by two finger widths" in POINT["track"].places[4]
                and not said("(bend|straighten) (your|the) knees")),
    "C37": ("the back pocket is pressed at the wall first, on the floor by choice, and what to do when it shoots "
            "is said before",
            lambda: POINT["gb30"].tools[0] == "tennis_ball_wall" and TOOL["tennis_ball_floor"].by_choice
                and "sharp or electric" in POINT["gb30"].before),
    # Posture and sides
    "C38": ("alone, the low back is pressed at the wall or sitting; face down is for breathing",
            lambda: {s.posture.id for s in PRESSES if s.point.region == "low back"} <= UPRIGHT
                and {s.do for s in STEPS if s.posture and s.posture.id.startswith("prone")} == {"breathe"}),
    "C39": ("on the floor a ball goes under buttock muscle, never under the low back",
            lambda: {p.id for p in POINT.values() if "tennis_ball_floor" in p.tools} == {"bl53", "gb30", "ahshi_hip"}),
    "C40": ("the knee is reached from a chair, or lying with bent knees",
            lambda: POINT["bl40"].postures == ("seated_chair", "supine_knees_bent")),
    "C41": ("eyes are opened before every change of position; the unsteady neither stand nor go to the floor for "
            "a ball",
            lambda: all(words.startswith("Open your eyes.") for words in PHRASES.ways.values())
                and all(p.enter.startswith("Open your eyes.") for p in POSTURE.values() if p.base == "floor")
                and all(p.leave.startswith("Open your eyes.") for p in POSTURE.values() if p.base != "chair" and p.leave)
                and not {s.posture.id for s in holds("balance_problem")} & UNSTEADY),
    "C42": ("alone is the rule, a partner's hands are a choice; whoever lies there says how much, never double",
            lambda: POSTURE["prone_helper"].by_choice and "you say how much" in POSTURE["prone_helper"].caution
                and not any(s.posture and s.posture.id == "prone_helper" for s in STEPS)
                and not said("harder|double|doubles")),
    "C43": ("a ball, a leg, a foot, a hand: one side at a time; three places of the back may be held at once by hand",
            lambda: {p.id for p in POINT.values() if p.both} == {"bl23", "bl25", "bl52"}
                and not any(s.tool.ball for s in PRESSES if s.sides == ("both",))
                and {s.sides for s in PRESSES} <= {("left", "right"), ("left",), ("right",), ("both",), (None,)}),
    # Conditions
    "C44": ("for three days nothing on the back or the buttock: knee, inner ankle, palm, a resting hand; a fresh "
            "injury ends it",
            lambda: left("acute_under_72h").keys() == GENTLE
                and {s.point.id for s in holds("acute_under_72h")} <= DISTANT
                and level("peaceful-palms", "acute_injury") == "urgent"),
    "C45": ("up to six weeks: light, shorter, a quarter of an hour, no fist, no ball on the floor, no hard ball",
            lambda: (RULE["S27"].pressure, RULE["S28"].factor, RULE["S28"].session) == (2, 0.67, 900)
                and {"fist", "tennis_ball_floor", "lacrosse_ball_wall"} <= set(RULE["S29"].tools)
                and max(s.pressure for s in on_back("acute_72h_to_6w")) <= 2),
    "C46": ("six to twelve weeks: three quarters of the holds, medium, twenty minutes",
            lambda: (RULE["S30"].pressure, RULE["S30"].factor, RULE["S30"].session) == (3, 0.75, 1200)),
    "C47": ("disc pain is a need, but after a doctor's word, far from the back, and without a ball",
            lambda: LIBRARY.needs["disc_pain"].routines == ("distant-harbor",)
                and LIBRARY.needs["disc_pain"].means == ("disc_known",)
                and doctor_first("disc_known") and {s.point.id for s in holds("disc_known")} <= DISTANT),
    "C48": ("leg pain that is only pain may be worked on for a minute; with numbness or weakness nothing is",
            lambda: LIBRARY.needs["sciatica"].routines[0] == "long-leg-freedom"
                and max(s.seconds for s in holds("sciatica_mild") if s.point.id == "gb30") <= 60
                and not left("neuro_leg")),
    "C49": ("in pregnancy the palms alone, whoever agrees, and never flat or face down",
            lambda: left("pregnancy").keys() == {"peaceful-palms"}
                and {s.point.id for s in holds("pregnancy")} == {"pc8"}
                and {"prone", "prone_helper", "supine_knees_bent"} <= set(RULE["S21"].postures)),
    "C50": ("thin bones: a doctor first, no ball, fist, knuckle or towel, and on the back only a resting palm",
            lambda: doctor_first("osteoporosis")
                and not {s.tool.id for s in holds("osteoporosis")} & (BALLS | {"fist", "knuckles", "folded_towel"})
                and {(s.tool.id, s.pressure) for s in on_back("osteoporosis")} == {("palm", 1)}
                and level("sunrise-energy", "osteoporosis") == "instead"
                and fitted("sunrise-energy", "osteoporosis").instead[0] == "feather-pillow"),
    "C51": ("easy bleeding and blood thinners are one: a doctor first, light, forty seconds, hands only",
            lambda: doctor_first("clotting") and "blood thinners" in SAFETY.conditions["clotting"].ask
                and all(s.pressure <= 2 and s.seconds <= 40 and not s.tool.ball for s in holds("clotting"))),
    "C52": ("fever is urgent",
            lambda: level("peaceful-palms", "fever") == "urgent"),
    "C53": ("no place over bulging veins, and a hot, swollen calf is urgent",
            lambda: not {s.point.id for s in holds("varicose_veins")} & {"bl40", "bl60", "ki3"}
                and level("peaceful-palms", "clot_signs") == "urgent"),
    "C54": ("warmth comes before a hold and never in one; none when fresh, swollen or numb; cold after it hurt more",
            lambda: not any(s.tool.id == "warm_cloth" for s in PRESSES)
                and all("never hot" in s.text or "aside" in s.text for s in warm())
                and not any(warm(name) for name in ("acute_under_72h", "swelling_local", "numb_skin"))
                and "cold" in RULE["J01"].say),
    "C55": ("every group that any article sends to a doctor is sent there, once in four weeks",
            lambda: doctor_first("high_bp", "heart", "cancer", "arthritis", "long_term", "osteoporosis", "clotting")
                and doctor_first("disc_known", "frail_older", "post_surgery_trunk") and LIMITS.agreed_days == 28),
    # How long, how often
    "C56": ("a ball ninety seconds, a hand two minutes, the waist by hand three, the spine one, and nothing under "
            "thirty",
            lambda: all(TOOL[name].longest == 90 for name in BALLS) and TOOL["thumb"].longest == 120
                and (POINT["bl23"].hold.by_hand, POINT["gv4"].hold.max, LIMITS.hold_floor) == (180, 60, 30)
                and all(30 <= s.seconds <= s.point.hold.cap(s.tool) for s in PRESSES)),
    "C57": ("twice a day at most, four hours apart, one light day in seven, and a bruise is left alone",
            lambda: "enough_today" in told((8, 4, 4), (5, 4, 4)) and "too_soon" in told((3, 4, 4))
                and "light_day_due" in told(*daily(6)) and "light_day_due" not in told(*daily(5))
                and "bruise" in SAFETY.conditions["open_skin"].ask),
    "C58": ("a full routine may have all its points; its short cut has four",
            lambda: LIMITS.short_points == 4
                and all(len({s.point.id for s in r.steps if s.point and s.short}) <= 4 for r in ROUTINE.values())),
    "C59": ("half an hour at most, ten minutes when the pain is fresh",
            lambda: LIMITS.session == 1800 and fitted("early-comfort", "acute_under_72h").session == 600),
    "C60": ("new pain is judged after three days, long pain at four and six weeks, worse pain at once; no share "
            "is promised",
            lambda: "no_better_in_three_days" in told(*daily(3), began=date(2025, 6, 17))
                and "look_back_four_weeks" in told(*daily(28)) and "look_back_six_weeks" in told(*daily(42))
                and "worse_today" in told((5, 2, 4)) and not said("per ?cent")),
    "C61": ("the listener picks the time of day; reminders are not built, and none is promised",
            lambda: not said("remind|reminder|every (morning|evening)")
                and has(" ".join(ROUTINE["sunrise-energy"].aliases), "morning")
                and has(" ".join(ROUTINE["evening-unwind"].aliases), "evening")),
    "C62": ("each article's order is kept, but for swaps that save a change of position",
            lambda: order("therapist-favorites") == ["bl40", "gb41", "bl23", "bl25", "pc8"]
                and order("golden-handful") == ["bl60", "si11", "bl23", "bl40", "bl53"]
                and order("strong-combo") == ["bl23", "bl52", "bl53", "bl40", "bl60"]
                and order("lavender-ritual") == ["bl23", "bl25", "gv4", "bl40", "ki3"]),
    "C63": ("five minutes of rest after the long ritual, less elsewhere, and standing up slowly is always said",
            lambda: [s.seconds for s in ROUTINE["lavender-ritual"].steps if s.do == "rest"] == [LIMITS.rest] == [300]
                and all("stand up slowly" in " ".join(cue.text for cue in cues(r.id)[-8:]).lower() or (r.steps[-1].posture and "stand" in r.steps[-1].posture.id)
                        for r in ROUTINE.values() if r.ending == "awake")),
    "C64": ("slow, natural breath; five and five at the navel; never held",
            lambda: all(s.breath == "five_five" for s in PRESSES if s.point.id == "cv6")
                and all("Never" in one for one in sentences("hold your breath"))
                and [beat.seconds for beat in PHRASES.breaths["five_five"][0]] == [5, 5]),
    "C65": ("pain is asked from none to ten, and kept as nought to ten",
            lambda: "from none to ten" in PHRASES.notice
                and [pain for pain in range(-1, 12) if kept(pain)] == list(range(11))),
    # Claims and products
    "C66": ("no promise, spoken or written",
            lambda: not said("|".join(LIBRARY.claims) + "|better than|opioid|proven")
                and not re.search(rf"\b({'|'.join(LIBRARY.claims)})\b", readme(), re.I)
                and "promises nothing" in readme()),
    "C67": ("organs are named only to keep away from them, and no old meanings of points",
            lambda: not said("yang|qi|chi|tonif|labou?r|meridian|vitality")
                and all(re.search("close|near|never|problem|light", one, re.I) for one in sentences("kidney"))),
    "C68": ("hands, a tennis ball, a hard one by choice, a towel, a warm cloth; nothing that is sold",
            lambda: TOOL.keys() == {*HANDS, "warm_cloth", "folded_towel", *BALLS}
                and not said("pen|pens|ear seeds?|magnet|needle|oil|spiked?|roller")),
}
# fmt: on


def test_every_contradiction_has_a_reading():
    assert list(READINGS) == [f"C{number:02}" for number in range(1, 69)]


@pytest.mark.parametrize("number", READINGS)
def test_what_was_settled_holds(number):
    reading, holds_true = READINGS[number]
    assert holds_true(), reading
