"""Tools that are offered beside those that the work needs, as a user's agent has them: connected services, hardly ever used.

In one power user's 857 coding sessions 18 tools were sent with a request and 3 were called (Pichay). A definition here takes
250 to 450 tokens, so 15 of them come to about 5,000: the first call of a real agent has 2,000 to 40,000 tokens of system
prompt and definitions. They are the same for every seed, and whoever calls one is told that the service is not connected.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Never

from harness.errors import ToolError
from harness.types import Setup, Tool
from harness.world import World

_SERVICES = {
    "calendar": "event", "mail": "message", "tracker": "ticket", "wiki": "page", "storage": "document", "chat": "thread",
    "contacts": "person", "database": "record", "monitoring": "alert", "deployment": "release", "forms": "survey",
    "maps": "place",
}  # fmt: skip
"""Services, and what each of them keeps."""

_VERBS = {
    "search": (
        "Search for {things} in the {service} by words, owner, time and labels, the best match first. Returns at most one "
        "page of short descriptions with their ids; use it when you do not know the id of the {thing} that you need.",
        ("query", "owner", "labels", "created_after", "created_before", "sort", "limit", "cursor"),
    ),
    "read": (
        "Read one {thing} of the {service} with all of its fields and its history. Large bodies are cut at `limit` characters; "
        "ask again with the `cursor` of the answer to read on. Never guess an id: search for it first.",
        ("id", "fields", "include_history", "format", "limit", "cursor"),
    ),
    "create": (
        "Create a {thing} in the {service}. The title has to be unique within its folder. Everybody in `notify` is told at "
        "once, so leave it out for drafts; with `dry_run` the {thing} is checked and not created.",
        ("title", "body", "folder", "owner", "labels", "due", "notify", "dry_run"),
    ),
    "update": (
        "Change fields of a {thing} in the {service}. What is left out stays as it is; an empty list takes all labels away. "
        "Give the `version` that you have read, so that a change made by somebody else meanwhile is not overwritten.",
        ("id", "version", "title", "body", "owner", "labels", "due", "notify"),
    ),
    "comment": (
        "Add a comment to a {thing} in the {service}. Comments cannot be changed later. Mention people by their handle in "
        "`notify` and not in the text, and quote no more of an earlier comment than your answer needs.",
        ("id", "body", "reply_to", "notify", "format"),
    ),
    "move": (
        "Move a {thing} of the {service} into another folder, with everything that is attached to it. Links to it keep "
        "working, rights are those of the new folder, and whoever follows the {thing} is told of it.",
        ("id", "folder", "version", "keep_rights", "notify", "dry_run"),
    ),
    "export": (
        "Export the {things} of the {service} that match a search as one file, and return a link that is valid for an hour. "
        "An export of more than a thousand takes minutes: ask for a narrower one where that will do.",
        ("query", "format", "fields", "created_after", "created_before", "include_history"),
    ),
}
"""What can be done with the things of a service: a description, and the parameters. The first parameter is required."""

_TEXT, _FLAG, _LIST = {"type": "string"}, {"type": "boolean"}, {"type": "array", "items": {"type": "string"}}

_PARAMETERS: dict[str, tuple[dict[str, Any], str]] = {
    "query": (_TEXT, "Words that the {thing} must have, in any order; put a phrase in quotation marks."),
    "id": (_TEXT, "The id of the {thing}, as a search in the {service} returns it."),
    "owner": (_TEXT, "The handle of the person to whom the {thing} belongs; yourself where it is left out."),
    "labels": (_LIST, "Labels of the {thing}, each of at most 40 characters; unknown ones are refused."),
    "created_after": (
        {**_TEXT, "format": "date-time"},
        "Only {things} made at this time or later, in ISO 8601 with a zone.",
    ),
    "created_before": (
        {**_TEXT, "format": "date-time"},
        "Only {things} made before this time, in ISO 8601 with a zone.",
    ),
    "sort": ({**_TEXT, "enum": ["best", "newest", "oldest", "title"]}, "In which order the {things} are returned."),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": 500},
        "How much to return at the most; 50 where it is left out.",
    ),
    "cursor": (_TEXT, "Where to go on, from the answer before; leave it out to begin at the beginning."),
    "fields": (_LIST, "The fields of the {thing} to return; all of them where it is left out."),
    "include_history": (_FLAG, "Whether to return every earlier version of the {thing} too, which may be long."),
    "format": ({**_TEXT, "enum": ["text", "markdown", "json"]}, "In which form the body of the {thing} is written."),
    "title": (_TEXT, "The title of the {thing}: one line of at most 120 characters, without a full stop."),
    "body": (_TEXT, "The body of the {thing}, in Markdown; attachments are named by their ids."),
    "folder": (_TEXT, "The path of a folder in the {service}; it must exist, and you must be allowed to write there."),
    "due": ({**_TEXT, "format": "date"}, "The day on which the {thing} is due, in ISO 8601."),
    "notify": (_LIST, "Handles of the people who are told of this at once; nobody where it is left out."),
    "dry_run": (_FLAG, "Check everything, and say what would be done to the {thing}, but do nothing."),
    "version": (
        {"type": "integer", "minimum": 0},
        "The version of the {thing} that you have read; an older one is refused.",
    ),
    "reply_to": (_TEXT, "The id of the comment that this one answers; leave it out to begin a new exchange."),
    "keep_rights": (_FLAG, "Keep the rights that the {thing} has now, instead of those of the new folder."),
}

SPARE_TOOLS_MAX = len(_SERVICES) * len(_VERBS)
"""So many different tools there are."""


def equipped(setup: Setup, count: int) -> Setup:
    """The setup with so many more tools offered; the very same where there are none. Names of its own tools are left out."""
    if not count:
        return setup
    taken = {tool.name for tool in setup.tools}
    return replace(setup, tools=(*setup.tools, *[tool for tool in spare_tools(count) if tool.name not in taken]))


@lru_cache(maxsize=8)
def spare_tools(count: int) -> tuple[Tool, ...]:
    """The first so many tools: of one service each, and then of each service another one."""
    services, verbs = list(_SERVICES), list(_VERBS)
    places = [
        (services[n % len(services)], verbs[(n + n // len(services)) % len(verbs)]) for n in range(SPARE_TOOLS_MAX)
    ]
    return tuple(_tool(service, verb) for service, verb in places[:count])


def _tool(service: str, verb: str) -> Tool:
    thing = _SERVICES[service]
    things = "people" if thing == "person" else f"{thing}s"
    words = {"service": service, "thing": thing, "things": things}
    description, names = _VERBS[verb]
    properties = {name: {**_PARAMETERS[name][0], "description": _PARAMETERS[name][1].format(**words)} for name in names}
    schema = {"type": "object", "properties": properties, "required": [names[0]], "additionalProperties": False}
    name = f"{service}_{verb}_{thing}"
    return Tool(name, description.format(**words), schema, run=partial(_refuse, service))


def _refuse(service: str, world: World, given: dict[str, Any], key: str) -> Never:
    """Nothing is there to be read, and nothing is done."""
    raise ToolError(f"the {service} is not connected; nothing was done")
