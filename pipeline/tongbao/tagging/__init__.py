"""Characters → mentions: words, features, the chain."""
