//! docs/http.md lists every route, in the router's own words. `UPDATE_DOCS=1` rewrites it.

use std::fmt::Write;
use std::path::Path;

use candleflare::api::router::ROUTES;

#[test]
fn every_path_is_documented() {
    let mut text = String::from(
        "# HTTP\n\nEvery path, from the table that the router is made of. `ANY` takes each method that the operation has.\n\n\
         | method | path | speaks | what |\n|---|---|---|---|\n",
    );
    for route in ROUTES {
        writeln!(text, "| {} | `{}` | {:?} | {} |", route.method, route.path, route.dialect, route.about).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/http.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == text, "docs/http.md is stale; hint: UPDATE_DOCS=1");
}
