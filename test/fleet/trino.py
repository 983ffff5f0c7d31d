"""Reads SQL as Athena does, for test/fleet/engines.ts, and answers with the names of the columns.

Standard input has {"views": sql, "queries": {name: sql}}. Standard output gets {"views": {name: columns}, "queries":
{name: columns}}. Fails where the SQL cannot be read or a query names a column that no view has.
"""

import json
import sys

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify


def columns_of(query, schema):
    whole = qualify(query, schema=schema, dialect="trino", validate_qualify_columns=True)
    return whole.named_selects


def main():
    task = json.load(sys.stdin)
    schema = {}
    views = {}
    for statement in sqlglot.parse(task["views"], dialect="athena", error_level=sqlglot.ErrorLevel.RAISE):
        if isinstance(statement, exp.Command) or not isinstance(statement, exp.Create):
            raise ValueError(f"no CREATE that is understood: {statement.sql()[:200]}")
        if statement.kind != "VIEW":
            continue
        select = statement.expression
        names = select.named_selects
        if names == ["*"]:
            names = [column.name for column in select.find(exp.TableAlias).columns]
        views[statement.this.name] = names
        schema[statement.this.name] = {name: "unknown" for name in names}
    answers = {
        name: columns_of(sqlglot.parse_one(sql, dialect="athena", error_level=sqlglot.ErrorLevel.RAISE), schema)
        for name, sql in task["queries"].items()
    }
    print(json.dumps({"views": views, "queries": answers}))


main()
