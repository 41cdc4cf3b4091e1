"""From rows to pandas: a query read by COPY, the dimensions as categories."""

from collections.abc import Sequence
from io import BytesIO

import pandas as pd
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, FloatField, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from shushanwei.cockpit.reports import dimensions
from shushanwei.common.clock import STREET

TEXT = {"code": str, "dim_source": str, "dim_community": str}


def fetched(rows: QuerySet, columns: Sequence[str]) -> pd.DataFrame:
    """The rows of a query as a table: a month can have half a million promises, and COPY is the short way."""
    sql, parameters = rows.order_by().values_list(*columns).query.sql_with_params()
    body = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"copy ({cursor.mogrify(sql, parameters).decode()}) to stdout with (format csv)", body)
    body.seek(0)
    return pd.read_csv(
        body, names=list(columns), dtype=TEXT, true_values=["t"], false_values=["f"], na_values=[""],
        keep_default_na=False,
    )  # fmt: skip


def flag(condition: Q) -> Coalesce:
    """A condition as a column that is true or false, never null."""
    return Coalesce(ExpressionWrapper(condition, output_field=BooleanField()), Value(False))


def wall_clock(column: str) -> Func:
    """An instant as seconds of the street's wall clock since 1970, a float (EXTRACT would give a slow numeric)."""
    template = f"date_part('epoch', %(expressions)s at time zone '{STREET.key}')"
    return Func(column, template=template, output_field=FloatField())


def units_of(*incidents: pd.Series) -> pd.Series:
    """Incident → unit of the order that stands, for the incidents of these columns."""
    ids = pd.unique(pd.concat(incidents)).tolist()
    # One array, not thousands of parameters.
    newest = dimensions.orders_that_stand().extra(where=["incident_id = any(%s)"], params=[ids])
    sql, parameters = newest.distinct("incident_id").values_list("incident_id", "unit_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return pd.Series(dict(cursor.fetchall()), dtype="Int64")


def with_dimensions(table: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """Every dimension a category of plain keys, `NONE` where there is none; needs `incident` and the own columns."""
    table["dim_group"] = table["dim_category"].map(dimensions.big_classes())
    table["dim_unit"] = table["incident"].map(units)
    for code, dimension in dimensions.DIMENSIONS.items():
        codes, keys = pd.factorize(table[f"dim_{code}"])
        plain = [int(key) if dimension.read is int else str(key) for key in keys]
        codes[codes == -1] = len(plain)
        table[f"dim_{code}"] = pd.Categorical.from_codes(codes, [*plain, dimensions.NONE])
    return table
