//! The startup limit under Miniflare, whose own Workers start in the same process: only a start that takes longer than the
//! limit in all is measured against one of the same configuration in which the user's Workers do nothing.

use std::sync::Arc;
use std::time::Duration;

use super::Supervisor;
use super::child::{Child, Start};
use super::message::{Pointer, Struct, decode, encode};
use super::rewrite::{config, is_user, module, service, worker};
use crate::worker::process::{LaunchError, Startup};
use crate::worker::sys::METERED;

/// Starts the first process, and holds the Workers' global scopes to their CPU time.
pub async fn first(supervisor: &Arc<Supervisor>) -> Result<Arc<Child>, LaunchError> {
    let shown = Start { shown: true, ..Start::default() };
    // In vitest the runner itself, and what it imports, is in the Worker's global scope.
    let Some(limit) = supervisor.bounds.startup.filter(|_| METERED && !supervisor.tests) else {
        return Child::start(supervisor, shown).await;
    };
    match Child::start(supervisor, Start { startup: Some(Startup { limit, base: Duration::ZERO }), ..shown.clone() })
        .await
    {
        Err(LaunchError::StartupCpu { .. }) => {}
        started => return started,
    }
    let base = match vacant(&supervisor.config) {
        Some(config) => Child::start(supervisor, Start { config: Some(Arc::new(config)), ..Start::default() }).await,
        None => return Child::start(supervisor, shown).await,
    };
    match base {
        Ok(base) => {
            let base = base.process().map(|process| process.startup).unwrap_or_default();
            tracing::debug!(target: "candleflare::worker", ?base, "measured what starts besides the user's Workers");
            Child::start(supervisor, Start { startup: Some(Startup { limit, base }), ..shown }).await
        }
        Err(error) => {
            tracing::warn!(target: "candleflare::worker", %error, "the startup limit is not enforced: the process takes longer to start, and how much of it is Miniflare's own cannot be measured");
            Child::start(supervisor, shown).await
        }
    }
}

/// The configuration with Workers of the user's that export what is asked of them, and do nothing.
fn vacant(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut root = decode(bytes)?;
    let whole = root.clone();
    for own in root.pointer_mut(config::SERVICES).as_structs_mut() {
        let Some(name) = own.text(service::NAME).filter(|name| is_user(name)).map(str::to_owned) else { continue };
        let Some(worker) = own.pointer_mut(service::OWN).as_struct_mut() else { continue };
        let mut entrypoints = Vec::new();
        asked(&whole, &name, &mut entrypoints);
        let objects = worker.pointer(worker::DURABLE_OBJECTS).as_structs().iter().filter_map(|object| object.text(0));
        let source = exporting(objects, &entrypoints);
        let main = Struct::tagged(module::ES, vec![Pointer::text("vacant.js"), Pointer::text(&source)]);
        worker.retag(worker::OF_MODULES);
        *worker.pointer_mut(worker::MODULES) = Pointer::Structs(vec![main]);
    }
    Some(encode(&root))
}

fn exporting<'a>(objects: impl Iterator<Item = &'a str>, entrypoints: &[String]) -> String {
    let of = |class: &str, base: &str| format!("export class {class} extends {base} {{}}\n");
    let mut source = "import { DurableObject, WorkerEntrypoint } from \"cloudflare:workers\";\n".to_owned();
    let mut kept = Vec::new();
    for class in objects {
        kept.push(class);
        source.push_str(&of(class, "DurableObject"));
    }
    let others = entrypoints.iter().filter(|class| !kept.contains(&class.as_str()));
    source.extend(others.map(|class| of(class, "WorkerEntrypoint")));
    source + "export default { fetch() { return new Response(null); } };\n"
}

/// The entrypoints of the Worker `name` that anything in the configuration designates.
fn asked(own: &Struct, name: &str, found: &mut Vec<String>) {
    if let (Some(designated), Some(entrypoint)) = (own.text(0), own.text(1))
        && designated == name
        && entrypoint != "default"
        && !found.iter().any(|known| known == entrypoint)
    {
        found.push(entrypoint.to_owned());
    }
    for pointer in &own.pointers {
        match pointer {
            Pointer::Struct(inner) => asked(inner, name, found),
            Pointer::Structs(all) => all.iter().for_each(|inner| asked(inner, name, found)),
            Pointer::Null | Pointer::Flat { .. } | Pointer::Pointers(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rewrite::{designator, module_worker, service_binding};
    use super::*;

    #[test]
    fn a_vacant_worker_exports_what_is_asked_of_it() {
        let mut user = module_worker("core:user:a", "for (;;) {}", Vec::new(), &[]);
        let objects = vec![Struct::tagged(0, vec![Pointer::text("Room")])];
        *user.pointer_mut(service::OWN).as_struct_mut().unwrap().pointer_mut(worker::DURABLE_OBJECTS) =
            Pointer::Structs(objects);
        let ways = [Some("Admin"), Some("Room"), Some("default"), None];
        let ways = ways.map(|entrypoint| service_binding("A", designator("core:user:a", entrypoint, None)));
        let entry = module_worker("core:entry", "own", ways.to_vec(), &[]);
        let root = Struct { data: vec![0; 8], pointers: vec![Pointer::Structs(vec![entry.clone(), user])] };
        let root = decode(&vacant(&encode(&root)).unwrap()).unwrap();
        let services = root.pointer(config::SERVICES).as_structs();
        assert_eq!(services[0], entry);
        let worker = services[1].pointer(service::OWN).as_struct().unwrap();
        let source = worker.pointer(worker::MODULES).as_structs()[0].text(module::SOURCE).unwrap();
        assert_eq!(source.matches("export class Room extends DurableObject").count(), 1, "{source}");
        assert_eq!(source.matches("export class").count(), 2, "{source}");
        assert!(source.contains("export class Admin extends WorkerEntrypoint") && !source.contains("for (;;)"));
    }
}
