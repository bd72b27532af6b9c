"""No sentence of a script orders what the rules forbid; and what a therapist says is let through."""

from pathlib import Path

import pytest
import yaml

from voice_guide.errors import RoutineError
from voice_guide.library import Library, shipped_folder

LINES = Path(__file__).with_name("orders.txt").read_text(encoding="utf-8").splitlines()
FORBIDDEN = [line[2:] for line in LINES if line.startswith("- ")]
HARMLESS = [line[2:] for line in LINES if line.startswith("+ ")]
SCRIPT = "name: Quiet River\nabout: A test.\nsteps:\n  - {rest: 40, say: %s}\n"


def sentences(thing):
    """Every text in a tree."""
    if isinstance(thing, str):
        yield thing
    for part in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from sentences(part)


def found(library, texts):
    return [text for text in texts if library.orders.given(text)]


@pytest.mark.parametrize("kept_apart", [0, 1])
def test_forbidden_orders_are_found_and_a_therapists_words_are_not(library, kept_apart):
    forbidden, harmless = FORBIDDEN[kept_apart::2], HARMLESS[kept_apart::2]
    missed = [text for text in forbidden if text not in found(library, forbidden)]
    wrong = found(library, harmless)
    assert len(forbidden) >= 30 and len(harmless) >= 30
    assert len(missed) <= kept_apart and wrong == []  # one of those kept apart is not found: no list is complete


def test_no_sentence_of_ours_orders_what_is_forbidden(library):
    for path in shipped_folder().rglob("*.yaml"):
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        for patterns in ("orders", "order_words"):
            tree.pop(patterns, None)
        assert found(library, sentences(tree)) == [], path


@pytest.mark.parametrize("key", ["say", "before of the script", "before of a step", "places", "name"])
def test_a_script_that_orders_it_is_refused_with_file_line_words_and_rule(library, tmp_path, key):
    order, path = "Press hard on the spine", tmp_path / "own.yaml"
    texts = {
        "say": SCRIPT % f"{order}.",
        "before of the script": SCRIPT % "Rest well." + f"before: {order}.\n",
        "before of a step": f"name: Quiet River\nabout: x.\nsteps:\n  - {{press: palm center, before: {order}.}}\n",
        "places": f"name: Quiet River\nabout: x.\nsteps:\n  - {{press: muscle track, places: [{order}]}}\n",
        "name": (SCRIPT % "Rest well.").replace("Quiet River", order),
    }
    path.write_text(texts[key])
    for read in (library.read, lambda path: library.find(str(path))):
        with pytest.raises(RoutineError) as refused:
            read(path)
        line = next(line for line in str(refused.value).splitlines() if "orders" in line)
        assert line.startswith(f"{path}:") and "'press hard on the spine'" in line and "never on the spine" in line


def test_check_and_play_refuse_it_and_check_says_that_nobody_listened(run, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(SCRIPT % "Hold your breath.")
    for words in (("check", str(path)), ("play", str(path))):
        told = run(*words)
        assert told.returncode and "'hold your breath' orders what the rules forbid" in told.stderr
    path.write_text(SCRIPT % "Never hold your breath.")
    told = run("check", str(path))
    assert told.returncode == 0
    assert f"looked over for {len(Library().orders)} forbidden orders; nobody has listened to them" in told.stdout


def test_a_script_of_ones_own_lifts_no_exclusion(library, tmp_path):
    for number, condition in enumerate(library.safety.conditions):
        for point in (one for one in library.catalogue.points.values() if one.hold):
            path = tmp_path / f"{number}-{point.id}.yaml"
            path.write_text(f"name: Quiet River\nabout: x.\nfits: [{condition}]\nsteps:\n  - {{press: {point.name}}}\n")
            with pytest.raises(RoutineError, match="lifts no exclusion"):
                library.read(path)


def test_a_copy_of_a_shipped_script_lifts_none_either_though_the_shipped_one_was_kept(library, tmp_path):
    shipped = shipped_folder() / "routines" / "bedtime-belly.yaml"
    assert library.find(str(shipped)).fits
    (tmp_path / "mine.yaml").write_bytes(shipped.read_bytes())
    with pytest.raises(RoutineError, match="lifts no exclusion"):
        library.find(str(tmp_path / "mine.yaml"))
