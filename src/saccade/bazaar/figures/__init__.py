"""People of the simulated marketplace: body, head and hair, skin, and how products are worn."""

__all__: list[str] = []
