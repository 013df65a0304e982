"""`langchain-cloudflare`: embeddings and vector store end to end. No D1, so texts travel in the metadata."""

import pytest
import requests
from langchain_cloudflare.embeddings import CloudflareWorkersAIEmbeddings
from langchain_cloudflare.vectorstores import CloudflareVectorize

TEXTS = ["the ferry leaves at nine from the northern pier", "bread needs flour, water, salt and time", "the moon pulls at the sea twice a day"]


def store_at(emulator, account, name):
    embedding = CloudflareWorkersAIEmbeddings(
        api_base_url=f"{emulator.api}/accounts",
        account_id=account,
        api_token="local",
        model_name="@cf/baai/bge-small-en-v1.5",
    )
    return CloudflareVectorize(
        embedding=embedding,
        account_id=account,
        api_token="local",
        base_url=emulator.api,
        index_name=name,
        default_wait_seconds=0.05,
    )


def test_a_store_from_texts_to_answers(emulator, account):
    store = store_at(emulator, account, "langchain")
    store.create_index(dimensions=384, metric="cosine", wait=True)
    with pytest.raises(ValueError, match="already exists"):
        store.create_index(dimensions=384, metric="cosine")
    assert [each["name"] for each in store.list_indexes()] == ["langchain"]
    store.create_metadata_index(property_name="kind", index_type="string", wait=True)
    assert store.list_metadata_indexes() == [{"propertyName": "kind", "indexType": "String"}]

    metadatas = [{"kind": "travel", "n": 1}, {"kind": "food"}, {"kind": "nature"}]
    ids = store.add_texts(TEXTS, metadatas=metadatas, ids=["ferry", "bread", "moon"], namespaces=["a", "a", "b"], wait=True)
    assert ids == ["ferry", "bread", "moon"]
    info = store.get_index_info()
    assert (info["dimensions"], info["vectorCount"]) == (384, 3)

    best, *_ = store.similarity_search("when does the boat go?", k=3, return_metadata="all")
    assert (best.id, best.metadata["kind"]) == ("ferry", "travel")
    (_, high), *_, (_, low) = store.similarity_search_with_score("how do I bake a loaf?", k=3)
    assert 1 >= high >= low >= -1
    food = store.similarity_search("water", k=3, md_filter={"kind": "food"}, return_metadata="all")
    assert [each.id for each in food] == ["bread"]
    assert [each.id for each in store.similarity_search("water", k=3, namespace="b")] == ["moon"]

    assert {each.id for each in store.get_by_ids(["ferry", "nobody"])} == {"ferry"}
    store.delete(ids=["ferry"], wait=True)
    assert store.get_index_info()["vectorCount"] == 2
    store.delete_metadata_index(property_name="kind")
    store.delete_index()
    with pytest.raises(requests.HTTPError) as gone:
        store.get_index("langchain")
    assert gone.value.response.status_code == 410


def test_a_store_waits_for_a_lagging_index(start, account):
    store = store_at(start("--vectorize-lag", "after_ms:300"), account, "late")
    store.create_index(dimensions=384, metric="euclidean", wait=True)
    store.add_texts(TEXTS, wait=True)
    assert store.get_index_info()["vectorCount"] == 3
    assert len(store.similarity_search("the tide", k=2, return_metadata="none")) == 2
    # Without waiting nothing is there yet.
    store.add_texts(["one more"])
    assert store.get_index_info()["vectorCount"] == 3
