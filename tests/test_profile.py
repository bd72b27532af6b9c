"""What a listener told about their body: kept in a file of their own, never softened by a fault or by time."""

import os
import stat
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_guide.body.profile import Profile, together
from voice_guide.body.terms import Today
from voice_guide.errors import SafetyError, VoiceGuideError
from voice_guide.library import Library
from voice_guide.personal.profile import forget_profile, read_profile, write_profile

LIBRARY = Library(own=Path("none"))
SAFETY = LIBRARY.safety
QUESTIONS = LIBRARY.questions
AGES = {name: days for name, (_, days) in QUESTIONS.ages.items()}
NAMES = {name: one.name for name, one in SAFETY.conditions.items()}
PARTS = ["low back", "foot"]
DAY = date(2026, 3, 10)


def ago(days):
    return DAY - timedelta(days=days)


def holding(profile, day=DAY):
    return profile.today(day, SAFETY, AGES, 28)


def read(path):
    return read_profile(NAMES, PARTS, path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "profile.toml"


FULL = Profile(
    yes={"osteoporosis": ago(0), "open_skin": ago(0)},
    no={"pregnancy": ago(0)},
    agreed={"osteoporosis": ago(3)},
    where={"open_skin": ("low back", "foot")},
    began=ago(10),
)


class TestWhatHolds:
    def test_a_yes_stays_until_it_is_answered_again(self):
        for name in ("osteoporosis", "pregnancy", "open_skin", "varicose_veins"):
            assert name in holding(Profile(yes={name: ago(3000)})).conditions

    def test_but_a_first_week_is_over_in_a_week(self):
        assert "first_time" in holding(Profile(yes={"first_time": ago(6)})).conditions
        assert "first_time" not in holding(Profile(yes={"first_time": ago(7)})).conditions

    def test_a_no_stands_as_long_as_the_facts_say_and_is_then_unknown(self):
        def denied(name, days):
            return name in holding(Profile(no={name: ago(days)})).denied

        assert denied("osteoporosis", 3000)
        assert denied("pregnancy", 27) and not denied("pregnancy", 28)
        assert denied("open_skin", 0) and not denied("open_skin", 1)

    def test_a_doctor_s_word_is_asked_for_again_after_four_weeks(self):
        assert "heart" in holding(Profile(yes={"heart": ago(90)}, agreed={"heart": ago(27)})).agreed
        assert not holding(Profile(yes={"heart": ago(90)}, agreed={"heart": ago(28)})).agreed

    def test_an_answer_from_the_future_counts_for_nothing_but_a_yes(self):
        told = Profile(yes={"heart": ago(-5)}, no={"pregnancy": ago(-5)}, agreed={"heart": ago(-5)})
        assert holding(told) == Today({"heart": ()})

    @pytest.mark.parametrize(
        ("days", "stage"),
        [(0, "acute_under_72h"), (2, "acute_under_72h"), (3, "acute_72h_to_6w"), (41, "acute_72h_to_6w"),
         (42, "subacute_6_to_12w"), (83, "subacute_6_to_12w"), (84, "chronic_over_12w"), (-4, "acute_under_72h")],
    )  # fmt: skip
    def test_a_bout_grows_older_by_itself(self, days, stage):
        today = holding(Profile(began=ago(days)))
        assert set(today.conditions) == {stage}
        assert today.denied == AGES.keys() - {stage}

    def test_what_is_old_is_due(self):
        told = Profile(
            yes={"osteoporosis": ago(400)},
            no={"pregnancy": ago(40), "heart": ago(400)},
            agreed={"osteoporosis": ago(40)},
        )
        assert told.due(DAY, SAFETY, 28) == ("pregnancy", "osteoporosis")

    def test_a_yes_of_one_day_is_asked_again_after_a_week_and_what_was_never_answered_too(self):
        told = Profile(yes={"open_skin": ago(7), "gout_foot": ago(6)}, no={"shoulder_injury": ago(90)})
        assert told.due(DAY, SAFETY, 28, ["open_skin", "heart"]) == ("open_skin", "heart")

    @given(st.dictionaries(st.sampled_from(sorted(NAMES)), st.integers(0, 400)), st.integers(0, 400))
    def test_time_alone_never_takes_a_yes_away(self, answers, later):
        told = Profile(yes={name: ago(days) for name, days in answers.items() if name != "first_time"})
        assert holding(told, DAY + timedelta(days=later)).conditions.keys() == told.yes.keys()

    def test_what_is_said_of_this_session_is_added(self):
        today = together(holding(FULL), {"open_skin": ("hand",), "pregnancy": ()}, ["heart"])
        assert set(today.conditions["open_skin"]) == {"low back", "foot", "hand"}
        assert "pregnancy" in today.conditions and "pregnancy" not in today.denied
        assert today.agreed == {"osteoporosis", "heart"}
        assert together(holding(FULL), {"open_skin": ()}).conditions["open_skin"] == ()


class TestTheFile:
    def test_it_is_read_as_it_was_written(self, path):
        write_profile(FULL, NAMES, path)
        assert read(path) == FULL
        text = path.read_text()
        assert "osteoporosis = 2026-03-10  # thin bones" in text and "stays on this machine" in text

    @pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
    def test_nobody_else_may_read_it(self, path):
        write_profile(FULL, NAMES, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_without_one_nothing_is_known(self, path):
        assert read(path) is None

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("[yes]\nosteoporosi = 2026-01-01\n", "no condition 'osteoporosi', did you mean 'osteoporosis'?"),
            ("[yes]\nosteoporosis = true\n", "'osteoporosis' needs a day such as 2026-01-31"),
            ("[yes]\nosteoporosis = 2026-01-01T10:00:00\n", "'osteoporosis' needs a day"),
            ("[yes]\nheart = 2026-01-01\n[no]\nheart = 2026-01-01\n", "'heart' is answered both yes and no"),
            ("[yse]\nheart = 2026-01-01\n", "no section 'yse', did you mean 'yes'?"),
            ("[where]\nopen_skin = \"low back\"\n", "needs a list"),
            ("[where]\nopen_skin = [\"lowback\"]\n", "no part of the body 'lowback', did you mean 'low back'?"),
            ("[bout]\nbegan = 3\n", "'began' needs a day"),
            ("yes = 3\n", "'yes' is not a section"),
            ("", "it holds no answer"),
            ("[yes]\n", "it holds no answer"),
            ("[yes\n", "not TOML from line 1 on;"),
            ("[no]\n\nheart == 1", "not TOML from line 3 on;"),
            ("[yes]\nheart = 2026-02-30\n", "not TOML from line 2 on;"),
            ("[yes]\nheart = \"\n", "not TOML from line 2 on;"),
            ("heart", "not TOML from line 1 on;"),
            ("[yes]\nheart = [\n", "not TOML from line 2 on;"),
            ("x" * 70_000, "larger than 64 KB"),
        ],
    )  # fmt: skip
    def test_a_broken_one_is_set_aside_and_there_is_no_session_until_it_is_repaired(self, path, text, fault):
        path.write_text(text)
        with pytest.raises(SafetyError) as error:
            read(path)
        assert fault in str(error.value) and "set aside as profile.broken-1.toml" in str(error.value)
        assert "\n" not in str(error.value)
        assert not path.exists() and path.with_name("profile.broken-1.toml").read_text() == text
        with pytest.raises(SafetyError, match="lies broken in"):
            read(path)

    def test_bytes_that_are_no_text_are_broken_too(self, path):
        path.write_bytes(b"\xff\xfe\0")
        with pytest.raises(SafetyError, match="is broken: not UTF-8 text; set aside as"):
            read(path)

    def test_put_back_or_asked_anew_it_is_repaired(self, path):
        path.write_text("[yes\n")
        with pytest.raises(SafetyError):
            read(path)
        write_profile(FULL, NAMES, path)
        assert read(path) == FULL
        path.unlink()
        path.with_name("profile.broken-1.toml").replace(path)
        path.write_text("[no]\nheart = 2026-01-01\n")
        assert read(path) == Profile(no={"heart": date(2026, 1, 1)})

    @pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
    @pytest.mark.parametrize("gone", ["file", "folder", "folder above"])
    def test_a_link_whose_target_is_away_is_not_taken_for_none(self, tmp_path, gone):
        stick = tmp_path / "stick"
        link = {"file": "a/b/profile.toml", "folder": "a/b", "folder above": "a"}[gone]
        path = tmp_path / "a" / "b" / "profile.toml"
        (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / link).symlink_to(stick)
        with pytest.raises(SafetyError, match="leads to what is not there"):
            read(path)

    @pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
    def test_what_is_no_file_is_not_waited_for(self, path):
        os.mkfifo(path)
        with pytest.raises(SafetyError, match="it is no file"):
            read(path)
        path.unlink()
        path.symlink_to("/dev/zero")
        with pytest.raises(SafetyError, match="it is no file"):
            read(path)

    def test_nested_without_end_it_is_broken(self, path):
        path.write_text("yes = " + "[" * 20_000)
        with pytest.raises(SafetyError, match="is broken: n"):
            read(path)

    def test_one_that_cannot_be_read_is_not_taken_for_none(self, path):
        path.mkdir()
        with pytest.raises(SafetyError, match="cannot be read"):
            read(path)
        assert path.is_dir()

    def test_forgetting_deletes_the_broken_ones_too(self, path):
        path.write_text("[yes\n")
        with pytest.raises(SafetyError):
            read(path)
        write_profile(FULL, NAMES, path)
        assert len(forget_profile(path)) == 2
        assert not list(path.parent.iterdir()) and read(path) is None

    def test_where_it_cannot_be_kept_nothing_is_left_half_written(self, tmp_path):
        folder = tmp_path / "file"
        folder.write_text("")
        with pytest.raises(VoiceGuideError, match=r"cannot write .* VOICE_GUIDE_DATA"):
            write_profile(FULL, NAMES, folder / "profile.toml")
        assert list(tmp_path.iterdir()) == [folder]

    @given(text=st.text(max_size=200))
    def test_any_text_is_a_profile_or_one_line(self, tmp_path_factory, text):
        path = tmp_path_factory.mktemp("p") / "profile.toml"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            assert isinstance(read(path), Profile)
        except SafetyError as error:
            assert "\n" not in str(error)
