from itertools import permutations
from pathlib import Path

import jellyfish
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_guide.errors import NameUnclear
from voice_guide.library import Library
from voice_guide.understanding.names import Entry, Names

LIBRARY = Library(own=Path("none"))
NAMES = tuple(Entry(routine.name, routine.aliases) for routine in LIBRARY.routines.values())
names = LIBRARY.names


def pressing(point: str) -> tuple[str, ...]:
    """The first routines of the list that press a point."""
    routines = LIBRARY.routines.values()
    return tuple(r.name for r in routines if point in {step.point.id for step in r.steps if step.point})[:5]


CODES = {code: tuple(meant) for code, meant in LIBRARY.old_numbers.items()}
CODES |= {point.code: pressing(point.id) for point in LIBRARY.catalogue.points.values() if point.hold}
CODES["waist point"] = CODES["BL23"]
SAID = [(said, entry.name) for entry in NAMES for said in (entry.name, *entry.aliases)]

MISHEARD = {
    "Complete Daily Care": (
        "complete dailey care, compleat daily care, complete deli care, complete daily, daily care"
    ),
    "Early Comfort": "earley comfort, early come fort, earl he comfort, fresh pane set, early convert",
    "Muscle Truce": "muscle troops, mussel truce, muscle truss, bustle truce, muscel truce, spazm calm",
    "Tennis Wall Walk": "tennis walk, tennis wall wok, ten is wall walk, tenis wall walk, wall walk tennis",
    "Sore Spot Hunt": ("soar spot hunt, sour spot hunt, sorespot hunt, sores pot hunt, shore spot hunt, sore spot"),
    "Hip Pocket Ball": ("hippocket ball, hip pocket bowl, hit pocket ball, ball hip pocket, hip ball, hip packet ball"),
    "Winter Warmer": "winter warmor, winter wormer, win ter warmer, vinter varmer, winner warmer",
    "Golden Handful": "golden handfull, golden hand full, gold and handful, goldin handful, olden handful",
    "Therapist Favorites": ("therapist favourites, the rapist favorites, terapist favorites, thera pissed favourites"),
    "Grand Tour": "grand tore, gran tour, brand tour, grand tower, grand toor, quick lists",
    "Folded Towel Practice": "folded towel practise, folded tower practice, towel practice, folded towel",
    "Strong Combo": "strong combi, strung combo, strong come bow, strong kombo, string combo",
    "Bedtime Belly": "bed time belly, bedtime bailey, bad time belly, bedtime bellie, knight breathing",
    "Long Leg Freedom": "long lag freedom, long leg free dumb, longleg freedom, sciatic a set, long leg",
    "Village Stroll": "village scroll, village troll, villege stroll, pillage stroll, walking sat",
    "Lavender Ritual": "lavender richwell, lavendar ritual, lav and a ritual, lavinder ritule",
    "Office Chair": "office share, offish chair, officechair, office cher, office chairs",
    "Creaky Hinges": "creepy hinges, creeky hinges, creaky hinge, creak he hinges, cranky hinges",
    "Distant Harbor": "distant harbour, distant arbor, distant harper, distend harbor, instant harbor",
    "Feather Pillow": "feather pillar, father pillow, fether pillow, weather pillow, leather pillow",
    "Sunrise Energy": "son rise energy, sun rise energy, sunrise energie, mourning set, sunrise synergy",
    "Evening Unwind": "even in unwind, evening on wind, evening unwined, eve ning unwind, evenin unwind",
    "Peaceful Palms": "peaceful arms, peace full palms, piece full palms, peaceful poems, peaceful psalms",
    "Soft Landing": "soft lending, soft land ding, saft landing, lying bowl, laying ball, flor ball",
}
UNRELATED = """
    good morning, good evening, good night, hello there, thank you, yes, no, stop, pause, next, rest,
    ready, right, left, repeat, back, go back, skip, wait, louder, volume up, help, help me please,
    start, start again, quit, the, a, please, play, routine, the routine, any routine, my routine, set,
    the set, ball, the ball, ball set, pain set, back set, first set, one, five minutes, number two, the
    long one, something for my back, list all, my back hurts, my leg hurts, leg pain, stiff back, neck
    pain, knee pain, shoulder pain, i feel dizzy, it tingles, muscle spasm, muscle pain, muscle mass,
    muscle car, stiff neck, sciatica, lie down, i want to lie down, keep moving, keep quiet, pizza, a
    cup of tea, strong coffee, lavender tea, lavender oil, lavender, tennis, tennis ball, tennis racket,
    wall, stone wall, walk the dog, walking, winter, winter weather, winter coat, early bird, early
    warning, early morning, comfort food, golden gate, golden retriever, golden syrup, hand, handful of
    nuts, headset, handball, basketball, football, sunset, sunrise, sunrise service, reset, tv set,
    chess set, test set, tea set, data set, train set, energy drink, evening, evening news, evening
    dress, morning, office, office party, office hours, chair, wheel chair, village, village people,
    village hall, distant, distant relative, pearl harbor, feather boa, pillow, pillow fight, peaceful,
    peace and quiet, palm tree, grand piano, grand canyon, grand finale, tour guide, guided tour,
    bedtime story, bedtime, belly dance, belly button, long weekend, long distance, leg room, freedom of
    speech, beach towel, paper towel, practice, piano practice, therapist, physical therapist, my
    favorites, daily news, complete works, health care, door hinges, creaky stairs, sore throat, blind
    spot, treasure hunt, hip hop, hip replacement, pocket money, soft drink, soft ice cream, moon
    landing, crash landing, soft landing page, mountain bike, mountain dew, compact disc, disc jockey,
    desk lamp, sitting duck, cold back, common cold, trigger finger, chimney sweep, night shift, careful
    now, be careful, quiet please, piano trio, social distance, news article, stop hip pocket ball, turn
    off the lights, what time is it, set a timer, call mum, weather tomorrow, play jazz, happy birthday,
    merry christmas, tell me a joke, buy milk, wifi password, delete everything, asdf, qwerty, xyz,
    lorem ipsum
"""


def listed(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",")]


def asked_back(asked: str, among: Names = names) -> NameUnclear:
    with pytest.raises(NameUnclear) as caught:
        among.find(asked)
    return caught.value


@pytest.mark.parametrize(("name", "heard"), MISHEARD.items(), ids=list(MISHEARD))
def test_a_misheard_name_is_the_routine_that_was_meant(name: str, heard: str) -> None:
    assert {said: names.find(said) for said in listed(heard)} == dict.fromkeys(listed(heard), name)


def test_an_unrelated_phrase_never_chooses_a_routine() -> None:
    for said in listed(UNRELATED):
        asked_back(said)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("play the hip pocket ball please", "Hip Pocket Ball"),
        ("Can you start the Grand Tour for me?", "Grand Tour"),
        ("hey, I'd like to try the evening routine tonight", "Evening Unwind"),
        ("let's do a morning session", "Sunrise Energy"),
        ("i want the creepy hinges routine", "Creaky Hinges"),
        ("hip-pocket-ball", "Hip Pocket Ball"),
        ("away-from-the-back-set", "Distant Harbor"),
        ("Thérapist  FAVORITES", "Therapist Favorites"),
    ],
)
def test_politeness_case_accents_and_ids_do_not_matter(asked: str, name: str) -> None:
    assert names.find(asked) == name


@pytest.mark.parametrize("asked", ["five minute reset", "5 minute reset", "play the 5-minute reset"])
def test_a_number_is_the_same_in_words_and_in_digits(asked: str) -> None:
    assert Names([Entry("Five Minute Reset"), Entry("25 Breaths")]).find(asked) == "Five Minute Reset"


@pytest.mark.parametrize("asked", ["twenty five breaths", "twenty-five breaths", "25breaths"])
def test_a_name_with_digits_is_found_by_its_words(asked: str) -> None:
    assert Names([Entry("Five Minute Reset"), Entry("25 Breaths")]).find(asked) == "25 Breaths"


@pytest.mark.parametrize(
    ("asked", "candidates"),
    [
        ("disk set", {"Office Chair", "Distant Harbor"}),
        ("favourites", {"Golden Handful", "Therapist Favorites"}),
        ("combo", {"Strong Combo"}),
        ("ball", {"Tennis Wall Walk", "Hip Pocket Ball", "Soft Landing"}),
    ],
)
def test_what_could_be_several_or_is_only_a_part_is_asked_back(asked: str, candidates: set[str]) -> None:
    assert set(asked_back(asked).candidates) == candidates


def test_a_set_alone_gives_a_shortlist_of_five() -> None:
    assert len(asked_back("play a set").candidates) == 5


def test_two_names_too_close_together_are_asked_about_unless_said_exactly() -> None:
    close = Names([Entry("Summer Breeze"), Entry("Summer Breath")])
    assert close.find("summer breath") == "Summer Breath"
    assert set(asked_back("summer breech", close).candidates) == {"Summer Breeze", "Summer Breath"}


def test_a_name_wins_over_another_routines_alias() -> None:
    own = Names([*NAMES, Entry("Evening Routine"), Entry("Towel Set")])
    assert own.find("evening routine") == "Evening Routine"
    assert own.find("evening set") == "Evening Unwind"
    assert own.find("towel set") == "Towel Set"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("waste wall", "no routine 'waste wall'; did you mean 'Tennis Wall Walk'?"),
        ("pizza", "no routine 'pizza'; 'voice-guide list' shows them all"),
        ("play", "no routine 'play'; 'voice-guide list' shows them all"),
        (" -- ", "no name given; 'voice-guide list' shows them all"),
        ("", "no name given; 'voice-guide list' shows them all"),
        ("disk set", "'disk set' could mean 'Distant Harbor' or 'Office Chair': which one?"),
    ],
)
def test_the_question_is_one_plain_line(asked: str, message: str) -> None:
    assert str(asked_back(asked)) == message


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        (
            "BL54",
            "BL54, bl 54, B-54, B54, UB54, bladder fifty four, Urinary Bladder 54, b five four, b. l. 54",
        ),
        ("BL54", "BL54 please, play the bladder 54, BL54 at the knee, press point bl-54"),
        ("BL23", "Ub-23, B 23, Bladder twenty-three"),
        ("BL60", "Urinary Bladder 60, b sixty"),
        ("GV4", "DU4, du four, Gv-4"),
        ("CV6", "REN 6, ren-6, cv six"),
        ("PC8", "P8, pc 8, p eight"),
        ("KI3", "KD3, k 3, kidney three"),
    ],
)
def test_a_points_number_is_asked_about_and_never_a_routine(code: str, spellings: str) -> None:
    for said in listed(spellings):
        question = asked_back(said)
        assert question.candidates == CODES[code]
        assert str(question).startswith(f"'{said}' is a point's number, not a routine; did you mean '")


def test_a_routine_that_calls_itself_by_a_number_is_asked_about_too() -> None:
    assert asked_back("bl 54", Names([Entry("BL54")], CODES)).candidates[-3:] == CODES["BL54"]


def test_an_unknown_number_names_no_routine() -> None:
    assert asked_back("bl 99").candidates == ()


@pytest.mark.parametrize("asked", ["waist point", "the waste point", "Waist-Point please"])
def test_a_points_everyday_name_asks_which_routine(asked: str) -> None:
    assert asked_back(asked).candidates == CODES["waist point"]


def test_all_names_are_apart_by_sound() -> None:
    sounds = [jellyfish.metaphone(entry.name) for entry in NAMES]
    assert len(set(sounds)) == len(sounds)
    for entry in NAMES:
        others = Names([other for other in NAMES if other != entry])
        for said in (entry.name, *listed(MISHEARD.get(entry.name, entry.name))):
            asked_back(said, others)


def test_no_two_routines_share_a_way_to_be_said() -> None:
    spelled = ["".join(said.lower().split()) for said, _ in SAID]
    assert len(set(spelled)) == len(spelled)


def test_words_may_come_in_any_order() -> None:
    for words in permutations(("tennis", "wall", "walk")):
        assert names.find(" ".join(words)) == "Tennis Wall Walk"


def test_among_ten_thousand_the_misheard_one_is_found() -> None:
    makers = [f"{a}{b}" for a in ("bar", "tol", "mun", "sef", "gri") for b in ("do", "ken", "lis", "mar", "pu")]
    many = [Entry(f"{a} {b} {c}") for a in makers for b in makers for c in makers[:16]]
    assert Names([*many, *NAMES]).find("play hip pocket bowl") == "Hip Pocket Ball"


def cased(said: str) -> st.SearchStrategy[str]:
    return st.sampled_from([said, said.lower(), said.upper(), said.title(), said.swapcase()])


def spaced(said: str) -> st.SearchStrategy[str]:
    gaps = st.lists(st.sampled_from(["", "", "", " ", "-", "  "]), min_size=len(said), max_size=len(said))
    return gaps.map(lambda gap: "".join(a + b for a, b in zip(said, gap, strict=True)))


@given(
    st.sampled_from(SAID).flatmap(lambda pair: st.tuples(cased(pair[0]).flatmap(spaced), st.just(pair[1]))),
    st.sampled_from(["", "play ", "the ", "Please start the ", "Can you play ", "I want to do ", "hey, run my "]),
    st.sampled_from(["", " please", " for me", " now, thanks!", "?"]),
)
def test_every_name_and_alias_finds_itself(said: tuple[str, str], before: str, after: str) -> None:
    assert names.find(f"{before}{said[0]}{after}") == said[1]


@given(st.text(max_size=400))
def test_anything_at_all_is_a_routine_or_one_line_with_at_most_five_suggestions(asked: str) -> None:
    try:
        found = names.find(asked)
    except NameUnclear as question:
        assert len(question.candidates) <= 5
        assert str(question).isprintable()
        assert len(str(question)) < 500
    else:
        assert found in {entry.name for entry in NAMES}
