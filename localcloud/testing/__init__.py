"""Tools for an app's tests: workflows in virtual time, the stand-ins, the whole app on its host."""
