"""The Celery app: ``celery -A workers.app worker -Q ingest``."""

from dedupe.celery_app import build_celery
from dedupe.environment import read_settings

app = build_celery(read_settings())
app.conf.imports = ["workers.tasks"]
