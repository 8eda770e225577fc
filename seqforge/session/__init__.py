"""The one place that wires the stages: from a request to a run, and from a model to takes."""
