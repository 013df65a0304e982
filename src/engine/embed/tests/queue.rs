//! Tokenising, queueing, refusing: over backends without weights.

use super::*;
use crate::engine::scripted::ScriptedEncoder;

fn scripted(options: &QueueOptions) -> EmbeddingModel {
    let tokenizer = ScriptedEncoder::tokenizer().unwrap();
    EmbeddingModel::with_backend("scripted", tokenizer, Box::new(ScriptedEncoder::new(8, 16)), options).unwrap()
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
    let spec = EncoderSpec { dimensions: 1, max_tokens: 16, pooling: Pooling::Mean, output: EncoderOutput::Vector };
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
