"""Recipes, as TOML."""
