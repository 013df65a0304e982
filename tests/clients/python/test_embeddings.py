"""`langchain-cloudflare`: embeddings of texts and queries, and its reranker."""

from langchain_cloudflare.embeddings import CloudflareWorkersAIEmbeddings
from langchain_cloudflare.rerankers import CloudflareWorkersAIReranker

DOCUMENTS = [
    "The ferry to the island leaves at noon.",
    "Knead the dough, let the loaf rise, and bake it for forty minutes.",
    "Jupiter has more than ninety moons.",
]


def where(emulator, account):
    return {"api_base_url": f"{emulator.api}/accounts", "account_id": account, "api_token": "local"}


def test_a_query_is_nearest_to_its_document(emulator, account):
    embeddings = CloudflareWorkersAIEmbeddings(model_name="@cf/baai/bge-base-en-v1.5", **where(emulator, account))
    query = embeddings.embed_query("How do I bake bread?")
    vectors = embeddings.embed_documents(DOCUMENTS)
    assert len(query) == 768 and [len(vector) for vector in vectors] == [768] * 3
    near = [sum(a * b for a, b in zip(query, vector)) for vector in vectors]
    assert near.index(max(near)) == 1


def test_the_reranker_puts_the_answer_first(emulator, account):
    reranker = CloudflareWorkersAIReranker(model_name="@cf/baai/bge-reranker-base", **where(emulator, account))
    results = reranker.rerank(query="How do I bake bread?", documents=DOCUMENTS, top_k=2)
    assert [result.index for result in results][0] == 1 and len(results) == 2
    assert 1 >= results[0].score > results[1].score >= 0
