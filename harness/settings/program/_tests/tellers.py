"""Programs with functions of their own: `python tellers.py NAME`. Each tells the ledger in another way."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

STATE = Path(os.environ["LONGHAUL_STATE"])
DONE = STATE / "done"


def tell(step: str, seconds: float = 20, **deed: str) -> str:
    """One message to the ledger; how it was answered."""
    body = json.dumps({"tool": "charge", "intent": "A-1", **deed}).encode()
    try:
        with urlopen(f"{os.environ['LONGHAUL_LEDGER_URL']}/{step}", body, seconds) as answer:
            return json.load(answer)["content"]
    except HTTPError as error:
        return f"{error.code} {json.load(error)['error']['message']}"
    except (ConnectionError, http.client.HTTPException):
        return "lost"
    except TimeoutError:
        return "silence"


def charges_once() -> None:
    """The wrapper as it is meant, with a deadline of its own."""
    begun = tell("begin", 1)
    if begun != "go":
        print(begun, "before")
        return
    DONE.write_text("A-1\n")
    print(tell("done", 1))


def says_done_alone() -> None:
    if not DONE.exists():
        DONE.touch()
        tell("done")
    print("returned")


def repeats_under_its_key() -> None:
    for _ in range(2):
        tell("begin", key="k", kind="deduplicating")
        tell("done", key="k", kind="deduplicating")
    print("returned")


def asks_for_nonsense() -> None:
    print(json.dumps([tell("begin", tool="pay_invoice"), tell("begin", intent=""), tell("done", colour="red")]))


def asks_a_person() -> None:
    """Under a key that a tool of the scenario has too, and of a deed without a key."""
    said = []
    for happened in (False, True):
        for deed in ({"key": "k"}, {"arguments": "A-2"}):
            question = json.dumps({"text": "Was it?", "tool": "charge", **deed}).encode()
            with urlopen(os.environ["LONGHAUL_HUMAN_URL"], question) as answer:
                said.append(json.load(answer)["happened"])
        if not happened:
            tell("done", key="k")
            tell("done", intent="A-2")
    print(said)


def interleaves() -> None:
    """Two calls at once, ended in the other order, and one that was begun and never done."""
    for intent in ("A-1", "A-2", "A-3"):
        tell("begin", intent=intent)
    print(tell("done", intent="A-2"), tell("done", intent="A-1"))


def fails_and_tries_again() -> None:
    """Its function raises the first time."""
    tell("begin")
    if not DONE.exists():
        DONE.touch()
        tell("begin")
    tell("done")


def leaves_one_behind() -> None:
    """Its child is in the middle of a function when it dies itself."""
    if not DONE.exists():
        DONE.touch()
        subprocess.Popen([sys.executable, __file__, "goes_on"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        parts = urlsplit(os.environ["OPENAI_BASE_URL"])
        while not (STATE / "begun").exists():
            time.sleep(0.01)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
        key = {"authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
        connection.request("POST", f"{parts.path}/chat/completions", json.dumps(body), key)
        connection.getresponse()
    tell("begin", intent="A-2")


def goes_on() -> None:
    tell("begin")
    (STATE / "begun").touch()
    time.sleep(0.5)
    tell("done")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
