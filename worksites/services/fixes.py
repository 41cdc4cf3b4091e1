"""The positions of trucks: kept by COPY, once for each truck and instant, in a partition of the day."""

from shushanwei.common.partitions import ByDay

KEPT_DAYS = 180
TABLE = "worksites_truckfix"
PARTITIONS = ByDay(TABLE, "day", KEPT_DAYS)
