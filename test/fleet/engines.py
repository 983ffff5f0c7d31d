"""Runs SQL in one engine over a bucket, for test/fleet/engines.ts.

Standard input has {"engine", "setup", "queries": {name: sql}, "s3": {"host", "region", "accessKeyId",
"secretAccessKey"}}. Standard output gets a
JSON line for each query: {"name", "seconds", "rows"}, each row a list of texts, numbers and nulls; times are texts.
"""

import json
import sys
import time
from importlib.resources import files


class DuckDb:
    """DuckDB with its httpfs, which the package index has, because nothing else is asked here."""

    def __init__(self, setup, s3):
        import duckdb

        self.connection = duckdb.connect(config={"allow_unsigned_extensions": False})
        httpfs = files("duckdb_extension_httpfs") / f"extensions/v{duckdb.__version__}/httpfs.duckdb_extension"
        self.connection.execute(f"LOAD '{httpfs}'")
        self.connection.execute(
            f"CREATE SECRET (TYPE s3, KEY_ID '{s3['accessKeyId']}', SECRET '{s3['secretAccessKey']}', REGION '{s3['region']}',"
            f" ENDPOINT '{s3['host']}', URL_STYLE 'path', USE_SSL false)"
        )
        self.connection.execute(setup)

    def rows(self, sql):
        answer = self.connection.execute(f"SELECT to_json(answer) FROM ({sql}) AS answer").fetchall()
        return [list(json.loads(row).values()) for (row,) in answer]

    def run(self, sql):
        self.connection.execute(sql)
        return []


class ClickHouse:
    """chdb: ClickHouse in this process."""

    def __init__(self, setup, s3):
        from chdb.session import Session

        self.session = Session()
        for statement in statements(setup):
            self.session.query(statement)

    def rows(self, sql):
        answer = str(self.session.query(sql, "JSONCompactEachRow"))
        return [json.loads(line) for line in answer.splitlines()]

    def run(self, sql):
        self.session.query(sql)
        return []


def statements(sql):
    """A statement ends with a semicolon at the end of a line: no text in our files has one there."""
    plain = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
    return [one for one in (part.strip() for part in plain.split(";\n")) if one]


ENGINES = {"duckdb": DuckDb, "clickhouse": ClickHouse}


def main():
    task = json.load(sys.stdin)
    engine = ENGINES[task["engine"]](task["setup"], task["s3"])
    for name, sql in task["queries"].items():
        began = time.monotonic()
        is_question = sql.lstrip().upper().startswith(("SELECT", "WITH"))
        rows = engine.rows(sql) if is_question else engine.run(sql)
        print(json.dumps({"name": name, "seconds": time.monotonic() - began, "rows": rows}), flush=True)


main()
