//! The model as its callers see it: loading, tokenising, queueing, refusing.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use candle_core::Device;

use super::*;
use crate::clock::Deadline;
use crate::engine::queue::Cancel;
use crate::engine::scripted::ScriptedEncoder;

fn ticket() -> Ticket {
    Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() }
}

fn scripted(options: &QueueOptions) -> EmbeddingModel {
    let tokenizer = ScriptedEncoder::tokenizer().unwrap();
    EmbeddingModel::with_backend("scripted", tokenizer, Box::new(ScriptedEncoder::new(8, 16)), options).unwrap()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn rows(rows: &[&[u32]]) -> TokenBatch {
    let mut batch = TokenBatch::default();
    rows.iter().for_each(|row| batch.push(row));
    batch
}

type Answer = Receiver<Result<Embeddings, Failure>>;

fn submit(model: &EmbeddingModel, batch: TokenBatch, ticket: Ticket) -> Result<Answer, Failure> {
    let (sender, answer) = channel();
    let reply = Box::new(move |result| drop(sender.send(result)));
    model.submit(EmbedJob { batch, pooling: None, ticket, reply })?;
    Ok(answer)
}

fn embed(model: &EmbeddingModel, batch: TokenBatch) -> Result<Embeddings, Failure> {
    submit(model, batch, ticket())?.recv().unwrap()
}

/// Waits for a go before each batch and tells how many rows it had. Token 13 is bad luck, 666 is worse.
struct Gated {
    spec: EncoderSpec,
    gate: Receiver<()>,
    sizes: std::sync::mpsc::Sender<usize>,
}

impl Encoder for Gated {
    fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    fn encode(&mut self, batch: &TokenBatch, _: &[Pooling]) -> Result<Vec<f32>, Failure> {
        let _ = self.gate.recv();
        let _ = self.sizes.send(batch.len());
        let any = |id| batch.rows().any(|row| row.contains(&id));
        assert!(!any(666), "bad luck");
        if any(13) {
            return Err(Failure::Input("token 13".to_owned()));
        }
        Ok(batch.rows().map(|row| row[0] as f32).collect())
    }
}

fn gated(options: &QueueOptions) -> (EmbeddingModel, std::sync::mpsc::Sender<()>, Receiver<usize>) {
    let ((go, gate), (sizes, computed)) = (channel(), channel());
    let spec = EncoderSpec { dimensions: 1, max_tokens: 16, pooling: Pooling::Mean };
    let tokenizer = ScriptedEncoder::tokenizer().unwrap();
    let backend = Box::new(Gated { spec, gate, sizes });
    (EmbeddingModel::with_backend("gated", tokenizer, backend, options).unwrap(), go, computed)
}

/// A first request that holds the thread inside the encoder, so that what follows is waiting for certain.
fn occupy(model: &EmbeddingModel) -> Answer {
    let answer = submit(model, rows(&[&[1]]), ticket()).unwrap();
    while model.open.load(Ordering::Acquire) == 0 {}
    std::thread::sleep(Duration::from_millis(30));
    answer
}

#[test]
fn texts_become_vectors() {
    let model = scripted(&QueueOptions::default());
    let prepared = model.prepare(&texts(&["abc", "a much longer text than sixteen bytes", ""]), None).unwrap();
    assert_eq!((prepared.tokens, prepared.longest), (4 + 16 + 1, 38));
    assert_eq!(prepared.batch.row(1).last(), Some(&256), "the final special token stays");
    let shorter = model.prepare(&texts(&["abcdef"]), Some(3)).unwrap();
    assert_eq!(shorter.batch.row(0).len(), 3);
    assert_eq!(shorter.batch.row(0)[2], 256);
    let answer = embed(&model, prepared.batch).unwrap();
    assert_eq!((answer.values.len(), answer.dimensions), (3 * 8, 8));
    assert!(answer.queue_ms >= 0.0 && answer.compute_ms >= 0.0);
}

#[test]
fn nothing_is_answered_with_nothing() {
    let answer = embed(&scripted(&QueueOptions::default()), TokenBatch::default()).unwrap();
    assert!(answer.values.is_empty());
}

#[test]
fn rows_that_no_encoder_takes_are_refused_at_the_door() {
    let model = scripted(&QueueOptions::default());
    for row in [&[][..], &[1; 17][..]] {
        assert!(matches!(embed(&model, rows(&[row])), Err(Failure::Input(_))));
    }
    assert_eq!(model.open.load(Ordering::Acquire), 0);
}

#[test]
fn a_request_over_several_batches_comes_back_in_order() {
    let model = scripted(&QueueOptions { batch_tokens: 8, ..QueueOptions::default() });
    let all: Vec<[u32; 3]> = (0..40).map(|row| [row, row + 1, row + 2]).collect();
    let together = embed(&model, rows(&all.iter().map(|row| &row[..]).collect::<Vec<_>>())).unwrap();
    for (row, vector) in all.iter().zip(together.values.chunks(8)) {
        assert_eq!(embed(&model, rows(&[row])).unwrap().values, vector);
    }
}

#[test]
fn a_full_queue_refuses_and_has_room_again() {
    let (model, go, _sizes) = gated(&QueueOptions { capacity: 2, ..QueueOptions::default() });
    let first = occupy(&model);
    let second = submit(&model, rows(&[&[2]]), ticket()).unwrap();
    assert_eq!(submit(&model, rows(&[&[3]]), ticket()).unwrap_err(), Failure::Busy { capacity: 2 });
    go.send(()).unwrap();
    first.recv().unwrap().unwrap();
    let third = submit(&model, rows(&[&[3]]), ticket()).unwrap();
    drop(go);
    assert_eq!(second.recv().unwrap().unwrap().values, [2.0]);
    assert_eq!(third.recv().unwrap().unwrap().values, [3.0]);
}

#[test]
fn waiting_requests_share_a_batch_and_unwanted_ones_have_no_part_in_it() {
    let (model, go, sizes) = gated(&QueueOptions::default());
    let first = occupy(&model);
    let wanted = [submit(&model, rows(&[&[2]]), ticket()), submit(&model, rows(&[&[3], &[4]]), ticket())];
    let cancelled = ticket();
    cancelled.cancel.cancel();
    let cancelled = submit(&model, rows(&[&[5]]), cancelled).unwrap();
    let late = Ticket { deadline: Deadline::after(Duration::ZERO), cancel: Cancel::default() };
    let late = submit(&model, rows(&[&[6]]), late).unwrap();
    drop(go);
    let values = wanted.map(|answer| answer.unwrap().recv().unwrap().unwrap().values);
    assert_eq!(values, [vec![2.0], vec![3.0, 4.0]]);
    assert_eq!(cancelled.recv().unwrap().unwrap_err(), Failure::Cancelled);
    assert_eq!(late.recv().unwrap().unwrap_err(), Failure::DeadlineExceeded);
    first.recv().unwrap().unwrap();
    assert_eq!(sizes.iter().take(2).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_big_request_stops_between_its_batches_and_a_small_one_does_not_wait_for_it() {
    let (model, go, sizes) = gated(&QueueOptions { batch_tokens: 4, ..QueueOptions::default() });
    let big_ticket = ticket();
    let big = submit(&model, rows(&[&[1][..]; 100]), big_ticket.clone()).unwrap();
    go.send(()).unwrap();
    assert_eq!(sizes.recv().unwrap(), 4);
    let small = submit(&model, rows(&[&[2]]), ticket()).unwrap();
    go.send(()).unwrap();
    go.send(()).unwrap();
    assert_eq!(small.recv().unwrap().unwrap().values, [2.0]);
    big_ticket.cancel.cancel();
    drop(go);
    assert_eq!(big.recv().unwrap().unwrap_err(), Failure::Cancelled);
    assert!(sizes.try_iter().count() < 10);
}

#[test]
fn a_panic_or_a_failure_hits_only_the_request_that_caused_it() {
    let (model, go, _sizes) = gated(&QueueOptions::default());
    let first = occupy(&model);
    let answers: Vec<Answer> =
        [2, 13, 666, 3].iter().map(|id| submit(&model, rows(&[&[*id]]), ticket()).unwrap()).collect();
    drop(go);
    let results: Vec<_> = answers.iter().map(|answer| answer.recv().unwrap().map(|found| found.values)).collect();
    assert_eq!((&results[0], &results[3]), (&Ok(vec![2.0]), &Ok(vec![3.0])));
    assert_eq!(results[1], Err(Failure::Input("token 13".to_owned())));
    assert!(matches!(&results[2], Err(Failure::Backend(text)) if text.contains("bad luck")), "{:?}", results[2]);
    first.recv().unwrap().unwrap();
    assert_eq!(embed(&model, rows(&[&[7]])).unwrap().values, [7.0], "the thread lives on");
}

#[test]
fn whoever_panics_in_the_reply_does_not_end_the_thread() {
    let model = scripted(&QueueOptions::default());
    let reply = Box::new(|_| panic!("nobody home"));
    model.submit(EmbedJob { batch: rows(&[&[1]]), pooling: None, ticket: ticket(), reply }).unwrap();
    assert!(embed(&model, rows(&[&[1]])).is_ok());
}

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
    refused(with_config("\"bert\"", "\"distilbert\""), &["config.json", "`distilbert`", "`bert`"]);
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
