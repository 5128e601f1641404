"""Weak labels: from the text around pictures to a balanced training set, with a card of what is in it."""

from __future__ import annotations

from saccade.labels.balance.sampling import Balance
from saccade.labels.balance.training_set import TrainingSet, training_set
from saccade.labels.match import match
from saccade.labels.stage import Label
from saccade.labels.vocabulary import Vocabulary

__all__ = ["Balance", "Label", "TrainingSet", "Vocabulary", "match", "training_set"]
