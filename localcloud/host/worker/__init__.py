"""The Python worker: finds an app's functions and runs them, in child processes or in this one."""
