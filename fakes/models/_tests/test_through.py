"""A model that asks for the agent's own shell: what it says, and what it reads back."""

import json

from fakes.models.through import Through
from harness.types import Message, Reply, Request, Tool, ToolCall

PAY = ToolCall("call_1", "pay", '{"who":"O\'Hara"}')


class Recorder:
    """Keeps what it was shown, and pays."""

    window = 1_000

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def __call__(self, request: Request, nth: int) -> Reply:
        self.seen.append(request)
        return Reply("Next: pay", (PAY,), "calls")


def shown(*calls: ToolCall) -> Request:
    return Request((Message("user", "pay"), Message("assistant", "", calls)), (Tool("shell", "", {}),))


def test_a_call_becomes_a_command_that_a_shell_takes_apart_again():
    (said,) = Through(Recorder(), "shell")(shown(), 0).calls
    assert (said.id, said.name) == ("call_1", "shell")
    assert json.loads(said.arguments)["command"].startswith("longhaul-tool pay '")


def test_what_it_said_is_read_back_as_what_was_meant():
    recorder = Recorder()
    model = Through(recorder, "shell")
    model(shown(*model(shown(), 0).calls), 0)
    assert recorder.seen[-1].messages[1].calls == (PAY,)


def test_a_command_of_somebody_else_stays_what_it_is():
    recorder, other = Recorder(), ToolCall("call_2", "shell", '{"command":"ls \'"}')
    Through(recorder, "shell")(
        shown(other, ToolCall("call_3", "shell", "no json"), ToolCall("call_4", "edit", "{}")), 0
    )
    assert [call.name for call in recorder.seen[-1].messages[1].calls] == ["shell", "shell", "edit"]


def test_its_window_is_that_of_the_model_behind_it():
    assert Through(Recorder(), "shell").window == 1_000
