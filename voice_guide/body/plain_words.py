"""Words as they are compared: what says the same is one word, what says nothing is left out."""

import re
from functools import lru_cache

FILLER = frozenset(
    """a an the i im ive id my mine me our we he she his her they their you your it its this that these those
    who which is am are was were be been being have has had having got do does did to of in on at for from with by
    really quite some any also so left right one feel feels felt get gets gone going went diagnosed suffer suffering
    take taking takes using known across around about near along through into behind beside still again lately recently
    suddenly slightly badly already now""".split()  # noqa: SIM905
)
NO = frozenset(
    ("no", "not", "never", "without", "neither", "nor", "dont", "didnt", "isnt", "arent", "wasnt", "havent", "hasnt")
)
JOIN = frozenset(("and", "or", "nor"))
YOUNG = "(?:\\d|1[0-7]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven)teen)"
OLD = r"(?:7[5-9]|[89]\d|1\d\d|seventy (?:five|six|seven|eight|nine)|(?:eigh|nine)ty(?: \w+)?)"
SAME = {
    "no": r"no (?:signs?|history|trace)",
    "caesarean": r"c ?sections?|ca?esari?[ea]n section|cesarean|caesarian|cesarian",
    "weight": r"(?:(?:\d+|few|several|many|five|ten|twenty) ?)?(?:kg|kilos?|pounds?|lbs?)",
    "under eighteen": rf"under (?:18|{YOUNG})|{YOUNG} ?(?:years? old|yo)"
    rf"|(?:aged?|i am|im|is)(?: only)? {YOUNG}(?= and |$)",
    "frail": rf"{OLD} ?(?:years? old|yo)|(?:aged?|i am|im|is) {OLD}(?= and |$)",
    "numb": r"(?:do not|dont|can no longer) feel (?:my|the|anything)|(?:no|without) (?:feeling|sensation)"
    r"|(?:can ?not|cant|hardly|barely) feel(?! (?:heat|pressure|warmth|cold))"
    r"|(?:lost|loss of) (?:the |all )?(?:feeling|sensation)|numbness",
    "cant": r"can ?not|can no longer|no longer able to|couldnt|could not|unable to|not able to",
    "pee": r"urinate|urinating|pass(?:ing)? (?:urine|water)|peeing|peed|wee",
    "surgery": r"operations?|operated|operate|op|surger(?:ies|y)|surgical",
    "replacement": r"replaced|artificial|prosthes[ie]s|prosthetic|replacements",
    "hangover": r"hung ?over",
    "torn": r"tore",
    "broken": r"broke|fractured|cracked",
    "swollen": r"swelling|swells|swelled|puffy",
    "weak": r"weakness|weaker|weakened|weakening",
    "tingling": r"tingles?|tingly",
    "disc": r"dis[ck]s|disk",
    "belly": r"abdom(?:en|inal)|stomach|tummy",
    "shoulder": r"upper back|shoulder blades?",
    "lumbar": r"low(?:er)? back|lumbar spine|waist",
    "toe": r"big toes?",
    "foot": r"feet",
    "everywhere": r"all over|whole body",
}
"""Words of the language that say the same, before any is looked for."""
ALIKE = re.compile("|".join(rf"(?P<w{at}>\b(?:{words})\b)" for at, words in enumerate(SAME.values())))
PLACES = {
    "everywhere": "", "back": "low back,shoulder", "lumbar": "low back", "spine": "low back", "side": "low back,belly",
    "tailbone": "low back,buttock", "buttock": "buttock", "bottom": "buttock", "backside": "buttock", "bum": "buttock",
    "seat": "buttock", "hip": "buttock", "leg": "leg", "thigh": "leg", "knee": "leg", "calf": "leg", "calve": "leg",
    "shin": "leg", "ankle": "leg,foot", "foot": "foot", "toe": "foot", "heel": "foot", "sole": "foot",
    "shoulder": "shoulder", "neck": "shoulder", "belly": "belly", "navel": "belly", "groin": "belly,leg",
    "hand": "hand", "finger": "hand", "thumb": "hand", "palm": "hand", "wrist": "hand", "arm": "hand",
}  # fmt: skip
"""Plain words for the parts of the body that the points lie on; where two may be meant, both."""


def plain(text: str) -> str:
    """Words as they are compared: small letters, no hyphens, a comma as an 'and'."""
    text = re.sub("['\u2019]", "", text.lower().replace("_", " ").replace("-", " "))
    return " ".join(re.sub(r"[^\w\s]+", " ", re.sub(r"[,;.](?=\s)", " and ", text)).split())


@lru_cache(4096)
def tokens(text: str) -> tuple[str, ...]:
    """The words that count, those that say the same as one."""
    same = [*SAME]
    text = ALIKE.sub(lambda found: same[int((found.lastgroup or "")[1:])], plain(text))
    return tuple(word for word in text.split() if word not in FILLER)


def forms(word: str) -> set[str]:
    """A word, what it is one or more of, and the simple forms of a verb; but one leg is never two."""
    bases = {word, word.removesuffix("s"), word.removesuffix("es"), "back" if word == "lumbar" else word}
    for end in (end for end in ("ing", "ed") if word.endswith(end) and len(word) > len(end) + 2):
        base = word.removesuffix(end)
        bases |= {base, base + "e", base[:-1] if base[-1] == base[-2] else base}
    verbs = {base.removesuffix("e") + end for base in bases for end in ("ing", "ed")}
    verbs |= {base + base[-1:] + end for base in bases for end in ("ing", "ed")}
    return bases | verbs | {base + "s" for base in bases - {"leg", "foot"} if base[-1:] not in "ius"}
