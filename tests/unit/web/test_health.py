from tests.unit.web.conftest import Client, Parts


async def test_health_of_a_running_process_is_told_without_the_database(
    client: Client, parts: Parts
) -> None:
    parts.answers = False
    assert (await client.get("/healthz")).status == 200


async def test_readiness_follows_the_database(client: Client, parts: Parts) -> None:
    assert (await client.get("/readyz")).status == 200
    parts.answers = False
    assert (await client.get("/readyz")).status == 503


async def test_metrics_count_answers_by_route_and_class_never_by_input(client: Client) -> None:
    await client.get("/documents/0189aaaa-0000-7000-8000-000000000000")
    await client.get("/khong-co/bi-mat")
    await client.request("PROPFIND", "/sign-in")
    text = await (await client.get("/metrics")).text()
    assert 'axis_web_requests_total{method="GET",route="/documents/{id}",status="3xx"} 1.0' in text
    assert 'route="unknown",status="4xx"' in text
    assert "axis_web_seconds_bucket" in text
    assert "bi-mat" not in text
    assert "PROPFIND" not in text
