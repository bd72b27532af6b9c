"""Words before they are spoken: how long a calm voice takes over them, what it does not say, and their sentences."""

import math
import re
import unicodedata
from functools import lru_cache

USUAL_RATE = 140
"""Words a minute: calm, and slow enough to follow with closed eyes."""

SIGNS = frozenset(".,;:!?¿¡…-–—‐‑'\"“”‘’„‚«»‹›()/&·")
"""What stands between words: a voice pauses at them, or has a short word for them."""
JOINERS = "\u200c\u200d"
"""They join and part the letters of some alphabets."""
LATIN = "\u017f"
"""The last of the letters that any voice here reads, if only as their plain ones."""
_LONGEST = 4
"""Letters that one may stand for: some stand for a whole sentence, and a line of them for a book."""
_WIDE = 0.2
"""More seconds for a letter that is a syllable, as in Chinese and Japanese."""
_SPELLED = 0.6
"""Seconds for a letter that is called by its name: www takes 1.7."""
_PAUSES = (
    (r"[,;:]", 0.48),
    (r"[.?!] |[–—…¿¡/&]", 0.75),
    (r"[.?!:](?=\w)", 1.25),
    (r"[\"“”„‚«»()‘]|(?<!\w)['’-]|['’-](?!\w)", 0.25),
)
"""Signs, and the seconds that each of them takes."""
_SPELLS = re.compile(r"[A-Z]{2,5}|(?i:[b-df-hj-np-tv-xz'’]+)")
"""A word that a voice may spell: of capitals, or without a vowel."""


@lru_cache(1 << 14)
def spoken_seconds(text: str, rate: float = USUAL_RATE) -> float:
    """About how long a calm voice takes over these words at `rate` words a minute, in seconds.

    The figures were fitted to eSpeak NG over every shipped sentence, and serve the natural voice as well as any that
    are fitted to it; what is spelled, and signs, to odd lines. Letters of other alphabets count as in a voice of their
    language.
    """
    text = plain_letters(text)
    letters = sum(map(len, re.findall(r"\w+", text)))
    if not letters:
        return 0.0
    takes = 0.25 + letters * 0.088 + sum(len(re.findall(signs, text)) * pause for signs, pause in _PAUSES)
    takes += sum(len(word) for word in re.findall(r"[\w'’]+", text) if _SPELLS.fullmatch(word)) * _SPELLED
    if not text.isascii():
        takes += sum(unicodedata.category(letter)[0] == "M" for letter in text) * 0.088
        takes += sum(unicodedata.east_asian_width(letter) in "WF" for letter in text) * _WIDE
    return round(takes * USUAL_RATE / rate, 3)


def most_seconds(text: str, rate: float = USUAL_RATE) -> float:
    """The longest that any voice may take over these words; one that takes longer spells them, or is sick.

    Endless where letters stand that some voices read and others spell: none but the voice itself can tell.
    """
    if all(letter <= LATIN or letter in SIGNS for letter in plain_letters(text)):
        return 2.5 * spoken_seconds(text, rate) + USUAL_RATE / rate
    return math.inf


def unspoken(text: str) -> str:
    """The first sign that is no part of a sentence: a voice leaves it out, or has a long word for it."""
    return next((sign for sign in text if not (sign.isspace() or sign in SIGNS or _of_an_alphabet(sign))), "")


def plain_letters(text: str) -> str:
    """Letters that are only written in another way, such as wide ones and ligatures, as a voice knows them."""
    if text.isascii():
        return text
    return "".join(map(_plain_letter, unicodedata.normalize("NFC", text)))


def _plain_letter(sign: str) -> str:
    plain = unicodedata.normalize("NFKC", sign) if sign.isalnum() else sign
    return plain if len(plain) <= _LONGEST else sign


def _of_an_alphabet(sign: str) -> bool:
    """A letter, what joins letters, or what ends a sentence in an alphabet of its own."""
    kind = unicodedata.category(sign)[0]
    ends = kind == "P" and sign > LATIN and not "\u2000" <= sign <= "\u206f"
    return ends or kind in "LM" or sign in JOINERS


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [sentence for sentence in re.split(r"(?<=[.?!]) ", text) if sentence]
