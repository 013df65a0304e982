//! workerd's configuration as Cap'n Proto text, which workerd compiles itself.

use std::fmt::Write;

use serde_json::{Value, json};

use super::project::Project;

/// Where things lie beside the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// Path of the socket on which the supervisor hears from this process.
    pub socket: &'a str,
    /// File of each module, in the order of their names, relative to the configuration.
    pub files: &'a [String],
}

/// The guard Worker's file, beside the configuration.
pub const GUARD: &str = "guard.js";

/// The whole configuration: the user's Worker between two services of ours. `memory_mb` bounds each isolate's heap and
/// each WebAssembly memory.
pub fn config(project: &Project, newest: &str, memory_mb: Option<u64>, layout: Layout<'_>) -> String {
    let mut user = Fields::default();
    let modules: Vec<String> = ordered(project)
        .zip(layout.files)
        .map(|((name, module), file)| {
            format!("(name = {}, {} = embed {})", text(name), module.kind.field(), text(file))
        })
        .collect();
    user.list("modules", &modules);
    user.field("compatibilityDate", &text(project.compatibility_date.as_deref().unwrap_or(newest)));
    user.list("compatibilityFlags", &project.compatibility_flags.iter().map(|flag| text(flag)).collect::<Vec<_>>());
    user.list("bindings", &bindings(project));
    user.field("globalOutbound", r#"(name = "guard", entrypoint = "Outbound")"#);
    user.field("cacheApiOutbound", &service("cache"));
    user.field("tails", r#"[(name = "guard")]"#);
    let flags = memory_mb.map(|mb| {
        let pages = mb.saturating_mul(16);
        format!(r#""--max-old-space-size={mb}", "--wasm-max-mem-pages={pages}", "#)
    });
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "user", worker = ({user})),
    (name = "guard", worker = (
      modules = [(name = "guard.js", esModule = embed "{GUARD}")],
      compatibilityDate = {newest},
      compatibilityFlags = ["service_binding_extra_handlers", "experimental"],
      bindings = [
        (name = "USER", service = "user"),
        (name = "NULL", service = (name = "guard", entrypoint = "Null")),
        (name = "WARM", service = {warm}),
        (name = "SUPERVISOR", service = "supervisor"),
        (name = "INTERNET", service = "internet"),
      ],
      globalOutbound = "nowhere",
    )),
    (name = "supervisor", external = (address = {socket}, http = ())),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    (name = "nowhere", network = (allow = [])),
  ],
  sockets = [(name = "entry", address = "127.0.0.1:0", http = (), service = "guard")],
  v8Flags = [{flags}"--single-threaded-gc"],
);
"#,
        user = user.0,
        newest = text(newest),
        warm = service("warm"),
        socket = text(&format!("unix:{}", layout.socket)),
        flags = flags.unwrap_or_default(),
    )
}

/// The main module first: workerd takes that one.
pub fn ordered(project: &Project) -> impl Iterator<Item = (&String, &super::modules::Module)> {
    let main = &project.modules.main;
    let all = &project.modules.all;
    all.get_key_value(main).into_iter().chain(all.iter().filter(move |(name, _)| *name != main))
}

fn bindings(project: &Project) -> Vec<String> {
    let vars = project.vars.iter().map(|(name, value)| match value {
        Value::String(value) => format!("(name = {}, text = {})", text(name), text(value)),
        other => format!("(name = {}, json = {})", text(name), text(&other.to_string())),
    });
    let ai = project.ai.iter().map(|name| {
        let inner = format!(r#"(name = "fetcher", service = {})"#, service("ai"));
        wrapped(name, "cloudflare-internal:ai-api", &[inner])
    });
    let vectorize = project.vectorize.iter().map(|(name, index)| {
        let inner = [
            format!(r#"(name = "fetcher", service = {})"#, service(&format!("vectorize/{index}"))),
            format!(r#"(name = "indexId", text = {})"#, text(index)),
            r#"(name = "indexVersion", text = "v2")"#.to_owned(),
            r#"(name = "useNdJson", json = "true")"#.to_owned(),
        ];
        wrapped(name, "cloudflare-internal:vectorize-api", &inner)
    });
    let kv = project.kv.keys().map(|name| store(name, "kvNamespace", "kv"));
    let queues = project.producers.keys().map(|name| store(name, "queue", "queue"));
    vars.chain(ai).chain(vectorize).chain(kv).chain(queues).collect()
}

/// A binding of the runtime's own, as `stores::named` reads it.
fn store(name: &str, field: &str, kind: &str) -> String {
    format!("(name = {}, {field} = {})", text(name), service(&format!("{kind}/{name}")))
}

fn wrapped(name: &str, module: &str, inner: &[String]) -> String {
    let inner = inner.join(", ");
    format!(r#"(name = {}, wrapped = (moduleName = "{module}", innerBindings = [{inner}]))"#, text(name))
}

/// The guard as the way to one binding.
fn service(binding: &str) -> String {
    let props = text(&json!({ "binding": binding }).to_string());
    format!(r#"(name = "guard", entrypoint = "Service", props = (json = {props}))"#)
}

#[derive(Default)]
struct Fields(String);

impl Fields {
    fn field(&mut self, name: &str, value: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "\n      {name} = {value},");
    }

    fn list(&mut self, name: &str, values: &[String]) {
        self.field(name, &format!("[{}]", values.join(", ")));
    }
}

/// A string literal.
fn text(value: &str) -> String {
    let mut literal = String::from("\"");
    for char in value.chars() {
        match char {
            '"' | '\\' => literal.extend(['\\', char]),
            '\n' => literal.push_str("\\n"),
            control if u32::from(control) < 0x20 || u32::from(control) == 0x7f => {
                let _ = write!(literal, "\\x{:02x}", u32::from(control));
            }
            plain => literal.push(plain),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        assert_eq!(text("a\"b\\c\n\u{1}é"), r#""a\"b\\c\n\x01é""#);
    }
}
