"""What workers count, for Prometheus; beside the web server's own figures when they share its folder."""

from prometheus_client import Counter, Gauge

FOLLOWED = Counter("vigie_facts_followed", "Facts followed up.", ("jurisdiction",))
FOLLOW_FAILED = Counter("vigie_facts_failed", "Tries to follow a fact that failed.", ("jurisdiction",))
FOLLOW_PARKED = Counter("vigie_facts_parked", "Facts set aside after the last failure.", ("jurisdiction",))
FIRED = Counter("vigie_timers_fired", "Timers done.", ("jurisdiction", "timer"))
DROPPED = Counter("vigie_timers_dropped", "Timers whose case had moved on.", ("jurisdiction",))
FIRE_FAILED = Counter("vigie_timers_failed", "Tries to fire a timer that failed.", ("jurisdiction",))
PERIODIC = Counter("vigie_periodic_runs", "Periodic jobs run.", ("jurisdiction", "job", "outcome"))
TURN = Gauge(
    "vigie_worker_last_turn_seconds",
    "When this worker last went round all jurisdictions (Unix time).",
    multiprocess_mode="livemax",
)
OLDEST = Gauge(
    "vigie_outbox_oldest_seconds",
    "Age of the oldest fact nobody has followed.",
    ("jurisdiction",),
    multiprocess_mode="livemax",
)
