"""Trained models that come with the plugin; each has a card beside it."""
