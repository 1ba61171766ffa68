"""Throttling: section 5."""

from __future__ import annotations

from local.sandboxes.qbo.settings import Settings
from local.sandboxes.qbo.traffic.limits import Limits
from tests.sandbox.qbo.conftest import Books, hours
from tests.support.skipped_time import SkippedTime, send_together

SETTINGS = Settings()


def passed(limits: Limits, kind: str, pace: float, seconds: float, app: str = "a") -> int:
    """How many of a steady stream of requests get through."""
    count = 0
    for step in range(int(seconds / pace)):
        count += not limits.refuses("realm", app, kind, step * pace, SETTINGS)
    return count


def test_five_hundred_requests_a_minute_pass() -> None:
    assert passed(Limits(), "single", 0.1, 59.9) == 500


def test_the_minute_rolls() -> None:
    limits = Limits()
    passed(limits, "single", 0.1, 59.9)
    assert limits.refuses("realm", "a", "single", 59.95, SETTINGS)
    assert not limits.refuses("realm", "a", "single", 60.2, SETTINGS)


def test_ten_at_once_then_ten_a_second_pass() -> None:
    assert passed(Limits(), "single", 0.001, 0.09) == 10
    assert passed(Limits(), "single", 0.01, 1.0) in (19, 20)


def test_forty_batches_a_minute_pass_for_an_application_and_120_for_the_company() -> None:
    limits = Limits()
    counts = [passed(limits, "batch", 0.2, 59.0, app) for app in "abcd"]
    assert counts == [40, 40, 40, 0]


def test_a_throttled_request_is_xml_429_and_does_nothing(books: Books) -> None:
    books.set(throttle=True, requests_per_minute=1)
    books.http.get("customer/1")
    answer = books.post("timeactivity", hours())
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("application/xml")
    assert "message=ThrottleExceeded; errorCode=003001; statusCode=429" in answer.text
    assert "retry-after" not in answer.headers
    assert len(books.rows("TimeActivity")) == 1


def test_a_throttled_request_can_be_json_with_retry_after(books: Books) -> None:
    books.set(throttle=True, requests_per_minute=0, throttle_format="json", retry_after=60)
    answer = books.http.get("customer/1")
    assert answer.json()["fault"]["error"][0]["code"] == "3001"
    assert answer.headers["retry-after"] == "60"


def test_the_scale_makes_the_minute_shorter(own: Books, time: SkippedTime) -> None:
    own.set(throttle=True, requests_per_minute=1)
    own.admin("/clock", {"scale": 2})
    assert own.http.get("customer/1").status_code == 200
    assert own.http.get("customer/1").status_code == 429
    time.run(time.sleep(30))
    assert own.http.get("customer/1").status_code == 200


def test_the_eleventh_at_once_is_refused(own: Books, time: SkippedTime) -> None:
    own.set(throttle=True, requests_per_second=100, query_ms=60_000.0)
    params = {"query": "select count(*) from Vendor"}
    asked = [own.http.build_request("GET", "query", params=params) for _ in range(12)]
    answers = send_together(time, own.running.transport, asked)
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [429] * 2
    stats = own.admin("/stats", method="GET")
    assert (stats["peak_concurrency"], stats["throttled"]) == (10, 2)


def test_a_monthly_quota_of_reads_can_be_used_up(books: Books) -> None:
    books.set(core_plus_limit=1)
    books.admin("/journal", method="DELETE")
    assert books.http.get("customer/1").status_code == 200
    assert books.http.get("customer/1").status_code == 429
    assert books.post("timeactivity", hours()).status_code == 200
