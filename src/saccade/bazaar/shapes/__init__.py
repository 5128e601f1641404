"""The shapes of products: one file a family, one function a category, measures beside it."""

__all__: list[str] = []
