"""The Celery workers: an ordinary app and its tasks."""
