//! Limits as data: `limits.toml` is the only place where a number stands.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The account's plan, chosen with `--plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    Free,
    #[default]
    Paid,
    /// No budgets and no rates; sizes still hold.
    Unlimited,
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "free" => Ok(Self::Free),
            "paid" => Ok(Self::Paid),
            "unlimited" => Ok(Self::Unlimited),
            other => Err(format!("`{other}` is not a plan\nhint: `free`, `paid` or `unlimited`")),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Free => "free",
            Self::Paid => "paid",
            Self::Unlimited => "unlimited",
        })
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub name: String,
    pub what: String,
    pub kind: Kind,
    pub unit: String,
    pub value: PerPlan,
    /// The code that a breach answers.
    pub code: u32,
    pub source: String,
    pub date: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Size,
    Budget,
    Rate,
    Time,
    Concurrency,
}

/// A number for every plan, or one for each; a plan that is not named has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerPlan {
    Same(u64),
    Each { free: Option<u64>, paid: Option<u64> },
}

/// The table of one instance.
#[derive(Debug, Clone)]
pub struct Limits {
    rows: Vec<Limit>,
    plan: Plan,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    limit: Vec<Limit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    limit: Vec<OverlayRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlayRow {
    name: String,
    value: PerPlan,
}

static BUILTIN: LazyLock<Vec<Limit>> = LazyLock::new(|| {
    toml::from_str::<Table>(include_str!("limits.toml"))
        .expect("the table in the binary parses; a test proves it")
        .limit
});

impl Limits {
    pub fn new(plan: Plan) -> Self {
        Self { rows: BUILTIN.clone(), plan }
    }

    /// Replaces the values of the rows that `text` names: `[[limit]] name = "…", value = …`.
    pub fn overlay(&mut self, text: &str) -> Result<(), String> {
        let overlay: Overlay = toml::from_str(text).map_err(|error| error.to_string())?;
        for change in &overlay.limit {
            if !self.rows.iter().any(|row| row.name == change.name) {
                let known: Vec<_> = self.rows.iter().map(|row| row.name.as_str()).collect();
                return Err(format!("there is no limit `{}`\nhint: one of {}", change.name, known.join(", ")));
            }
        }
        for change in overlay.limit {
            for row in self.rows.iter_mut().filter(|row| row.name == change.name) {
                row.value = change.value;
            }
        }
        Ok(())
    }

    pub fn plan(&self) -> Plan {
        self.plan
    }

    pub fn rows(&self) -> &[Limit] {
        &self.rows
    }

    /// The value of `name` on this instance's plan; `None` where the plan has no such limit.
    pub fn value(&self, name: &str) -> Option<u64> {
        let row = self.rows.iter().find(|row| row.name == name)?;
        let lifted = self.plan == Plan::Unlimited && matches!(row.kind, Kind::Budget | Kind::Rate);
        match row.value {
            _ if lifted => None,
            PerPlan::Same(value) => Some(value),
            PerPlan::Each { free, .. } if self.plan == Plan::Free => free,
            PerPlan::Each { paid, .. } => paid,
        }
    }

    /// As [`Limits::value`], for a size in bytes.
    pub fn bytes(&self, name: &str) -> usize {
        self.value(name).and_then(|value| usize::try_from(value).ok()).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_names_are_unique() {
        let limits = Limits::new(Plan::Free);
        let mut names: Vec<_> = limits.rows().iter().map(|row| &row.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), limits.rows().len());
    }

    #[test]
    fn plans_differ() {
        assert_eq!(Limits::new(Plan::Free).value("ai.neurons_per_day"), Some(10_000));
        assert_eq!(Limits::new(Plan::Paid).value("ai.neurons_per_day"), None);
        assert_eq!(Limits::new(Plan::Unlimited).value("ai.neurons_per_day"), None);
        assert!(Limits::new(Plan::Unlimited).value("ai.body_bytes").is_some());
    }

    #[test]
    fn an_overlay_changes_a_row_or_nothing() {
        let mut limits = Limits::new(Plan::Paid);
        limits.overlay("[[limit]]\nname = \"ai.queue_length\"\nvalue = 1").unwrap();
        assert_eq!(limits.value("ai.queue_length"), Some(1));
        let both = "[[limit]]\nname = \"ai.queue_length\"\nvalue = 2\n[[limit]]\nname = \"ai.nothing\"\nvalue = 2";
        assert!(limits.overlay(both).unwrap_err().contains("`ai.nothing`"));
        assert_eq!(limits.value("ai.queue_length"), Some(1));
        assert!(limits.overlay("limit = 3").is_err());
    }
}
