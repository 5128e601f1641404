"""Weak labels: from the text around images to a balanced training set with a card of what is in it."""
