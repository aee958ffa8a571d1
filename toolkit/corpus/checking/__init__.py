"""What is in a workspace and what is wrong with it; the invariant every Share rests on."""

from toolkit.corpus.checking.against import lines_against
from toolkit.corpus.checking.findings import LISTINGS, listing_asked
from toolkit.corpus.checking.reconciliation import Reconciliation, reconciliation
from toolkit.corpus.checking.repeating import repeat_check

__all__ = ["LISTINGS", "Reconciliation", "lines_against", "listing_asked", "reconciliation", "repeat_check"]
