"""Files of other kinds are recognised by their content, and refused with what to do instead."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.file_kinds import FileKind, file_kind, hint, json_paths, refusal
from toolkit.corpus.file_kinds_known import KINDS
from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.lists.ingest_lists import ingest_journals
from toolkit.corpus.networks.ingest_flows import ingest_flows
from toolkit.corpus.plain import ingest_tables
from toolkit.errors import DataError
from toolkit.network.ingest_network import ingest_network
from toolkit.workspace import Workspace


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


WORK = {"id": "https://openalex.org/W1", "title": "Made", "publication_year": 2020, "authorships": []}
SAMPLES = {
    "bibtex": [
        "@article{ WOS:1,\nAuthor = {Made, Ann},\n}\n",
        "Scopus\nEXPORT DATE: 18 April 2026\n\n@ARTICLE{Made2020,\n  author = {Made, A.}}\n",
        "% Encoding: UTF-8\n\n@Book(made,\n title = {T})\n",
    ],
    "ris": ["TY  - JOUR\nAU  - Made, Ann\nER  - \n", "Scopus\nEXPORT DATE: 18 April 2026\n\nTY  - CONF\n"],
    "medline": ["\nPMID- 10000001\nOWN - NLM\nTI  - Made\n"],
    "endnote": ["%0 Journal Article\n%A Made, Ann\n%D 2020\n"],
    "refworks": ["RT Journal Article\nSR 1\nA1 Made, Ann\n"],
    "endnote-xml": ["<?xml version='1.0'?><xml><records><record><database name='made.enl'/></record></records></xml>"],
    "pubmed-xml": [
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "x" "y">\n<PubmedArticleSet>\n<PubmedArticle/>',
    ],
    "pubmed-csv": ["PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year\n1,T,A,C,A,J,2020\n"],
    "publish-or-perish": [
        "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank\n1,A,T,2020,J,P,u,u,1\n"
    ],
    "lens": ["Lens ID,Title,Date Published,Publication Year,Author/s\n000-1,T,2020-01-01,2020,A\n"],
    "lens-json": [
        json.dumps({"lens_id": "000-1", "authors": [{"affiliations": [{"name": "Alder Univ"}]}]}),
        json.dumps({"total": 1, "data": [{"lens_id": "000-1"}]}),
    ],
    "dimensions": [
        "\"About the data: Exported on Sep 30, 2026. Criteria: made, 'x'\"\nRank,Publication ID,DOI\n1,pub.1,10.1/1\n",
        "Rank,Publication ID,DOI,Authors,Authors Affiliations,Dimensions URL\n1,pub.1,,A,A (B),u\n",
    ],
    "openalex-csv": [
        "id,doi,title,author_ids,author_names,author_institution_ids,publication_year\nW1,,T,A1,N,I1,2020\n",
        "id,display_name,authorships.author.id,authorships.institutions.id\nW1,T,A1|A2,I1\n",
    ],
    "openalex-works": [
        json.dumps(WORK),
        json.dumps({"meta": {"count": 1}, "results": [WORK]}, indent=2),
        json.dumps([WORK, WORK]),
        json.dumps({"id": "https://openalex.org/W5", "title": "no authorships"}),
    ],
    "openalex-authors": [json.dumps({"id": "https://openalex.org/A1", "display_name": "Ann Made"})],
    "openalex-institutions": [json.dumps({"meta": {}, "results": [{"id": "https://openalex.org/I1", "ror": None}]})],
    "openalex-other": [json.dumps({"id": "https://openalex.org/S1", "issn_l": "1234-5678"})],
    "ror-json": [
        json.dumps({"locations": [], "names": [], "admin": {}}),
        json.dumps([{"id": "https://ror.org/012345678", "names": []}], indent=1),
    ],
    "ror-csv": ["id,admin.created.date,names.types.ror_display,locations.geonames_id\nx,2020,Alder,1\n"],
    "crossref": [
        json.dumps({"status": "ok", "message-type": "work-list", "message": {"items": [{"DOI": "10.1/1"}]}}),
        json.dumps({"DOI": "10.1/1", "prefix": "10.1", "author": [{"affiliation": []}]}),
    ],
    "semantic-scholar": [
        json.dumps({"paperId": "a1", "authors": [{"authorId": "1"}]}),
        json.dumps({"total": 1, "data": [{"paperId": "a1"}]}),
        json.dumps({"corpusid": 1}),
    ],
    "scopus-api": [json.dumps({"search-results": {"entry": []}})],
    "orcid": [json.dumps({"orcid-identifier": {"path": "0000"}, "person": {}})],
    "scopus": ['\ufeff"Authors","Author(s) ID","Title","Year","Source title","EID"\n"A",1,T,2020,J,2-s2.0-1\n'],
    "wos-table": [
        "\ufeffPT\tAU\tBA\tTI\tUT\nJ\tMade, A\t\tT\tWOS:1\n",
        "Authors,Article Title,UT (Unique WOS ID)\nA,T,W\n",
    ],
    "wos-tagged": [
        "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Made, A\n",
        "PT J\nAU Made, A\nTI T\nER\n",
    ],
    "citespace": ["Freq\tBurst\tDegree\tCentrality\tSigma\tAuthor\n3\t0\t1\t0.1\t1\tMade\n"],
    "vosviewer-json": [json.dumps({"network": {"items": [{"id": 1, "label": "Alder"}], "links": []}, "config": {}})],
    "vosviewer-map": [
        "id\tlabel\tx\ty\tcluster\tweight<Links>\n1\tAlder\t0\t0\t1\t3\n",
        "id,label,weight<Documents>\n1,Alder,3\n",
    ],
    "edge-table": ["Source,Target,Type,Id,Label,timeset,Weight\n0,1,Undirected,0,,,3.0\n", "source;target\na;b\n"],
    "pajek": ['*Vertices 3\n1 "Alder"\n', "% a comment\n*Network made\n*vertices 2\n"],
    "graphml": ['<?xml version="1.0"?>\n<!-- <gexf> -->\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns"/>'],
    "gexf": ['<gexf version="1.3"><graph/></gexf>'],
    "gml": [
        'Creator "made"\nVersion 1\ngraph\n[\n  directed 0\n]\n',
        "graph [\n node [\n id 1 ] ]\n",
        'Creator\t"yFiles"\nVersion\t"2"\ngraph\n[\n',
    ],
    "dl": ["dl n=3 format=edgelist1\ndata:\n1 2\n", "DL\nN=3\ndata:\n"],
    "node-link": [json.dumps({"directed": False, "nodes": [{"id": "a"}], "links": [{"source": "a", "target": "a"}]})],
    "cytoscape": [json.dumps({"data": {}, "elements": {"nodes": [], "edges": []}})],
    "xls": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)],
    "xlsx": [zipped("[Content_Types].xml", "xl/workbook.xml")],
    "docx": [zipped("word/document.xml")],
    "ods": [zipped("mimetype", "content.xml")],
    "zip": [zipped("works.jsonl"), b"PK\x03\x04 cut short"],
    "excel-xml": ['<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:x"/>'],
    "sqlite": [b"SQLite format 3\x00" + bytes(50)],
    "pdf": [b"%PDF-1.7 ..."],
    "html": ["<!DOCTYPE html>\n<html lang='en'>", "<html><body>Sign in</body></html>"],
    "xml": ["<?xml version='1.0'?><records/>"],
    "zstd": [b"\x28\xb5\x2f\xfd1234"],
    "bzip2": [b"BZh91AY"],
    "xz": [b"\xfd7zXZ\x00"],
    "7z": [b"7z\xbc\xaf\x27\x1c\x00"],
    "rar": [b"Rar!\x1a\x07"],
    "parquet": [b"PAR1...."],
    "arrow": [b"ARROW1\x00\x00"],
    "rdata": [gzip.compress(b"RDX3\nX\n\x00\x00\x00")],
    "spss": [b"$FL2@(#) SPSS"],
    "stata": [b"<stata_dta><header>"],
}
EACH = [(key, data) for key, found in SAMPLES.items() for data in found]


def encoded(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


def test_every_known_kind_has_a_sample():
    assert SAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize(("key", "data"), EACH)
@pytest.mark.parametrize("packed", [False, True])
def test_file_is_recognised_by_its_content(tmp_path, key, data, packed):
    path = tmp_path / "export.txt"
    path.write_bytes(gzip.compress(encoded(data)) if packed and key != "rdata" else encoded(data))
    assert file_kind(path) == FileKind(key, *KINDS[key])


@pytest.mark.parametrize(("key", "data"), [(key, data) for key, data in EACH if isinstance(data, str)])
def test_text_in_utf16_with_windows_line_ends_is_recognised(tmp_path, key, data):
    path = tmp_path / "export.txt"
    path.write_bytes(data.removeprefix("\ufeff").replace("\n", "\r\n").encode("utf-16"))
    assert file_kind(path) == FileKind(key, *KINDS[key])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "work_id,year,title\nW1,2020,T\n",
        "id,label\n1,Alder\n",
        "origin,destination,year,count\nDE,FR,2020,3\n",
        "1\t2\t3\n",
        '{"id": "W1"}\n',
        '{"nodes": 3}',
        "Graph theory and its uses, by Made [2020]\n",
    ],
)
def test_plain_tables_and_unknown_text_are_no_other_kind(tmp_path, text):
    path = tmp_path / "file.txt"
    path.write_text(text)
    assert file_kind(path) is None
    assert hint(path) == ""


def test_a_record_longer_than_the_start_that_is_read_is_recognised(tmp_path):
    path = tmp_path / "works.json"
    path.write_text(json.dumps({"meta": {}, "results": [WORK | {"title": "x" * 200_000}]}))
    assert file_kind(path) == FileKind("openalex-works", *KINDS["openalex-works"])


@pytest.mark.parametrize(
    ("shape", "readable"),
    [
        ("table", {"scopus", "wos-table", "lens", "parquet", "edge-table"}),
        ("records", {"openalex-works", "crossref", "ror-json"}),
        ("network", {"pajek", "graphml", "vosviewer-json", "node-link"}),
    ],
)
def test_a_reader_refuses_what_is_not_of_its_shape(tmp_path, shape, readable):
    path = tmp_path / "file"
    for key, data in EACH:
        path.write_bytes(encoded(data))
        assert bool(refusal(path, shape)) == (KINDS[key][1] != shape)
        assert not (key in readable and refusal(path, shape))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(value=st.dictionaries(st.text(alphabet='abc"\\:{}', min_size=1), JSON, max_size=4), cut=st.integers(0, 200))
def test_top_level_keys_are_those_of_the_json_parser_and_a_cut_adds_none(value, cut):
    text = json.dumps(value, ensure_ascii=False)
    keys = {json.loads(f'"{path}"') for path in json_paths(text) if "/" not in path}
    assert keys == set(value)
    assert json_paths(text[:cut]).keys() <= json_paths(text).keys()


@given(st.binary(max_size=400))
def test_any_bytes_are_looked_at_without_an_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any-bytes"
    path.write_bytes(data)
    found = file_kind(path)
    assert found is None or found.key in KINDS


READERS = {
    "openalex": ingest_openalex,
    "ror": ingest_ror,
    "institutions": ingest_institutions,
    "records": lambda workspace, path: ingest_tables(workspace, records=path, recipe="wos"),
    "works": lambda workspace, path: ingest_tables(workspace, works=path, authorships=path),
    "network": ingest_network,
    "flows": ingest_flows,
    "journals": ingest_journals,
}
NOT_READ = {
    "bibtex": r"is BibTeX\. BibTeX does not say which author has which affiliation",
    "medline": r"is the MEDLINE format of PubMed \(\.nbib\)\. .*OpenAlex has the institutions",
    "pubmed-xml": r"is XML of PubMed",
    "ris": r"is RIS\. RIS does not say which author",
    "xls": r"is an Excel workbook of the old kind \(\.xls\)\. Open it and save it as csv",
    "xlsx": r"is an Excel workbook \(\.xlsx\)\. Open it and save it as csv",
    "zip": r"is a zip archive\. Unpack it first",
    "html": r"is a web page \(HTML\)\. The download was perhaps refused",
    "sqlite": r"is an SQLite database\. Export its tables as csv or Parquet",
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("key", "sentence"), NOT_READ.items())
def test_every_command_names_a_file_of_another_kind_and_says_what_to_do(tmp_path, reader, key, sentence):
    path = tmp_path / "export.dat"
    path.write_bytes(encoded(SAMPLES[key][0]))
    with pytest.raises(DataError, match=rf"export\.dat {sentence}"):
        READERS[reader](Workspace(tmp_path / "data"), path)


@pytest.mark.parametrize(
    ("reader", "key", "sentence"),
    [
        ("openalex", "scopus", r"is the csv of Scopus\. `scicities ingest tables FILE --recipe scopus` reads it"),
        ("openalex", "wos-tagged", r"is the plain text of Web of Science\. .*--recipe wos` reads it"),
        (
            "openalex",
            "ror-json",
            r"OpenAlex works.*The file is the Research Organization Registry \(ROR\)\. `scicities ",
        ),
        ("openalex", "openalex-authors", r"no OpenAlex works.* OpenAlex authors\. Authors come with the works"),
        ("openalex", "crossref", r" JSON of Crossref\. Crossref has affiliations for some articles only"),
        ("openalex", "vosviewer-json", r"is VOSviewer's JSON\. `scicities ingest network` reads it"),
        ("institutions", "openalex-works", r"no OpenAlex institutions.* OpenAlex works\. `scicities ingest openalex`"),
        ("ror", "ror-csv", r"is the csv of the Research Organization Registry \(ROR\)\. `scicities ingest ror` reads"),
        ("ror", "openalex-institutions", r"OpenAlex institutions\. `scicities ingest institutions` reads it"),
        ("records", "scopus", r"recipe wos needs .*The file is the csv of Scopus\. .*--recipe scopus` reads it"),
        ("records", "lens", r"recipe wos needs .*Lens\.org\. It has authors without their affiliations"),
        ("records", "dimensions", r"The file is the csv of Dimensions\. No recipe reads it"),
        ("records", "openalex-csv", r"csv of the OpenAlex website\. It joins all authors in one cell"),
        ("records", "openalex-works", r"is OpenAlex works\. `scicities ingest openalex` reads it"),
        ("records", "gml", r"is GML\. `scicities ingest network` reads it"),
        ("works", "scopus", r"table of .* needs .*The file is the csv of Scopus"),
        ("works", "wos-tagged", r"is the plain text of Web of Science\. .*--recipe wos` reads it"),
        ("network", "scopus", r"table of edges needs .*The file is the csv of Scopus"),
        ("network", "openalex-works", r"is OpenAlex works\. `scicities ingest openalex` reads it"),
        ("flows", "pajek", r"is a Pajek network\. `scicities ingest network` reads it"),
    ],
)
def test_a_command_that_does_not_read_a_file_names_the_one_that_does(tmp_path, reader, key, sentence):
    path = tmp_path / "export.dat"
    path.write_bytes(encoded(SAMPLES[key][0]))
    with pytest.raises(DataError, match=sentence):
        READERS[reader](Workspace(tmp_path / "data"), path)


def test_a_recipe_is_not_recommended_to_itself(tmp_path):
    path = tmp_path / "scopus.csv"
    path.write_text("Authors,Source title,EID\nA,J,2-s2.0-1\n")
    with pytest.raises(DataError) as raised:
        ingest_tables(Workspace(tmp_path / "data"), records=path, recipe="scopus")
    assert "reads it" not in str(raised.value)
