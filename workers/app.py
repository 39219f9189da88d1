"""The Celery app: ``celery -A workers.app worker -Q ingest``."""

from dedupe.environment import read_settings
from dedupe.wiring import build_celery

app = build_celery(read_settings())
app.conf.imports = ["workers.tasks"]
