"""One made-up corpus in the shape of OpenAlex, Scopus, Web of Science and a repository's export."""

from __future__ import annotations

import csv
import io
import json

PEOPLE = {"p1": ("Alba", "Ana"), "p2": ("Brun", "Bo"), "p3": ("Cruz", "Ceci"), "p4": ("Dahl", "Dag")}
PLACES = {
    # key: (full name, Web of Science's short name, city, region's code, region, postcode, country, code)
    "tempe": ("Saguaro University", "Saguaro Univ", "Tempe", "AZ", "Arizona", "85287", "United States", "US"),
    "beijing": ("Lotus University", "Lotus Univ", "Beijing", "", "", "100871", "China", "CN"),
    "lab": ("Jade Institute", "Jade Inst", "Beijing", "", "", "100190", "China", "CN"),
    "oxford": ("Isis College", "Isis Coll", "Oxford", "", "", "OX1 3QU", "United Kingdom", "GB"),
    "lion": ("Merlion University", "Merlion Univ", "Singapore", "", "", "117542", "Singapore", "SG"),
}
WORKS = (
    # number, year, title, authors with their places
    (1, 2020, 'On "quoted" things', (("p1", ("tempe",)), ("p2", ("tempe", "beijing")), ("p3", ("beijing",)))),
    (2, 2021, "Semicolons; and commas, too", (("p3", ("lab", "oxford")), ("p4", ()))),
    (3, 2021, "Alone", (("p4", ("lion", "beijing", "lab")),)),
    (4, 2022, "Ünïcödé", (("p2", ("oxford",)), ("p1", ("lion",)))),
)


def openalex():
    """Works and institutions, as JSON lines."""
    ids = {place: f"https://openalex.org/I{number}" for number, place in enumerate(PLACES, 1)}
    works = [
        {
            "id": f"https://openalex.org/W{number}",
            "type": "article",
            "title": title,
            "publication_year": year,
            "authorships": [
                {
                    "author": {"id": f"https://openalex.org/A{person[1]}", "display_name": person},
                    "institutions": [{"id": ids[place], "display_name": PLACES[place][0]} for place in places],
                }
                for person, places in authors
            ],
        }
        for number, year, title, authors in WORKS
    ]
    institutions = [
        {
            "id": ids[place],
            "display_name": known[0],
            "type": "education",
            "country_code": known[7],
            "geo": {
                "city": known[2],
                "geonames_city_id": str(7000 + list(PLACES).index(place) - (place == "lab")),
                "region": known[4] or None,
                "country_code": known[7],
            },
        }
        for place, known in PLACES.items()
    ]
    return (
        "".join(json.dumps(work) + "\n" for work in works),
        "".join(json.dumps(one) + "\n" for one in institutions),
    )


def scopus_address(place):
    name, _, city, code, _, postcode, country, _ = PLACES[place]
    tail = [postcode, code] if code else [postcode]
    return ", ".join(["Department of Things", name, city, *tail, country])


def scopus(*, bom=True):
    header = "Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Cited by,DOI,Affiliations"
    header += ",Authors with affiliations,Document Type,Publication Stage,Source,EID"
    rows = []
    for number, year, title, authors in WORKS:
        names = [f"{PEOPLE[person][0]} {PEOPLE[person][1][0]}." for person, _ in authors]
        full = [f"{PEOPLE[person][0]}, {PEOPLE[person][1]} ({5700 + int(person[1])})" for person, _ in authors]
        affiliations = list(dict.fromkeys(scopus_address(place) for _, places in authors for place in places))
        with_them = [
            ", ".join([name, *map(scopus_address, places)]) for name, (_, places) in zip(names, authors, strict=True)
        ]
        rows.append(
            [
                "; ".join(names),
                "; ".join(full),
                "; ".join(str(5700 + int(person[1])) for person, _ in authors),
                title,
                str(year),
                "Journal of Things",
                "1",
                "",
                f"10.1000/{number}",
                "; ".join(affiliations),
                "; ".join(with_them),
                "Article",
                "Final",
                "Scopus",
                f"2-s2.0-{number}",
            ]
        )
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header.split(","), *rows])
    return ("\ufeff" if bom else "") + text.getvalue()


def wos_address(place):
    _, name, city, code, _, postcode, country, _ = PLACES[place]
    names = {"United States": "USA", "China": "Peoples R China", "United Kingdom": "England"}
    if country == "United States":
        return f"{name}, Dept Things, {city}, {code} {postcode} USA"
    return f"{name}, Dept Things, {city} {postcode}, {names.get(country, country)}"


def wos_fields():
    """Fields of each record; lists are one item a line."""
    for number, year, title, authors in WORKS:
        groups: dict[str, list[str]] = {}
        for person, places in authors:
            for place in places:
                groups.setdefault(wos_address(place), []).append(", ".join(PEOPLE[person]))
        yield {
            "PT": "J",
            "AU": [f"{PEOPLE[person][0]}, {PEOPLE[person][1][0]}" for person, _ in authors],
            "AF": [", ".join(PEOPLE[person]) for person, _ in authors],
            "TI": title,
            "SO": "JOURNAL OF THINGS",
            "DT": "Article",
            "C1": [f"[{'; '.join(names)}] {address}" for address, names in groups.items()],
            "RI": "; ".join(f"{', '.join(PEOPLE[person])}/{person.upper()}-2010" for person, _ in authors),
            "SN": "1234-5679",
            "PY": str(year),
            "DI": f"10.1000/{number}",
            "WC": "Physics, Applied; Optics",
            "UT": f"WOS:{number:015}",
        }


def wos_plain():
    text = "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\n"
    for fields in wos_fields():
        for tag, value in fields.items():
            if isinstance(value, list):
                lines = [f"{one}." if tag == "C1" else one for one in value] or [""]
            else:
                lines = value.split(" and ") if tag == "TI" else [value]
                lines = [lines[0], *(f"and {rest}" for rest in lines[1:])]
            text += f"{tag} {lines[0]}\n" + "".join(f"   {line}\n" for line in lines[1:])
        text += "ER\n\n"
    return text + "EF\n"


def wos_tab():
    records = list(wos_fields())
    lines = ["\t".join(records[0])] + [
        "\t".join("; ".join(value) if isinstance(value, list) else value for value in fields.values())
        for fields in records
    ]
    return "".join(f"{line}\t\r\n" for line in lines)


def cris_address(place):
    name, _, city, _, region, _, country, _ = PLACES[place]
    return ", ".join(part for part in (name, city, region, country) if part)


def cris_wide():
    lines = ["id;title;year;doi;authors;author_ids;affiliations"]
    for number, year, title, authors in WORKS:
        cells = [f"o{number}", title, str(year), f"10.1000/{number}"]
        cells += ["; ".join(", ".join(PEOPLE[person]) for person, _ in authors)]
        cells += ["; ".join(person for person, _ in authors)]
        cells += ["; ".join(" | ".join(map(cris_address, places)) for _, places in authors)]
        lines.append(";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells))
    return "\r\n".join(lines) + "\r\n"


def cris_long():
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "title", "year", "author", "author_id", "institution", "city", "region", "country"])
    for number, year, title, authors in WORKS:
        for person, places in authors:
            known = [PLACES[place] for place in places]
            columns = ([one[at] for one in known] for at in (0, 2, 4, 6))
            writer.writerow([f"o{number}", title, year, ", ".join(PEOPLE[person]), person, *map("|".join, columns)])
    return text.getvalue()
