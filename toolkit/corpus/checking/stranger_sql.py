"""The SQL that finds wrong matches that stand alone, circles of ancestors, and titles that no article has.

A wrong match beside the right one is :data:`~toolkit.corpus.checking.suspicion_sql.MATCHING`'s; one that stands alone
on its article is seen by where its authors otherwise are. The rules are stated in ``docs/check.md``.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CIRCLES", "FRONT_MATTER", "STRANGERS", "TITLES"]

STRANGERS: Final = """
WITH seen AS (
    SELECT DISTINCT s.work_id, s.author_key AS author, s.year, s.institution_id AS i, s.country
    FROM signed s SEMI JOIN (SELECT author_id FROM authors) k ON k.author_id = s.author_key WHERE s.year IS NOT NULL
), held AS (
    SELECT author, i, min(country) AS country, min(year) AS first_year, max(year) AS last_year,
        count(DISTINCT year) AS in_years
    FROM seen GROUP BY author, i
), sole AS (
    SELECT DISTINCT i, author FROM (SELECT work_id, author, min(i) AS i FROM seen GROUP BY ALL HAVING count(*) = 1)
), staff AS (
    SELECT h.i, count(*) AS authors, count(s.author) AS alone
    FROM held h LEFT JOIN sole s ON s.i = h.i AND s.author = h.author GROUP BY h.i
), around AS (
    SELECT DISTINCT h.author, h.i, h.country, h.in_years, o.i AS j, o.country AS elsewhere
    FROM held h JOIN seen o ON o.author = h.author AND o.i <> h.i
        AND o.year BETWEEN h.first_year - {around} AND h.last_year + {around}
), partners AS (
    SELECT a.i, a.j, count(DISTINCT a.author) AS strangers
    FROM around a SEMI JOIN sole s ON s.i = a.i AND s.author = a.author
    ANTI JOIN kin ON kin.a = a.i AND kin.b = a.j
    GROUP BY a.i, a.j
), substitutes AS (
    SELECT p.i, p.j, p.strangers,
        row_number() OVER (PARTITION BY p.i ORDER BY p.strangers DESC, u.authors DESC, p.j) AS place
    FROM partners p JOIN staff t ON t.i = p.i JOIN staff u ON u.i = p.j
    WHERE p.strangers >= {least_alone} AND p.strangers >= {alone_elsewhere} * t.alone AND u.authors >= 2 * t.authors
), people AS (
    SELECT author, i, any_value(in_years) AS in_years, bool_or(elsewhere = country) AS at_home,
        mode(elsewhere ORDER BY elsewhere) AS abroad
    FROM around WHERE country IS NOT NULL AND elsewhere IS NOT NULL GROUP BY author, i
), visitors AS (
    SELECT i, mode(abroad ORDER BY abroad) AS abroad, count(*) AS strangers
    FROM people WHERE NOT at_home AND in_years = 1 GROUP BY i
), suspects AS (
    SELECT i, 'authors of one other institution' AS rule, j, NULL AS abroad, strangers FROM substitutes WHERE place = 1
    UNION ALL
    SELECT v.i, 'authors from abroad', NULL, v.abroad, v.strangers
    FROM visitors v JOIN staff t USING (i)
    WHERE v.strangers >= {least_visitors} AND v.strangers >= {visitors} * t.authors
        AND v.i NOT IN (SELECT i FROM substitutes)
)
SELECT s.i AS institution_id, n.name, x.city, n.country, s.rule, s.j AS partner_id, m.name AS partner_name,
    coalesce(s.abroad, m.country) AS partner_country, t.authors::BIGINT AS authors, t.alone::BIGINT AS alone,
    s.strangers::BIGINT AS strangers, p.works, p.share
FROM suspects s JOIN staff t USING (i) JOIN presence p ON p.institution_id = s.i
JOIN institutions n ON n.institution_id = s.i LEFT JOIN institutions m ON m.institution_id = s.j
LEFT JOIN seat x ON x.institution_id = s.i
ORDER BY p.share DESC, s.i
"""

CIRCLES: Final = """
WITH mutual AS (
    SELECT a.institution_id AS i, a.ancestor_id AS j FROM lineage a
    JOIN lineage b ON b.institution_id = a.ancestor_id AND b.ancestor_id = a.institution_id
    WHERE a.institution_id <> a.ancestor_id
), circles AS (
    SELECT i, least(i, min(j)) AS circle, count(DISTINCT j) + 1 AS members FROM mutual GROUP BY i
)
SELECT c.circle AS circle_id, c.i AS institution_id, n.name, n.country, c.members::BIGINT AS members,
    coalesce(p.works, 0)::BIGINT AS works, coalesce(p.share, 0) AS share
FROM circles c LEFT JOIN institutions n ON n.institution_id = c.i LEFT JOIN presence p ON p.institution_id = c.i
ORDER BY c.circle, c.i
"""

_LISTS: Final = "(list|names|acknowledge?ments?|thanks)( of| to)?( our| the)?( guest| ad hoc)*"
FRONT_MATTER: Final = "|".join(
    (
        "(table of )?contents( page)?",
        "(front|back) ?matter|masthead|issue information|(copyright|title|cover)( page)?|subject index|author index",
        "(editorial|advisory)( review| advisory)? board( members)?",
        "about( the| our)? (authors?|contributors?)|notes? on( the)? contributors",
        "(notes?|notices?|instructions|information|invitation|guidelines) (to|for)( the)?( authors?| contributors?)",
        f"{_LISTS} (editors?|reviewers|referees)( .*)?|referees|list of people who reviewed .*",
        "(books|publications) received|book ?shelf|book reviews?( section)?( editor s note)?",
        "errat(a|um)|corrigend(a|um)|corrections?|retraction( notice)?",
        "from the editors?( in chief)?|editor s? ?(note|introduction|comments?)|announcements?|news and notes|calendar",
        "call for papers( .*)?|in memoriam( .*)?|obituary( .*)?|untitled",
    )
)
"""Titles, in lower case and without punctuation, that no article of research has."""

TITLES: Final = """
WITH worded AS (
    SELECT *, trim(coalesce(title, '')) AS said,
        trim(regexp_replace(lower(coalesce(title, '')), '[^a-z0-9]+', ' ', 'g')) AS wording
    FROM articles
), judged AS (
    SELECT *, CASE WHEN said = '' THEN 'no title'
        WHEN regexp_full_match(wording, '{front_matter}') THEN 'front matter'
        WHEN regexp_matches(said, '</?[A-Za-z][^<>]*>|&[A-Za-z]{{2,8}};|&#[0-9]+;') THEN 'markup in the title' END
        AS reason
    FROM worded
)
SELECT work_id, reason, year, doi, title, n_authors::BIGINT AS n_authors, counted::INTEGER::DOUBLE AS share
FROM judged WHERE reason IS NOT NULL ORDER BY share DESC, reason, work_id
"""
