//! Miniflare's configuration with a guard in it: around each way into the user's Workers, and around each way out.
//!
//! The numbers are places of fields in workerd's schema (`src/workerd/server/workerd.capnp`), which only ever grows.

use serde_json::json;

use super::message::{Pointer, Struct, decode, encode};

/// What Miniflare wants to run.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// A process in front of the user's Workers, or one without any: wrangler's own.
    Foreign,
    Workers(Guarded),
}

/// A configuration whose Workers are guarded.
#[derive(Debug, PartialEq)]
pub struct Guarded {
    pub config: Vec<u8>,
    /// Name and address of each socket that the configuration has, but for [`CALIBRATION`].
    pub sockets: Vec<(String, Option<String>)>,
    /// A Worker keeps Durable Objects, so that no second process may be there beside the first.
    pub stateful: bool,
    /// vitest runs in the same isolates as the Worker.
    pub tests: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RewriteError {
    #[error(
        "Miniflare's configuration of workerd cannot be read\nhint: it is newer than this candleflare; update candleflare, or run without `--enforce`"
    )]
    Unreadable,
    #[error(
        "vitest's runner has a form that is not known here\nhint: it is newer than this candleflare; update candleflare, or run without `--enforce`"
    )]
    Runner,
    #[error("Miniflare's configuration has no socket `entry`\nhint: `--enforce` needs the one that Miniflare makes")]
    NoEntry,
    #[error(
        "Miniflare listens with TLS, which cannot be looked into\nhint: leave `https` out of Miniflare's options; wrangler's `--local-protocol https` works"
    )]
    Tls,
}

/// The socket on which the runtime's own share is measured.
pub const CALIBRATION: &str = "candleflare-calibration";
/// The service whose address is given on workerd's command line.
pub const SUPERVISOR: &str = "candleflare:supervisor";

const GUARD: &str = "candleflare:guard";
const NULL: &str = "candleflare:null";
const USER: &str = "core:user:";
/// The Worker of wrangler's own process in front.
const PROXY: &str = "core:user:ProxyWorker";
/// How a test calls the Worker that it tests.
const SELF: &str = "__VITEST_POOL_WORKERS_SELF_SERVICE";

/// Places of `Config`.
pub mod config {
    pub const SERVICES: usize = 0;
    pub const SOCKETS: usize = 1;
    pub const V8_FLAGS: usize = 2;
}

/// Places of `Socket`.
mod socket {
    pub const NAME: usize = 0;
    pub const ADDRESS: usize = 1;
    pub const HTTPS: u16 = 1;
}

/// Places of `Service`, and members of its union.
pub mod service {
    pub const NAME: usize = 0;
    pub const OWN: usize = 1;
    pub const WORKER: u16 = 1;
    pub const EXTERNAL: u16 = 3;
}

/// Places of `Worker`, and a member of its union.
pub mod worker {
    pub const OF_MODULES: u16 = 0;
    pub const MODULES: usize = 0;
    pub const BINDINGS: usize = 3;
    pub const GLOBAL_OUTBOUND: usize = 4;
    pub const DURABLE_OBJECTS: usize = 5;
    pub const TAILS: usize = 10;
}

/// Places of `Worker.Module`, and a member of its union.
pub mod module {
    pub const ES: u16 = 0;
    pub const SOURCE: usize = 1;
}

/// Places of `Worker.Binding`, and members of its union.
mod binding {
    pub const NAME: usize = 0;
    pub const OWN: usize = 1;
    pub const SERVICE: u16 = 7;
    pub const KV_NAMESPACE: u16 = 9;
    pub const R2_BUCKET: u16 = 10;
    pub const WRAPPED: u16 = 12;
    pub const QUEUE: u16 = 13;
    /// Of a wrapped binding.
    pub const INNER: usize = 2;
}

/// Puts the guard into a configuration. `memory_mb` bounds each isolate's heap and each WebAssembly memory; vitest's own
/// heap comes on top of a Worker's under test, for which there is `slack_mb`.
pub fn rewrite(bytes: &[u8], memory_mb: Option<u64>, slack_mb: u64) -> Result<Found, RewriteError> {
    let mut root = decode(bytes).ok_or(RewriteError::Unreadable)?;
    let sockets = sockets(&mut root)?;
    let services = root.pointer_mut(config::SERVICES).as_structs_mut();
    let names: Vec<String> =
        services.iter().map(|own| own.text(service::NAME).unwrap_or_default().to_owned()).collect();
    let users: Vec<bool> = names.iter().map(|name| is_user(name)).collect();
    if names.iter().any(|name| name == PROXY) || !users.contains(&true) {
        return Ok(Found::Foreign);
    }
    let tests = services.iter().zip(&users).any(|(own, user)| *user && has_binding(own, SELF));
    let mut guard = Guard::default();
    let mut stateful = false;
    for ((own, name), user) in services.iter_mut().zip(&names).zip(users) {
        if own.tag() != service::WORKER {
            continue;
        }
        let Some(worker) = own.pointer_mut(service::OWN).as_struct_mut() else { continue };
        if user {
            stateful |= !worker.pointer(worker::DURABLE_OBJECTS).as_structs().is_empty();
            guard.stand_behind(worker, plain(name), tests);
            if tests {
                stand_within(worker)?;
            }
        } else if !tests {
            // What comes in from outside is vitest itself otherwise.
            guard.stand_before(worker);
        }
    }
    let Pointer::Structs(services) = root.pointer_mut(config::SERVICES) else { return Err(RewriteError::Unreadable) };
    services.extend(guard.services());
    let entry = named_socket(CALIBRATION, designator(GUARD, None, None));
    match root.pointer_mut(config::SOCKETS) {
        Pointer::Structs(sockets) => sockets.push(entry),
        none => *none = Pointer::Structs(vec![entry]),
    }
    let heap_mb = memory_mb.map(|mb| if tests { mb.saturating_add(slack_mb) } else { mb });
    let mut flags = match std::mem::take(root.pointer_mut(config::V8_FLAGS)) {
        Pointer::Pointers(flags) => flags,
        _ => Vec::new(),
    };
    if let (Some(mb), Some(heap_mb)) = (memory_mb, heap_mb) {
        flags.push(Pointer::text(&format!("--max-old-space-size={heap_mb}")));
        flags.push(Pointer::text(&format!("--wasm-max-mem-pages={}", mb.saturating_mul(16))));
    }
    flags.push(Pointer::text("--single-threaded-gc"));
    *root.pointer_mut(config::V8_FLAGS) = Pointer::Pointers(flags);
    Ok(Found::Workers(Guarded { config: encode(&root), sockets, stateful, tests }))
}

/// The sockets, which from here on listen on ports of their own: the supervisor keeps those that are known outside.
fn sockets(root: &mut Struct) -> Result<Vec<(String, Option<String>)>, RewriteError> {
    let mut found = Vec::new();
    for own in root.pointer_mut(config::SOCKETS).as_structs_mut() {
        let name = own.text(socket::NAME).unwrap_or_default().to_owned();
        if name == "entry" && own.tag() == socket::HTTPS {
            return Err(RewriteError::Tls);
        }
        let address = own.text(socket::ADDRESS).map(str::to_owned);
        *own.pointer_mut(socket::ADDRESS) = Pointer::text("127.0.0.1:0");
        found.push((name, address));
    }
    if found.iter().any(|(name, _)| name == "entry") { Ok(found) } else { Err(RewriteError::NoEntry) }
}

/// Has vitest's runner say when a test calls the Worker.
fn stand_within(runner: &mut Struct) -> Result<(), RewriteError> {
    let modules = runner.pointer_mut(worker::MODULES).as_structs_mut();
    let Some(main) = modules.first_mut() else { return Err(RewriteError::Runner) };
    let source = main.text(module::SOURCE).unwrap_or_default();
    let exported = source.rsplit_once(" as default").and_then(|(before, _)| before.rsplit([' ', ',', '{']).next());
    let Some(name) = exported.filter(|_| source.contains("createWorkerEntrypointWrapper(\"default\")")) else {
        // An auxiliary Worker beside the one that is tested, or a runner that is not known here.
        return if source.contains("VITEST_POOL_WORKERS") { Err(RewriteError::Runner) } else { Ok(()) };
    };
    let source = format!("{source}\n{}", include_str!("runner.js").replace("RUNNER.", &format!("{name}.")));
    *main.pointer_mut(module::SOURCE) = Pointer::text(&source);
    let Pointer::Structs(bindings) = runner.pointer_mut(worker::BINDINGS) else { return Err(RewriteError::Runner) };
    bindings.push(service_binding("__CANDLEFLARE_SUPERVISOR", designator(SUPERVISOR, None, None)));
    Ok(())
}

fn has_binding(service: &Struct, name: &str) -> bool {
    let worker = service.pointer(service::OWN).as_struct();
    let bindings = worker.map(|worker| worker.pointer(worker::BINDINGS).as_structs()).unwrap_or_default();
    bindings.iter().any(|own| own.text(binding::NAME) == Some(name))
}

/// The guard as the tail of a Worker.
fn tail(worker: &str) -> Struct {
    designator(GUARD, Some("Tail"), Some(&json!({ "worker": worker }).to_string()))
}

/// A Worker's name without what Miniflare puts before it.
fn plain(service: &str) -> &str {
    service.strip_prefix(USER).unwrap_or(service)
}

/// Whether a service is a Worker of the user's, and not one that a tool stands around it.
pub fn is_user(name: &str) -> bool {
    name.strip_prefix(USER).is_some_and(|name| !name.starts_with("__"))
}

/// The guard's bindings, as they come together.
#[derive(Default)]
struct Guard {
    /// Where each way leads that now leads through the guard.
    targets: Vec<Struct>,
}

impl Guard {
    /// The guard in the place of `target`, which it hands on to.
    fn in_place_of(&mut self, target: Struct, entrypoint: &str, mut props: serde_json::Value) -> Struct {
        let to = format!("T{}", self.targets.len());
        self.targets.push(target);
        props["to"] = to.into();
        designator(GUARD, Some(entrypoint), Some(&props.to_string()))
    }

    /// Ways into a user's Worker, from a Worker of Miniflare's.
    fn stand_before(&mut self, worker: &mut Struct) {
        for own in worker.pointer_mut(worker::BINDINGS).as_structs_mut() {
            if own.tag() == binding::SERVICE
                && let Some(target) = own.pointer_mut(binding::OWN).as_struct_mut()
                && target.text(0).is_some_and(is_user)
            {
                let name = plain(target.text(0).unwrap_or_default()).to_owned();
                *target = self.in_place_of(target.clone(), "Front", json!({ "worker": name }));
            }
        }
    }

    /// Ways out of a user's Worker, and what the runtime says of it.
    fn stand_behind(&mut self, worker: &mut Struct, user: &str, tests: bool) {
        for own in worker.pointer_mut(worker::BINDINGS).as_structs_mut() {
            let (tag, name) = (own.tag(), own.text(binding::NAME).unwrap_or_default().to_owned());
            let Some(target) = own.pointer_mut(binding::OWN).as_struct_mut() else { continue };
            match tag {
                binding::KV_NAMESPACE | binding::R2_BUCKET | binding::QUEUE => {
                    *target = self.in_place_of(target.clone(), "Service", json!({ "binding": name }));
                }
                binding::WRAPPED => {
                    for inner in target.pointer_mut(binding::INNER).as_structs_mut() {
                        if inner.tag() == binding::SERVICE
                            && let Some(target) = inner.pointer_mut(binding::OWN).as_struct_mut()
                        {
                            let props = described(&name, target.text(0).unwrap_or_default());
                            *target = self.in_place_of(target.clone(), "Service", props);
                        }
                    }
                }
                _ => {}
            }
        }
        let outbound = worker.pointer_mut(worker::GLOBAL_OUTBOUND);
        let target = outbound.as_struct().cloned().unwrap_or_else(|| designator("internet", None, None));
        *outbound = Pointer::Struct(self.in_place_of(target, "Outbound", json!({})));
        match (tests, worker.pointer_mut(worker::TAILS)) {
            // The runner says itself how each call has ended.
            (true, _) => {}
            (false, Pointer::Structs(tails)) => tails.push(tail(user)),
            (false, none) => *none = Pointer::Structs(vec![tail(user)]),
        }
    }

    /// The guard, a Worker that does nothing, and the way to the supervisor.
    fn services(self) -> [Struct; 3] {
        let targets = self.targets.into_iter().enumerate();
        let mut bindings: Vec<Struct> =
            targets.map(|(at, target)| service_binding(&format!("T{at}"), target)).collect();
        bindings.push(service_binding("SUPERVISOR", designator(SUPERVISOR, None, None)));
        bindings.push(service_binding("NULL", designator(NULL, None, None)));
        let props = json!({ "binding": "calibration", "to": "NULL" }).to_string();
        let own = vec![service_binding("SERVICE", designator(GUARD, Some("Service"), Some(&props)))];
        let address = vec![Pointer::text("unix:/nowhere"), Pointer::Struct(Struct::tagged(0, Vec::new()))];
        let supervisor = vec![Pointer::text(SUPERVISOR), Pointer::Struct(Struct::tagged(0, address))];
        [
            module_worker(GUARD, concat!(include_str!("guard.js"), include_str!("../marks.js")), bindings, &[]),
            module_worker(NULL, include_str!("null.js"), own, &[tail("null")]),
            Struct::tagged(service::EXTERNAL, supervisor),
        ]
    }
}

/// What the report calls a wrapped binding. AI and Vectorize of ours are called as in `candleflare worker`.
fn described(name: &str, target: &str) -> serde_json::Value {
    // `candleflare:/binding/<account>/ai`, or `…/vectorize/<index>`.
    match target.strip_prefix("candleflare:").and_then(|path| path.rsplit_once("/binding/")) {
        Some((_, path)) => {
            let own = path.split_once('/').map_or(path, |(_account, own)| own);
            json!({ "binding": own, "calls": true })
        }
        None => json!({ "binding": name }),
    }
}

pub fn designator(name: &str, entrypoint: Option<&str>, props: Option<&str>) -> Struct {
    let optional = |text: Option<&str>| text.map_or(Pointer::Null, Pointer::text);
    Struct::tagged(u16::from(props.is_some()), vec![Pointer::text(name), optional(entrypoint), optional(props)])
}

pub fn service_binding(name: &str, target: Struct) -> Struct {
    Struct::tagged(binding::SERVICE, vec![Pointer::text(name), Pointer::Struct(target)])
}

pub fn module_worker(name: &str, source: &str, bindings: Vec<Struct>, tails: &[Struct]) -> Struct {
    let module = Struct::tagged(0, vec![Pointer::text("guard.js"), Pointer::text(source)]);
    let flags = ["service_binding_extra_handlers", "experimental"].map(Pointer::text).to_vec();
    let mut own = Struct::tagged(0, vec![Pointer::Structs(vec![module]), Pointer::text("2025-09-01")]);
    *own.pointer_mut(2) = Pointer::Pointers(flags);
    *own.pointer_mut(worker::BINDINGS) = Pointer::Structs(bindings);
    *own.pointer_mut(worker::TAILS) = Pointer::Structs(tails.to_vec());
    Struct::tagged(service::WORKER, vec![Pointer::text(name), Pointer::Struct(own)])
}

fn named_socket(name: &str, target: Struct) -> Struct {
    let http = Pointer::Struct(Struct::tagged(0, Vec::new()));
    let pointers =
        vec![Pointer::text(name), Pointer::text("127.0.0.1:0"), http, Pointer::Null, Pointer::Struct(target)];
    Struct { data: vec![0; 16], pointers }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(name: &str, bindings: Vec<Struct>) -> Struct {
        module_worker(name, "", bindings, &[])
    }

    fn configuration(services: Vec<Struct>, sockets: Vec<Struct>) -> Vec<u8> {
        encode(&Struct { data: vec![0; 8], pointers: vec![Pointer::Structs(services), Pointer::Structs(sockets)] })
    }

    fn entry() -> Vec<Struct> {
        vec![named_socket("entry", designator("core:entry", None, None))]
    }

    #[test]
    fn ways_in_and_out_lead_through_the_guard() {
        let wrapped = |fetcher: &str| {
            let inner = vec![service_binding("fetcher", designator(fetcher, None, None))];
            let own =
                Struct { data: Vec::new(), pointers: vec![Pointer::text("m"), Pointer::Null, Pointer::Structs(inner)] };
            Struct::tagged(binding::WRAPPED, vec![Pointer::text("DOCS"), Pointer::Struct(own)])
        };
        let kv = Struct::tagged(
            binding::KV_NAMESPACE,
            vec![Pointer::text("KV"), Pointer::Struct(designator("kv", Some("E"), None))],
        );
        let services = vec![
            worker("core:entry", vec![service_binding("U", designator("core:user:demo", None, None))]),
            worker("core:user:demo", vec![wrapped("candleflare:/binding/0a/vectorize/docs"), kv]),
        ];
        let Found::Workers(guarded) = rewrite(&configuration(services, entry()), Some(128), 96).unwrap() else {
            panic!()
        };
        assert_eq!(guarded.sockets, [("entry".to_owned(), Some("127.0.0.1:0".to_owned()))]);
        assert!(!guarded.stateful && !guarded.tests);
        let root = decode(&guarded.config).unwrap();
        let services = root.pointer(config::SERVICES).as_structs();
        let bindings =
            |at: usize| services[at].pointer(1).as_struct().unwrap().pointer(worker::BINDINGS).as_structs().to_vec();
        let target = |own: &Struct| own.pointer(binding::OWN).as_struct().unwrap().clone();
        let led = |own: &Struct| {
            let target = target(own);
            let [service, entry, props] = [0, 1, 2].map(|at| target.text(at).unwrap_or_default().to_owned());
            (service, entry, serde_json::from_str(&props).unwrap_or(serde_json::Value::Null))
        };
        let guard = |entry: &str, props: serde_json::Value| (GUARD.to_owned(), entry.to_owned(), props);
        assert_eq!(led(&bindings(0)[0]), guard("Front", json!({"to": "T0", "worker": "demo"})));
        let inner = bindings(1)[0].pointer(1).as_struct().unwrap().pointer(binding::INNER).as_structs()[0].clone();
        assert_eq!(led(&inner), guard("Service", json!({"binding": "vectorize/docs", "calls": true, "to": "T1"})));
        assert_eq!(led(&bindings(1)[1]), guard("Service", json!({"binding": "KV", "to": "T2"})));
        // The guard hands on to where each led before.
        let before = target(&bindings(2)[2]);
        assert_eq!([before.text(0), before.text(1)], [Some("kv"), Some("E")]);
        let flags = format!("{:?}", root.pointer(config::V8_FLAGS));
        let heap = format!("{:?}", Pointer::text("--max-old-space-size=128"));
        assert!(flags.contains(&heap), "{flags}");
    }

    #[test]
    fn in_vitest_the_runner_says_what_tests_call() {
        let runner = |source: &str| {
            let own = designator("core:user:runner", None, None);
            let runner = module_worker("core:user:runner", source, vec![service_binding(SELF, own.clone())], &[]);
            let services = vec![worker("core:entry", vec![service_binding("U", own)]), runner];
            rewrite(&configuration(services, entry()), Some(128), 96)
        };
        let source = "var own = createWorkerEntrypointWrapper(\"default\");\nexport { Other, own as default };\n";
        let Found::Workers(guarded) = runner(source).unwrap() else { panic!() };
        assert!(guarded.tests);
        let root = decode(&guarded.config).unwrap();
        let of = |at: usize| root.pointer(config::SERVICES).as_structs()[at].pointer(1).as_struct().unwrap().clone();
        let bindings = |at: usize| of(at).pointer(worker::BINDINGS).as_structs().to_vec();
        // What comes in from outside is vitest itself.
        assert_eq!(bindings(0)[0].pointer(1).as_struct().unwrap().text(1), None);
        assert_eq!(bindings(1)[1].text(0), Some("__CANDLEFLARE_SUPERVISOR"));
        let module = of(1).pointer(worker::MODULES).as_structs()[0].clone();
        let source = module.text(1).unwrap();
        assert!(source.contains("own.prototype[kind] = ") && !source.contains("RUNNER."), "{source}");
        assert_eq!(runner("export default {}; // VITEST_POOL_WORKERS"), Err(RewriteError::Runner));
    }

    #[test]
    fn what_is_not_the_users_is_left_alone() {
        let foreign = |names: &[&str]| {
            let services = names.iter().map(|name| worker(name, Vec::new())).collect();
            rewrite(&configuration(services, entry()), None, 0)
        };
        assert_eq!(foreign(&["core:entry", "core:user:ProxyWorker"]), Ok(Found::Foreign));
        assert_eq!(foreign(&["core:entry", "core:user:__router__"]), Ok(Found::Foreign));
        assert!(matches!(foreign(&["core:user:a"]), Ok(Found::Workers(_))));
    }

    #[test]
    fn what_cannot_be_supervised_is_refused() {
        let user = || vec![worker("core:user:a", Vec::new())];
        assert_eq!(rewrite(b"{}", None, 0), Err(RewriteError::Unreadable));
        assert_eq!(rewrite(&configuration(user(), Vec::new()), None, 0), Err(RewriteError::NoEntry));
        let mut tls = entry();
        tls[0].data[0] = 1;
        assert_eq!(rewrite(&configuration(user(), tls), None, 0), Err(RewriteError::Tls));
    }
}
