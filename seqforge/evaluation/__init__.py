"""How well a model predicts pieces, and what simple models reach on the same tokens."""
