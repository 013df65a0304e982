//! What a Word document keeps beside its text: the names of its styles, and what it refers to.

use std::collections::HashMap;

use crate::ai::markdown::xml::{Step, walk};

/// The lower-case name of each style by its id: ids are in the language of the Word that wrote them.
pub fn styles(xml: &str) -> Result<HashMap<String, String>, String> {
    let (mut names, mut id) = (HashMap::new(), None);
    walk(xml, |step| {
        if let Step::Start(element) = step {
            match element.name() {
                "w:style" => id = element.attribute("styleId"),
                "w:name" => {
                    if let (Some(id), Some(name)) = (id.take(), element.attribute("val")) {
                        names.insert(id, name.to_lowercase());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    })?;
    Ok(names)
}

/// What the document refers to, by its id there.
#[derive(Default)]
pub struct Relations {
    /// Addresses outside.
    pub links: HashMap<String, String>,
    /// Entries of the archive.
    pub parts: HashMap<String, String>,
}

pub fn relations(xml: &str) -> Result<Relations, String> {
    let mut all = Relations::default();
    walk(xml, |step| {
        if let Step::Start(element) = step
            && let (Some(id), Some(target)) = (element.attribute("Id"), element.attribute("Target"))
        {
            match element.attribute("TargetMode").as_deref() {
                Some("External") => all.links.insert(id, target),
                // Relative to the document's folder, or from the root.
                _ => all.parts.insert(id, target.strip_prefix('/').map_or(format!("word/{target}"), str::to_owned)),
            };
        }
        Ok(())
    })?;
    Ok(all)
}
