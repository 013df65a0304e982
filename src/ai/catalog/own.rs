//! Ids of a user's own: `candleflare.toml` binds a folder to one, and says which model of the catalogue it is like.

use sha2::{Digest, Sha256};

use super::{Candidates, Catalog, CatalogError, Model};

/// Longer names are nobody's.
const MOST_CHARS: usize = 128;

impl Catalog {
    /// The catalogue inside the binary, and models of a user's own: each a name, and the model whose task, input, output, limits
    /// and price it has. A name that the catalogue has already stays what it is.
    ///
    /// What is made here is never freed: a catalogue lives as long as the process, which reads its settings once.
    pub fn with_own<'a>(
        own: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<&'static Self, CatalogError> {
        let builtin = Self::builtin();
        let mut made = Vec::new();
        for (name, like) in own {
            let refuse = |reason: String| CatalogError::Own { name: name.to_owned(), reason };
            match (builtin.get(name), like) {
                (Some(_), None) => {}
                (Some(_), Some(_)) => {
                    return Err(refuse("is known, and is like itself\nhint: leave `like` out".to_owned()));
                }
                (None, None) => {
                    let near = builtin.suggest(name).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                    return Err(refuse(format!(
                        "is not in the catalogue\nhint: {near}an id of your own says what it is like: `like = \"@cf/baai/bge-m3\"`"
                    )));
                }
                (None, Some(like)) => made.push(named(name, builtin.get(like), like).map_err(refuse)?),
            }
        }
        if made.is_empty() {
            return Ok(builtin);
        }
        let mut catalog = builtin.clone();
        for model in made {
            catalog.by_name.insert(model.name.clone(), catalog.models.len());
            catalog.models.push(model);
        }
        Ok(Box::leak(Box::new(catalog)))
    }
}

fn named(name: &str, pattern: Option<&Model>, like: &str) -> Result<Model, String> {
    let pattern = pattern.ok_or_else(|| {
        format!("is like `{like}`, which is not in the catalogue\nhint: `candleflare list` shows the models")
    })?;
    let fits = |character: char| character.is_ascii_alphanumeric() || "@/._:-".contains(character);
    if name.is_empty() || name.len() > MOST_CHARS || !name.chars().all(fits) || name.split('/').any(str::is_empty) {
        return Err(format!(
            "is no name for a model\nhint: letters, digits and `@ / . _ : -`, at most {MOST_CHARS} of them, such as `@mine/embedder`"
        ));
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(name)[..16]);
    Ok(Model {
        name: name.to_owned(),
        id: uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string(),
        id_known: false,
        description: format!("Bound in candleflare.toml, like {like}."),
        // Those of the checkpoint.
        dimensions: None,
        max_input_tokens: None,
        deprecated: None,
        replacement: None,
        alias: false,
        restricted: false,
        checkpoints: Candidates { stand_in: pattern.checkpoints.stand_in.clone(), ..Candidates::default() },
        unconfirmed: Vec::new(),
        ..pattern.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_of_ones_own_has_the_facts_of_what_it_is_like() {
        let name = "@mine/embedder";
        let catalog =
            Catalog::with_own([(name, Some("@cf/baai/bge-m3")), ("@cf/baai/bge-small-en-v1.5", None)]).unwrap();
        let (own, like) = (catalog.get(name).unwrap(), catalog.get("@cf/baai/bge-m3").unwrap());
        assert_eq!((own.task, &own.schema, own.dimensions), (like.task, &like.schema, None));
        assert_eq!((own.checkpoints.exact.as_deref(), own.checkpoints.siblings.len()), (None, 0));
        assert_ne!(own.id, like.id);
        assert_eq!(catalog.len(), Catalog::builtin().len() + 1);
        assert!(std::ptr::eq(Catalog::with_own([]).unwrap(), Catalog::builtin()));
    }

    #[test]
    fn what_cannot_be_a_model_is_refused_with_a_hint() {
        let refused = |name, like| Catalog::with_own([(name, like)]).unwrap_err().to_string();
        let known = Some("@cf/baai/bge-m3");
        assert!(refused("@cf/baai/bge-smal-en-v1.5", None).contains("did you mean `@cf/baai/bge-small-en-v1.5`?"));
        assert!(refused("@mine/a", Some("@cf/nobody/nothing")).contains("`candleflare list`"));
        assert!(refused("@cf/baai/bge-m3", known).contains("hint: leave"));
        for name in ["", "/a", "a//b", "a b", "é", &"x".repeat(129)] {
            assert!(refused(name, known).contains("is no name for a model\nhint:"), "{name:?}");
        }
    }
}
