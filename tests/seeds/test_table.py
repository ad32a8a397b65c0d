"""The page docs/seeds.md says what the tests show."""

from __future__ import annotations

from tests.seeds import table


def test_rows_are_numbered_from_one_without_gaps():
    assert [row.number for row in table.rows()] == list(range(1, 500))


def test_each_row_has_one_test_or_a_reason_to_have_none():
    found, reasons = table.tests(), table.named_only()
    assert [number for number, tests in found.items() if len(tests) > 1] == []
    assert sorted(found.keys() & reasons.keys()) == []
    assert sorted((found.keys() | reasons.keys()) - {row.number for row in table.rows()}) == []


def test_the_page_is_the_one_that_a_run_without_failures_writes():
    passed = {test.name: "passes" for tests in table.tests().values() for test in tests}
    written = table.PAGE.read_text(encoding="utf-8")
    assert written == table.page(passed), "docs/seeds.md is old: run `make seeds-table`"
