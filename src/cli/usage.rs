//! `candleflare usage`: the ledger of a running instance.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

/// How long the instance may take.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub struct UsageVerb {
    /// Where the instance listens
    #[arg(long, env = "CANDLEFLARE_URL", default_value = "http://127.0.0.1:8786", value_name = "URL")]
    url: String,
    /// Only this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Its token, where it has one
    #[arg(long, env = "CANDLEFLARE_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl UsageVerb {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let query = self.account.as_ref().map(|id| format!("?account={id}")).unwrap_or_default();
        let usage = get(&self.url, &format!("/__candleflare/usage{query}"), self.token.as_deref())?;
        let mut out = std::io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, &usage)?;
            writeln!(out)?;
            return Ok(());
        }
        table(&mut out, &usage)?;
        Ok(())
    }
}

fn table(out: &mut impl Write, usage: &Value) -> std::io::Result<()> {
    let rows = usage["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    let subject = |row: &Value| row["model"].as_str().or_else(|| row["index"].as_str()).unwrap_or_default().to_owned();
    let width = rows.iter().map(|row| subject(row).len()).max().unwrap_or(0).max(5);
    writeln!(
        out,
        "{:<10} {:<32} {:<width$} {:>8} {:>10} {:>10} {:>12} {:>12} {:>12} {:>12}",
        "date", "account", "model", "calls", "input", "output", "neurons", "queried", "stored", "usd"
    )?;
    let number = |value: &Value| match (value.as_u64(), value.as_f64()) {
        (Some(count), _) => count.to_string(),
        (None, Some(real)) => format!("{real:.4}"),
        _ => String::new(),
    };
    let total = &usage["total"];
    for (row, name) in rows.iter().map(|row| (row, subject(row))).chain([(total, "total".to_owned())]) {
        let usd = row["usd"].as_f64().map(|usd| format!("{usd:.6}")).unwrap_or_default();
        writeln!(
            out,
            "{:<10} {:<32} {name:<width$} {:>8} {:>10} {:>10} {:>12} {:>12} {:>12} {usd:>12}",
            row["date"].as_str().unwrap_or_default(),
            row["account"].as_str().unwrap_or_default(),
            number(&row["calls"]),
            number(&row["input_tokens"]),
            number(&row["output_tokens"]),
            number(&row["neurons"]),
            number(&row["queried_dimensions"]),
            number(&row["stored_dimensions"]),
        )?;
    }
    Ok(())
}

/// One GET over plain HTTP: an instance is on this machine, or one network away, and speaks nothing else.
fn get(url: &str, path: &str, token: Option<&str>) -> Result<Value, String> {
    let host = url
        .strip_prefix("http://")
        .ok_or_else(|| format!("`{url}` is not an instance's address\nhint: `http://HOST:PORT`"))?;
    let host = host.trim_end_matches('/');
    let address = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let wrong = |error: std::io::Error| {
        format!("cannot ask `{url}`: {error}\nhint: start one with `candleflare serve`, or give its `--url`")
    };
    let mut stream = TcpStream::connect(&address).map_err(wrong)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(wrong)?;
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!("GET {path} HTTP/1.0\r\nhost: {host}\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).map_err(wrong)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(wrong)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("`{url}` does not speak HTTP"))?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    let value: Value = serde_json::from_str(body).map_err(|error| format!("`{url}` answered no JSON: {error}"))?;
    match status {
        "200" => Ok(value),
        other => Err(format!("`{url}` answered {other}: {}", value["error"].as_str().unwrap_or(body))),
    }
}
