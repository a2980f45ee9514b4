"""LangGraph as its documentation shows it, with a SQLite checkpointer: killed, and started again on the same thread.

    python -m harness.subjects.langgraph [--durability sync|async|exit] [--api graph|functional|chain] [--key call-id]

graph       a `StateGraph` of a model node (`ChatOpenAI`) and a `ToolNode` over the tools of the scenario
functional  the same loop as an `@entrypoint` of `@task`s
chain       a graph without a model: one node for each payment of `pay_invoices`. One effect follows the other at once, so
            it shows the race of `async` best. `--pause-ms` is work in every node, before its call

The thread is `LONGHAUL_SESSION`, the checkpoints are in `LONGHAUL_STATE`. A new life asks `get_state`: where something is
next it goes on with `invoke(None, config)`, where all is done it says so again, else it starts.

**Keys.** LangGraph gives a tool no idempotency key, and what a tool of its documentation looks like knows nothing but its
arguments. So a call comes without a key, and all three kinds of tool are the same to it: a *deduplicating* one has no key to
know it by, a *queryable* one none to be asked about, and a *blind* one never knew. What LangGraph has is the id that
the model gave the call (`InjectedToolCallId`, which keeps the argument out of the tool's schema). It is as durable as the
message that it stands in: with `--key call-id` it is sent as the key, and a deduplicating tool then knows a call that is
made again from the same message. It does not help where the model is asked again, for that gives another id.
"""
