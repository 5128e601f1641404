"""Phrases become labels: vectors of meaning, spherical k-means, clusters, and what moved since last time."""
