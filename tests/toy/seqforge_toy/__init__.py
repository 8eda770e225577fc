"""A plugin for the tests: letters and marks."""
