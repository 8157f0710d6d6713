"""`?` and `%s` on both engines."""

import pytest
from media_bridge_shim.database.engines.parameter_style import count_values, for_postgres, for_sqlite


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        ("SELECT a FROM t WHERE b = %s AND c = %s", 2, "SELECT a FROM t WHERE b = ? AND c = ?"),
        ("SELECT a FROM t WHERE b = ? AND c = %s", 2, "SELECT a FROM t WHERE b = ? AND c = ?"),
        ("SELECT a FROM t WHERE b = %(b)s", None, "SELECT a FROM t WHERE b = :b"),
        ("SELECT '%s', a FROM t WHERE b LIKE '%spam%' AND c = ?", 1, None),
        ("SELECT a FROM t WHERE b LIKE '100%%' AND c = %s", 1, "SELECT a FROM t WHERE b LIKE '100%' AND c = ?"),
        ("SELECT a FROM t WHERE b LIKE '100%%' AND c = ?", 1, None),
        ("SELECT a %% 2 FROM t", 0, "SELECT a % 2 FROM t"),
        ("SELECT a %s FROM t WHERE b = ?", 1, None),
        ("SELECT a %size FROM t", 0, None),
        ("SELECT a -- is it %s?\nFROM t WHERE b = %s", 1, "SELECT a -- is it %s?\nFROM t WHERE b = ?"),
        ("SELECT /* %s ' */ a FROM t WHERE b = %s", 1, "SELECT /* %s ' */ a FROM t WHERE b = ?"),
        ("""SELECT "%s", `%s`, [%s], 'it''s %s' FROM t WHERE b = %s""", 1, None),
        ("SELECT ?1, ?2, ?1", 2, None),
    ],
)
def test_sqlite_reads_both_styles(sql, values, expected):
    if expected is None and sql.endswith("= %s"):
        expected = sql[:-2] + "?"
    assert for_sqlite(sql, values) == (sql if expected is None else expected)


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        ("SELECT a FROM t WHERE b = ? AND c = ?", 2, "SELECT a FROM t WHERE b = %s AND c = %s"),
        ("SELECT a FROM t WHERE b = ? AND c = %s", 2, "SELECT a FROM t WHERE b = %s AND c = %s"),
        ("SELECT a FROM t WHERE b = %(b)s AND d ? 'k'", None, "SELECT a FROM t WHERE b = %(b)s AND d ? 'k'"),
        ("SELECT 'why?', \"what?\", a FROM t WHERE b = ?", 1, "SELECT 'why?', \"what?\", a FROM t WHERE b = %s"),
        ("SELECT a FROM t WHERE b LIKE '100%' AND c = ?", 1, "SELECT a FROM t WHERE b LIKE '100%%' AND c = %s"),
        ("SELECT a FROM t WHERE b LIKE '100%%' AND c = ?", 1, "SELECT a FROM t WHERE b LIKE '100%%' AND c = %s"),
        ("SELECT a % 2, a %% 3 FROM t", 0, "SELECT a %% 2, a %% 3 FROM t"),
        ("SELECT d ? 'k' FROM t", 0, None),
        ("SELECT d ? %s FROM t", 1, None),
        ("SELECT d ?| ? FROM t WHERE e ?& ?", 2, "SELECT d ?| %s FROM t WHERE e ?& %s"),
        ("SELECT d FROM t WHERE d ? 'k' AND b = ?", 1, "SELECT d FROM t WHERE d ? 'k' AND b = %s"),
        ("SELECT ? || ?, ?||?, ?&?", 6, "SELECT %s || %s, %s||%s, %s&%s"),
        ("SELECT now() - interval '%s days' WHERE a = %s", 2, None),
        ("SELECT 'a%sb' WHERE a = %s", 1, "SELECT 'a%%sb' WHERE a = %s"),
        (r"SELECT E'it\'s ?', a FROM t WHERE b = ?", 1, r"SELECT E'it\'s ?', a FROM t WHERE b = %s"),
        ("SELECT $$ ? $$, $tag$ ? $$ $tag$, ?", 1, "SELECT $$ ? $$, $tag$ ? $$ $tag$, %s"),
        (
            "SELECT /* ? /* ? */ ? */ a -- ?\nFROM t WHERE b = ?",
            1,
            "SELECT /* ? /* ? */ ? */ a -- ?\nFROM t WHERE b = %s",
        ),
        ("SELECT a FROM t WHERE b = ANY(?)", None, "SELECT a FROM t WHERE b = ANY(%s)"),
    ],
)
def test_postgres_reads_both_styles(sql, values, expected):
    assert for_postgres(sql, values) == (sql if expected is None else expected)


def test_long_statements_are_read_too_and_not_remembered():
    from media_bridge_shim.database.engines import parameter_style

    remembered = parameter_style._for_postgres.cache_info().currsize
    sql = f"SELECT a FROM t WHERE b IN ({','.join('?' * 10_000)})"
    assert for_postgres(sql, 10_000).count("%s") == 10_000
    assert parameter_style._for_postgres.cache_info().currsize == remembered


def test_values_are_counted_where_they_can_be():
    assert [count_values(given) for given in ((), [1], {"a": 1}, iter([1]))] == [0, 1, None, None]
