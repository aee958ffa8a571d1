"""What is in a workspace and what is wrong with it; the invariant every Share rests on."""

from toolkit.corpus.checking.reconciliation import Reconciliation, reconciliation

__all__ = ["Reconciliation", "reconciliation"]
