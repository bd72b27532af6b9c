"""How words sound that the recogniser's dictionary lacks: eSpeak's phonemes, in the dictionary's letters."""

import ctypes
from functools import cache
from pathlib import Path

_LETTERS = {
    "aɪɚ": "AY ER", "aɪə": "AY AH", "aʊɚ": "AW ER", "ɔːɹ": "AO R", "oːɹ": "AO R", "ɑːɹ": "AA R", "ɛɹ": "EH R",
    "ɪɹ": "IH R", "ʊɹ": "UH R", "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "ɔɪ": "OY", "tʃ": "CH", "dʒ": "JH",
    "iː": "IY", "uː": "UW", "ɔː": "AO", "ɑː": "AA", "ɜː": "ER", "əl": "AH L", "i": "IY", "u": "UW", "ɪ": "IH",
    "ɛ": "EH", "æ": "AE", "ʌ": "AH", "ə": "AH", "ɚ": "ER", "ɐ": "AH", "ᵻ": "IH", "ʊ": "UH", "ɔ": "AO", "ɑ": "AA",
    "a": "AE", "e": "EH", "o": "OW", "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "ɡ": "G", "f": "F", "v": "V",
    "θ": "TH", "ð": "DH", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "h": "HH", "m": "M", "n": "N", "ŋ": "NG",
    "l": "L", "ɹ": "R", "r": "R", "ɾ": "T", "w": "W", "j": "Y", "x": "K", "ʔ": "T", "n̩": "AH N",
}  # fmt: skip
_SILENT = "ˈˌː ̩ʲ‿\u0361-"
_LONGEST = max(map(len, _LETTERS))
_TEXT_IS_UTF8, _IPA, _RETRIEVAL = 1, 2, 1


def sounds(word: str) -> str | None:
    """The word in ARPAbet, as "S AE K R AH M"; None where eSpeak is not here or has no sounds for it."""
    engine = _espeak()
    if engine is None:
        return None
    text = ctypes.c_char_p(word.encode())
    said = engine.espeak_TextToPhonemes(ctypes.byref(text), _TEXT_IS_UTF8, _IPA)
    return arpabet(said.decode("utf-8", "replace")) if said else None


def arpabet(ipa: str) -> str | None:
    """What eSpeak writes in the letters of the IPA, in ARPAbet; None where a letter has no counterpart."""
    ipa = ipa.replace("ˈ", "").replace("ˌ", "")  # stress may stand within a pair
    found, place = [], 0
    while place < len(ipa):
        for size in range(_LONGEST, 0, -1):
            if letters := _LETTERS.get(ipa[place : place + size]):
                found.append(letters)
                place += size
                break
        else:
            if ipa[place] not in _SILENT:
                return None
            place += 1
    return " ".join(found) or None


@cache
def _espeak() -> ctypes.CDLL | None:
    """The library of the wheel, or else of the system, ready for American English."""
    for path, data in (*_wheel(), ("libespeak-ng.so.1", None)):
        try:
            engine = ctypes.CDLL(path)
        except OSError:
            continue
        engine.espeak_TextToPhonemes.restype = ctypes.c_char_p
        engine.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        if engine.espeak_Initialize(_RETRIEVAL, 0, data, 0) > 0 and engine.espeak_SetVoiceByName(b"en-us") == 0:
            return engine
    return None


def _wheel() -> list[tuple[str, bytes | None]]:
    try:
        import espeakng_loader

        return [(espeakng_loader.get_library_path(), str(Path(espeakng_loader.get_data_path())).encode())]
    except (ImportError, RuntimeError):
        return []
