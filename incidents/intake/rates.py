"""How fast a source may send, kept in Redis; without Redis everybody may, because an alert must not be lost."""

import threading
import time
from dataclasses import dataclass, field

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
OPEN_S = 2.0  # after a failure Redis is not asked for this long: a dead Redis must not slow the door down
PATIENCE_S = 0.25
# A process asks for a hundredth of a minute's allowance in advance and spends it without asking again.
LEASES_A_MINUTE = 100
# One number a source: until when its allowance is used up (seconds); a full minute is in hand when that is past.
# A body larger than a whole minute's allowance needs all of it, and overdraws by one further minute at most.
SCRIPT = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local used = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local cost = tonumber(ARGV[1]) * 60 / tonumber(ARGV[2])
local wait = used - now + math.min(cost, 60) - 60
if wait > 0.000001 then return tostring(wait) end
used = math.min(used + cost, now + 120)
redis.call('SET', KEYS[1], string.format('%.6f', used), 'EX', 180)
return '-1'
"""


@dataclass
class _Lease:
    left: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Rates:
    """The allowances of all sources, as one process sees them."""

    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=None)
        self.script = self.redis.register_script(SCRIPT)
        self.leases: dict[str, _Lease] = {}
        self.ask_again_at = 0.0

    def wait_s(self, code: str, count: int, rate: int) -> float:
        lease = self.leases.setdefault(code, _Lease())
        with lease.lock:
            if lease.left < count:
                wait = self._ask(code, max(count, rate // LEASES_A_MINUTE), rate, lease)
                if wait is None:
                    return 0.0
                if wait:
                    return wait
            lease.left -= count
        return 0.0

    def _ask(self, code: str, count: int, rate: int, lease: _Lease) -> float | None:
        """Add `count` to the lease and return 0; else the seconds to wait, or None when Redis does not answer."""
        if time.monotonic() < self.ask_again_at:
            return None
        try:
            answer = float(self.script(keys=[f"ssw:intake-rate:{code}"], args=[count, rate]))
        except (redis.RedisError, OSError) as error:
            self.ask_again_at = time.monotonic() + OPEN_S
            log.warning("rate_limit_open", error=str(error) or type(error).__name__)
            return None
        if answer >= 0:
            return max(answer, 0.001)
        lease.left += count
        return 0.0


_current: Rates | None = None
_making = threading.Lock()


def wait_s(code: str, count: int, rate_per_minute: int) -> float:
    """Charge `count` alerts to the source; 0 when they may come in, else the seconds to wait before asking again."""
    global _current
    if _current is None:
        with _making:
            _current = _current or Rates(settings.REDIS_URL)
    return _current.wait_s(code, count, max(rate_per_minute, 1))


def forget() -> None:
    """Begin anew: no leases, no memory of a dead Redis (in tests)."""
    global _current
    _current = None
