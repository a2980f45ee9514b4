"""Events of a stream: whole ones only, in any spelling of the line ends."""

from __future__ import annotations

import pytest

from harness.clients.sse import data_of


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"", []),
        (b"data: a\n\n", [b"a"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"event: ping\ndata: {}\nid: 7\n\n", [b"{}"]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", [b"a", b"b", b"c"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b": a comment\n\n\n\ndata: a\n\n", [b"a"]),
        (b"event: ping\n\ndata: a\n\n", [b"a"]),
        (b"<!doctype html>\n\n", []),
    ],
)
def test_the_data_of_each_event_is_found(stream: bytes, data: list[bytes]) -> None:
    assert data_of(stream) == data


@pytest.mark.parametrize("cut", range(1, 16))
def test_an_event_that_was_cut_off_is_none(cut: int) -> None:
    stream = b"data: a\n\ndata: bcdef\n\n"
    assert data_of(stream[:-cut]) == ([b"a"] if cut < 14 else [])
