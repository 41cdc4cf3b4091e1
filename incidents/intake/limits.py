"""How much one sender may send, and how old a signature may be. No database here."""

MAX_BATCH = 1_000  # alerts in one JSON body
MAX_JSON_BYTES = 10 * 1024 * 1024
MAX_NDJSON_BYTES = 200 * 1024 * 1024
MAX_LINE_BYTES = 256 * 1024
MAX_PAYLOAD_BYTES = 64 * 1024
MAX_PAYLOAD_DEPTH = 32
LINES_PER_INSERT = 1_000
SPOOL_BYTES = 1024 * 1024  # an NDJSON body larger than this waits on disk until its signature is verified
READ_BYTES = 256 * 1024

SIGNATURE_WINDOW_S = 300
MAX_FUTURE_S = 24 * 3600
EARLIEST_YEAR = 2000  # a device whose clock was never set says 1970

IDS_UP_TO = 100  # larger batches are answered without the ids of the rows
REJECTED_UP_TO = 1_000  # further bad items are counted, not named
