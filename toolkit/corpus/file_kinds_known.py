"""Names of the kinds of files that are recognised, with what to do with each."""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["KINDS"]

_FROM_OPENALEX: Final = (
    "OpenAlex has the institutions of most articles: download the same articles from its API (by DOI or PMID) and read "
    "them with `scicities ingest openalex`."
)
_EXPORT_TABLE: Final = (
    "From Web of Science export 'Tab delimited file' (Full Record), from Scopus 'CSV' (with affiliations), and read it "
    "with `scicities ingest tables FILE --recipe wos` (or scopus)."
)
_UNTIED: Final = "does not say which author has which affiliation, so no Share can be counted from it."
_TABLES: Final = "`scicities ingest tables` reads it."
_NETWORK: Final = "`scicities ingest network` reads it."
_SAVE_CSV: Final = "Open it and save it as csv (UTF-8); then give the csv file, for Web of Science with --recipe wos."
_UNPACK: Final = "Unpack it, or compress it with gzip."
_TO_CSV: Final = "Export its tables as csv or Parquet."

KINDS: Final[dict[str, tuple[str, Literal["table", "records", "network", "text", "binary"], str]]] = {
    "bibtex": ("BibTeX", "text", f"BibTeX {_UNTIED} {_EXPORT_TABLE}"),
    "ris": ("RIS", "text", f"RIS {_UNTIED} {_EXPORT_TABLE}"),
    "endnote": ("an EndNote file", "text", f"EndNote's format {_UNTIED} {_EXPORT_TABLE}"),
    "endnote-xml": ("XML, as EndNote writes it", "text", f"EndNote's format {_UNTIED} {_EXPORT_TABLE}"),
    "refworks": ("RefWorks' tagged format", "text", f"RefWorks' format {_UNTIED} {_EXPORT_TABLE}"),
    "medline": (
        "the MEDLINE format of PubMed (.nbib)",
        "text",
        "PubMed gives affiliations as free text without ids of institutions, and no command reads this format. "
        + _FROM_OPENALEX,
    ),
    "pubmed-xml": (
        "XML of PubMed",
        "text",
        "PubMed gives affiliations as free text, mostly without ids of institutions, and no command reads this format. "
        + _FROM_OPENALEX,
    ),
    "pubmed-csv": ("the csv of PubMed", "table", f"It has no affiliations. {_FROM_OPENALEX}"),
    "publish-or-perish": ("the csv of Publish or Perish", "table", f"It has no affiliations. {_FROM_OPENALEX}"),
    "lens": (
        "the csv of Lens.org",
        "table",
        f"It has authors without their affiliations. {_FROM_OPENALEX}",
    ),
    "lens-json": (
        "JSON of Lens.org",
        "records",
        (
            "No command reads it. Make a table of works and one with a row for each author and affiliation, and "
            f"read them with `scicities ingest tables --works W.csv --authorships A.csv`. Or: {_FROM_OPENALEX}"
        ),
    ),
    "dimensions": (
        "the csv of Dimensions",
        "table",
        (
            "No recipe reads it. Make from its column 'Authors Affiliations' a table with a row for each author "
            f"and affiliation, and read it with `scicities ingest tables --works W.csv --authorships A.csv`. Or: "
            f"{_FROM_OPENALEX}"
        ),
    ),
    "openalex-csv": (
        "the csv of the OpenAlex website",
        "table",
        (
            "It joins all authors in one cell and all institutions in another, so who is where is lost. Download the "
            "same works as JSON from the OpenAlex API and read them with `scicities ingest openalex`."
        ),
    ),
    "openalex-works": ("OpenAlex works", "records", "`scicities ingest openalex` reads it."),
    "openalex-institutions": ("OpenAlex institutions", "records", "`scicities ingest institutions` reads it."),
    "openalex-authors": (
        "OpenAlex authors",
        "records",
        "Authors come with the works: download works instead, and read them with `scicities ingest openalex`.",
    ),
    "openalex-other": (
        "OpenAlex records that are no works, institutions or authors",
        "records",
        "`scicities ingest openalex` reads works, `scicities ingest institutions` institutions.",
    ),
    "ror-json": ("the Research Organization Registry (ROR)", "records", "`scicities ingest ror` reads it."),
    "ror-csv": (
        "the csv of the Research Organization Registry (ROR)",
        "table",
        "`scicities ingest ror` reads the JSON file of the same release.",
    ),
    "crossref": (
        "JSON of Crossref",
        "records",
        f"Crossref has affiliations for some articles only, as free text. {_FROM_OPENALEX}",
    ),
    "semantic-scholar": ("JSON of Semantic Scholar", "records", f"Its papers have no affiliations. {_FROM_OPENALEX}"),
    "scopus-api": (
        "JSON of the Scopus API",
        "records",
        (
            "Export 'CSV' from the Scopus website, with affiliations, and read it with `scicities ingest tables FILE "
            "--recipe scopus`."
        ),
    ),
    "orcid": (
        "an ORCID record",
        "records",
        (
            "It holds a person's employments and no authors of works. Flows counted from ORCID records are read with "
            "`scicities ingest flows`."
        ),
    ),
    "scopus": ("the csv of Scopus", "table", "`scicities ingest tables FILE --recipe scopus` reads it."),
    "wos-table": ("a table of Web of Science", "table", "`scicities ingest tables FILE --recipe wos` reads it."),
    "wos-tagged": (
        "the plain text of Web of Science",
        "text",
        "`scicities ingest tables FILE --recipe wos` reads it.",
    ),
    "citespace": (
        "a table of nodes of CiteSpace",
        "table",
        (
            "It has no edges. Export the network from CiteSpace as GraphML or Pajek, and read it with "
            "`scicities ingest network`. The recipe wos of "
            "`scicities ingest tables` reads CiteSpace's input from Web of Science."
        ),
    ),
    "vosviewer-json": ("VOSviewer's JSON", "network", _NETWORK),
    "vosviewer-map": (
        "VOSviewer's map",
        "table",
        "`scicities ingest network MAP NETWORK` reads it together with its network file.",
    ),
    "edge-table": ("a table of edges", "table", "`scicities ingest network` reads it."),
    "pajek": ("a Pajek network", "network", _NETWORK),
    "graphml": ("GraphML", "network", _NETWORK),
    "gexf": ("GEXF", "network", _NETWORK),
    "gml": ("GML", "network", _NETWORK),
    "dl": ("a network of UCINET (DL)", "network", _NETWORK),
    "node-link": ("a network in node-link JSON", "network", _NETWORK),
    "cytoscape": ("a network in Cytoscape's JSON", "network", _NETWORK),
    "xls": ("an Excel workbook of the old kind (.xls)", "binary", _SAVE_CSV),
    "xlsx": ("an Excel workbook (.xlsx)", "binary", _SAVE_CSV),
    "excel-xml": ("an Excel workbook in XML", "text", _SAVE_CSV),
    "ods": ("an OpenDocument file", "binary", _SAVE_CSV),
    "docx": ("a Word document", "binary", "Save its table as csv."),
    "zip": ("a zip archive", "binary", "Unpack it first, and give the files in it."),
    "7z": ("a 7z archive", "binary", "Unpack it first, and give the files in it."),
    "rar": ("a RAR archive", "binary", "Unpack it first, and give the files in it."),
    "zstd": ("compressed with zstd", "binary", _UNPACK),
    "bzip2": ("compressed with bzip2", "binary", _UNPACK),
    "xz": ("compressed with xz", "binary", _UNPACK),
    "parquet": ("a Parquet file", "table", _TABLES),
    "arrow": ("an Arrow or Feather file", "binary", "Save it as Parquet or csv."),
    "rdata": ("a file of R (.RData or .rds)", "binary", "Write its tables as csv, with `write.csv` in R."),
    "spss": ("an SPSS file", "binary", "Save it as csv."),
    "stata": ("a Stata file", "binary", "Save it as csv."),
    "sqlite": ("an SQLite database", "binary", _TO_CSV),
    "pdf": ("a PDF", "binary", "Get the records themselves: their formats are in docs/ingest.md."),
    "html": ("a web page (HTML)", "text", "The download was perhaps refused or is not finished: open it in a browser."),
    "xml": ("XML", "text", "No command reads it; of XML, networks in GraphML and GEXF are read."),
}
"""Short name -> name, shape and advice, as :class:`~toolkit.corpus.file_kinds.FileKind` has them."""
