"""What people say they have: by their own words it leads to a condition, never to a laxer one, never by a guess."""

import json

import pytest

from voice_guide import Guide
from voice_guide.errors import ChoiceError, SafetyError
from voice_guide.understanding.conditions import condition_words, strictness
from voice_guide.understanding.words import plain

TABLE = """
clotting: warfarin, I am on blood thinners, I take aspirin every day, I had a blood clot, past clot, DVT, a deep vein
  thrombosis, lung embolism, I bruise easily, haemophilia, I am on Eliquis
heart: I have had a stroke, TIA, mini-stroke heart attack, pacemaker, I have a stent, angina, atrial fibrillation
high_bp: hypertension, my blood pressure is high, high BP
osteoporosis: steroids, I take prednisone, cortisone tablets, brittle bones, osteopenia, my bones are thin
disc_known: stenosis, spinal stenosis, a narrow spinal canal, spondylolisthesis, slipped disk, prolapsed disc, herniated
  discs, a pinched nerve, degenerative disc disease
post_surgery_trunk: spinal fusion, spinal surgery, laminectomy, a back operation, my lower back was operated on, rods in my
  back, screws in my spine, caesarean, C-section, surgery on my hip, I just had an operation, hysterectomy
post_surgery_belly: caesarean section, belly surgery, my appendix was removed, a stomach operation
hip_replacement: my left hip was replaced, hip replacement, an artificial hip, new hip, joint replacement
knee_surgery: knee replacement, my knee was operated, artificial knee, meniscus surgery
long_term: diabetes, I am diabetic, epilepsy, fibromyalgia, MS, multiple sclerosis, Parkinson's, lupus, HIV, asthma,
  migraines, depression, Crohn's disease, knee replacement, I just gave birth, postpartum, breastfeeding, other long illness,
  another long illness, diabetes with numb feet, a stroke, thyroid problems, COPD, long covid, some rare syndrome
arthritis: rheumatoid arthritis, osteoarthritis in my knee, gout, ankylosing spondylitis
gout_foot: gout, my toe is sore
balance_problem: dizziness, I feel dizzy, vertigo, I fall often, I use a walking stick, poor balance
under_eighteen: a child, my son, teenager, 15 years old, I am 15, my daughter is 12, under 18
alcohol_sedated: hangover, I am drunk, sleeping pill, opioids, sedatives, I took codeine, two glasses of wine
belly_problem: hernia, hiatus hernia, stomach ulcer, irritable bowel
kidney_problem: kidney stones, one kidney, dialysis
cancer: breast cancer, a tumour, chemotherapy, leukaemia
frail_older: I am frail, elderly, 84 years old
pregnancy: I am pregnant, maybe pregnant, 20 weeks pregnant, expecting
bladder_bowel: can't pee, I cannot pass urine, I can not pee, trouble peeing, I lost control of my bladder, incontinence, no control over my bladder, I can no longer pee, I have not peed since yesterday
saddle_numb: numb between my legs, my groin is numb, no feeling between my legs, cauda equina, numbness between the thighs
both_legs: both my legs are weak, weakness in both legs, I can't feel my legs, I don't feel my legs, my legs give way, numb legs
chest_or_tearing: chest pain, pain in my chest, my chest hurts, I can't breathe, short of breath
major_trauma: I fell down the stairs, a car accident, hit by a car, a bad fall
weight_loss: I lost 10 kilos without trying, losing weight, weight loss
fever: I have a fever, chills, the flu, a high temperature
neuro_leg: numb leg, my leg is numb, foot drop, I drag my foot, a weak leg, tingling in my foot, numbness
clot_signs: my calf is swollen, a hot calf, my right leg is swollen
night_pain: the pain wakes me every night, constant pain, it is a pain that never goes away
blood_urine: blood in my urine, blood in my pee, pain in my side
acute_injury: a fresh injury, I pulled a muscle, sprained ankle
fracture: a broken hip, I broke my leg, vertebral fracture, a cracked rib, my pelvis was fractured
numb_skin foot: numb feet, numb foot, my feet are numb, diabetes with numb feet, neuropathy in my feet
open_skin buttock: a bruise on my hip, my hip is bruised
open_skin foot: a bruise on my hip and foot, blister on my left heel
open_skin: eczema, a sunburn, shingles, bruises all over
swelling_local leg: swollen knee, my knee is swollen
swelling_local: an inflamed place
varicose_veins: varicose veins
shoulder_injury: frozen shoulder, my shoulder hurts
hand_arthritis_flare: carpal tunnel, sore hands, arthritis in my hands
full_stomach: I just ate, a big meal
floor_hard: I can't get up from the floor
sciatica_mild: sciatica, pain down my leg
acute_under_72h: it just started, since yesterday
"""
ROWS = [
    (phrase.strip(), *(*wanted.split(" ", 1), "")[:2])
    for wanted, _, phrases in (line.partition(":") for line in TABLE.replace("\n  ", " ").strip().splitlines())
    for phrase in phrases.split(",")
]
"""Each phrase with the condition it has to lead to, and the part of the body."""


def told_of(typed, library):
    return library.matcher.conditions.typed(typed)


def sign_in(phrase, library):
    return library.matcher.meaning(phrase).warning


def strictest(names, library):
    return min(strictness(name, library.safety) for name in names)


@pytest.mark.parametrize(("phrase", "wanted", "part"), ROWS)
def test_what_people_say_leads_to_its_condition_and_to_none_laxer(library, phrase, wanted, part):
    found = told_of([phrase], library)
    assert wanted in found and strictest(found, library) <= strictness(wanted, library.safety)
    assert part in found[wanted] if part else found[wanted] == ()


def test_there_are_more_than_a_hundred_and_twenty():
    assert len({phrase for phrase, *_ in ROWS}) > 120


def test_every_word_that_is_printed_anywhere_is_taken(library):
    printed = condition_words(library)
    with Guide() as guide:
        told = guide.conditions()
    for one in told:
        printed += [(word, next(name for said, name in printed if said == one.name)) for word in (one.name, *one.also)]
        printed += [(f"{one.name}:{part}", "") for part in one.parts]
    for word, name in printed:
        assert not name or name in told_of([word], library), word
        assert told_of([word], library)


def test_a_name_that_is_offered_means_just_its_condition(library):
    for one in library.safety.conditions.values():
        assert told_of([one.name], library) == {one.id: ()}


def test_plain_places_are_the_parts_that_points_lie_on(library):
    assert {part for parts in library.words.places.values() for part in parts} == {*library.catalogue.parts}


@pytest.mark.parametrize("place", ["a bruise", "my back hurts and I have a bruise", "a bruise on my hip and my elbow",
                                   "bruises all over and on my hip", "a bruise on my head"])  # fmt: skip
def test_a_place_that_is_not_named_or_not_known_is_everywhere(library, place):
    assert told_of([place], library)["open_skin"] == ()


def test_a_part_may_be_typed_in_plain_words(library):
    assert told_of(["bruise:feet", "open_skin:hip"], library) == {"open_skin": ("foot", "buttock")}
    assert told_of(["a bruise", "bruise:foot"], library) == {"open_skin": ()}


def test_all_that_is_named_holds_with_the_emergency(library):
    assert told_of(["I am pregnant, have diabetes and can't pee"], library).keys() == {
        "pregnancy", "long_term", "bladder_bowel"
    }  # fmt: skip
    with Guide() as guide, pytest.raises(SafetyError, match="Call your emergency number now"):
        guide.adapt("soft landing", conditions=["a sore toe and both my legs are weak"])


@pytest.mark.parametrize("phrase", ["no fever", "not pregnant", "I am not pregnant", "no fever or chills", "never had a stroke",
                                    "no signs of fever", "I don't have diabetes"])  # fmt: skip
def test_what_somebody_does_not_have_is_not_taken(library, phrase):
    with pytest.raises(ChoiceError, match="what you do not have"):
        told_of([phrase], library)
    assert not sign_in(phrase, library)


def test_a_no_reaches_no_further_than_what_follows_it(library):
    assert told_of(["I do not know why I can't pee"], library).keys() == {"bladder_bowel"}
    assert told_of(["no fever but a stroke"], library).keys() == {"heart", "long_term"}


def test_what_loosens_a_rule_holds_only_where_nothing_else_is_named(library):
    assert "chronic_over_12w" in told_of(["chronic pain"], library)
    assert told_of(["long lasting diabetes"], library).keys() == {"long_term"}


@pytest.mark.parametrize(
    "phrase",
    ["back pain", "my lower back is stiff", "I sit at a desk all day", "I am tired", "I slept badly", "my back is sore",
     "I am 40", "stress at work", "I run a lot", "my hips are tight", "nothing"],
)  # fmt: skip
def test_what_everybody_has_names_nothing(library, phrase):
    with pytest.raises(ChoiceError, match="illness that a doctor treats or follows"):
        told_of([phrase], library)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("stenosi", "'stenosis'"), ("warfarine", "'warfarin'"), ("fibromialgia", "'fibromyalgia'"),
     ("I have diabetis", "'diabet"), ("green elephants", 'illness that a doctor treats or follows')],
)  # fmt: skip
def test_what_is_spelled_otherwise_is_asked_back_and_never_taken(library, typed, hint):
    with pytest.raises(ChoiceError) as error:
        told_of([typed], library)
    assert hint in str(error.value) and "\n" not in str(error.value) and "_" not in str(error.value)


GENERAL = """arthritis baby bladder bowel broken burning covid dislocated fall fallen falling fell fusion gout ill implant
infection injured injury kidney nerve numb numbness prostate removed slipped surgery"""
"""Words that are strict while they stand alone, and that a longer name makes plain."""


def test_a_longer_name_hides_nothing_stricter_but_what_is_general(library):
    hidden = set()
    for word, _ in condition_words(library):
        full = strictest(told_of([word], library), library)
        for piece in plain(word).split():
            named, _ = library.matcher.conditions.meant(piece)
            if named and strictest(named, library) < full:
                hidden.add(piece)
    assert hidden <= set(GENERAL.split())


def test_no_need_is_taken_for_a_sign_but_a_sign_is(library):
    for need in library.needs.values():
        assert not [word for word in (need.name, *need.also) if sign_in(word, library) in ("emergency", "urgent")]
    for told in ("can't pee", "I lost 10 kilos without trying", "both my legs are weak"):
        assert sign_in(told, library) in ("emergency", "urgent")


def test_the_command_lists_them_in_groups_of_plain_words(run):
    shown = run("conditions").stdout
    assert "General\n" in shown or "In general\n" in shown
    assert "\nToday\n" in shown and "_" not in shown and "blood thinners" in shown
    told = json.loads(run("conditions", "--json").stdout)
    assert {"group", "name", "also", "parts"} == told[0].keys() and any(one["parts"] for one in told)


def test_a_need_that_is_an_emergency_is_told_as_one(run):
    for words in (
        ("suggest", "can't pee"),
        ("play", "--need", "can't pee"),
        ("list", "--need", "numb between my legs"),
    ):
        done = run(*words)
        assert done.returncode == 4 and "Call your emergency number now" in done.stderr
