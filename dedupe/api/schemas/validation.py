"""Bodies that are read before they are validated, with errors of the same shape as everything else's."""

from typing import TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], value: object) -> Model:
    """Make a model of the value of a body; the request's validation error where it breaks a rule."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise RequestValidationError([{**p, "loc": ("body", *p["loc"])} for p in error.errors()]) from None
