"""The thread of a session, and what a new life does first: start it, go on with it, or find it done."""

from __future__ import annotations

from typing import Any

from harness.subjects.doors import Surroundings
from harness.subjects.langgraph.options import Options

STEPS_MAX = 1_000
"""`recursion_limit`: so many steps a job may take, before LangGraph gives it up."""


def config(around: Surroundings) -> dict[str, Any]:
    """The thread of the session."""
    return {"configurable": {"thread_id": around.session}, "recursion_limit": STEPS_MAX}


def checkpoints(around: Surroundings) -> str:
    """Where the checkpoints are, for `SqliteSaver.from_conn_string`."""
    return str(around.state / "checkpoints.sqlite")


def lived(graph: Any, start: Any, around: Surroundings, options: Options) -> Any:
    """Start the thread, go on with it, or find it done; what it comes to.

    `next` alone does not tell that a thread is done: it is empty too where the results of the last step were written and
    its checkpoint was not (`async`, killed in between). Then there are `tasks` still, and `invoke(None)` takes them over.
    """
    thread = config(around)
    state = graph.get_state(thread)
    if state.next or state.tasks:
        return graph.invoke(None, thread, durability=options.durability)
    if state.values:
        return state.values
    return graph.invoke(start, thread, durability=options.durability)
