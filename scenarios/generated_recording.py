"""Small recordings in the schema of real ones, generated from a seed: what CI plays back.

`python -m scenarios.generated_recording FOLDER` writes the samples that are committed: an ordinary one, one with a call that
was never answered, one with a result of 2 MB, and a file with a broken line.
"""

from __future__ import annotations

import gzip
import json
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

LARGE_BYTES = 2_000_000


def generated(turns: int, seed: int) -> list[dict[str, Any]]:
    """A coding session of about `turns` turns: files are listed, read, and come up again much later."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You are a careful programmer."},
        {"role": "user", "content": "Find out why the totals are wrong."},
    ]
    for turn in range(max(1, turns - 1)):
        number = _number(seed, turn)
        back = _number(seed, turn // 3)
        path = f"src/part_{number % 7}/total_{number % 90}.py"
        symbol = f"total_{back % 90}_{turn % 3}"
        text = f"It may be {symbol}, as seen before; looking at {path}."
        arguments = json.dumps({"path": path, "symbol": symbol})
        call = {"id": f"rec-{seed}-{turn}", "name": "read_file", "arguments": arguments}
        messages.append({"role": "assistant", "content": text, "tool_calls": [call]})
        if turn % 11 == 10:
            messages.append({"role": "user", "content": "Please go on."})
        else:
            body = "\n".join(f"total_{number % 90}_{line} = sum_of({line})" for line in range(number % 25 + 3))
            messages.append({"role": "tool", "content": body, "tool_call_id": call["id"]})
    messages.append({"role": "assistant", "content": "The sums are taken twice."})
    return messages


def _number(seed: int, turn: int) -> int:
    return int.from_bytes(blake2b(f"{seed}/{turn}".encode(), digest_size=4).digest())


def samples() -> dict[str, list[str]]:
    """The committed samples: lines by file name."""
    large = generated(8, 3)
    large[3]["content"] = "line of a log\n" * (LARGE_BYTES // 14)
    unanswered = [message for message in generated(12, 2) if message.get("tool_call_id") != "rec-2-4"]
    broken = [
        _line("before-the-break", generated(6, 4)),
        '{"id": "broken", "messages": [',
        _line("after-the-break", generated(6, 5)),
    ]
    return {
        "ordinary.jsonl": [_line("ordinary", generated(40, 1))],
        "unanswered.jsonl": [_line("unanswered", unanswered)],
        "large.jsonl.gz": [_line("large", large)],
        "broken.jsonl": broken,
    }


def _line(name: str, messages: list[dict[str, Any]]) -> str:
    return json.dumps({"id": name, "source": "generated", "messages": messages})


def write(folder: Path) -> None:
    """Write the samples into a folder; the bytes are always the same."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in samples().items():
        data = "".join(line + "\n" for line in lines).encode()
        (folder / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
