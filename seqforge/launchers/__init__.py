"""Where work is done: on this machine. Other launchers are plugins."""
