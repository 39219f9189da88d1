"""Have we seen this text before? Sketches, candidates, verified pairs, groups."""
