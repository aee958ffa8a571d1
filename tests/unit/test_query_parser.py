"""The format of query files: what is read, and what each mistake is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import BadParameter, QueryFileError
from toolkit.graphdb.graph_years import GraphYear
from toolkit.graphdb.query_checks import check_query
from toolkit.graphdb.query_file import parse_query, read_query
from toolkit.graphdb.query_params import bind
from toolkit.graphdb.query_spec import TYPES, Column, Param, QuerySpec
from toolkit.graphdb.query_text import masked, order_keys, parameters, returned
from toolkit.graphdb.query_values import param_lines

GOOD = """\
// name: hubs.top
// summary: Rank cities.
// access: read
// param: year_from int = 2015 | First year.
// param: country string? = null | Country code.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: strength float? | Sum of score [articles].
// browser: :param year_from => 2015
// browser: :param country => null
// browser: :param top_n => 25
//
// Question: which cities
// come first?
// Left out: the others.

MATCH (c:City) // one row a city; $nothing
WHERE c.country = $country AND c.name <> 'O\\'Brien; $nobody DELETE'
RETURN c.id AS city_id, sum(c.`set $x; y`) AS strength
ORDER BY strength + $year_from DESC, city_id LIMIT toInteger($top_n);
"""
YEAR_LINE = "// browser: :param year_from => 2015\n"
PATH = Path("cypher/hubs/top.cypher")


def parse(text: str) -> QuerySpec:
    return parse_query(text, path=PATH, name="hubs.top")


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check_query(parse(text))]


def test_a_good_file_is_read_whole() -> None:
    spec = parse(GOOD)
    assert (spec.name, spec.group, spec.summary, spec.access) == ("hubs.top", "hubs", "Rank cities.", "read")
    assert spec.params[1] == Param("country", "string", True, False, None, "Country code.")
    assert spec.columns == (
        Column("city_id", "string", False, "GeoNames id."),
        Column("strength", "float", True, "Sum of score [articles]."),
    )
    assert param_lines(spec) == (":param year_from => 2015", ":param country => null", ":param top_n => 25")
    assert spec.examples == spec.defaults == {"year_from": 2015, "country": None, "top_n": 25}
    assert spec.question == "which cities come first?"
    assert spec.notes.endswith("Left out: the others.")
    assert spec.statement.startswith("MATCH (c:City)")
    assert spec.statement.endswith("LIMIT toInteger($top_n)")
    assert spec.statement_line == GOOD.split("\n").index("MATCH (c:City) // one row a city; $nothing") + 1
    assert check_query(spec) == []


def test_a_param_without_default_is_required() -> None:
    spec = parse(GOOD.replace("year_from int = 2015 |", "year_from int |"))
    assert spec.params[0].required
    assert "year_from" not in spec.defaults
    assert spec.examples["year_from"] == 2015
    with pytest.raises(QueryFileError, match="'year_from' has no default and is no place: give a value to try it with"):
        parse(GOOD.replace("year_from int = 2015 |", "year_from int |").replace(YEAR_LINE, ""))


def test_a_year_of_the_graph_is_a_default_and_needs_no_browser_line() -> None:
    text = GOOD.replace("= 2015 |", "= last_year - 4 |").replace(YEAR_LINE, "")
    spec = parse(text)
    assert spec.defaults["year_from"] == GraphYear("last_year", -4)
    assert param_lines(spec)[0] == ":param year_from => COLLECT {MATCH (load:Load) RETURN load.last_year}[0] - 4"
    with pytest.raises(BadParameter, match=r"hubs.top takes it from the graph \(last_year - 4\); give a year"):
        bind(spec, {})
    assert bind(spec, {}, years=(2001, 2010))["year_from"] == 2006
    assert bind(spec, {}, years=(2009, 2010))["year_from"] == 2009


@given(st.integers(1900, 2100), st.integers(0, 60), st.integers(-80, 80))
def test_a_year_of_the_graph_is_one_of_its_years(first: int, more: int, offset: int) -> None:
    last = first + more
    for base in ("first_year", "middle_year", "last_year"):
        year = GraphYear(base, offset)
        assert first <= year.of((first, last)) <= last
        assert GraphYear.read(f"{year} | meaning") == (year, "| meaning")
    assert GraphYear("first_year").of((first, last)) == first
    assert GraphYear("last_year").of((first, last)) == last


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("// access: read", "// acces: read", 3, "unknown key 'acces'"),
        ("// access: read\n", "", 1, "no `access:` line"),
        ("// access: read", "// access: all", 3, "access is 'all'; it is read or write"),
        ("// access: read", "// access: read\n// access: read", 4, "second `access:` line"),
        ("// summary: Rank cities.", "// summary:", 2, "`summary:` says nothing"),
        ("// summary: Rank cities.", "// Rank cities.", 2, "is no `// key: value`"),
        ("// name: hubs.top", "// name: hubs.best", 1, "name is 'hubs.best', but the path asks for 'hubs.top'"),
        ("top_n int = 25", "top_n integer = 25", 6, "type 'integer' of param 'top_n' is none of string, int"),
        ("top_n int = 25", "top_n int = 25.5", 6, "default 25.5 of param 'top_n' is no int"),
        ("top_n int = 25", "top_n int = true", 6, "default true of param 'top_n' is no int"),
        ("top_n int = 25", "top_n int = null", 6, "default null of param 'top_n' is no int"),
        ("top_n int = 25", "top_n int = 9223372036854775808", 6, "default 9223372036854775808"),
        ("top_n int = 25", "top_n int = NaN", 6, "default of param 'top_n' is no JSON value and no year"),
        ("top_n int = 25", "top_n int = 'x'", 6, "such as first_year or last_year - 1: 'x'"),
        ("top_n int = 25", "top_n float = last_year", 6, "default last_year of param 'top_n' is no float"),
        ("top_n int = 25", "top_n int = last_year * 2", 6, "param 'top_n' has no meaning"),
        ("// access: read", "// access: read\n// needs: luck", 4, "needs luck; a query can need communities, support"),
        ("top_n int = 25 | Rows returned.", "top_n int = 25", 6, "param 'top_n' has no meaning"),
        ("top_n int = 25 | Rows returned.", "top_n int = 25 |", 6, "param 'top_n' has no meaning"),
        ("top_n int = 25 | Rows returned.", "top_n", 6, "is no `param: NAME TYPE"),
        ("// param: top_n", "// param: Top-n", 6, "param name 'Top-n' is not made of small letters"),
        ("// param: top_n int", "// param: country int", 6, "second param 'country'"),
        ("// column: strength", "// column: city_id", 8, "second column 'city_id'"),
        ("float? | Sum", "float? = 1 | Sum", 8, "column 'strength' has no meaning"),
        ("=> 25", "=> 26", 11, "browser line of 'top_n' doesn't give its default 25"),
        ("=> 25", "=> '25'", 11, "browser line of 'top_n' doesn't give a int"),
        ("=> 25", "=> date()", 11, "browser line of 'top_n' gives no literal: date()"),
        (":param top_n => 25", ":params {top_n: 25}", 11, "is no `:param NAME => VALUE`"),
        (":param top_n => 25", ":param country => null", 11, "second browser line of 'country'"),
        (":param top_n => 25", ":param many => 25", 11, "browser line of 'many', which is no param"),
        ("($top_n);", "($top_n)", 20, "the statement doesn't end with `;`"),
        ("($top_n);", "($top_n);\n\nRETURN 1;", 22, "something stands after the statement's `;`"),
        ("// come first?", "// column: x int | Late.", 14, "`column:` stands after the header's end"),
    ],
)
def test_each_mistake_is_told_with_its_line(old: str, new: str, line: int, message: str) -> None:
    assert old in GOOD
    with pytest.raises(QueryFileError) as caught:
        parse(GOOD.replace(old, new))
    assert str(caught.value).startswith(f"{PATH}:{line}: ")
    assert message in str(caught.value)
    assert (caught.value.path, caught.value.line) == (str(PATH), line)


def test_a_file_without_statement_or_columns_is_refused() -> None:
    head, _, _ = GOOD.partition("MATCH")
    with pytest.raises(QueryFileError, match="no statement"):
        parse(head)
    with pytest.raises(QueryFileError, match="no statement"):
        parse(head + "// only a comment;\n;\n")
    with pytest.raises(QueryFileError, match="no `column:` line"):
        parse("\n".join(line for line in GOOD.split("\n") if "column:" not in line))


def test_line_ends_of_windows_change_nothing() -> None:
    assert parse(GOOD.replace("\n", "\r\n")) == parse(GOOD)


def test_comments_after_the_statement_are_comments() -> None:
    assert parse(GOOD + "// the end; really\n/* RETURN 1; */\n").statement == parse(GOOD).statement


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("+ $year_from ", "", 1, "param 'year_from' is declared, but the statement doesn't use $year_from"),
        ("$country", "$land", 18, "the statement uses $land, which no `param:` line declares"),
        ("$country", "$`land`", 18, "the statement uses $land, which no `param:` line declares"),
        (", city_id LIMIT", " LIMIT", 20, "ORDER BY before LIMIT ends with 'strength + $year_from'"),
        ("ORDER BY strength + $year_from DESC, city_id", "", 20, "LIMIT without ORDER BY"),
        ("toInteger($top_n)", "$top_n", 20, "write LIMIT toInteger($…)"),
        ("RETURN", "SET c.seen = true RETURN", 19, "SET in a query whose access is read"),
        ("RETURN", "DETACH DELETE c RETURN", 19, "DETACH in a query whose access is read"),
        ("MATCH (c", "LOAD CSV FROM 'x' AS x MATCH (c", 17, "LOAD in a query whose access is read"),
        ("AS city_id", "AS id", 1, "the statement returns id, strength; declared are city_id, strength"),
    ],
)
def test_header_and_statement_must_agree(old: str, new: str, line: int, message: str) -> None:
    found = problems(GOOD.replace(old, new))
    assert any(text.startswith(f"{PATH}:{line}: ") and message in text for text in found), found


def test_an_inner_limit_needs_an_order_of_its_own() -> None:
    inner = "MATCH (c:City) CALL (c) { MATCH (c)--(d) RETURN d LIMIT 1 } // one row"
    found = problems(GOOD.replace("MATCH (c:City) // one row", inner))
    assert [text for text in found if "LIMIT without ORDER BY" in text]
    ordered = inner.replace("RETURN d LIMIT", "RETURN d ORDER BY d.id LIMIT")
    assert problems(GOOD.replace("MATCH (c:City) // one row", ordered)) == []


def test_the_last_return_is_ordered() -> None:
    cut = GOOD.replace("\nORDER BY strength + $year_from DESC, city_id LIMIT toInteger($top_n)", ", $year_from, $top_n")
    assert "the last RETURN has no ORDER BY" in " ".join(problems(cut))


def test_words_that_write_are_harmless_as_names() -> None:
    harmless = "MATCH (c:City)-[:SET|DROP]->(:Create {set: 1}) WHERE c.delete = 'MERGE' AND c.`DROP` IS NULL // remove"
    assert problems(GOOD.replace("MATCH (c:City) // one row", harmless)) == []


def test_the_path_gives_the_name(tmp_path: Path) -> None:
    (tmp_path / "hubs").mkdir()
    (tmp_path / "hubs" / "top.cypher").write_text(GOOD, encoding="utf-8")
    assert read_query(tmp_path / "hubs" / "top.cypher", tmp_path).name == "hubs.top"
    for wrong in ("top.cypher", "hubs/Top.cypher", "hubs/a.top.cypher"):
        (tmp_path / wrong).write_text(GOOD, encoding="utf-8")
        with pytest.raises(QueryFileError, match="a query lies in a group's folder"):
            read_query(tmp_path / wrong, tmp_path)
    (tmp_path / "hubs" / "top.cypher").write_bytes(b"// name: \xff\xfe")
    with pytest.raises(QueryFileError, match="can't be read as UTF-8 text"):
        read_query(tmp_path / "hubs" / "top.cypher", tmp_path)


# no word of Python and no option that every query has is one letter, or ends in a digit or underscore
names = st.from_regex(r"[a-z]([a-z0-9_]{0,7}[0-9_])?", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
values = {
    "string": st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8),
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "list<string>": st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=4), max_size=3),
}


@st.composite
def params(draw: st.DrawFn) -> Param:
    type_ = draw(st.sampled_from(TYPES))
    nullable, required = draw(st.booleans()), draw(st.booleans())
    default = None if required else draw(st.none() | values[type_] if nullable else values[type_])
    return Param(draw(names), type_, nullable, required, default, draw(texts))


@given(st.lists(params(), max_size=4, unique_by=lambda param: param.name), st.data())
def test_whatever_is_written_is_read_back(written: list[Param], data: st.DataObject) -> None:
    lines = ["// name: a.b", "// summary: S", "// access: read", "// column: x int | X."]
    for param in written:
        default = "" if param.required else f" = {json.dumps(param.default, ensure_ascii=False)}"
        lines.append(f"// param: {param.name} {param.type}{'?' * param.nullable}{default} | {param.meaning}")
    examples = {p.name: data.draw(values[p.type]) if p.required else p.default for p in written}
    lines += [f"// browser: :param {n} => {json.dumps(v, ensure_ascii=False)}" for n, v in examples.items()]
    used = ", ".join(f"${param.name}" for param in written)
    spec = parse_query("\n".join([*lines, f"WITH [{used}] AS used RETURN 1 AS x ORDER BY x;"]), path=PATH)
    assert list(spec.params) == written
    assert spec.examples == examples
    assert check_query(spec) == []


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused = None
    try:
        check_query(parse_query(text, path=PATH))
    except QueryFileError as error:
        refused = error
    if refused is not None:
        assert str(refused).startswith(f"{PATH}:{refused.line}: ")
        assert 1 <= refused.line <= text.count("\n") + 1


@given(st.lists(st.sampled_from(["$a", "'$b'", '"$c"', "`$d`", "// $e\n", "/* $f */", "$`g`", "'it\\'s $h'", " ; "])))
def test_only_code_has_parameters(pieces: list[str]) -> None:
    text = " ".join(pieces)
    expected = [piece.strip("$`") for piece in dict.fromkeys(pieces) if piece in {"$a", "$`g`"}]
    assert list(parameters(text)) == expected
    assert len(masked(text)) == len(text)
    assert masked(text).count(";") == pieces.count(" ; ")


def test_items_and_keys_of_a_projection() -> None:
    code = "MATCH (a) WITH a ORDER BY a.x RETURN DISTINCT a.id AS id, max(a.x, 1) AS m ORDER BY m DESC, id ASC SKIP 1"
    assert returned(code) == ["id", "m"]
    assert order_keys(code) == ["m", "id"]
    assert order_keys("MATCH (a) WITH a ORDER BY a.id RETURN a") is None
    assert order_keys("MATCH (a) DELETE a") is None


def told(text: str) -> list[QueryFileError]:
    """What is wrong with a file, by its format or by what its parts promise each other."""
    try:
        return check_query(parse(text))
    except QueryFileError as error:
        return [error]


HEADER = [line for line in GOOD.partition("//\n")[0].splitlines() if "browser:" not in line]


@pytest.mark.parametrize("line", range(len(HEADER)))
def test_no_header_line_can_be_left_out(line: int) -> None:
    """Each line of this header is needed: by the format, or because the statement and the other lines speak of it."""
    text = "\n".join(GOOD.splitlines()[:line] + GOOD.splitlines()[line + 1 :]) + "\n"
    found = told(text)
    assert found
    assert str(found[0]).startswith(f"{PATH}:{found[0].line}: ")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The good file with one to three slips in its header."""
    lines = GOOD.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.integers(0, len(HEADER) - 1))
        line, at = lines[number], draw(st.integers(0, max(len(lines[number]) - 1, 0)))
        slip = draw(st.sampled_from(["cut", "swap", "twice", "drop", "insert", "upper", "join", "tab", "move"]))
        match slip:
            case "cut":
                lines[number] = line[:at] + line[at + 1 :]
            case "swap":
                lines[number] = line[:at] + line[at : at + 2][::-1] + line[at + 2 :]
            case "twice":
                lines.insert(number, line)
            case "drop":
                lines[number] = line[:at]
            case "insert":
                token = draw(
                    st.sampled_from(
                        [
                            "|",
                            "=",
                            "?",
                            "<",
                            ">",
                            ":",
                            "//",
                            "`",
                            '"',
                            "'",
                            "\u2003",
                            "\x00",
                            "é",
                            "$",
                            "=>",
                            ";",
                            "null",
                        ]
                    )
                )
                lines[number] = line[:at] + token + line[at:]
            case "upper":
                lines[number] = line.upper()
            case "join":
                lines[number : number + 2] = [line + " " + lines[number + 1]]
            case "tab":
                lines[number] = line.replace(" ", "\t")
            case _:
                lines.insert(draw(st.integers(0, len(lines))), lines.pop(number))
    return "\n".join(lines) + "\n"


@given(mutated())
@settings(max_examples=150)
def test_a_slip_in_the_header_is_told_with_its_line_or_changes_nothing_that_matters(text: str) -> None:
    found = told(text)
    for error in found:
        assert str(error).startswith(f"{PATH}:{error.line}: ")
        assert 1 <= error.line <= text.count("\n") + 1
        assert str(error).endswith(".")
    if not found:  # then it is a query with all it needs, if not the one that was meant
        spec = parse(text)
        assert set(spec.examples) <= {param.name for param in spec.params} == set(parameters(spec.statement))
        assert [column.name for column in spec.columns] == ["city_id", "strength"]


@pytest.mark.parametrize(
    ("type_", "default", "level", "sent"),
    [
        ("city", '"1"', "city", "string"),
        ("list<metro>", '["m"]', "metro", "list<string>"),
        ("country?", "null", "country", "string"),
    ],
)
def test_a_parameter_says_that_it_is_a_place(type_: str, default: str, level: str, sent: str) -> None:
    text = GOOD.replace("country string? = null", f"country {type_} = {default}").replace(
        "country => null", f"country => {default}"
    )
    param = parse(text).params[1]
    assert (param.level, param.type, param.written_type) == (level, sent, type_.rstrip("?"))


@pytest.mark.parametrize(
    ("name", "type_", "level"),
    [
        ("city_id", "string", "city"),
        ("other_city_ids", "list<string>", "city"),
        ("country", "string", "country"),
        ("home_country", "string", "country"),
        ("city", "string", ""),
        ("city_id", "int", ""),
        ("country_n", "string", ""),
        ("author_id", "string", ""),
    ],
)
def test_a_name_says_it_too(name: str, type_: str, level: str) -> None:
    assert Param(name, type_, False, True, None, "M").level == level


def test_a_column_is_no_place_and_an_unknown_place_is_none() -> None:
    with pytest.raises(QueryFileError, match="type 'city' of column 'city_id' is none of string, int"):
        parse(GOOD.replace("city_id string |", "city_id city |"))
    with pytest.raises(QueryFileError, match=r"type 'town' of param 'top_n' is none of string, .* city, institution"):
        parse(GOOD.replace("top_n int = 25", 'top_n town = "x"'))


@pytest.mark.parametrize("name", ["format", "workspace", "from", "explain", "lambda", "help", "library", "graph"])
def test_a_parameter_leaves_the_names_of_options_and_keywords_alone(name: str) -> None:
    found = problems(GOOD.replace("top_n", name))
    assert any(f"param {name!r} " in text and "call it otherwise" in text for text in found), found
