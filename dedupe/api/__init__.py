"""The HTTP face of the service: ``dedupe.api.app:create_app`` is what a server runs."""
