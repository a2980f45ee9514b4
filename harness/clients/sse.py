"""Server-sent events, as vendors of models use them: a pure function of the bytes of a stream.

    data_of(b"event: ping\\ndata: {}\\n\\n")   ->   [b"{}"]

After the HTML standard, section 9.2.6 (read in November 2026), with what these vendors never use left out: ids and times
for reconnecting. An event without its empty line was cut off, and is none.
"""

from __future__ import annotations


def data_of(stream: bytes) -> list[bytes]:
    """The data of each whole event, its lines joined; comments and events without data are left out."""
    found: list[bytes] = []
    lines: list[bytes] = []
    *whole_lines, _ = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for line in whole_lines:
        if line.startswith(b"data:"):
            lines.append(line[6:] if line[5:6] == b" " else line[5:])
        elif not line and lines:
            found.append(b"\n".join(lines))
            lines = []
    return found
