use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::*;
use crate::clock::Deadline;
use crate::engine::queue::{Cancel, Ticket};
use crate::engine::scripted::{ScriptedDecoder, byte_tokenizer};

const PATIENCE: Duration = Duration::from_secs(20);

fn model(decoder: ScriptedDecoder, options: QueueOptions) -> GenerationModel {
    let template = ChatTemplate::plain("scripted").unwrap();
    let tokenizer = byte_tokenizer().unwrap();
    let stop = vec![ScriptedDecoder::END];
    GenerationModel::with_backend("scripted", tokenizer, template, stop, Box::new(decoder), &options).unwrap()
}

fn ticket() -> Ticket {
    Ticket { deadline: Deadline::after(PATIENCE), cancel: Cancel::default() }
}

fn job(prompt: &str) -> (GenerateJob, Receiver<GenerateEvent>) {
    let (sink, events) = events();
    let prompt = prompt.bytes().map(u32::from).collect();
    let stop = Vec::new();
    (GenerateJob { prompt, sampling: Sampling::default(), max_tokens: 100, stop, ticket: ticket(), sink }, events)
}

/// All text, and how it ended.
fn outcome(events: &Receiver<GenerateEvent>) -> (String, Result<Finish, Failure>) {
    let mut all = String::new();
    loop {
        match events.recv_timeout(PATIENCE).expect("an end within the time") {
            GenerateEvent::Text { text, tokens } => {
                assert!(!text.is_empty() && tokens > 0);
                all.push_str(&text);
            }
            GenerateEvent::Finished(finish) => return (all, Ok(finish)),
            GenerateEvent::Failed(failure) => return (all, Err(failure)),
        }
    }
}

fn run(model: &GenerationModel, job: (GenerateJob, Receiver<GenerateEvent>)) -> (String, Finish) {
    model.submit(job.0).unwrap();
    let (text, end) = outcome(&job.1);
    (text, end.unwrap())
}

/// A decoder that says `x` for ever, one token in each 2 ms.
fn endless() -> ScriptedDecoder {
    ScriptedDecoder::new(|_| Ok(u32::from(b'x'))).with_delay(Duration::from_millis(2))
}

#[test]
fn the_script_is_said_and_accounted_for() {
    let model = model(ScriptedDecoder::text("né \u{1f600}!"), QueueOptions::default());
    let (text, finish) = run(&model, job("hello"));
    assert_eq!(text, "né \u{1f600}!");
    assert_eq!((finish.reason, finish.prompt_tokens, finish.completion_tokens), (FinishReason::Stop, 5, 10));
    assert!(finish.first_token_ms >= finish.queue_ms);
}

/// One model serves all connections.
#[expect(dead_code, reason = "it only has to compile")]
fn a_model_can_be_shared(model: GenerationModel) -> impl Send + Sync {
    model
}

#[test]
fn prompts_are_rendered_and_tokenised() {
    let model = model(ScriptedDecoder::text(""), QueueOptions::default());
    let chat = Prompt::Chat { messages: vec![serde_json::json!({"role": "user", "content": "hi"})], tools: Vec::new() };
    assert_eq!(model.prepare(&chat).unwrap(), "<|user|>hi\n<|assistant|>".bytes().map(u32::from).collect::<Vec<_>>());
    assert_eq!(model.prepare(&Prompt::Raw("a<|end|>".into())).unwrap(), [97, 256]);
    let nothing = Prompt::Chat { messages: vec![serde_json::json!({})], tools: Vec::new() };
    assert!(matches!(model.prepare(&nothing), Err(Failure::Input(_))));
}

#[test]
fn outputs_end_where_they_should() {
    let model = model(ScriptedDecoder::text("one two three"), QueueOptions::default());
    let (mut stopped, events) = job("a");
    stopped.stop = vec![String::new(), "o th".into(), "zzz".into()];
    let (text, finish) = run(&model, (stopped, events));
    assert_eq!((text.as_str(), finish.reason), ("one tw", FinishReason::Stop));
    let (mut short, events) = job("a");
    (short.max_tokens, short.stop) = (5, vec!["two".into()]);
    let (text, finish) = run(&model, (short, events));
    assert_eq!((text.as_str(), finish.reason, finish.completion_tokens), ("one t", FinishReason::Length, 5));
    let (mut none, events) = job("a");
    none.max_tokens = 0;
    let (text, finish) = run(&model, (none, events));
    assert_eq!((text.as_str(), finish.reason, finish.completion_tokens), ("", FinishReason::Length, 0));
}

#[test]
fn a_full_window_ends_an_output_and_a_long_prompt_is_refused() {
    let spec = DecoderSpec { vocab_size: 257, context: 10, slots: 2 };
    let model = model(endless().with_spec(spec), QueueOptions::default());
    let (text, finish) = run(&model, job("1234567"));
    assert_eq!((text.as_str(), finish.reason), ("xxx", FinishReason::Length));
    assert_eq!(run(&model, job("123456789")).0, "x");
    let Err(Failure::Input(reason)) = model.submit(job("1234567890").0) else { panic!("taken") };
    assert!(reason.contains("10 tokens") && reason.contains("`scripted`"), "{reason}");
    assert!(matches!(model.submit(job("").0), Err(Failure::Input(_))));
    let (mut odd, _events) = job("a");
    odd.prompt.push(999);
    assert!(matches!(model.submit(odd), Err(Failure::Input(_))));
}

#[test]
fn a_full_queue_refuses_and_waiting_requests_keep_their_deadlines() {
    let spec = DecoderSpec { vocab_size: 257, context: 4096, slots: 1 };
    let model = model(endless().with_spec(spec), QueueOptions { capacity: 2, ..QueueOptions::default() });
    let (mut busy, events) = job("a");
    let cancel = busy.ticket.cancel.clone();
    busy.max_tokens = 4000;
    model.submit(busy).unwrap();
    // The slot is taken once its first text is here; then two places are left to wait in.
    events.recv_timeout(PATIENCE).unwrap();
    let (mut late, late_events) = job("b");
    late.ticket.deadline = Deadline::after(Duration::from_millis(30));
    let (waiting, waiting_events) = job("c");
    model.submit(late).unwrap();
    model.submit(waiting).unwrap();
    assert_eq!(model.submit(job("d").0), Err(Failure::Busy { capacity: 2 }));
    assert_eq!(outcome(&late_events), (String::new(), Err(Failure::DeadlineExceeded)));
    // Its place is free again.
    model.submit(job("e").0).unwrap();
    cancel.cancel();
    assert_eq!(outcome(&events).1, Err(Failure::Cancelled));
    assert_eq!(outcome(&waiting_events).0, "x".repeat(100));
}

#[test]
fn cancelling_stops_within_a_token() {
    let model = model(endless(), QueueOptions::default());
    let (mut cancelled, events) = job("a");
    cancelled.max_tokens = 4000;
    let cancel = cancelled.ticket.cancel.clone();
    model.submit(cancelled).unwrap();
    events.recv_timeout(PATIENCE).unwrap();
    let said = events.try_iter().count();
    cancel.cancel();
    let (text, end) = outcome(&events);
    assert_eq!(end, Err(Failure::Cancelled));
    assert!(text.len() <= 2, "{} more after {said}", text.len());
    let (mut late, events) = job("a");
    (late.max_tokens, late.ticket.deadline) = (4000, Deadline::after(Duration::from_millis(30)));
    model.submit(late).unwrap();
    assert_eq!(outcome(&events).1, Err(Failure::DeadlineExceeded));
}

#[test]
fn a_client_that_leaves_frees_its_slot() {
    let spec = DecoderSpec { vocab_size: 257, context: 4096, slots: 1 };
    let model = model(endless().with_spec(spec), QueueOptions::default());
    let (mut left, events) = job("a");
    left.max_tokens = 4000;
    model.submit(left).unwrap();
    drop(events);
    let (mut broken, _events) = job("a");
    (broken.max_tokens, broken.sink) = (4000, Box::new(|_| panic!("a broken client")));
    model.submit(broken).unwrap();
    let start = Instant::now();
    assert_eq!(run(&model, job("b")).0.len(), 100);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_client_that_does_not_read_holds_nobody_up() {
    let spec = DecoderSpec { vocab_size: 257, context: 4096, slots: 1 };
    let model = model(ScriptedDecoder::text("all of it").with_spec(spec), QueueOptions::default());
    let unread: Vec<_> = (0..20)
        .map(|_| {
            let (job, events) = job("a");
            model.submit(job).unwrap();
            events
        })
        .collect();
    assert_eq!(run(&model, job("b")).0, "all of it");
    assert!(unread.iter().all(|events| outcome(events).0 == "all of it"));
}

#[test]
fn a_failing_backend_fails_its_requests_and_goes_on() {
    let decoder = ScriptedDecoder::new(|held| match held {
        [.., 1] => panic!("broken on purpose"),
        [.., 2] => Err(Failure::Backend("no".into())),
        [.., 3] => Ok(9999),
        _ => Ok(ScriptedDecoder::END),
    });
    let model = model(decoder, QueueOptions::default());
    for (prompt, reason) in [("\u{1}", "panicked: broken on purpose"), ("\u{2}", "no"), ("\u{3}", "vocabulary")] {
        let (job, events) = job(prompt);
        model.submit(job).unwrap();
        let Err(Failure::Backend(text)) = outcome(&events).1 else { panic!("no failure") };
        assert!(text.contains(reason), "{text}");
        assert_eq!(run(&model, self::job("fine")).1.completion_tokens, 1);
    }
}

#[test]
fn a_common_beginning_is_computed_once() {
    let model = model(ScriptedDecoder::text("yes"), QueueOptions::default());
    let system = "You are a helpful assistant, and this is long enough. ";
    assert_eq!(run(&model, job(&format!("{system}one"))).1.cached_tokens, 0);
    let (text, finish) = run(&model, job(&format!("{system}two")));
    assert_eq!((text.as_str(), finish.cached_tokens), ("yes", system.len()));
    // The same once more: all but the token whose logits are needed; and a conversation that goes on.
    assert_eq!(run(&model, job(&format!("{system}two"))).1.cached_tokens, system.len() + 2);
    assert_eq!(run(&model, job(&format!("{system}twoyes, go on"))).1.cached_tokens, system.len() + 6);
}

#[test]
fn a_long_prompt_does_not_stall_a_stream() {
    let most = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = std::sync::Arc::clone(&most);
    let mut last = 0;
    let decoder = ScriptedDecoder::new(move |held| {
        seen.fetch_max(held.len().abs_diff(last), std::sync::atomic::Ordering::Relaxed);
        last = held.len();
        Ok(if held.len() > 1500 { ScriptedDecoder::END } else { u32::from(b'x') })
    });
    let model = model(decoder, QueueOptions::default());
    let (text, finish) = run(&model, job(&"p".repeat(1490)));
    assert_eq!((text.len(), finish.prompt_tokens), (11, 1490));
    assert!(most.load(std::sync::atomic::Ordering::Relaxed) <= CHUNK);
}

#[test]
fn many_requests_at_once_all_get_their_own() {
    // Says the prompt's first letter five times.
    let decoder = ScriptedDecoder::new(|held| {
        let said = held.iter().rev().take_while(|token| **token == held[0]).count();
        Ok(if said < 6 { held[0] } else { ScriptedDecoder::END })
    });
    let model = model(decoder, QueueOptions::default());
    let all: Vec<_> = (b'a'..=b'z')
        .map(|letter| {
            let (job, events) = job(&format!("{}.{}", char::from(letter), char::from(letter)));
            model.submit(job).unwrap();
            (letter, events)
        })
        .collect();
    for (letter, events) in all {
        assert_eq!(outcome(&events).0, String::from(char::from(letter)).repeat(5));
    }
}
