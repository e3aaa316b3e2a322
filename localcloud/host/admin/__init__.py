"""The admin API below /admin: state, functions, runs by hand, keys."""
