"""The rules about a listener's body: each one fires where it should, and nothing ever grows because of them."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from voice_guide.body.safety import adapt
from voice_guide.body.terms import LEVELS, Adapted, Refusal, Today
from voice_guide.compiler.script import compile_script
from voice_guide.library import Library
from voice_guide.routine import Routine, Step

LIBRARY = Library(own=Path(__file__).parent / "none")
SAFETY, CATALOGUE = LIBRARY.safety, LIBRARY.catalogue
RULES = {rule.id: rule for rule in SAFETY.rules}
SHIPPED = {routine.id: routine for routine in LIBRARY.routines.values()}
PARTS = sorted({point.region for point in CATALOGUE.points.values() if point.hold})
BACK = {"low back", "buttock"}
BUTTOCK = {"bl53", "gb30", "ahshi_hip"}

# Rule -> routine (shipped, or one of its name with this one step), what is told (part after @, * a doctor agreed),
# and what must be seen.
FIST = "own: {press: upper buttock point, tool: fist, posture: seated_forward}"
FIRM = "own: {press: back pocket point, pressure: 4}"
HARD = "own: {press: outer hip muscle, tool: lacrosse_ball_wall}"
CASES = {
    "W01": ("peaceful-palms", "warning_sign", "emergency"),
    "S01": ("peaceful-palms", "bladder_bowel", "emergency"),
    "S02": ("peaceful-palms", "saddle_numb", "emergency"),
    "S03": ("peaceful-palms", "both_legs", "emergency"),
    "S04": ("peaceful-palms", "major_trauma", "emergency"),
    "S05": ("peaceful-palms", "chest_or_tearing", "emergency"),
    "S81": ("peaceful-palms", "other_emergency", "emergency"),
    "S06": ("peaceful-palms", "fever", "urgent"),
    "S07": ("peaceful-palms", "weight_loss", "urgent"),
    "S08": ("peaceful-palms", "neuro_leg", "urgent"),
    "S09": ("peaceful-palms", "cancer_new_pain", "urgent"),
    "S10": ("peaceful-palms", "clot_signs", "urgent"),
    "S11": ("peaceful-palms", "night_pain", "urgent"),
    "S12": ("peaceful-palms", "blood_urine", "urgent"),
    "S13": ("peaceful-palms", "acute_injury", "urgent"),
    "S14": ("peaceful-palms", "fracture*", "doctor"),
    "S15": ("winter-warmer", "post_surgery_trunk*", "doctor"),
    "S16": ("early-comfort", "post_surgery_trunk", "doctor"),
    "S17": ("muscle-truce", "pregnancy", "instead"),
    "S18": ("peaceful-palms: {press: ankle mountain}", "pregnancy*", "skipped ankle mountain"),
    "S19": ("peaceful-palms: {press: navel point}", "pregnancy*", "skipped navel point"),
    "S20": ("peaceful-palms: {press: waist point}", "pregnancy*", "skipped waist point"),
    "S21": (
        "peaceful-palms: {press: palm center, posture: supine_knees_bent}",
        "pregnancy",
        "exchanged palm center to on a chair",
    ),
    "S22": ("sunrise-energy", "acute_under_72h", "instead"),
    "S23": ("early-comfort: {press: waist point}", "acute_under_72h*", "skipped waist point"),
    "S24": ("early-comfort: {press: back pocket point}", "acute_under_72h*", "skipped back pocket point"),
    "S25": ("early-comfort: {say: Warm cloth., for: 30, tool: warm_cloth}", "acute_under_72h", "skipped Warm cloth"),
    "S26": ("early-comfort", "acute_under_72h", "session 600"),
    "S27": ("sunrise-energy", "acute_72h_to_6w", "lightened waist point to 2"),
    "S28": ("sunrise-energy", "acute_72h_to_6w", "shortened waist point to 40; session 900"),
    "S29": (FIST, "acute_72h_to_6w", "exchanged upper buttock point to thumb"),
    "S30": (
        FIRM,
        "subacute_6_to_12w",
        "lightened back pocket point to 3; shortened back pocket point to 45; session 1200",
    ),
    "S31": ("sunrise-energy", "chronic_over_12w", "unchanged"),
    "S32": ("sunrise-energy", "first_time", "lightened waist point to 2; shortened waist point to 40"),
    "S33": (HARD, "first_time", "exchanged outer hip muscle to tennis ball on the wall"),
    "S34": ("hip-pocket-ball", "sciatica_mild", "warned back pocket point"),
    "S35": ("hip-pocket-ball", "sciatica_mild", "shortened back pocket point to 60"),
    "S36": ("distant-harbor", "disc_known", "doctor"),
    "S37": ("sunrise-energy", "disc_known*", "instead"),
    "S38": ("distant-harbor: {press: waist point}", "disc_known*", "skipped waist point"),
    "S39": ("feather-pillow", "osteoporosis", "doctor"),
    "S40": ("sunrise-energy", "osteoporosis*", "instead"),
    "S41": ("feather-pillow: {press: warm spot, pressure: 2}", "osteoporosis*", "lightened warm spot to 1"),
    "S42": (
        "feather-pillow: {press: palm center, tool: knuckles}",
        "osteoporosis*",
        "exchanged palm center to thumb",
    ),
    "S43": ("feather-pillow: {press: waist point}", "osteoporosis*", "skipped waist point"),
    "S44": ("feather-pillow", "clotting", "doctor"),
    "S45": (
        "feather-pillow: {press: ankle stream, pressure: 3}",
        "clotting*",
        "lightened ankle stream to 2; shortened ankle stream to 40",
    ),
    "S46": ("feather-pillow: {press: palm center, tool: knuckles}", "clotting*", "exchanged palm center to thumb"),
    "S47": ("feather-pillow: {press: waist point}", "clotting*", "skipped waist point"),
    "S48": ("sunrise-energy", "clotting*", "instead"),
    "S49": ("sunrise-energy", "high_bp", "doctor"),
    "S50": (FIRM, "high_bp*", "lightened back pocket point to 3"),
    "S51": ("sunrise-energy", "heart", "doctor"),
    "S52": (FIRM, "heart*", "lightened back pocket point to 3"),
    "S53": ("sunrise-energy", "cancer", "doctor"),
    "S54": (FIRM, "cancer*", "lightened back pocket point to 3"),
    "S55": ("sunrise-energy", "arthritis", "doctor"),
    "S56": (FIRM, "arthritis*", "lightened back pocket point to 3"),
    "S57": ("sunrise-energy", "long_term", "doctor"),
    "S58": (FIRM, "long_term*", "lightened back pocket point to 3"),
    "S59": ("sunrise-energy", "frail_older", "doctor"),
    "S60": ("sunrise-energy", "frail_older*", "lightened waist point to 2; shortened waist point to 40"),
    "S61": (FIST, "frail_older*", "exchanged upper buttock point to thumb"),
    "S62": ("sunrise-energy", "under_eighteen", "doctor"),
    "S63": ("long-leg-freedom", "hip_replacement*", "skipped back pocket point"),
    "S64": ("strong-combo", "kidney_problem", "doctor"),
    "S65": ("strong-combo", "kidney_problem*", "skipped flank point"),
    "S66": ("strong-combo", "kidney_problem*", "lightened waist point to 2"),
    "S67": ("evening-unwind", "belly_problem*", "skipped navel point"),
    "S68": ("evening-unwind", "post_surgery_belly*", "skipped navel point"),
    "S69": ("evening-unwind", "full_stomach", "skipped navel point"),
    "S70": ("early-comfort", "knee_surgery*", "skipped knee crease point"),
    "S71": ("office-chair", "varicose_veins", "skipped ankle mountain"),
    "S72": ("sunrise-energy", "open_skin@low back", "skipped waist point"),
    "S73": ("sunrise-energy", "swelling_local@low back", "skipped waist point"),
    "S74": ("office-chair", "gout_foot", "skipped little toe groove"),
    "S75": ("golden-handful", "shoulder_injury", "skipped shoulder blade point"),
    "S76": ("sunrise-energy", "hand_arthritis_flare", "exchanged waist point to flat palm"),
    "S77": ("evening-unwind", "balance_problem", "exchanged navel point to on a chair"),
    "S78": ("evening-unwind", "floor_hard", "exchanged navel point to on a chair"),
    "S79": ("peaceful-palms", "alcohol_sedated", "today"),
    "S80": ("sunrise-energy", "numb_skin@low back", "skipped waist point"),
    "N01": (
        "own: {press: waist point, tool: thumb, hold: 180, pressure: 4}",
        "",
        "shortened waist point to 120; lightened waist point to 3",
    ),
    "N02": (HARD, "heart*", "exchanged outer hip muscle to tennis ball on the wall"),
    "N03": ("winter-warmer", "swelling_local@knee", "skipped Tuck the warm cloth between your low back and the chair"),
    "N04": ("sunrise-energy", "high_bp*", "said"),
    "N05": ("sunrise-energy", "cancer*", "said"),
    "N06": ("sunrise-energy", "arthritis*", "said"),
    "N07": ("peaceful-palms", "numb_skin@buttock", "doctor"),
    "N08": ("sunrise-energy", "hip_replacement", "doctor"),
    "N09": ("office-chair", "hip_replacement*", "exchanged ankle mountain to on a chair, one heel on a low stool"),
    "N12": (
        "own: {press: knee crease point, posture: supine_knees_bent}",
        "hip_replacement*",
        "exchanged knee crease point to on a chair",
    ),
    "N10": (
        "own: {press: belt line point, posture: prone_helper}",
        "full_stomach",
        "exchanged belt line point to sitting, leaning forward",
    ),
    "N11": ("peaceful-palms", "belly_problem", "doctor"),
    "J01": ("sunrise-energy", "worse_today", "said"),
    "J02": ("sunrise-energy", "enough_today", "said"),
    "J03": ("sunrise-energy", "too_soon", "said"),
    "J04": ("sunrise-energy", "worse_last_time", "lightened waist point to 2"),
    "J05": ("sunrise-energy", "worse_last_time", "shortened waist point to 40"),
    "J12": ("sunrise-energy", "worse_today", "lightened waist point to 2"),
    "J13": ("sunrise-energy", "worse_today", "shortened waist point to 40"),
    "J06": ("sunrise-energy", "light_day_due", "lightened waist point to 2"),
    "J10": ("sunrise-energy", "journal_lost", "lightened waist point to 2"),
    "J11": ("sunrise-energy", "journal_lost", "shortened waist point to 40"),
    "J14": ("sunrise-energy", "new_here", "lightened waist point to 2"),
    "J15": ("soft-landing", "new_here", "shortened upper buttock point to 40"),
    "J07": ("sunrise-energy", "no_better_in_three_days", "said"),
    "J08": ("sunrise-energy", "look_back_four_weeks", "said"),
    "J09": ("sunrise-energy", "look_back_six_weeks", "said"),
}

# The points, tools and postures that each rule covers, at least: a rule may get stricter, never softer.
SPOTS = "bl23 bl25 bl52 bl53 gb30 track ahshi_long ahshi_side ahshi_hip"
BALLS = "tennis_ball_wall tennis_ball_floor lacrosse_ball_wall"
AT_LEAST = {
    "S15": f"{SPOTS} gv4 si11 cv6",
    "S18": "bl60 li4 gb21",
    "S19": "cv6",
    "S20": f"{SPOTS} gv4 bl40 gb41 ki3 si11",
    "S21": "prone prone_helper supine_knees_bent lying_on_ball",
    "S23": "bl23 gv4 ahshi_long ahshi_side ahshi_hip",
    "S24": "bl25 bl52 bl53 gb30 track",
    "S25": "warm_cloth",
    "S27": f"{SPOTS} gv4 si11",
    "S29": "fist tennis_ball_floor lacrosse_ball_wall folded_towel",
    "S33": "lacrosse_ball_wall",
    "S34": "gb30 bl53 ahshi_hip",
    "S35": "gb30",
    "S38": f"{SPOTS} gv4",
    "S41": "gv4 fingertips",
    "S42": f"{BALLS} fist knuckles folded_towel",
    "S43": f"{SPOTS} si11",
    "S46": f"{BALLS} fist knuckles folded_towel",
    "S47": f"{SPOTS} si11",
    "S61": "tennis_ball_floor lacrosse_ball_wall fist folded_towel floor_ball_seated lying_on_ball supine_knees_bent",
    "S63": "gb30 ahshi_hip",
    "S65": "bl52 ahshi_side",
    "S66": f"bl23 track ahshi_long {BALLS} fist knuckles",
    "S67": "cv6",
    "S68": "cv6",
    "S69": "cv6",
    "S70": "bl40",
    "S71": "bl40 bl60 ki3",
    "S74": "gb41 bl60 ki3",
    "S75": "si11",
    "S76": "thumb knuckles fist",
    "S77": "standing standing_wall floor_ball_seated lying_on_ball seated_forward seated_leaning",
    "S78": "floor_ball_seated lying_on_ball side_lying supine_knees_bent prone prone_helper",
    "N01": "bl23",
    "N02": "lacrosse_ball_wall",
    "N03": "warm_cloth",
    "N09": "seated_cross_leg",
    "N10": "prone prone_helper",
    "N12": "bl40 supine_knees_bent",
}

# What is refused for one condition that a doctor agreed to, everywhere on the body; what is not here refuses nothing.
BLOCKED = {  # every routine
    "warning_sign", "bladder_bowel", "saddle_numb", "both_legs", "major_trauma", "chest_or_tearing", "other_emergency", "fever",
    "weight_loss", "neuro_leg", "cancer_new_pain", "clot_signs", "night_pain", "blood_urine", "acute_injury",
    "fracture", "alcohol_sedated",
}  # fmt: skip
GENTLEST = {"peaceful-palms", "bedtime-belly", "early-comfort", "muscle-truce", "distant-harbor", "feather-pillow"}
NARROWED = {  # all but these
    "pregnancy": {"peaceful-palms"},
    "post_surgery_trunk": {"early-comfort", "muscle-truce", "peaceful-palms"},
    "acute_under_72h": {"early-comfort", "muscle-truce", "peaceful-palms", "bedtime-belly"},
    "disc_known": GENTLEST - {"feather-pillow"},
    "osteoporosis": GENTLEST,
    "clotting": GENTLEST,
    "open_skin": {"bedtime-belly", "lavender-ritual", "muscle-truce", "peaceful-palms"},  # everywhere: only breathing
    "swelling_local": {"bedtime-belly", "lavender-ritual", "muscle-truce", "peaceful-palms"},
    "numb_skin": {"bedtime-belly", "lavender-ritual", "muscle-truce", "peaceful-palms"},
}
WITHOUT = {  # these
    "kidney_problem": {"tennis-wall-walk"},
    "balance_problem": {"tennis-wall-walk", "hip-pocket-ball", "soft-landing", "village-stroll"},
    "hip_replacement": {"hip-pocket-ball"},
    "varicose_veins": {"early-comfort"},
}
# Alone or with anything else: nothing is pressed, but there is a routine of breathing.
ONLY_BREATHING = [{"open_skin"}, {"swelling_local"}, {"numb_skin"}, {"pregnancy", "hand_arthritis_flare"}]


def own(name, steps, folder):
    """A script of the listener's own, with breathing besides."""
    path = folder / "own.yaml"
    path.write_text(f"name: {name}\nabout: x\nsource: added\nsteps:\n  - {steps}\n  - breathe: 60\n", encoding="utf-8")
    return LIBRARY.read(path)


def asked(text, folder):
    name, _, steps = text.partition(": ")
    return own(name, steps, folder) if steps else SHIPPED[name]


def told(text):
    words = [word for word in text.split(",") if word]
    conditions = {}
    for word in words:
        name, _, part = word.rstrip("*").partition("@")
        conditions[name] = (part,) if part else ()
    return Today(
        conditions, frozenset(), frozenset(word.split("@")[0].rstrip("*") for word in words if word.endswith("*"))
    )


def agreed(*names):
    """These conditions, everywhere, and a doctor agreed to all of them."""
    return Today(dict.fromkeys(names, ()), frozenset(), frozenset(names))


def fitted(routine, today):
    return adapt(routine, today, SAFETY, CATALOGUE)


def traces(result, rule):
    """What a rule left in a result: its changes, its place in a refusal, its words."""
    if isinstance(result, Refusal):
        return [result.level] if rule.id in result.rules else []
    changes = [f"{change.what} {change.name}" for change in result.changes if change.rule == rule.id]
    aloud = [*result.routine.today, *(step.text for step in result.routine.steps)]
    return changes + ["said"] * any(rule.say in text for text in aloud)


def pressed(result):
    return isinstance(result, Adapted) and any(step.point for step in result.routine.steps)


def is_so(result, change):
    """Whether the routine is as a change says."""
    what, name, _, after = re.fullmatch(r"(\w+) (.*?)( to (.*))?", change).groups()
    steps = [step for step in result.routine.steps if name in (step.point.name if step.point else step.text)]
    values = [{step.seconds, step.pressure, step.tool.name, step.posture.name} for step in steps if step.point]
    if what in ("skipped", "warned"):
        return bool(steps) == (what == "warned")
    return values and all({after, float(after) if after.isdigit() else ""} & found for found in values)


def test_every_rule_has_a_case():
    assert CASES.keys() == RULES.keys()
    assert AT_LEAST.keys() == {rule.id for rule in RULES.values() if rule.points or rule.tools or rule.postures}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_does_what_it_says_where_it_should(rule, tmp_path):
    text, conditions, seen = CASES[rule.id]
    routine = asked(text, tmp_path)
    result = fitted(routine, told(conditions))
    if seen in LEVELS:
        assert isinstance(result, Refusal) and result.level == seen and rule.id in result.rules
        assert rule.say in result.say and set(result.instead) <= set(rule.only)
        return
    assert isinstance(result, Adapted)
    for one in seen.split("; "):
        if one == "unchanged":
            assert result.routine.steps == routine.steps and not result.routine.today
            continue
        if one.startswith("session"):
            assert result.session == float(one.split()[1])
        elif one != "said":
            assert one.split(" to ")[0] in traces(result, rule)
            assert is_so(result, one), result
        assert "warned" in one or rule.say in result.routine.today


@pytest.mark.parametrize("rule", AT_LEAST)
def test_no_rule_names_less_than_was_settled(rule):
    assert set(AT_LEAST[rule].split()) <= {*RULES[rule].points, *RULES[rule].tools, *RULES[rule].postures}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_leaves_alone_what_it_is_not_for(rule, tmp_path):
    text, conditions, _ = CASES[rule.id]
    assert not traces(fitted(asked(text, tmp_path), told("chronic_over_12w" if rule.unless else "")), rule)
    if rule.points or rule.tools or rule.postures:
        elsewhere = SHIPPED["bedtime-belly" if "thumb" in rule.tools else "peaceful-palms"]
        assert not traces(fitted(elsewhere, told(conditions)), rule)
    if rule.where:
        assert not traces(fitted(asked(text, tmp_path), told(conditions.split("@")[0] + "@belly")), rule)


def numbers(step):
    return step.seconds, step.shortest, step.longest, step.pressure, step.repeat, len(step.sides) * len(step.places)


def origin(step):
    """What stays the same in a step, whatever is changed."""
    side = step.sides if "left" not in step.sides or "right" not in step.sides else None
    return step.do, step.point.id if step.point else step.text, step.places, step.source, side if step.point else None


def is_larger(small, large):
    """What one routine asks for beyond another, in the order of its steps; empty where nothing is."""
    others = iter(large.steps)
    for step in small.steps:
        before = next((other for other in others if origin(other) == origin(step)), None)
        if before is None:
            return f"{step.text or step.point} is new, or in another place"
        if any(ours > theirs for ours, theirs in zip(numbers(step), numbers(before), strict=True)):
            return f"{origin(step)}: {numbers(step)} after {numbers(before)}"
    return ""


# What is sore, operated or replaced, and the parts and points that carry nothing then.
SPARED = {
    "post_surgery_trunk": {"low back", "buttock", "belly", "shoulder"},
    "post_surgery_belly": {"belly"},
    "belly_problem": {"belly"},
    "full_stomach": {"belly"},
    "hip_replacement": {"gb30", "ahshi_hip"},
    "knee_surgery": {"bl40"},
    "gout_foot": {"foot"},
    "shoulder_injury": {"shoulder"},
    "hand_arthritis_flare": {"hand"},
}
ASKED_TOO_MUCH = {  # of a posture
    "balance_problem": lambda posture: "chair" not in posture.on or re.search(r"\blean", posture.enter, re.I),
    "floor_hard": lambda posture: "floor" in posture.on,
    "frail_older": lambda posture: "floor" in posture.on,
    "hip_replacement": lambda posture: "ankle on the other knee" in posture.enter,
    "knee_surgery": lambda posture: "ankle on the other knee" in posture.enter,
    "belly_problem": lambda posture: "front" in posture.enter,
    "post_surgery_belly": lambda posture: "front" in posture.enter,
    "full_stomach": lambda posture: "front" in posture.enter,
    "pregnancy": lambda posture: "front" in posture.enter or "onto your back" in posture.enter,
}
PROMISED = {  # in words about today, and what would make them untrue
    r"floor": lambda step: step.posture and "floor" in step.posture.on and "bed" not in step.posture.on,
    r"no floor work|nothing on the floor": lambda step: step.posture and "floor" in step.posture.on,
    r"no standing": lambda step: step.posture and "wall" in step.posture.on,
    r"no leaning": lambda step: step.posture and re.search(r"\blean", step.posture.enter, re.I),
    r"sitting": lambda step: step.posture and "chair" not in step.posture.on,
    r"face down": lambda step: step.posture and step.posture.id.startswith("prone"),
    r"no knee is drawn": lambda step: (
        step.posture and step.posture.id == "supine_knees_bent" and step.point and step.point.id == "bl40"
    ),
    r"no leg is crossed": lambda step: step.posture and step.posture.id == "seated_cross_leg",
    r"no heat": lambda step: step.tool and step.tool.id == "warm_cloth",
    r"no ball(?! on)|hands only,": lambda step: step.tool and step.tool.ball,
    r"no fist": lambda step: step.tool and step.tool.id == "fist",
    r"no knuckles": lambda step: step.tool and step.tool.id == "knuckles",
    r"no towel": lambda step: step.tool and step.tool.id == "folded_towel",
    r"no thumbs": lambda step: step.tool and step.tool.id == "thumb",
    r"very light and short|light touch|stay light and short|a light day|stay mild": lambda step: step.pressure > 2,
    r"medium pressure": lambda step: step.pressure > 3,
    r"leave out the belly": lambda step: step.point and step.point.region == "belly",
    r"leave out the feet": lambda step: step.point and step.point.region == "foot",
}
PLACED = {"open_skin", "swelling_local", "numb_skin"}


def untrue(routine, today):
    """What is loaded that may not be, what a posture asks too much, and what is said that does not follow."""
    aloud = [sentence for text in routine.today for sentence in re.findall(r"[^.?!]+[.?!]", text.lower())]
    for step in routine.steps:
        loaded = {step.point.region, step.point.id} if step.point else {step.part}
        bed = step.posture and "bed" in step.posture.on and routine.fits
        for name, parts in today.conditions.items():
            if loaded & SPARED.get(name, set()) or (name in PLACED and loaded & set(parts)):
                yield f"{name}: {step.point.name if step.point else step.text}"
            if step.posture and not bed and ASKED_TOO_MUCH.get(name, lambda posture: False)(step.posture):
                yield f"{name}: {step.posture.name}"
        for words, is_untrue in PROMISED.items():
            said = [sentence for sentence in aloud if re.search(words, sentence)]
            if said and not (bed and "floor" in words) and is_untrue(step):
                part = [parts for name, parts in today.conditions.items() if name in PLACED and parts]
                if not part or words not in ("no heat", r"no ball(?! on)|hands only,"):  # where the skin feels little
                    yield f"'{said[0]}', and then {step.text or step.point.name}, {step.posture and step.posture.name}"


def blocked(names):
    """Nothing at all is left for these conditions; a new pain after cancer is one, however it is told."""
    return bool(names & BLOCKED or ("cancer" in names and names & {"acute_under_72h", "acute_72h_to_6w"}))


def expected(names):
    """The routines that are left for these conditions, one or none of them."""
    if blocked(names):
        return set()
    left = set(SHIPPED)
    for name in names:
        left &= NARROWED.get(name, left)
        left -= WITHOUT.get(name, set())
    return left


@pytest.mark.parametrize("name", SAFETY.conditions)
def test_what_is_refused_for_one_condition_is_written_down(name):
    assert {key for key in SHIPPED if isinstance(fitted(SHIPPED[key], agreed(name)), Adapted)} == expected({name})


@pytest.mark.parametrize("part", PARTS)
def test_one_sore_part_of_the_body_leaves_routines_for_all_the_others(part):
    for name in ("open_skin", "swelling_local", "numb_skin"):
        results = [fitted(routine, told(f"{name}@{part}*")) for routine in SHIPPED.values()]
        assert sum(map(pressed, results)) >= 21
        steps = [step for result in results if isinstance(result, Adapted) for step in result.routine.steps]
        there = [step for step in steps if step.point and step.point.region == part]
        assert not there


@pytest.mark.long
def test_every_pair_of_conditions_makes_routines_smaller_and_leaves_one():
    for names in combinations(SAFETY.conditions, 2):
        results = {routine.id: fitted(routine, agreed(*names)) for routine in SHIPPED.values()}
        for key, result in results.items():
            if isinstance(result, Refusal):
                assert result.say and result.level in LEVELS and result.rules, (names, key)
                instead = [isinstance(results[other], Adapted) for other in result.instead]
                assert any(instead) or not instead, (names, key)
            else:
                assert not is_larger(result.routine, SHIPPED[key]), (names, key)
                assert not [*untrue(result.routine, agreed(*names))], (names, key)
        left = {key for key, result in results.items() if isinstance(result, Adapted)}
        assert left <= expected(set(names)) and bool(left) != blocked(set(names)), names
        breathing = any(few <= set(names) for few in ONLY_BREATHING)
        assert any(map(pressed, results.values())) == bool(left and not breathing), names


# Any routine and any listener, for the promises that hold for all of them.

SOFT = sorted(SAFETY.conditions.keys() - BLOCKED)


def held(point, tool, posture, hold, pressure=2, sides=(), number=0):
    """One hold, as a script would ask for it."""
    point, tool, posture = CATALOGUE.points[point], CATALOGUE.tools[tool], CATALOGUE.postures[posture]
    sides = sides or ((None,) if point.midline else ("left", "right"))
    return Step(
        "press", hold, min(hold, point.hold.min), point.hold.cap(tool), point=point, tool=tool, posture=posture,
        sides=sides, places=point.places or ("",), pressure=pressure, source=f"added {number}",
    )  # fmt: skip


@st.composite
def presses(draw, number):
    """A point held in any way that a script could ask for."""
    point = draw(st.sampled_from([point for point in CATALOGUE.points.values() if point.hold]))
    pairs = [(t, p) for t in point.tools for p in point.postures if p in CATALOGUE.tools[t].postures]
    tool, posture = draw(st.sampled_from(pairs))
    hold = float(draw(st.integers(30, int(point.hold.cap(CATALOGUE.tools[tool])))))
    both = point.both and not CATALOGUE.tools[tool].ball and draw(st.booleans())
    pressure = draw(st.integers(1, point.pressure.max))
    return held(point.id, tool, posture, hold, pressure, ("both",) if both else (), number)


@st.composite
def written(draw):
    """A script of the listener's own, under a name that any rule may still offer."""
    steps = [draw(presses(number)) for number in range(draw(st.integers(1, 5)))]
    return routine_of(steps, draw(st.sampled_from(["peaceful-palms", "early-comfort", "bedtime-belly", "own"])))


def routine_of(steps, key="own"):
    rest = Step("breathe", 60.0, text=LIBRARY.phrases.breathe, plain=True, posture=CATALOGUE.postures["seated_chair"])
    avoid = CATALOGUE.avoided((*steps, rest), (), ())
    return Routine(key, SHIPPED[key].name if key in SHIPPED else "Own", "x", (*steps, rest), "added", avoid=avoid)


ROUTINES = st.sampled_from(sorted(SHIPPED.values(), key=lambda routine: routine.id)) | written()


@st.composite
def listeners(draw, names=SOFT, most=5, all_agreed=False):
    held = draw(st.lists(st.sampled_from(names), unique=True, max_size=most))
    conditions = {
        name: tuple(draw(st.lists(st.sampled_from(PARTS), unique=True, max_size=3)))
        if SAFETY.conditions[name].where
        else ()
        for name in held
    }
    consent = frozenset(held) if all_agreed or draw(st.booleans()) else frozenset(draw(st.sets(st.sampled_from(names))))
    denied = frozenset(draw(st.sets(st.sampled_from(SOFT), max_size=4))) - conditions.keys()
    return Today(conditions, denied, consent)


ANYBODY = listeners() | listeners(sorted(SAFETY.conditions))
AGREED = listeners(all_agreed=True)


@given(ROUTINES, ANYBODY)
def test_nothing_ever_grows(routine, today):
    result = fitted(routine, today)
    if isinstance(result, Refusal):
        assert result.say and result.rules
        return
    assert not is_larger(result.routine, routine)
    for step in result.routine.steps:
        if step.point:
            assert SAFETY.hold_floor <= step.shortest <= step.seconds <= step.longest <= step.point.hold.cap(step.tool)
            assert step.tool.id in step.point.tools and step.posture.id in step.point.postures
            assert step.posture.id in step.tool.postures


@given(ROUTINES, listeners(most=3, all_agreed=True))
def test_what_is_sore_carries_nothing_and_what_is_said_of_today_is_so(routine, today):
    result = fitted(routine, today)
    assert isinstance(result, Refusal) or not [*untrue(result.routine, today)]


FISTS = routine_of([held("bl53", "fist", "seated_forward", 120.0)])


@given(ROUTINES, AGREED, st.sampled_from(SOFT), st.booleans())
@example(FISTS, agreed("frail_older"), "balance_problem", True)
def test_one_more_condition_never_gives_more(routine, today, name, consent):
    """But for pain that has lasted long, which lifts the cap on the waist point (C28)."""
    assume(name not in today.conditions and name != "chronic_over_12w")
    more = Today({**today.conditions, name: ()}, today.denied - {name}, today.agreed | ({name} if consent else set()))
    before, after = fitted(routine, today), fitted(routine, more)
    if isinstance(before, Refusal):
        assert isinstance(after, Refusal) and LEVELS.index(after.level) <= LEVELS.index(before.level)
    elif isinstance(after, Adapted):
        assert not is_larger(after.routine, before.routine)
        assert after.session <= before.session


FACTORED = sorted({name for rule in SAFETY.rules if rule.factor < 1 for name in rule.when})
STEADY = sorted(set(SOFT) - set(FACTORED))


def stays(routine, today):
    first = fitted(routine, today)
    again = fitted(first.routine, today) if isinstance(first, Adapted) else first
    assert isinstance(again, type(first)), routine.id
    same = isinstance(first, Refusal) or again.routine.steps == first.routine.steps
    assert same, routine.id


@given(ROUTINES, listeners(STEADY, all_agreed=True))
@example(SHIPPED["hip-pocket-ball"], agreed("sciatica_mild"))
def test_what_is_fit_for_today_stays_as_it_is(routine, today):
    stays(routine, today)


@given(ROUTINES, ANYBODY, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_told_does_not_matter(routine, today, random):
    names = list(today.conditions)
    random.shuffle(names)
    turned = Today({name: today.conditions[name] for name in names}, today.denied, today.agreed)
    assert fitted(routine, turned) == fitted(routine, today)


@given(ROUTINES, AGREED)
def test_left_and_right_stay_equal(routine, today):
    result = fitted(routine, today)
    assume(isinstance(result, Adapted))
    held = {"left": 0.0, "right": 0.0, "both": 0.0, None: 0.0}
    for step in result.routine.steps:
        for side in step.sides:
            held[side] += step.seconds * len(step.places) * step.repeat
    assert held["left"] == held["right"]


@given(ROUTINES, ANYBODY)
@example(SHIPPED["folded-towel-practice"], Today(denied=frozenset(["acute_72h_to_6w"])))
def test_a_caution_is_only_left_unsaid_to_whom_it_is_known(routine, today):
    result = fitted(routine, today)
    assume(isinstance(result, Adapted))
    known = today.conditions.keys() | today.denied
    said = result.routine.avoid
    assert not said.keys() & known
    for step in result.routine.steps:
        asked = (*(step.point.avoid if step.point else ()), *(step.posture.avoid if step.posture else ()))
        wider = {name for wide in said for name in CATALOGUE.covers.get(wide, ())}
        silent = {name for name in asked if not CATALOGUE.conditions[name]} | set(routine.fits) | wider
        assert set(asked) <= said.keys() | known | silent


# The traps: what no routine may ever ask for, once it is compiled.

NO_BALL = {"knee", "ankle", "foot", "hand", "belly"}
MOVING = re.compile(
    r"\b(stand (?:up|free)|lie (?:down|face|on)|lower yourself|roll (?:onto|away)|sit down|step away|walk)\b", re.I
)
ROLLING = re.compile(r"\b(roll|slide|let) (it|the ball)|(bend|straighten) (your|the) knees", re.I)
WORDS = re.compile(rf"\d|\b(BL|GB|GV|CV|KI|PC|SI|LI|UB|DU|REN)\b|[{{}}_]|\b({'|'.join(LIBRARY.claims)})\b", re.I)


def step_faults(step, today):
    """The numbers, tools and places that a step gets wrong."""
    point, tool, holds = step.point, step.tool, today.conditions
    yield "for reference only", not point.hold
    yield "too short or too long", not 30 <= step.seconds <= step.point.hold.cap(tool)
    yield "a ball too long", tool.ball and step.seconds > 90
    yield "the spine too long", point.id == "gv4" and step.seconds > 60
    yield "a ball there", tool.ball and (point.region in NO_BALL or point.id in ("gv4", "bl52", "ahshi_side"))
    yield "a fist on a kidney", point.id in ("bl52", "ahshi_side") and tool.id in ("fist", "knuckles")
    yield "the floor", ("floor" in tool.id or "ball" in step.posture.id) and point.id not in BUTTOCK
    yield "a hard ball", tool.ball == "lacrosse" and point.id not in BUTTOCK
    yield "fresh pain", "acute_under_72h" in holds and point.region in BACK
    yield "a disc", "disc_known" in holds and point.region in BACK
    yield "pregnancy", "pregnancy" in holds and point.id != "pc8"


def cue_faults(cues, steps):
    """What is said too late, or not at all."""
    firm = [cue for cue in cues if not cue.optional]
    for before, cue in pairwise(firm):
        yield (
            "no release",
            before.kind == "press" and (cue.kind != "release" or not WORDS.sub("", cue.text).strip("♪ ")),
        )
        shooting = cue.kind != "press" or cue.point != "gb30" or (before.kind == "notice" and "electric" in before.text)
        yield "no word about shooting pain", not shooting
        yield "the ball rolls", cue.point == "track" and ROLLING.search(cue.text)
    closed = standing = False
    for cue in firm:
        standing = bool(re.search(r"come to stand|stand up slowly", cue.text, re.I)) or (
            standing and not re.search(r"your seat|sit down|lower yourself", cue.text, re.I)
        )
        opened, moving = cue.text.lower().find("open your eyes"), MOVING.search(cue.text)
        if moving and cue.kind in ("move", "release", "rest", "close"):
            yield f"eyes closed: {cue.text}", closed and not 0 <= opened < moving.start()
        closed = not standing and (cue.kind in ("press", "rest", "breathe") or (closed and opened < 0))
    used = {step.posture for step in steps if step.posture}
    for posture in CATALOGUE.postures.values():
        entering = posture.enter.removeprefix("Open your eyes. ")
        others = any(entering in other.enter for other in used)
        yield f"moved to {posture.name}", not others and any(entering in cue.text for cue in firm if cue.kind == "move")


def traps(result, today, talk):
    routine = result.routine
    holds = [step for step in routine.steps if step.point]
    found = {fault for step in holds for fault, is_so in step_faults(step, today) if is_so}
    found |= {"a hidden routine"} if "pregnancy" in today.conditions and routine.id != "peaceful-palms" else set()
    found |= {"no doctor"} if "disc_known" in today.conditions.keys() - today.agreed else set()
    found |= {f"words: {text}" for text in (*routine.today, *(step.text for step in holds)) if WORDS.search(text)}
    cues = compile_script(routine, LIBRARY.phrases, talk=talk).cues
    return found | {fault for fault, is_so in cue_faults(cues, routine.steps) if is_so}


@given(ROUTINES, ANYBODY, st.sampled_from(["full", "short", "bells"]))
def test_no_routine_of_today_falls_into_a_trap(routine, today, talk):
    result = fitted(routine, today)
    if isinstance(result, Refusal):
        assert not WORDS.search(result.say)
        return
    assert not traps(result, today, talk)
    ending = {name for rule in SAFETY.rules if rule.level in ("emergency", "urgent") for name in rule.when}
    assert not ending & today.conditions.keys()


@pytest.mark.parametrize("name", SOFT)
def test_no_shipped_routine_falls_into_a_trap_for_one_condition(name):
    for routine in SHIPPED.values():
        result = fitted(routine, agreed(name))
        assert isinstance(result, Refusal) or not traps(result, agreed(name), "full"), routine.id


def test_nothing_that_may_be_said_about_today_has_a_digit_a_code_or_a_promise():
    for rule in SAFETY.rules:
        assert not WORDS.search(rule.say) and re.search(r"[.?!]$", rule.say), rule.id
    for condition in SAFETY.conditions.values():
        assert not WORDS.search(condition.aloud), condition.id


def texts(result):
    return [step.text for step in result.routine.steps if not step.point] if isinstance(result, Adapted) else []


@pytest.mark.parametrize("name", ["open_skin", "swelling_local"])
def test_a_sore_back_is_not_rubbed_warmed_or_propped_either(name):
    for routine in SHIPPED.values():
        said = texts(fitted(routine, told(f"{name}@low back")))
        assert not [text for text in said if re.search(r"\b(rub|stroke|cloth|bottle|towel)\b", text, re.I)], routine.id


@pytest.mark.parametrize("name", SOFT)
def test_nothing_is_taken_away_that_was_never_put_there(name):
    for routine in SHIPPED.values():
        said = " ".join(texts(fitted(routine, agreed(name))))
        assert ("Take the towel" in said) == ("slide the folded towel" in said), routine.id
        assert ("Put the cloth aside" in said) == ("Tuck " in said), routine.id


def test_the_unsteady_are_kept_sitting_as_they_are_told():
    for routine in SHIPPED.values():
        result = fitted(routine, agreed("balance_problem"))
        before = {step.posture for step in routine.steps}
        for step in result.routine.steps if isinstance(result, Adapted) else ():
            assert step.posture in before or "chair" in step.posture.on, (routine.id, step.point.name)
            assert not re.search(r"\bstand\b", step.text), (routine.id, step.text)


def test_sore_hands_are_told_what_they_are_given():
    for routine in SHIPPED.values():
        result = fitted(routine, agreed("hand_arthritis_flare"))
        for change in result.changes if isinstance(result, Adapted) else ():
            assert "palm" not in change.why or change.what != "exchanged" or change.after == "flat palm", change


def test_sore_hands_are_not_told_to_use_the_thumb():
    for routine in SHIPPED.values():
        result = fitted(routine, agreed("hand_arthritis_flare"))
        for step in result.routine.steps if isinstance(result, Adapted) else ():
            words = f"{step.point.before} {step.point.press}" if step.point and not step.tool.ball else ""
            assert not re.search(r"\b(your|light|opposite) thumb\b", words, re.I), (routine.id, step.point.name)


@pytest.mark.parametrize("name", sorted({name for rule in SAFETY.rules if "fist" in rule.tools for name in rule.when}))
def test_no_fist_is_spoken_of_where_fists_are_forbidden(name):
    for routine in SHIPPED.values():
        assert "fist" not in " ".join(texts(fitted(routine, agreed(name)))), routine.id


def test_a_script_is_not_for_whom_it_says_it_is_not_for(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("name: Own\nabout: x\navoid: [shoulder_injury]\nsteps:\n  - {press: palm center}\n")
    result = fitted(LIBRARY.read(path), Today({"shoulder_injury": ()}))
    assert isinstance(result, Refusal) and result.level == "instead" and "a hurt shoulder" in result.say


@pytest.mark.parametrize("name", sorted({name for rule in SAFETY.rules if rule.factor < 1 for name in rule.when}))
def test_no_wish_makes_a_hold_longer_that_was_made_shorter_for_today(name):
    for routine in SHIPPED.values():
        result = fitted(routine, agreed(name))
        for step in result.routine.steps if isinstance(result, Adapted) else ():
            assert not step.point or step.longest == step.seconds
