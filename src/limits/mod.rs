//! Limits as data: `limits.toml` is the only place where a number stands.

pub mod memory;
mod meters;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

pub use meters::{InFlight, Meters};

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
    /// `service.what`.
    pub name: String,
    pub what: String,
    pub kind: Kind,
    pub unit: String,
    pub value: PerPlan,
    /// What a breach answers. Absent where nothing is refused: the value bounds, cuts or waits.
    #[serde(default)]
    pub code: Option<u32>,
    #[serde(default)]
    pub status: Option<u16>,
    /// Production's text, with what varies in angle brackets.
    #[serde(default)]
    pub text: Option<String>,
    /// Whether this build holds to it.
    #[serde(default = "yes")]
    pub enforced: bool,
    pub source: String,
    pub date: String,
}

fn yes() -> bool {
    true
}

impl Limit {
    /// The service that enforces it.
    pub fn service(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Size,
    Budget,
    Rate,
    Context,
    Time,
    Concurrency,
}

/// A number for every plan, or one for each; a plan that is not named has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerPlan {
    Same(u64),
    Each(Each),
}

/// One number for each plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Each {
    pub free: Option<u64>,
    pub paid: Option<u64>,
}

impl PerPlan {
    fn on(self, plan: Plan) -> Option<u64> {
        match self {
            Self::Same(value) => Some(value),
            Self::Each(each) if plan == Plan::Free => each.free,
            Self::Each(each) => each.paid,
        }
    }
}

/// A limit that a call was held against, for the journal.
#[derive(Debug, Clone, Copy)]
pub struct Decision {
    pub row: &'static Limit,
    pub value: u64,
    pub limit: u64,
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shown = serializer.serialize_struct("Decision", 4)?;
        shown.serialize_field("name", &self.row.name)?;
        shown.serialize_field("value", &self.value)?;
        shown.serialize_field("limit", &self.limit)?;
        shown.serialize_field("source", &self.row.source)?;
        shown.end()
    }
}

/// The rows with the values that hold on one instance, or for one account of it.
#[derive(Debug, Clone)]
pub struct Limits {
    plan: Plan,
    /// Beside [`Table::rows`]; `None` where the row's own value holds.
    overrides: Vec<Option<PerPlan>>,
}

/// The table in the binary.
struct Table {
    rows: Vec<Limit>,
    by_name: HashMap<&'static str, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    limit: Vec<Limit>,
}

/// `[[limit]] name = "…", value = …`, in TOML.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    limit: Vec<SpannedRow>,
}

/// As [`OverlayRow`], with its place in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpannedRow {
    name: toml::Spanned<String>,
    #[serde(default)]
    value: Option<PerPlan>,
}

/// One changed row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverlayRow {
    pub name: String,
    /// Absent, or null: no limit.
    #[serde(default)]
    pub value: Option<PerPlan>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows = toml::from_str::<File>(include_str!("limits.toml"))
        .expect("the table in the binary parses; a test proves it")
        .limit;
    // Kept for the life of the process, as the table itself.
    let by_name = rows.iter().enumerate().map(|(at, row)| (&*row.name.clone().leak(), at)).collect();
    Table { rows, by_name }
});

impl Limits {
    pub fn new(plan: Plan) -> Self {
        Self { plan, overrides: vec![None; TABLE.rows.len()] }
    }

    /// Replaces the values of the rows that the TOML `text` names, or changes nothing.
    pub fn overlay(&mut self, text: &str) -> Result<(), String> {
        let overlay: Overlay = toml::from_str(text).map_err(|error| error.to_string())?;
        for row in &overlay.limit {
            let name = row.name.get_ref();
            if Self::row(name).is_none() {
                let line = text[..row.name.span().start].matches('\n').count() + 1;
                return Err(format!("line {line}: {}", unknown(name)));
            }
        }
        let rows = overlay.limit.into_iter();
        self.change(rows.map(|row| OverlayRow { name: row.name.into_inner(), value: row.value }).collect())
    }

    /// Replaces the values of rows, or changes nothing.
    pub fn change(&mut self, rows: Vec<OverlayRow>) -> Result<(), String> {
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(&at) = TABLE.by_name.get(row.name.as_str()) else {
                return Err(unknown(&row.name));
            };
            changes.push((at, row.value.unwrap_or(PerPlan::Each(Each::default()))));
        }
        for (at, value) in changes {
            self.overrides[at] = Some(value);
        }
        Ok(())
    }

    pub fn set_plan(&mut self, plan: Plan) {
        self.plan = plan;
    }

    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// Every row of the table, in its order.
    pub fn rows() -> &'static [Limit] {
        &TABLE.rows
    }

    pub fn row(name: &str) -> Option<&'static Limit> {
        TABLE.by_name.get(name).map(|&at| &TABLE.rows[at])
    }

    /// The value of `name` on this plan; `None` where the plan has no such limit.
    pub fn value(&self, name: &str) -> Option<u64> {
        let at = *TABLE.by_name.get(name)?;
        let row = &TABLE.rows[at];
        let own = self.overrides[at];
        // What is set by hand holds on every plan.
        if self.plan == Plan::Unlimited && own.is_none() && matches!(row.kind, Kind::Budget | Kind::Rate) {
            return None;
        }
        own.unwrap_or(row.value).on(self.plan)
    }

    /// Whether the row has another value than the table's.
    pub fn is_overridden(&self, name: &str) -> bool {
        TABLE.by_name.get(name).is_some_and(|&at| self.overrides[at].is_some())
    }

    /// A row with the value that holds here, as the control plane and the command line show it.
    pub fn shown(&self, row: &Limit) -> serde_json::Value {
        let mut shown = serde_json::json!(row);
        shown["service"] = row.service().into();
        shown["effective"] = serde_json::json!(self.value(&row.name));
        shown["overridden"] = self.is_overridden(&row.name).into();
        shown
    }

    /// As [`Limits::value`], for a size in bytes.
    pub fn bytes(&self, name: &str) -> usize {
        self.value(name).and_then(|value| usize::try_from(value).ok()).unwrap_or(usize::MAX)
    }
}

fn unknown(name: &str) -> String {
    let known: Vec<_> = TABLE.rows.iter().map(|row| row.name.as_str()).collect();
    format!("there is no limit `{name}`\nhint: one of {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_names_are_unique() {
        assert_eq!(TABLE.by_name.len(), Limits::rows().len());
        for row in Limits::rows() {
            assert!(row.name.contains('.') && !row.what.is_empty() && !row.source.is_empty(), "{}", row.name);
            assert!(row.date.parse::<jiff::civil::Date>().is_ok(), "{}", row.name);
            // A refusal has all three, or there is none.
            assert!(
                row.code.is_some() == row.status.is_some() && row.code.is_some() == row.text.is_some(),
                "{}",
                row.name
            );
        }
    }

    #[test]
    fn plans_differ() {
        assert_eq!(Limits::new(Plan::Free).value("ai.neurons_per_day"), Some(10_000));
        assert_eq!(Limits::new(Plan::Paid).value("ai.neurons_per_day"), None);
        assert_eq!(Limits::new(Plan::Unlimited).value("ai.neurons_per_day"), None);
        assert!(Limits::new(Plan::Unlimited).value("ai.body_bytes").is_some());
        let mut unlimited = Limits::new(Plan::Unlimited);
        unlimited.overlay("[[limit]]\nname = \"ai.neurons_per_day\"\nvalue = 3").unwrap();
        assert_eq!(unlimited.value("ai.neurons_per_day"), Some(3));
    }

    #[test]
    fn an_overlay_changes_a_row_or_nothing() {
        let mut limits = Limits::new(Plan::Paid);
        limits.overlay("[[limit]]\nname = \"ai.queue_length\"\nvalue = 1").unwrap();
        assert_eq!(limits.value("ai.queue_length"), Some(1));
        let both = "[[limit]]\nname = \"ai.queue_length\"\nvalue = 2\n[[limit]]\nname = \"ai.nothing\"\nvalue = 2";
        let error = limits.overlay(both).unwrap_err();
        assert!(error.contains("`ai.nothing`") && error.starts_with("line 5: "), "{error}");
        assert_eq!(limits.value("ai.queue_length"), Some(1));
        assert!(limits.overlay("limit = 3").is_err());
        limits.overlay("[[limit]]\nname = \"ai.queue_length\"").unwrap();
        assert_eq!((limits.value("ai.queue_length"), limits.is_overridden("ai.queue_length")), (None, true));
    }
}
