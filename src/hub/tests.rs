//! Downloads from a hub of our own, which does what hubs, content networks and bad lines do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, Response};
use axum::routing::{any, get};
use futures_util::{StreamExt, stream};

use super::digest::Digest;
use super::*;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What the server does wrong with the next requests for content.
#[derive(Debug, Clone)]
enum Fault {
    /// This status instead, with these headers.
    Status(u16, Vec<(&'static str, &'static str)>),
    /// The connection breaks after so many bytes.
    Cut(usize),
    /// The answer ends after so many bytes, as if that were all.
    Short(usize),
    /// One byte is another.
    Corrupt,
    /// The whole file, whatever was asked for.
    NoRange,
}

#[derive(Default)]
struct Served {
    files: BTreeMap<String, Vec<u8>>,
    /// Taken from the end, one for each request for content.
    faults: Vec<Fault>,
    /// For every request.
    refusal: Option<Fault>,
    /// What was asked for: method, path, `Range`, whether with a token.
    asked: Vec<(Method, String, Option<String>, bool)>,
}

type Shared = Arc<Mutex<Served>>;

struct Server {
    url: String,
    served: Shared,
}

fn digest_of(bytes: &[u8], large: bool) -> String {
    let mut digest = Digest::of(&"0".repeat(if large { 64 } else { 40 }), bytes.len() as u64);
    digest.update(bytes);
    digest.finish().unwrap()
}

fn is_large(file: &str) -> bool {
    file.ends_with(".safetensors")
}

fn answer(status: u16, headers: &[(&str, &str)], body: Body) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body).unwrap()
}

fn note(served: &Shared, request: &Request, headers: &HeaderMap) -> Option<Response<Body>> {
    let range = headers.get("range").map(|range| range.to_str().unwrap().to_owned());
    let has_token = headers.contains_key("authorization");
    let mut served = served.lock().unwrap();
    served.asked.push((request.method().clone(), request.uri().path().to_owned(), range, has_token));
    match &served.refusal {
        Some(Fault::Status(status, headers)) => Some(answer(*status, headers, Body::from("no"))),
        _ => None,
    }
}

async fn model(State(served): State<Shared>, headers: HeaderMap, request: Request) -> Response<Body> {
    if let Some(refusal) = note(&served, &request, &headers) {
        return refusal;
    }
    let served = served.lock().unwrap();
    let files: Vec<_> =
        served.files.iter().map(|(name, bytes)| serde_json::json!({"rfilename": name, "size": bytes.len()})).collect();
    let body = serde_json::json!({"sha": COMMIT, "siblings": files, "cardData": {"license": "mit"}, "gated": false});
    answer(200, &[], Body::from(body.to_string()))
}

/// Large files are elsewhere, as on the hub.
async fn resolve(
    State(served): State<Shared>,
    Path((repository, file)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    if let Some(refusal) = note(&served, &request, &headers) {
        return refusal;
    }
    if repository == "old" {
        let place = format!("/owner/name/resolve/{COMMIT}/{file}");
        return answer(307, &[("location", &place)], Body::empty());
    }
    let bytes = served.lock().unwrap().files.get(&file).cloned();
    let Some(bytes) = bytes else { return answer(404, &[("x-error-code", "EntryNotFound")], Body::empty()) };
    let (etag, size) = (format!("\"{}\"", digest_of(&bytes, is_large(&file))), bytes.len().to_string());
    if is_large(&file) {
        let host = headers["host"].to_str().unwrap().replace("127.0.0.1", "localhost");
        let place = format!("http://{host}/cdn/{file}");
        return answer(302, &[("location", &place), ("x-linked-etag", &etag), ("x-linked-size", &size)], Body::empty());
    }
    match request.method() {
        &Method::HEAD => answer(200, &[("etag", &etag), ("content-length", &size)], Body::empty()),
        _ => content(&served, &bytes, &headers),
    }
}

async fn cdn(
    State(served): State<Shared>,
    Path(file): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    if let Some(refusal) = note(&served, &request, &headers) {
        return refusal;
    }
    let bytes = served.lock().unwrap().files[&file].clone();
    content(&served, &bytes, &headers)
}

fn content(served: &Shared, bytes: &[u8], headers: &HeaderMap) -> Response<Body> {
    let fault = served.lock().unwrap().faults.pop();
    let from = headers.get("range").map(|range| {
        range.to_str().unwrap().trim_start_matches("bytes=").trim_end_matches('-').parse::<usize>().unwrap()
    });
    let from = from.filter(|_| !matches!(fault, Some(Fault::NoRange)));
    let (mut body, total) = (bytes[from.unwrap_or(0).min(bytes.len())..].to_vec(), bytes.len());
    let range = from.map(|from| format!("bytes {from}-{}/{total}", total - 1));
    let range: Vec<(&str, &str)> = range.iter().map(|range| ("content-range", range.as_str())).collect();
    let status = if from.is_some() { 206 } else { 200 };
    match fault {
        Some(Fault::Status(status, headers)) => answer(status, &headers, Body::from("no")),
        Some(Fault::Cut(after)) => {
            body.truncate(after);
            // What was sent has to arrive before the line breaks.
            let broken = async {
                tokio::time::sleep(Duration::from_millis(30)).await;
                Err(std::io::Error::other("cut"))
            };
            let chunks = stream::iter([Ok(body)]).chain(stream::once(broken));
            answer(status, &range, Body::from_stream(chunks))
        }
        Some(Fault::Short(after)) => {
            body.truncate(after);
            answer(status, &range, Body::from(body))
        }
        Some(Fault::Corrupt) => {
            if let Some(byte) = body.last_mut() {
                *byte ^= 1;
            }
            answer(status, &range, Body::from(body))
        }
        Some(Fault::NoRange) | None => answer(status, &range, Body::from(body)),
    }
}

impl Server {
    async fn start() -> Self {
        let served = Shared::default();
        let weights: Vec<u8> = (0..300_000u32).map(|byte| (byte * 31 % 251) as u8).collect();
        served.lock().unwrap().files = BTreeMap::from([
            ("config.json".to_owned(), br#"{"model_type": "bert"}"#.to_vec()),
            ("tokenizer.json".to_owned(), b"{ }".to_vec()),
            ("1_Pooling/config.json".to_owned(), b"{}".to_vec()),
            ("model.safetensors".to_owned(), weights),
            ("pytorch_model.bin".to_owned(), b"pickle".to_vec()),
            ("../escape.json".to_owned(), b"{}".to_vec()),
        ]);
        let router = Router::new()
            .route("/api/models/owner/name/revision/{revision}", get(model))
            .route("/owner/{repository}/resolve/{commit}/{*file}", any(resolve_with_commit))
            .route("/cdn/{*file}", any(cdn))
            .with_state(served.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, served }
    }

    fn hub(&self, cache: &std::path::Path) -> Hub {
        Hub::new(Settings {
            endpoint: self.url.clone(),
            cache: HubCache::new(cache),
            token: Some("hf_secret".to_owned()),
            is_offline: false,
            retries: 2,
            backoff: Duration::from_millis(1),
            stall: Duration::from_secs(5),
        })
        .unwrap()
    }

    fn fail(&self, mut faults: Vec<Fault>) {
        faults.reverse();
        self.served.lock().unwrap().faults = faults;
    }

    fn refuse(&self, status: u16, headers: Vec<(&'static str, &'static str)>) {
        self.served.lock().unwrap().refusal = Some(Fault::Status(status, headers));
    }
}

async fn resolve_with_commit(
    state: State<Shared>,
    Path((repository, _, file)): Path<(String, String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    resolve(state, Path((repository, file)), headers, request).await
}

#[derive(Default)]
struct Quiet {
    bytes: u64,
    again: usize,
}

impl Progress for Quiet {
    fn file(&mut self, _: &str, _: u64, _: u64) {}
    fn more(&mut self, bytes: u64) {
        self.bytes += bytes;
    }
    fn again(&mut self, _: &str) {
        self.again += 1;
    }
    fn done(&mut self, _: bool) {}
}

async fn pull(hub: &Hub) -> Result<Pulled, HubError> {
    let revision = hub.revision("owner/name", "main", &Choice::default()).await?;
    hub.pull(&revision, &mut Quiet::default()).await
}

/// Whether every file under a good name is whole.
fn is_sound(server: &Server, cache: &HubCache) -> bool {
    let blobs = cache.repository("owner/name").join("blobs");
    let Ok(entries) = std::fs::read_dir(blobs) else { return true };
    let served = server.served.lock().unwrap();
    let names: Vec<String> = served.files.iter().map(|(file, bytes)| digest_of(bytes, is_large(file))).collect();
    entries.flatten().all(|entry| {
        let name = entry.file_name().into_string().unwrap();
        let bytes = std::fs::read(entry.path()).unwrap();
        name.ends_with(".incomplete") || names.contains(&name) && digest_of(&bytes, name.len() == 64) == name
    })
}

#[tokio::test]
async fn a_repository_comes_into_the_cache_as_the_hubs_tools_keep_it() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    let revision = hub.revision("owner/name", "main", &Choice::default()).await.unwrap();
    assert_eq!((revision.commit.as_str(), revision.licence.as_deref()), (COMMIT, Some("mit")));
    let names: Vec<&str> = revision.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["1_Pooling/config.json", "config.json", "tokenizer.json", "model.safetensors"]);
    let mut progress = Quiet::default();
    let pulled = hub.pull(&revision, &mut progress).await.unwrap();
    assert_eq!((pulled.bytes, progress.bytes), (300_027, 300_027));
    let cache = &hub.settings().cache;
    assert_eq!(cache.snapshot("owner/name", "main").unwrap(), pulled.snapshot);
    assert_eq!(cache.checkpoint("owner/name", "main").unwrap().name(), "owner/name");
    let served = server.served.lock().unwrap().files.clone();
    for name in names {
        assert_eq!(std::fs::read(pulled.snapshot.join(name)).unwrap(), served[name], "{name}");
    }
    let target = std::fs::read_link(pulled.snapshot.join("1_Pooling/config.json")).unwrap();
    assert_eq!(target, std::path::Path::new("../../../blobs").join(digest_of(b"{}", false)));
    assert!(!folder.path().join("escape.json").exists() && is_sound(&server, cache));
    // The token stays with the hub.
    for (_, path, _, has_token) in &server.served.lock().unwrap().asked {
        assert_eq!(*has_token, !path.starts_with("/cdn"), "{path}");
    }
    // Once more costs nothing.
    server.served.lock().unwrap().asked.clear();
    assert_eq!(pull(&hub).await.unwrap().bytes, 0);
    assert!(
        server
            .served
            .lock()
            .unwrap()
            .asked
            .iter()
            .all(|(method, path, ..)| method == Method::HEAD || path.starts_with("/api"))
    );
}

#[tokio::test]
async fn a_connection_cut_anywhere_is_continued() {
    let server = Server::start().await;
    for cut in [0, 1, 4096, 65_537, 150_000, 299_999] {
        let folder = tempfile::tempdir().unwrap();
        let hub = server.hub(folder.path());
        server.fail(vec![
            Fault::Cut(10),
            Fault::Cut(1),
            Fault::Cut(1),
            Fault::Cut(cut),
            Fault::Cut(cut / 3),
            Fault::Short(7),
        ]);
        pull(&hub).await.unwrap_or_else(|error| panic!("{cut}: {error}"));
        assert!(is_sound(&server, &hub.settings().cache), "{cut}");
    }
    assert!(server.served.lock().unwrap().asked.iter().any(|(_, _, range, _)| range.is_some()));
}

#[tokio::test]
async fn what_was_cut_off_is_continued_by_the_next_call() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    let whole = [Fault::NoRange, Fault::NoRange, Fault::NoRange];
    let mut faults = whole.to_vec();
    faults.push(Fault::Cut(100_000));
    faults.extend([Fault::Status(500, vec![]), Fault::Status(502, vec![]), Fault::Status(503, vec![])]);
    server.fail(faults);
    let error = pull(&hub).await.unwrap_err();
    assert!(matches!(error, HubError::Status { status: 503, .. }), "{error}");
    let cache = &hub.settings().cache;
    assert!(cache.checkpoint("owner/name", "main").is_none() && is_sound(&server, cache));
    server.served.lock().unwrap().asked.clear();
    assert!(pull(&hub).await.unwrap().bytes <= 200_000);
    let asked = server.served.lock().unwrap().asked.clone();
    assert!(asked.iter().any(|(_, _, range, _)| range.as_deref() == Some("bytes=100000-")), "{asked:?}");
    assert!(is_sound(&server, cache));
}

#[tokio::test]
async fn damage_never_gets_a_good_name() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    server.fail(vec![Fault::Corrupt]);
    pull(&hub).await.unwrap();
    assert!(is_sound(&server, &hub.settings().cache));
    let folder = tempfile::tempdir().unwrap();
    let hub = server.hub(folder.path());
    server.fail(vec![Fault::Corrupt, Fault::Corrupt]);
    let error = pull(&hub).await.unwrap_err();
    assert!(matches!(error, HubError::Damaged { .. }) && error.to_string().contains("hint:"), "{error}");
    assert!(is_sound(&server, &hub.settings().cache));
    assert!(hub.settings().cache.checkpoint("owner/name", "main").is_none());
}

#[tokio::test]
async fn a_server_without_ranges_and_a_spoilt_beginning_are_overcome() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    let weights = server.served.lock().unwrap().files["model.safetensors"].clone();
    let blobs = hub.settings().cache.repository("owner/name").join("blobs");
    std::fs::create_dir_all(&blobs).unwrap();
    let incomplete = blobs.join(format!("{}.incomplete", digest_of(&weights, true)));
    for (beginning, fault) in [
        (weights[..1000].to_vec(), vec![Fault::Cut(300_000), Fault::Cut(300_000), Fault::Cut(300_000), Fault::NoRange]),
        (vec![0; 1000], vec![]),
        (vec![0; 400_000], vec![]),
        (weights.clone(), vec![]),
    ] {
        for entry in std::fs::read_dir(&blobs).unwrap().flatten() {
            std::fs::remove_file(entry.path()).unwrap();
        }
        std::fs::write(&incomplete, beginning).unwrap();
        server.fail(fault);
        pull(&hub).await.unwrap();
        assert!(is_sound(&server, &hub.settings().cache) && !incomplete.exists());
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_the_rest_is_refused_at_once() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    server.fail(vec![Fault::Status(429, vec![("retry-after", "0")]), Fault::Status(503, vec![])]);
    pull(&hub).await.unwrap();
    for (status, code, part) in [
        (401, "", "refused the token"),
        (401, "RepoNotFound", "is private"),
        (403, "GatedRepo", "/owner/name"),
        (403, "", "licence"),
        (404, "RepoNotFound", "is not on"),
        (404, "RevisionNotFound", "no revision `main`"),
        (404, "", "is not on"),
        (429, "", "429"),
        (500, "", "500"),
    ] {
        server.refuse(status, if code.is_empty() { vec![] } else { vec![("x-error-code", code)] });
        server.served.lock().unwrap().asked.clear();
        let error = pull(&hub).await.unwrap_err().to_string();
        assert!(
            error.contains(part) && error.contains("hint:") && !error.contains("hf_secret"),
            "{status} {code}: {error}"
        );
        let tries = if status == 429 || status == 500 { 3 } else { 1 };
        assert_eq!(server.served.lock().unwrap().asked.len(), tries, "{status} {code}");
    }
}

#[tokio::test]
async fn what_needs_no_question_is_refused_without_one() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    for name in ["name", "a/b/c", "../b", "a/..", "a/b?x", "a/b--c", ""] {
        let error = hub.revision(name, "main", &Choice::default()).await.unwrap_err();
        assert!(matches!(error, HubError::NotAName(_)), "{name}: {error}");
    }
    for revision in ["", "../main", "a b", "refs//main"] {
        let error = hub.revision("owner/name", revision, &Choice::default()).await.unwrap_err();
        assert!(matches!(error, HubError::NotARevision(_)), "{revision}: {error}");
    }
    let offline = Hub::new(Settings { is_offline: true, ..hub.settings().clone() }).unwrap();
    assert!(matches!(pull(&offline).await, Err(HubError::Offline)));
    assert!(server.served.lock().unwrap().asked.is_empty());
    let nowhere =
        Hub::new(Settings { endpoint: "http://127.0.0.1:9".to_owned(), retries: 0, ..hub.settings().clone() }).unwrap();
    assert!(matches!(pull(&nowhere).await, Err(HubError::Network { .. })));
}

#[tokio::test]
async fn neither_a_full_disk_nor_a_forbidden_folder_is_written_to() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    let mut revision = hub.revision("owner/name", "main", &Choice::default()).await.unwrap();
    revision.files.push(("huge.safetensors".to_owned(), Some(u64::MAX / 2)));
    let error = hub.pull(&revision, &mut Quiet::default()).await.unwrap_err();
    assert!(matches!(error, HubError::NoSpace { .. }), "{error}");
    assert!(!hub.settings().cache.repository("owner/name").exists());
    // A file where the folder should be, since nothing is forbidden to root.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = pull(&server.hub(&file)).await.unwrap_err();
    assert!(matches!(error, HubError::File { .. }) && error.to_string().contains("hint:"), "{error}");
}

#[tokio::test]
async fn a_new_name_of_a_repository_is_followed_and_two_at_once_share_the_work() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
    let hub = server.hub(folder.path());
    let mut revision = hub.revision("owner/name", "main", &Choice::default()).await.unwrap();
    revision.repository = "owner/old".to_owned();
    let moved = hub.pull(&revision, &mut Quiet::default()).await.unwrap();
    assert_eq!(moved.bytes, 300_027);
    let (one, two) = tokio::join!(pull(&hub), pull(&hub));
    assert_eq!(one.unwrap().bytes + two.unwrap().bytes, 300_027);
    assert!(is_sound(&server, &hub.settings().cache));
}
