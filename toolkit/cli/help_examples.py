"""An example of every command, shown at the end of its help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["EXAMPLES"]

EXAMPLES: Final[Mapping[str, str]] = {
    "demo": "demo --no-graph",
    "sample": "sample sample-records --works 5000",
    "check": "check --list matching",
    "build": "build --level city",
    "share": "share --level institution --years 2020:2024 -o shares.csv",
    "rank": "rank --by strength --country China",
    "pairs": "pairs --place Beijing --top 10",
    "partnerships": "partnerships --city Beijing --by-year",
    "articles": "articles --place Beijing --partner London --years 2024",
    "subjects": "subjects --place Beijing",
    "standing": "standing Beijing --years 2020:2024",
    "umbrella": 'umbrella "Chinese Academy of Sciences" --institutes',
    "lists": "lists --list C9 --members",
    "indicators": "indicators population --per 1000000",
    "connections": "connections --city Beijing --scope international",
    "sectors": "sectors --city Beijing --companies",
    "internal": "internal --by part_of_share",
    "together": "together --place Beijing --place London --by-year",
    "compare": "compare old-workspace new-workspace --moved",
    "moves": "moves --to-place Beijing --years 2015:2021",
    "careers": "careers --author 0000-0002-1825-0097 --by-year",
    "ties": "ties --span -3:5 -o ties.csv",
    "returnees": "returnees --level country --outcome articles",
    "hubs": "hubs --measure strength --measure betweenness --interval",
    "communities": "communities --level institution --stability",
    "flows": "flows --show corridors --country China",
    "load": "load --with researchers",
    "browser": "browser --open",
    "doctor": "doctor",
    "ingest_openalex": "ingest openalex works/ -w study",
    "ingest_institutions": "ingest institutions institutions/",
    "ingest_ror": "ingest ror ror-data.jsonl.gz",
    "ingest_tables": "ingest tables --works works.csv --authorships authorships.csv --institutions institutions.csv",
    "ingest_corrections": "ingest corrections corrections.csv",
    "ingest_journals": "ingest journals journals.csv",
    "ingest_marks": "ingest marks league.csv",
    "ingest_subject_map": "ingest subject-map subjects.csv",
    "ingest_metro": "ingest metro metros.csv",
    "ingest_countries": "ingest countries countries.csv",
    "ingest_indicators": "ingest indicators population.csv",
    "ingest_flows": "ingest flows migration.csv --name scopus",
    "ingest_network": "ingest network network.graphml",
    "server_start": "server start",
    "server_stop": "server stop",
    "server_status": "server status",
    "server_logs": "server logs --lines 20",
    "server_backup": "server backup graph.tar.gz",
    "server_restore": "server restore graph.tar.gz",
    "query_list": "query list hubs",
    "query_show": "query show hubs.by_strength",
    "query_check": "query check --server",
    "query_raw": "query raw @statement.cypher -P name=Beijing",
}
"""By the function of the command: what is typed after ``scicities``."""
