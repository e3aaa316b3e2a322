"""Tests of the Python worker."""
