"""The words of the marketplace: one file a language, the same keys in each."""

__all__: list[str] = []
