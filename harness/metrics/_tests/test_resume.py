"""What crashes cost."""

from __future__ import annotations

from harness.metrics import resume
from harness.metrics._tests.made import Made


def test_without_a_crash_there_is_nothing_to_say() -> None:
    run = Made().step(10, answered=1).call("look").result("look").call("look").result("look").run()
    assert [
        metric(run)
        for metric in (
            resume.resume_success,
            resume.recovery_correct,
            resume.rework_calls,
            resume.rework_tokens,
        )
    ] == [None] * 4
    assert resume.boots(run) == 1


def test_a_run_that_returned_after_a_crash_resumed() -> None:
    assert resume.resume_success(Made().die().run()) is True
    assert resume.resume_success(Made().die().run("raised")) is False
    assert resume.boots(Made().die().die().run()) == 3


def test_recovery_is_correct_only_with_a_right_world_and_nothing_twice() -> None:
    twice = Made().call("pay").effect("pay", "1").die().call("pay").effect("pay", "1").result("pay")
    assert resume.recovery_correct(Made().die().run()) is True
    assert resume.recovery_correct(Made().die().run(check=lambda world: "wrong")) is False
    assert resume.recovery_correct(twice.run()) is False
    assert resume.recovery_correct(Made().die().run(expected=(("pay", "1"),))) is False


def test_a_call_that_had_returned_before_the_crash_is_rework_however_its_arguments_are_spelt() -> None:
    made = Made().call("look", '{"a": 1, "b": 2}').result("look").die()
    made.call("look", '{"b":2,"a":1}').result("look").call("look", '{"b":3,"a":1}').result("look")
    assert resume.rework_calls(made.run()) == 1


def test_a_call_that_had_not_returned_ok_is_no_rework() -> None:
    made = Made().call("look").die().call("look").result("look", status="error").die().call("look").result("look")
    assert resume.rework_calls(made.run()) == 0


def test_reading_twice_in_one_life_is_no_rework() -> None:
    made = Made().die().call("look").result("look").call("look").result("look")
    assert resume.rework_calls(made.run()) == 0


def test_arguments_that_are_not_json_are_compared_as_they_are() -> None:
    made = Made().call("look", "{oops").result("look").die().call("look", "{oops").result("look")
    assert resume.rework_calls(made.run()) == 1


def test_a_request_that_was_answered_before_is_rework() -> None:
    made = Made().ask(100).reply(100, 0, 7).die().ask(100, answered=1).reply(100, 0, 9).ask(50).reply(50)
    assert resume.rework_tokens(made.run()) == 109
