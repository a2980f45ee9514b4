"""Text as long as it has to be, that says nothing: what surrounds the facts in real results. It follows from its key alone.

All of it is ASCII, and no line of it has the form of a fact.
"""

from __future__ import annotations

from hashlib import blake2b


def prose(key: str, size: int, sentences: tuple[str, ...]) -> str:
    """Exactly `size` characters of these sentences, in an order of their own; `#` in them becomes a number."""
    numbers = blake2b(key.encode(), digest_size=64).digest()
    parts: list[str] = []
    length = place = 0
    while length < size:
        number = numbers[place % 64] + place // 64
        sentence = sentences[number % len(sentences)].replace("#", str(number * 7 + place))
        parts.append(sentence)
        length += len(sentence) + 1
        place += 1
    return "\n".join(parts)[: max(0, size - 1)] + "." if size > 0 else ""


def around(lines: str, key: str, size: int, sentences: tuple[str, ...]) -> str:
    """The same prose with these lines somewhere in it, between two sentences: in real results a fact may stand anywhere."""
    said = prose(key, size, sentences).split("\n")
    place = int(code(key, "place"), 16) % (len(said) + 1)
    return "\n".join((*said[:place], lines, *said[place:]))


def code(*about: object) -> str:
    """Four hex digits that follow from what they are about."""
    return blake2b("/".join(map(str, about)).encode(), digest_size=2).hexdigest()
