"""The official Python SDK against Vectorize."""

import time

import cloudflare
import pytest

DIMENSIONS = 32


def vector(*first: float) -> list[float]:
    return [*first, *([0.0] * (DIMENSIONS - len(first)))]


@pytest.fixture
def client(emulator):
    return cloudflare.Cloudflare(api_token="local", base_url=emulator.api, max_retries=0)


@pytest.fixture
def indexes(client):
    return client.vectorize.indexes


def test_an_index_is_created_listed_and_deleted(indexes, account):
    made = indexes.create(account_id=account, name="docs", config={"dimensions": DIMENSIONS, "metric": "cosine"})
    assert (made.name, made.config.dimensions, made.config.metric) == ("docs", DIMENSIONS, "cosine")
    assert [each.name for each in indexes.list(account_id=account)] == ["docs"]
    assert indexes.get("docs", account_id=account).created_on == made.created_on
    info = indexes.info("docs", account_id=account)
    assert (info.dimensions, info.vector_count) == (DIMENSIONS, 0)
    preset = indexes.create(account_id=account, name="preset", config={"preset": "@cf/baai/bge-base-en-v1.5"})
    assert (preset.config.dimensions, preset.config.metric) == (768, "cosine")
    indexes.delete("docs", account_id=account)
    with pytest.raises(cloudflare.APIStatusError) as gone:
        indexes.get("docs", account_id=account)
    assert gone.value.status_code == 410


def test_metadata_indexes_and_queries(indexes, account):
    indexes.create(account_id=account, name="docs", config={"dimensions": DIMENSIONS, "metric": "euclidean"})
    meta = indexes.metadata_index
    meta.create("docs", account_id=account, property_name="kind", index_type="string")
    listed = meta.list("docs", account_id=account)
    assert [(each.property_name, each.index_type) for each in listed.metadata_indexes] == [("kind", "String")]
    lines = (
        '{"id": "a", "values": %s, "metadata": {"kind": "near"}}\n{"id": "b", "values": %s, "metadata": {"kind": "far"}}'
        % (vector(1.0), vector(9.0))
    )
    # Without a content type the SDK says JSON, which production refuses.
    with pytest.raises(cloudflare.BadRequestError) as refused:
        indexes.upsert("docs", account_id=account, body=lines.encode())
    assert refused.value.errors[0].code == 1005
    ndjson = {"Content-Type": "application/x-ndjson"}
    mutation = indexes.upsert("docs", account_id=account, body=lines.encode(), extra_headers=ndjson).mutation_id
    deadline = time.monotonic() + 10
    while indexes.info("docs", account_id=account).processed_up_to_mutation != mutation:
        assert time.monotonic() < deadline
    found = indexes.query("docs", account_id=account, vector=vector(1.0), filter={"kind": "far"}, return_metadata="all")
    assert (found.count, found.matches[0].id, found.matches[0].score) == (1, "b", 8.0)
    got = indexes.get_by_ids("docs", account_id=account, ids=["a", "nobody"])
    assert [each["id"] for each in got] == ["a"]
    indexes.delete_by_ids("docs", account_id=account, ids=["a"])
    assert indexes.info("docs", account_id=account).vector_count == 1
    meta.delete("docs", account_id=account, property_name="kind")
    assert meta.list("docs", account_id=account).metadata_indexes == []


def test_refusals_are_exceptions(indexes, account):
    with pytest.raises(cloudflare.NotFoundError):
        indexes.get("nobody", account_id=account)
    indexes.create(account_id=account, name="docs", config={"dimensions": DIMENSIONS, "metric": "cosine"})
    for bad in ({"vector": [1.0]}, {"vector": vector(1.0), "top_k": 101}):
        with pytest.raises(cloudflare.BadRequestError) as refused:
            indexes.query("docs", account_id=account, **bad)
        assert refused.value.errors[0].code in (40006, 40025)
