"""What strangers send and get: the one place where pydantic's models and ours meet."""
