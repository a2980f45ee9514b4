"""The subcommands of `longhaul`, one file each; every file has a constant `command`."""
