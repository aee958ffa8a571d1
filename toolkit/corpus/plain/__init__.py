"""Plain tables of works, authorships and institutions: csv, tsv, Parquet."""

from toolkit.corpus.plain.tables import ingest_tables

__all__ = ["ingest_tables"]
