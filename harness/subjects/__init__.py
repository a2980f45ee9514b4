"""Programs of others, put on trial as they ship: each an optional extra with a pinned version, run in a child process.

    Orchestrator('program', command='python -m harness.subjects.langgraph --durability sync')

Nothing here is imported by the harness, and nothing here imports it: a subject sees what any program sees, its
environment and a loopback server. So it may use clocks, threads and files.
"""
