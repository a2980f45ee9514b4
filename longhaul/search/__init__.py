"""Search for runs that break an orchestrator, and make what was found as small as it gets.

Three ways, one for each job: `hunting` runs seeds of the swarm (wide, cheap, a seed means the same for ever); `drawing` lets
Hypothesis draw strikes from the same ground and shrink what fails; `shrinking` takes any plan that is known to fail, the
swarm's above all, and deletes and lowers until nothing can be left out. `regressions` keeps what was found.
"""
