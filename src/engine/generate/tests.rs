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
    (GenerateJob { max_tokens: 100, ..GenerateJob::new(prompt, ticket(), sink) }, events)
}

/// All text, and how it ended.
fn outcome(events: &Receiver<GenerateEvent>) -> (String, Result<Finish, Failure>) {
    let mut all = String::new();
    loop {
        match events.recv_timeout(PATIENCE).expect("an end within the time") {
            GenerateEvent::Text { text, tokens, .. } => {
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
    let chat = Prompt::Chat {
        messages: vec![serde_json::json!({"role": "user", "content": "hi"})],
        tools: Vec::new(),
        options: Map::new(),
    };
    assert_eq!(
        model.prepare(&chat).unwrap().tokens,
        "<|user|>hi\n<|assistant|>".bytes().map(u32::from).collect::<Vec<_>>()
    );
    assert_eq!(model.prepare(&Prompt::Raw("a<|end|>".into())).unwrap().tokens, [97, 256]);
    let nothing = Prompt::Chat { messages: vec![serde_json::json!({})], tools: Vec::new(), options: Map::new() };
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

#[test]
fn a_constraint_holds_whatever_the_decoder_says_and_ends_the_output() {
    let model = model(ScriptedDecoder::text("nonsense that goes on"), QueueOptions::default());
    let shape = Shape::Json(
        serde_json::json!({"type": "object", "properties": {"a": {"enum": [true, 12]}}, "required": ["a"]}),
    );
    let (mut held, events) = job("a");
    held.constraint = Some(model.constraint(&shape, false).unwrap());
    let (text, finish) = run(&model, (held, events));
    let value: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!([serde_json::json!(true), serde_json::json!(12)].contains(&value["a"]));
    assert_eq!(finish.reason, FinishReason::Stop);
    // Cut off where the room ends; and nobody else is held to it.
    let (mut short, events) = job("a");
    (short.max_tokens, short.constraint) = (4, Some(model.constraint(&shape, false).unwrap()));
    let (cut, finish) = run(&model, (short, events));
    assert_eq!((cut.as_str(), finish.reason), (&text[..4], FinishReason::Length));
    assert_eq!(run(&model, job("b")).0, "nonsense that goes on");
    assert!(matches!(model.constraint(&Shape::Json(serde_json::json!({"type": 7})), false), Err(Failure::Grammar(_))));
}

#[test]
fn each_token_has_its_log_probability() {
    let model = model(ScriptedDecoder::text("né!"), QueueOptions::default());
    let (mut asking, events) = job("a");
    asking.logprobs = Some(2);
    model.submit(asking).unwrap();
    let mut bytes = Vec::new();
    while let Ok(GenerateEvent::Text { text, tokens, logprobs }) = events.recv_timeout(PATIENCE) {
        assert_eq!((tokens, text.len()), (logprobs.len(), logprobs.iter().map(|token| token.bytes.len()).sum()));
        assert!(
            logprobs
                .iter()
                .all(|token| token.logprob.abs() < 1e-6 && token.top.len() == 2 && token.top[0].0 == token.bytes)
        );
        bytes.extend(logprobs.into_iter().flat_map(|token| token.bytes));
    }
    assert_eq!(bytes, "né!".as_bytes());
}

#[test]
fn who_would_rather_not_wait_is_refused_while_all_slots_are_taken() {
    let spec = DecoderSpec { vocab_size: 257, context: 4096, slots: 1 };
    let model = model(endless().with_spec(spec), QueueOptions::default());
    let (mut busy, events) = job("a");
    let cancel = busy.ticket.cancel.clone();
    busy.max_tokens = 4000;
    model.submit(busy).unwrap();
    let (mut hasty, _events) = job("b");
    hasty.reject_if_busy = true;
    assert!(matches!(model.submit(hasty), Err(Failure::Busy { .. })));
    cancel.cancel();
    outcome(&events).1.unwrap_err();
    // Its slot is free a moment after its end was told.
    std::thread::sleep(std::time::Duration::from_millis(200));
    let (mut hasty, events) = job("b");
    hasty.reject_if_busy = true;
    assert_eq!(run(&model, (hasty, events)).0.len(), 100);
}

#[test]
fn marks_are_written_out_for_who_asks() {
    let script: Vec<u32> = [b'a'.into(), 257, b'b'.into()].into();
    let spec = DecoderSpec { vocab_size: 258, context: 64, slots: 1 };
    let model = model(ScriptedDecoder::saying(script, ScriptedDecoder::END).with_spec(spec), QueueOptions::default());
    let (mut asking, events) = job("x");
    asking.spelled = vec![(257, "<|call|>")];
    assert_eq!(run(&model, (asking, events)).0, "a<|call|>b");
    assert_eq!(run(&model, job("x")).0, "ab");
}

#[test]
fn sessions_keep_their_slots() {
    let spec = DecoderSpec { vocab_size: 257, context: 4096, slots: 2 };
    let model = model(ScriptedDecoder::text("").with_spec(spec), QueueOptions::default());
    let of = |session: &str, prompt: &str| {
        let (mut job, events) = job(prompt);
        job.session = Some(session.to_owned());
        run(&model, (job, events)).1.cached_tokens
    };
    // Too short to decide by itself: the session does.
    assert_eq!((of("one", "short one"), of("two", "other two")), (0, 0));
    assert_eq!((of("two", "other three"), of("one", "short two")), (7, 6));
}
