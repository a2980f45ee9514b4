"""What parent and child say to each other in the `process` setting, and the pipe they say it through.

The parent has the world, the model, the doors and the clock; the child has the orchestrator and the journal's real
file. One of the two listens at any time: the parent hands over the turn (`Start`, `Step`, `Fire`, `Outcome`, `Report`)
and listens until the child gives it back (`Ran`, `Tasks`); in between, every passage through a door is a question of
the child.

    child: Disk      parent: Act    child: Acted    parent: Passed | Refused          a disk door
    child: a door    parent: Outcome, or Pending and the Outcome in a later turn      any other door

Frames are msgpack (or, for text that is no unicode, JSON) with a length in front. Times are virtual milliseconds.
"""

from __future__ import annotations

import json
import os
import select
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from harness.types import Answer, Effect, Kind, Limits, Message, Question, Reply, Result, ToolCall

FRAME_BYTES_MAX = 1 << 28
"""A frame that claims to be longer is garbage."""

ODD = 1 << 31
"""Set in the length of a frame with text that is no unicode, as a model may send: it is JSON, which can write that."""


class Closed(BaseException):
    """The other side is gone. Not an `Exception`: no handler of an orchestrator may outlive its parent."""


class Silent(Exception):
    """The other side said nothing for too long."""


class Garbage(Exception):
    """What came is no frame."""


class Card(Struct, frozen=True, array_like=True):
    """A tool as the orchestrator sees it."""

    name: str
    description: str
    schema: dict[str, Any]
    effect: Effect = "read"
    kind: Kind = "deduplicating"
    intent: tuple[str, ...] = ()
    duration_ms: int = 100
    data: bool = False
    undo: str = ""


class Failure(Struct, frozen=True, array_like=True):
    """An exception that a door raised."""

    kind: str
    message: str
    status: int = 0
    error_type: str = ""
    retry_after_ms: int | None = None


class News(Struct, frozen=True, array_like=True):
    """What became of the child's loop since the last news: how many handles were made ready; the timers set (number,
    loop time in seconds, age) and cancelled; the age of the loop now.
    """

    ready: int
    timers: tuple[tuple[int, float, int], ...]
    cancelled: tuple[int, ...]
    ages: int


class Now(Struct, frozen=True, array_like=True):
    """Virtual time, how many tasks and futures were made so far, and by how much the clock of this machine is off."""

    ms: int
    ages: int
    off_ms: int = 0


# the child's side


class Asked(Struct, frozen=True, array_like=True):
    """A request: the prefix shared with the one before, and what is new; `wrong` shows what is no message."""

    shared: int
    new: tuple[Message, ...]
    tools: tuple[str | Card, ...]
    max_output: int
    wrong: str = ""


class Model(Struct, frozen=True, tag=True):
    """The model door."""

    id: int
    news: News
    asked: Asked
    timeout_ms: int | None


class Tool(Struct, frozen=True, tag=True):
    """A tool door."""

    id: int
    news: News
    call: ToolCall
    key: str
    timeout_ms: int | None


class Query(Struct, frozen=True, tag=True):
    """A query door."""

    id: int
    news: News
    tool: str
    key: str
    timeout_ms: int | None


class Human(Struct, frozen=True, tag=True):
    """The human door."""

    id: int
    news: News
    question: Question


class Sleep(Struct, frozen=True, tag=True):
    """The sleep door."""

    id: int
    news: News
    ms: int


class Cancel(Struct, frozen=True, tag=True):
    """Whoever waits for this door was cancelled."""

    id: int
    news: News


class Disk(Struct, frozen=True, tag=True):
    """A disk door, before anything is done."""

    news: News
    site: str
    data: bytes = b""
    size: int = 0


class Acted(Struct, frozen=True, tag=True):
    """The file was read, written, flushed or cut; its size now, and the checksum of what was read."""

    size: int
    checksum: int = 0
    error: str = ""


class Ended(Struct, frozen=True, array_like=True):
    """How the orchestrator ended: an empty `error` means that it returned, and `message` is its answer. `ours` marks the
    harness's own errors, `exits` a `sys.exit`, after which nothing more is run.
    """

    error: str = ""
    message: str = ""
    ours: bool = False
    exits: bool = False


class Ran(Struct, frozen=True, tag=True):
    """The child has done what it was told and gives the turn back."""

    news: News
    ended: Ended | None = None


class Tasks(Struct, frozen=True, tag=True):
    """The tasks that have not ended."""

    names: tuple[str, ...]


Door: TypeAlias = Model | Tool | Query | Human | Sleep
FromChild: TypeAlias = Door | Cancel | Disk | Acted | Ran | Tasks


# the parent's side


class Start(Struct, frozen=True, tag=True):
    """Everything an orchestrator may know, and where its journal is."""

    spec: str
    journal: str
    now: Now
    goal: str
    tools: tuple[Card, ...]
    limits: Limits
    session: str
    budget: int
    window: int


class Step(Struct, frozen=True, tag=True):
    """Run the oldest handle that is ready."""

    now: Now


class Fire(Struct, frozen=True, tag=True):
    """Run this timer."""

    id: int
    now: Now


class Pending(Struct, frozen=True, tag=True):
    """The door is passed, the answer takes time."""

    now: Now


class Outcome(Struct, frozen=True, tag=True):
    """What a door answered; nothing set means None."""

    id: int
    now: Now
    value: Reply | None = None
    result: Result | None = None
    answer: Answer | None = None
    failure: Failure | None = None
    cancelled: bool = False


class Act(Struct, frozen=True, tag=True):
    """Do to the file what the disk door was asked for; an append writes `data`, which a fault may have cut or changed."""

    data: bytes = b""


class Tear(Struct, frozen=True, tag=True):
    """Write these bytes of what was to be appended, then die by SIGKILL."""

    data: bytes


class Passed(Struct, frozen=True, tag=True):
    """The disk door is passed."""

    now: Now


class Refused(Struct, frozen=True, tag=True):
    """The disk door raises."""

    now: Now
    failure: Failure


class Report(Struct, frozen=True, tag=True):
    """Say which tasks have not ended."""


FromParent: TypeAlias = Start | Step | Fire | Pending | Outcome | Act | Tear | Passed | Refused | Report


# the fork server and whoever wants children of it


class Hello(Struct, frozen=True, tag=True):
    """Are you ready?"""


class Warm(Struct, frozen=True, tag=True):
    """Everything is imported, and this process has so many threads."""

    threads: int


class Fork(Struct, frozen=True, tag=True):
    """Fork a child with this `sys.path` and environment; its file descriptors come along."""

    path: tuple[bytes, ...]
    environment: dict[bytes, bytes]


class Forked(Struct, frozen=True, tag=True):
    """Here it is, or why not."""

    pid: int
    error: str = ""


class Wait(Struct, frozen=True, tag=True):
    """Wait until this child has ended."""

    pid: int


class Status(Struct, frozen=True, tag=True):
    """How it ended: its exit status, negative for a signal."""

    status: int


FromClient: TypeAlias = Hello | Fork | Wait
FromServer: TypeAlias = Warm | Forked | Status


class Pipe:
    """Frames over two file descriptors. `receive` waits `patience_seconds`; None is for ever."""

    def __init__(self, reads: int, writes: int, frames: Any, patience_seconds: float | None = None) -> None:
        self._reads, self._writes = reads, writes
        self._frames = frames
        self._decoder = msgspec.msgpack.Decoder(frames)
        self._encode = msgspec.msgpack.Encoder().encode
        self._patience_seconds = patience_seconds
        self._poll = select.poll()
        self._poll.register(reads, select.POLLIN)

    def send(self, frame: Struct) -> None:
        """Say something. Raises `Closed` where nobody is there."""
        odd = 0
        try:
            body = self._encode(frame)
        except UnicodeEncodeError:
            odd, body = ODD, json.dumps(msgspec.to_builtins(frame)).encode()
        data = memoryview((odd | len(body)).to_bytes(4, "big") + body)
        try:
            while data:
                data = data[os.write(self._writes, data) :]
        except ConnectionError:
            raise Closed from None

    def receive(self) -> Any:
        """The next frame. Raises `Closed`, `Silent` or `Garbage`."""
        head = int.from_bytes(self._exactly(4), "big")
        size = head & ~ODD
        if size > FRAME_BYTES_MAX:
            raise Garbage(f"a frame of {size} bytes")
        body = self._exactly(size)
        try:
            return msgspec.convert(json.loads(body), self._frames) if head & ODD else self._decoder.decode(body)
        except (ValueError, RecursionError) as error:
            raise Garbage(f"{body[:40]!r}: {error}") from None

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size:
            if self._patience_seconds is not None and not self._poll.poll(self._patience_seconds * 1_000):
                raise Silent(f"nothing for {self._patience_seconds:g} seconds")
            part = _read(self._reads, min(size, 1 << 20))
            if not part:
                raise Closed
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Hang up."""
        os.close(self._reads)
        os.close(self._writes)


def _read(fd: int, most: int) -> bytes:
    """Bytes, or none where the other side is gone (a socket says so by an error where it had not read everything)."""
    try:
        return os.read(fd, most)
    except ConnectionError:
        return b""
