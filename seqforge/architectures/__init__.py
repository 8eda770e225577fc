"""Families of models: their options, weights and initial values, the same for every backend."""
