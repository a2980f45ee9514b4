"""What the project costs, measured against what cannot be avoided: `python -m benchmarks` (`tox -e bench`).

Each figure is a ratio to a floor that is measured in the same process, in turns with it, because timings of different
minutes or machines do not compare.
"""
