"""Programs as they ship, in the `process` setting: started, killed and started again; judged from wire and ledger alone.

A program is no orchestrator on a `host`. It finds the vendor's URL, a dummy key and the tools in its environment, and
behind that loopback server stands the `Host` of each life. Time is real here. What the program keeps on its disk nobody
reads: checks that need a journal say `unknown`.
"""
