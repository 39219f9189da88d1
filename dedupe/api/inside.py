"""What an endpoint is handed: the service and the settings of its app."""

from typing import Annotated

from fastapi import Depends, Request

from dedupe.environment import Settings
from dedupe.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


ServiceOf = Annotated[Service, Depends(_service)]
SettingsOf = Annotated[Settings, Depends(_settings)]
