"""What is counted, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)

TICKET_BUCKETS = (60.0, 300.0, 900.0, 3600.0, 4 * 3600.0, 24 * 3600.0, 72 * 3600.0)


class Metrics:
    """The counters of one bot, in a registry of their own."""

    def __init__(self, replica: str = "") -> None:
        """``replica``: a label of all of them, where there are several."""
        self.replica = replica
        self.registry = CollectorRegistry()
        self._searches: dict[str, int] = {}
        r = self.registry
        self.questions = Counter("policybot_questions", "Updates dealt with, by outcome", ["outcome"], registry=r)
        self.seconds = Histogram(
            "policybot_answer_seconds", "From taking up an update to its last message", buckets=BUCKETS, registry=r
        )
        self.updates = Counter("policybot_updates", "Updates received, new or again", ["kind"], registry=r)
        self.depth = Gauge("policybot_journal_depth", "Updates in the journal that are not yet answered", registry=r)
        self.aside = Gauge("policybot_journal_aside", "Updates in the journal that were set aside", registry=r)
        self.set_aside = Counter("policybot_updates_set_aside", "Updates given up on", registry=r)
        self.too_many = Counter("policybot_telegram_429", "Calls that Telegram answered with 429", registry=r)
        self.retries = Counter("policybot_retries", "Tries after the first, of a call or a turn", ["kind"], registry=r)
        self.calls = Counter("policybot_api_calls", "Calls to the Bot API", ["method", "result"], registry=r)
        self.contact = Gauge("policybot_last_contact_timestamp_seconds", "Last good poll or webhook call", registry=r)
        self.tickets = Counter("policybot_tickets", "Questions handed on to a person, by event", ["event"], registry=r)
        self.tickets_open = Gauge("policybot_tickets_open", "Tickets that are open now", registry=r)
        self.tickets_waiting = Gauge("policybot_tickets_waiting", "Open tickets without any answer", registry=r)
        self.tickets_unposted = Gauge(
            "policybot_tickets_unposted", "Open tickets that did not reach the staff group", registry=r
        )
        self.oldest_ticket = Gauge(
            "policybot_ticket_oldest_seconds", "Age of the oldest open ticket without any answer", registry=r
        )
        self.first_answer = Histogram(
            "policybot_ticket_first_answer_seconds",
            "From a question to a person's first answer",
            buckets=TICKET_BUCKETS,
            registry=r,
        )
        self.refusals = Counter("policybot_staff_refusals", "Staff commands that others tried", ["what"], registry=r)
        self.store_failing = Gauge("policybot_store_failing", "1 while the database takes no writes", registry=r)
        self.search_fallback = Gauge(
            "policybot_search_fallback", "1 while the local index answers in the search cluster's place", registry=r
        )
        self.searches = Counter(
            "policybot_searches", "Searches where a search cluster is set, by who answered", ["where"], registry=r
        )
        self.reloads = Counter("policybot_base_checks", "Checks of the base's files, by result", ["result"], registry=r)
        self.base_refused = Gauge("policybot_base_refused", "1 while files on disk are not taken into use", registry=r)
        self.base_kept = Gauge(
            "policybot_base_last_good",
            "1 while the base is the one that was kept, since a start with faulty files",
            registry=r,
        )
        self.lines_held = Gauge("policybot_lines_held", "Chats that this replica answers now", ["channel"], registry=r)
        self.leases_lost = Counter("policybot_leases_lost", "Chats lost while they were being answered", registry=r)
        self.leases_taken_over = Counter("policybot_leases_taken_over", "Chats taken over from a dead one", registry=r)
        self.replica_alive = Gauge("policybot_replica_alive", "1 while this replica's leases hold", registry=r)
        self.replicas = Gauge("policybot_replicas", "Replicas that are alive, this one among them", registry=r)

    def searched(self, cluster: int, local: int, fallen_back: bool) -> None:
        """Searches in all so far, by who answered; and whether the local index does now."""
        for where, total in (("cluster", cluster), ("local", local)):
            more = total - self._searches.get(where, 0)
            self.searches.labels(where).inc(max(0, more))
            self._searches[where] = total
        self.search_fallback.set(int(fallen_back))

    def base_checked(self, result: str) -> None:
        """The files were checked."""
        self.reloads.labels(result).inc()
        self.base_refused.set(int(result == "refused"))

    def received(self, new: int, again: int) -> None:
        """Updates came in."""
        if new:
            self.updates.labels("new").inc(new)
        if again:
            self.updates.labels("again").inc(again)

    def answered(self, outcome: str, seconds: float) -> None:
        """An update was dealt with."""
        self.questions.labels(outcome).inc()
        self.seconds.observe(seconds)

    def page(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(
            cast(CollectorRegistry, _Labelled(self.registry, self.replica)) if self.replica else self.registry
        )


class _Labelled:
    """A registry as it is collected, every sample with the replica's label."""

    def __init__(self, registry: CollectorRegistry, replica: str) -> None:
        self._registry = registry
        self._replica = replica

    def collect(self) -> Iterator[Metric]:
        """As CollectorRegistry.collect."""
        for metric in self._registry.collect():
            metric.samples = [s._replace(labels={**s.labels, "replica": self._replica}) for s in metric.samples]
            yield metric
