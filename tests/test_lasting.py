"""A device that is lost and comes back: what is written, what is taken, and how long the listener heard nothing."""

import threading

import pytest

from fakes import Tape
from voice_guide.devices import calls
from voice_guide.devices.lasting import AWAY, PATIENCE, Lasting
from voice_guide.errors import SinkError
from voice_guide.pcm import length, seconds, silence

BLOCK = silence(441)


class World:
    """Time that passes when somebody waits, and a device that may be pulled out."""

    def __init__(self):
        self.now, self.slept, self.there, self.opened, self.devices = 0.0, 0.0, True, 0, []

    def clock(self):
        return self.now

    def sleep(self, span):
        self.now += span

    def open(self):
        self.opened += 1
        if not self.there:
            raise SinkError("no sound device answers")
        self.devices.append(Device(self))
        return self.devices[-1]

    @property
    def tape(self):
        return sum(length(device.sound) for device in self.devices)

    def lasting(self, unwanted=lambda: False):
        return Lasting(self.open, unwanted, self.clock, lambda: self.now - self.slept, self.sleep)


class Device(Tape):
    """Takes sound in real time; one that was pulled out is noticed after a second."""

    def __init__(self, world, heard=0):
        super().__init__()
        self.world, self.heard, self.stalls = world, heard, 0

    def write(self, block):
        if not self.world.there:
            self.world.now += 1 + self.stalls
            raise SinkError("stopped taking sound", self.heard)
        self.world.now += seconds(length(block)) + self.stalls
        self.stalls = 0
        return super().write(block)


@pytest.fixture
def world():
    return World()


def written(sink, span, world):
    """Writes for so many seconds; the frames taken."""
    end, taken = world.now + span, 0
    while world.now < end:
        taken += sink.write(BLOCK)
    return taken


def test_a_device_that_lasts_is_written_to_and_never_opened_again(world):
    sink = world.lasting()
    assert written(sink, 60, world) == world.tape
    assert (world.opened, sink.away(), sink.lost) == (1, 0.0, False)


def test_without_a_device_there_is_no_session(world):
    world.there = False
    with pytest.raises(SinkError, match="no sound device answers"):
        world.lasting()


def test_a_lost_device_takes_nothing_until_it_is_back_and_tells_how_long_that_was(world):
    sink = world.lasting()
    written(sink, 5, world)
    world.there = False
    lost, before = world.now, world.tape
    assert written(sink, 20, world) == 0 and sink.lost and sink.away() == 0
    world.there = True
    while sink.lost:
        assert sink.write(BLOCK) == 0
    assert sink.away() == pytest.approx(world.now - lost)
    assert sink.away() == 0
    assert written(sink, 5, world) == world.tape - before > 0


def test_it_is_opened_again_at_once_and_then_less_and_less_often(world):
    sink = world.lasting()
    world.there = False
    written(sink, 3, world)
    assert world.opened >= 5
    soon = world.opened
    written(sink, 20, world)
    assert 9 <= world.opened - soon <= 12


def test_after_a_minute_without_a_device_it_is_given_up_with_what_to_do(world):
    sink = world.lasting()
    written(sink, 5, world)
    world.there = False
    lost = world.now
    with pytest.raises(SinkError, match=r"come off slowly") as caught:
        written(sink, 999, world)
    assert PATIENCE <= world.now - lost < PATIENCE + 2
    assert caught.value.exit_code == 6


def test_a_device_that_dies_again_and_again_is_given_up_too(world):
    sink = world.lasting()
    world.there = False
    with pytest.raises(SinkError):
        while True:
            world.there = sink.lost and not world.there
            sink.write(BLOCK)
    assert world.now < PATIENCE + 10


def test_nobody_waits_for_it_when_they_want_to_leave(world):
    wanted = []
    sink = world.lasting(lambda: bool(wanted))
    world.there = False
    written(sink, 3, world)
    wanted.append("leave")
    with pytest.raises(SinkError):
        sink.write(BLOCK)


def test_what_was_heard_of_a_long_stretch_is_taken(world):
    sink = world.lasting()
    world.devices[0].heard = 400
    world.there = False
    assert sink.write(BLOCK) == 400


def test_a_machine_that_slept_is_noticed_though_the_device_goes_on(world):
    sink = world.lasting()
    written(sink, 5, world)
    world.now += 3600
    assert sink.write(BLOCK) == 0
    assert sink.away() == pytest.approx(3600)
    assert sink.write(BLOCK) == 441 and world.opened == 1


def test_a_process_that_was_stopped_in_the_middle_of_a_write_is_noticed_too(world):
    sink = world.lasting()
    written(sink, 5, world)
    world.devices[0].stalls = 20
    assert sink.write(BLOCK) == 441
    assert sink.away() == pytest.approx(20)


def test_a_device_that_is_slow_to_wake_is_not_one_that_slept(world):
    sink = world.lasting()
    world.devices[0].stalls = 3
    written(sink, 5, world)
    assert sink.away() == 0


def test_a_device_that_did_not_survive_the_sleep_is_opened_again_before_it_is_given_up(world):
    sink = world.lasting()
    written(sink, 5, world)
    world.devices[0].stalls, world.there = 3600, False
    sink.write(BLOCK)
    world.there = True
    written(sink, 1, world)
    assert not sink.lost and 3600 < sink.away() < 3610


def test_a_device_that_takes_its_time_after_a_sleep_is_waited_for(world):
    sink = world.lasting()
    world.there = False
    written(sink, 20, world)
    world.now, world.slept = world.now + 3600, 3600
    written(sink, 20, world)
    world.there = True
    written(sink, 4, world)
    assert not sink.lost and sink.away() > 3600


def test_who_rests_while_it_is_lost_has_a_minute_again(world):
    sink = world.lasting()
    world.there = False
    written(sink, 20, world)
    sink.rest()
    world.now += 600
    world.there = True
    written(sink, 1, world)
    assert not sink.lost


def test_what_was_opened_and_is_of_no_use_is_closed(world):
    dead = Device(world)
    opened = iter([Device(world)])
    sink = Lasting(lambda: next(opened, dead), clock=world.clock, waking=world.clock, sleep=world.sleep)
    world.there = False
    written(sink, 4, world)
    assert dead.closed


def test_a_short_stall_is_none_of_it(world):
    sink = world.lasting()
    written(sink, 5, world)
    world.now += AWAY - 0.1
    assert sink.write(BLOCK) == 441
    assert sink.away() == 0


def test_at_rest_there_is_no_device_and_the_next_write_opens_one(world):
    sink = world.lasting()
    written(sink, 5, world)
    sink.rest()
    assert sink.lost and world.devices[0].closed
    world.now += 600
    while sink.lost:
        assert sink.write(BLOCK) == 0
    assert sink.away() == pytest.approx(600, abs=1)
    sink.close()
    assert world.devices[1].closed


class Frozen(World):
    """A sound server that stands still answers nobody until it goes on."""

    def __init__(self):
        super().__init__()
        self.goes_on = threading.Event()
        self.goes_on.set()

    def open(self):
        self.opened += 1
        self.goes_on.wait()
        self.devices.append(Device(self))
        return self.devices[-1]

    def freeze(self):
        self.there = False
        self.goes_on.clear()

    def thaw(self):
        self.there = True
        self.goes_on.set()


@pytest.fixture
def frozen():
    world = Frozen()
    yield world
    world.goes_on.set()


def test_while_the_server_stands_still_one_attempt_hangs_and_no_more_are_made(frozen):
    sink = frozen.lasting()
    frozen.freeze()
    for _ in range(20):
        assert sink.write(BLOCK) == 0
        frozen.now += 1
    assert frozen.opened == 2
    frozen.thaw()
    while sink.lost:
        sink.write(BLOCK)
    assert sink.away() > 20 and frozen.opened == 2


def test_who_wants_to_leave_does_not_wait_for_a_server_that_stands_still_and_what_comes_late_is_closed(frozen):
    leaving = []
    sink = frozen.lasting(lambda: bool(leaving))
    frozen.freeze()
    sink.write(BLOCK)
    sink.write(BLOCK)
    leaving.append("now")
    frozen.now += 1
    with pytest.raises(SinkError, match="gone"):
        sink.write(BLOCK)
    sink.close()
    assert calls.left() == 1
    frozen.thaw()
    while calls.left():
        pass
    assert frozen.devices[1].closed


def test_who_leaves_before_the_first_device_opened_does_not_wait_for_it(frozen):
    frozen.freeze()
    with pytest.raises(SinkError, match="nobody waited"):
        frozen.lasting(lambda: True)


def test_a_device_that_takes_nothing_any_more_is_not_waited_for_by_who_leaves(world):
    leaving = []
    sink = world.lasting(lambda: bool(leaving))
    world.devices[0].write = lambda block: 0
    leaving.append("now")
    assert sink.write(BLOCK) == 0
    world.now += 1.2
    with pytest.raises(SinkError, match="stopped taking sound"):
        sink.write(BLOCK)


def test_no_more_calls_than_a_few_are_left_hanging(world):
    goes_on = threading.Event()
    hanging = [calls.Call("hangs", goes_on.wait) for _ in range(calls.MOST_LEFT)]
    for call in hanging:
        call.leave()
    sink = world.lasting()
    world.there = False
    written(sink, 20, world)
    assert world.opened == 1
    goes_on.set()
    assert all(call.over(5) for call in hanging)
    written(sink, 20, world)
    assert world.opened > 5
