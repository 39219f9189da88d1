"""From strangers' text to words: normalising, tokenising, and how common a word is in its language."""
