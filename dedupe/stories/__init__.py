"""Which story is it part of? Vectors, neighbours, topics, events, labels."""
