//! What the command finds in its environment: clients' own variables, so that none of them needs a change.

use std::ffi::OsString;
use std::path::Path;

/// A variable to set, or to take away.
pub type Variable = (&'static str, Option<OsString>);

/// Real credentials that would win over the token set here.
const TAKEN_AWAY: [&str; 6] = [
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_EMAIL",
    "CLOUDFLARE_API_USER_SERVICE_KEY",
    "CF_API_TOKEN",
    "CF_API_KEY",
    "CF_EMAIL",
];

/// Tools that would otherwise talk to the network by themselves; what the user has set holds.
const QUIET: [(&str, &str); 2] = [("WRANGLER_SEND_METRICS", "false"), ("CLOUDFLARE_CF_FETCH_ENABLED", "false")];

pub fn variables(url: &str, account: &str, token: Option<&str>, preload: &Path) -> Result<Vec<Variable>, String> {
    let api = format!("{url}/client/v4");
    let token = token.unwrap_or("local");
    let set = [
        ("CANDLEFLARE_URL", url.to_owned()),
        ("CLOUDFLARE_API_BASE_URL", api.clone()),
        ("CLOUDFLARE_BASE_URL", api.clone()),
        ("CLOUDFLARE_API_TOKEN", token.to_owned()),
        ("CLOUDFLARE_ACCOUNT_ID", account.to_owned()),
        ("OPENAI_BASE_URL", format!("{api}/accounts/{account}/ai/v1")),
        ("OPENAI_API_KEY", token.to_owned()),
    ];
    let quiet = QUIET.iter().filter(|(name, _)| std::env::var_os(name).is_none());
    let mut variables: Vec<Variable> = set.into_iter().map(|(name, value)| (name, Some(value.into()))).collect();
    variables.extend(quiet.map(|&(name, value)| (name, Some(value.into()))));
    variables.extend(TAKEN_AWAY.map(|name| (name, None)));
    let own = std::env::var_os("NODE_OPTIONS").unwrap_or_default();
    variables.push(("NODE_OPTIONS", Some(node_options(own, preload)?)));
    Ok(variables)
}

/// The user's own options, then the preload. Node splits at blanks, and knows double quotes and backslashes.
fn node_options(mut own: OsString, preload: &Path) -> Result<OsString, String> {
    let path = preload.to_str().ok_or_else(|| {
        format!(
            "the folder for temporary files has a name that is not UTF-8: `{}`\nhint: set TMPDIR",
            preload.display()
        )
    })?;
    if !own.is_empty() {
        own.push(" ");
    }
    own.push(format!("--require=\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")));
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preload_comes_after_the_users_own_options() {
        let options = |own: &str, path: &str| node_options(own.into(), Path::new(path)).unwrap();
        assert_eq!(options("", "/tmp/a/register.cjs"), "--require=\"/tmp/a/register.cjs\"");
        assert_eq!(options("--no-warnings", "/t m\"p/r.cjs"), "--no-warnings --require=\"/t m\\\"p/r.cjs\"");
    }

    #[test]
    fn the_token_that_is_demanded_is_the_one_that_is_set() {
        let variables = variables("http://127.0.0.1:1", "a", Some("secret"), Path::new("/r.cjs")).unwrap();
        let value = |wanted: &str| variables.iter().find(|(name, _)| *name == wanted).unwrap().1.clone();
        assert_eq!(value("CLOUDFLARE_API_TOKEN").unwrap(), "secret");
        assert_eq!(value("OPENAI_BASE_URL").unwrap(), "http://127.0.0.1:1/client/v4/accounts/a/ai/v1");
        assert_eq!(value("CLOUDFLARE_API_KEY"), None);
    }
}
