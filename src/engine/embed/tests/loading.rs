//! Loading from a folder, and refusing what does not fit.

use candle_core::Device;

use super::*;

/// The parity checkpoint, with one file replaced.
fn checkpoint_with(file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> (tempfile::TempDir, Checkpoint) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        std::fs::copy(parity::folder().join(name), folder.path().join(name)).unwrap();
    }
    let path = folder.path().join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, change(std::fs::read(&path).unwrap_or_default())).unwrap();
    let checkpoint = Checkpoint::folder("mine", folder.path());
    (folder, checkpoint)
}

fn with_config(from: &str, to: &str) -> (tempfile::TempDir, Checkpoint) {
    checkpoint_with("config.json", |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(from));
        text.replace(from, to).into_bytes()
    })
}

fn load(checkpoint: &Checkpoint) -> Result<EmbeddingModel, Failure> {
    EmbeddingModel::load(checkpoint, &Device::Cpu, &QueueOptions::default())
}

#[test]
fn a_folder_loads_and_embeds() {
    let model = load(&Checkpoint::folder("parity", parity::folder())).unwrap();
    assert_eq!((model.name(), model.spec().dimensions, model.spec().max_tokens), ("parity", 48, 40));
    let prepared = model.prepare(&texts(&["The rain falls on the old roof.", "a dog"]), None).unwrap();
    assert_eq!(prepared.batch.row(1), [2, 5, 24, 3]);
    let answer = embed(&model, prepared.batch).unwrap();
    for vector in answer.values.chunks(48) {
        assert!((vector.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
    }
    let long = model.prepare(&texts(&[&"rain ".repeat(100)]), None).unwrap();
    assert_eq!((long.tokens, long.longest, long.batch.row(0)[39]), (40, 102, 3));
    assert!(matches!(embed(&model, rows(&[&[120]])), Err(Failure::Input(_))));
    assert!(matches!(embed(&model, rows(&[&[u32::MAX]])), Err(Failure::Input(_))));
}

#[test]
fn the_prefix_and_the_old_names_of_a_checkpoint_with_a_head_are_understood() {
    let (_folder, checkpoint) = checkpoint_with("model.safetensors", |bytes| {
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let rename = |name: &str| {
            let name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
            format!("bert.{name}")
        };
        let tensors: Vec<_> = file.tensors().into_iter().map(|(name, view)| (rename(&name), view)).collect();
        safetensors::serialize(tensors, None).unwrap()
    });
    let batch = || rows(&[&[2, 5, 19, 3]]);
    let plain = load(&Checkpoint::folder("parity", parity::folder())).unwrap();
    assert_eq!(embed(&load(&checkpoint).unwrap(), batch()).unwrap().values, embed(&plain, batch()).unwrap().values);
}

#[test]
fn pooling_and_length_are_taken_from_the_checkpoint() {
    let pooling = |file: &str, text: &str| {
        let (_folder, checkpoint) = checkpoint_with(file, |_| text.as_bytes().to_vec());
        BertConfig::read(&checkpoint).map(|(_, spec)| (spec.pooling, spec.max_tokens))
    };
    let sentence = "1_Pooling/config.json";
    assert_eq!(pooling("none", ""), Ok((Pooling::Mean, 40)));
    assert_eq!(pooling(sentence, r#"{"pooling_mode_cls_token": true}"#), Ok((Pooling::Cls, 40)));
    assert_eq!(pooling(sentence, r#"{"pooling_mode_mean_tokens": true}"#), Ok((Pooling::Mean, 40)));
    assert_eq!(pooling(sentence, r#"{"pooling_mode_lasttoken": true}"#), Ok((Pooling::Last, 40)));
    assert_eq!(pooling(sentence, r#"{"pooling_mode": "cls"}"#), Ok((Pooling::Cls, 40)));
    assert!(pooling(sentence, r#"{"pooling_mode": "max"}"#).unwrap_err().to_string().contains("1_Pooling"));
    assert!(pooling(sentence, r#"{"pooling_mode_max_tokens": true}"#).unwrap_err().to_string().contains("1_Pooling"));
    assert_eq!(pooling("sentence_bert_config.json", r#"{"max_seq_length": 20}"#), Ok((Pooling::Mean, 20)));
    let (_folder, checkpoint) = with_config("\"pad_token_id\": 0", "\"pooling\": \"cls\"");
    assert_eq!(BertConfig::read(&checkpoint).unwrap().1.pooling, Pooling::Cls);
    let (_folder, checkpoint) = with_config("\"pad_token_id\": 0", "\"pooling\": \"max\"");
    assert!(BertConfig::read(&checkpoint).unwrap_err().to_string().contains("`max`"));
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused_by_name() {
    let refused = |(_folder, checkpoint): (tempfile::TempDir, Checkpoint), parts: &[&str]| {
        let error = load(&checkpoint).err().unwrap().to_string();
        assert!(error.contains("`mine`") && parts.iter().all(|part| error.contains(part)), "{error}");
    };
    refused(with_config("\"bert\"", "\"electra\""), &["config.json", "`electra`", "`bert`"]);
    refused(with_config("\"gelu\"", "\"gelu_new\""), &["config.json", "gelu_new"]);
    refused(with_config("\"pad_token_id\": 0", "\"position_embedding_type\": \"relative_key\""), &["relative_key"]);
    refused(with_config("\"is_decoder\": false", "\"is_decoder\": true"), &["is_decoder"]);
    refused(with_config("\"num_attention_heads\": 4", "\"num_attention_heads\": 5"), &["48", "5"]);
    refused(with_config("\"num_attention_heads\": 4", "\"num_attention_heads\": 0"), &["num_attention_heads"]);
    refused(
        with_config("\"vocab_size\": 120", "\"vocab_size\": 121"),
        &["model.safetensors", "word_embeddings", "121"],
    );
    refused(with_config("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"), &["encoder.layer.2", "missing"]);
    refused(
        with_config("\"intermediate_size\": 100", "\"intermediate_size\": 99"),
        &["intermediate.dense", "[99, 48]"],
    );
    refused(with_config("\"hidden_size\": 48,", ""), &["config.json", "hidden_size"]);
    refused(checkpoint_with("config.json", |_| b"{".to_vec()), &["config.json", "EOF"]);
    refused(checkpoint_with("tokenizer.json", |_| b"[]".to_vec()), &["tokenizer.json"]);
    refused(checkpoint_with("model.safetensors", |bytes| bytes[..9000].to_vec()), &["model.safetensors"]);
    refused(checkpoint_with("model.safetensors", |_| Vec::new()), &["model.safetensors"]);
}

#[test]
fn a_tokenizer_with_more_tokens_than_the_table_is_refused() {
    let (_folder, checkpoint) = checkpoint_with("tokenizer.json", |bytes| {
        let mut json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        json["model"]["vocab"]["surplus"] = 120.into();
        serde_json::to_vec(&json).unwrap()
    });
    let error = load(&checkpoint).err().unwrap().to_string();
    assert!(error.contains("tokenizer.json") && error.contains("120"), "{error}");
}

#[test]
fn weights_too_large_for_f32_are_a_failure_and_not_nan() {
    let (_folder, checkpoint) = checkpoint_with("model.safetensors", |bytes| {
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let huge: Vec<u8> = (0..48 * 48).flat_map(|_| 3e38f32.to_le_bytes()).collect();
        let tensors = file.tensors().into_iter().map(|(name, view)| {
            let data = if name.ends_with("query.weight") { &huge } else { view.data() };
            let view = safetensors::tensor::TensorView::new(view.dtype(), view.shape().to_vec(), data).unwrap();
            (name, view)
        });
        safetensors::serialize(tensors.collect::<Vec<_>>(), None).unwrap()
    });
    let model = load(&checkpoint).unwrap();
    match embed(&model, rows(&[&[2, 5, 19, 3]])) {
        Ok(answer) => assert!(answer.values.iter().all(|x| x.is_finite())),
        Err(failure) => assert!(matches!(failure, Failure::Backend(_)), "{failure}"),
    }
}
