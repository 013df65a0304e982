//! What Vectorize enforces, read once from the table of limits: the numbers stand there, with their sources.

use crate::limits::Limits;

/// A query that does not say. Source: OpenAPI specification.
pub const TOP_K_DEFAULT: u64 = 5;
/// Vectors on a page of a list that does not say. Source: none, our choice (docs/fidelity.md).
pub const LIST_PAGE_DEFAULT: u64 = 100;

macro_rules! bounds {
    ($($(#[$doc:meta])* $field:ident: $row:literal,)+) => {
        /// One number per row of the table, as one account's plan has it; no limit where the plan has none.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Bounds {
            $($(#[$doc])* pub $field: usize,)+
        }

        impl Bounds {
            /// The numbers of this table's plan.
            pub fn of(limits: &Limits) -> Self {
                let value = |row: &str| limits.value(row).map_or(usize::MAX, |value| usize::try_from(value).unwrap_or(usize::MAX));
                Self { $($field: value($row),)+ }
            }

            #[cfg(test)]
            const ROWS: &[&str] = &[$($row),+];
        }
    };
}

bounds! {
    /// Indexes per account.
    indexes: "vectorize.indexes_per_account",
    /// Bytes of an index's name.
    name_bytes: "vectorize.index_name_bytes",
    /// Dimensions of an index, inclusive.
    dimensions_min: "vectorize.dimensions_min",
    dimensions_max: "vectorize.dimensions",
    /// Vectors per index.
    vectors: "vectorize.vectors_per_index",
    /// Bytes (UTF-8) of a vector's id.
    id_bytes: "vectorize.vector_id_bytes",
    /// Bytes (UTF-8) of a namespace's name.
    namespace_bytes: "vectorize.namespace_bytes",
    /// Namespaces per index.
    namespaces: "vectorize.namespaces_per_index",
    /// Bytes of one vector's metadata as compact JSON.
    metadata_bytes: "vectorize.metadata_bytes",
    /// Metadata indexes per index.
    metadata_indexes: "vectorize.metadata_indexes",
    /// Bytes that a string keeps in a metadata index, cut back to a character's start.
    indexed_string_bytes: "vectorize.indexed_string_bytes",
    /// Vectors in one write, by dialect.
    binding_batch: "vectorize.binding_batch",
    http_batch: "vectorize.http_batch",
    /// Matches of a query.
    top_k: "vectorize.top_k",
    /// Matches of a query that returns values or all metadata.
    top_k_with_payload: "vectorize.top_k_with_payload",
    /// Ids in one get_by_ids.
    get_ids: "vectorize.get_ids",
    /// Ids in one delete_by_ids.
    delete_ids: "vectorize.delete_ids",
    /// Vectors on one page of a list.
    list_page: "vectorize.list_page",
    /// Bytes of a filter as compact JSON.
    filter_bytes: "vectorize.filter_bytes",
    /// Characters of a key in a filter, and of an indexed property's name.
    filter_key_chars: "vectorize.filter_key_chars",
    /// Seconds for which a list's cursor is good.
    cursor_seconds: "vectorize.cursor_seconds",
    /// Lists of one index that can be open at once.
    open_lists: "vectorize.open_lists",
    /// Bytes of one upload.
    body_bytes: "vectorize.body_bytes",
}

#[cfg(test)]
pub(in crate::vectorize) mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::limits::{Kind, Plan};

    pub static BOUNDS: LazyLock<Bounds> = LazyLock::new(|| Bounds::of(&Limits::new(Plan::Paid)));

    #[test]
    fn every_row_is_enforced() {
        // Rates are counted before a call gets here.
        let rows: Vec<&str> = Limits::rows()
            .iter()
            .filter(|row| row.service() == "vectorize" && row.kind != Kind::Rate)
            .map(|row| row.name.as_str())
            .collect();
        for row in &rows {
            assert!(Bounds::ROWS.contains(row), "nothing reads `{row}`");
        }
        assert_eq!(rows.len(), Bounds::ROWS.len());
    }

    #[test]
    fn plans_differ() {
        let free = Bounds::of(&Limits::new(Plan::Free));
        let paid = Bounds::of(&Limits::new(Plan::Paid));
        assert_eq!((free.indexes, free.namespaces), (100, 1_000));
        assert_eq!((paid.indexes, paid.namespaces), (50_000, 50_000));
        assert_eq!(paid, Bounds::of(&Limits::new(Plan::Unlimited)));
    }
}
