"""Events sent to those who asked for them: signed, in order, again until they arrive, and to public addresses only."""
