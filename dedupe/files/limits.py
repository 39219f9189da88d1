"""How much of strangers' input is taken before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest article and the longest line that readers take.

    ``max_article_chars`` counts title and text together. ``max_line_bytes`` bounds the memory one
    row can cost: a JSON line, or a field and a line of a table.
    """

    max_article_chars: int = 1_000_000
    max_line_bytes: int = 16_000_000

    def __post_init__(self) -> None:
        for name, value in (
            ("max_article_chars", self.max_article_chars),
            ("max_line_bytes", self.max_line_bytes),
        ):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")


DEFAULT_LIMITS = Limits()
