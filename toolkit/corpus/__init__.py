"""Raw records into the canonical tables: readers, quarantine, reconciliation, the sample generator."""
