"""The documentation is true: its code runs, and what is generated from the code is up to date."""
