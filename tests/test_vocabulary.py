from voice_guide.routine.vocabulary import Vocabulary

COMMANDS = Vocabulary(
    "commands",
    bare={"stop": "stop", "it hurts": "stop"},
    prefixed={"pause": "pause", "go back": "back", "stop": "stop"},
    sure=frozenset({"stop"}),
)


def bigrams(arpa):
    """Of an ARPA text, the pairs and their logarithms."""
    lines = arpa.partition("\\2-grams:\n")[2].partition("\n\n")[0].splitlines()
    return {tuple(line.split()[1:]): float(line.split()[0]) for line in lines}


def test_only_what_is_wholly_a_phrase_has_a_meaning():
    assert COMMANDS.meaning("stop") == "stop"
    assert COMMANDS.meaning("stop it") is None
    assert COMMANDS.meaning("please stop") is None
    assert COMMANDS.meaning("") is None


def test_what_needs_the_prefix_counts_only_after_it():
    assert COMMANDS.meaning("guide pause") == "pause"
    assert COMMANDS.meaning("pause") is None
    assert COMMANDS.meaning("guide go back") == "back"


def test_what_counts_alone_counts_after_the_prefix_too():
    assert COMMANDS.meaning("guide it hurts") == "stop"


def test_without_commands_there_is_no_prefix():
    answers = Vocabulary("answers", {"yes": "yes"})
    assert answers.meaning("guide yes") is None
    assert answers.words == {"yes"}


def test_words_are_those_of_all_phrases_and_the_prefix():
    assert COMMANDS.words == {"guide", "stop", "it", "hurts", "pause", "go", "back"}


def test_phrases_with_words_that_nobody_knows_how_to_say_are_taken_out():
    rest = COMMANDS.without({"hurts", "pause"})
    assert rest.meaning("stop") == "stop"
    assert rest.meaning("it hurts") is None
    assert rest.meaning("guide pause") is None
    assert (rest.name, rest.sure) == (COMMANDS.name, COMMANDS.sure)


def test_the_model_counts_its_lines():
    arpa = COMMANDS.arpa(["the", "stop"])
    head, _, rest = arpa.partition("\\1-grams:\n")
    ones = rest.partition("\n\n")[0].splitlines()
    assert f"ngram 1={len(ones)}" in head
    assert f"ngram 2={len(bigrams(arpa))}" in head
    assert arpa.endswith("\\end\\\n")
    assert sorted(line.split()[1] for line in ones) == sorted({*COMMANDS.words, "the", "<s>", "</s>"})


def test_the_model_holds_the_pairs_of_the_phrases_and_no_others():
    pairs = bigrams(COMMANDS.arpa(["the"]))
    assert ("guide", "pause") in pairs and ("<s>", "stop") in pairs and ("it", "hurts") in pairs
    assert ("<s>", "pause") not in pairs and ("guide", "back") not in pairs


def test_chances_after_a_word_leave_some_for_other_words():
    pairs = bigrams(COMMANDS.arpa(["the"]))
    for word in {first for first, _ in pairs}:
        assert 0.5 < sum(10**chance for (first, _), chance in pairs.items() if first == word) < 1


def test_stop_is_the_likeliest_command():
    pairs = bigrams(COMMANDS.arpa(["the"]))
    assert pairs["guide", "stop"] > pairs["guide", "pause"] > pairs["guide", "it"]


def test_one_grammar_holds_what_counts_alone_and_another_the_commands():
    assert "public <g> = stop | it hurts;" in COMMANDS.grammar()
    assert "public <g> = guide pause | guide go back | guide stop;" in COMMANDS.grammar(commands=True)
