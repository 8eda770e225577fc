"""From a model to tokens: processors, samplers and the loop that drives them."""
