//! `kindling-chat` against what its recipe recorded with Transformers: prompts, tokens and greedy continuations.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::*;
use crate::clock::Deadline;
use crate::engine::queue::{Cancel, Ticket};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    messages: Vec<Json>,
    tools: Option<Vec<Json>>,
    /// The template's own variables.
    #[serde(default)]
    options: Map<String, Json>,
    text: String,
    ids: Vec<u32>,
    continuation_ids: Vec<u32>,
    stopped: bool,
}

fn checkpoint() -> Checkpoint {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/kindling-chat");
    Checkpoint::folder("kindling-chat", folder)
}

fn load() -> GenerationModel {
    GenerationModel::load(&checkpoint(), &Device::Cpu, &QueueOptions::default()).unwrap()
}

fn start(model: &GenerationModel, prompt: Vec<u32>, sampling: Sampling, max_tokens: usize) -> Running {
    let (sink, events) = events();
    let ticket = Ticket { deadline: Deadline::after(PATIENCE), cancel: Cancel::default() };
    model.submit(GenerateJob { sampling, max_tokens, ..GenerateJob::new(prompt, ticket, sink) }).unwrap();
    Running(events)
}

struct Running(std::sync::mpsc::Receiver<GenerateEvent>);

impl Running {
    fn end(self) -> (String, Finish) {
        let mut all = String::new();
        loop {
            match self.0.recv_timeout(PATIENCE).unwrap() {
                GenerateEvent::Text { text, .. } => all.push_str(&text),
                GenerateEvent::Finished(finish) => return (all, finish),
                GenerateEvent::Failed(failure) => panic!("{failure}"),
            }
        }
    }
}

#[test]
fn prompts_and_continuations_are_those_of_the_recipe() {
    let golden: Golden = checkpoint().json("golden.json").unwrap();
    assert!(golden.cases.len() >= 10);
    let model = load();
    let mut started = Vec::new();
    for case in golden.cases {
        let tools = case.tools.unwrap_or_default();
        assert_eq!(model.template.render(&case.messages, &tools, &case.options).unwrap(), case.text);
        let prompt =
            model.prepare(&Prompt::Chat { messages: case.messages, tools, options: case.options }).unwrap().tokens;
        assert_eq!(prompt, case.ids, "{}", case.text);
        // Room for one more than was recorded: it must stop by itself where it did.
        let max_tokens = case.continuation_ids.len() + usize::from(case.stopped);
        let running = start(&model, prompt, Sampling::default(), max_tokens);
        started.push((case.text, case.continuation_ids, case.stopped, running));
    }
    for (prompt, ids, stopped, running) in started {
        let (text, finish) = running.end();
        assert_eq!(text, model.vocabulary.tokenizer.decode(&ids, true).unwrap(), "{prompt}");
        let reason = if stopped { FinishReason::Stop } else { FinishReason::Length };
        assert_eq!((finish.reason, finish.completion_tokens), (reason, ids.len()), "{prompt}");
    }
}

#[test]
fn a_seed_gives_the_same_text_alone_in_company_and_after_reuse() {
    let model = load();
    let ask = |question: &str| {
        let messages = vec![serde_json::json!({"role": "user", "content": question})];
        model.prepare(&Prompt::Chat { messages, tools: Vec::new(), options: Map::new() }).unwrap().tokens
    };
    // Hot enough that a model which is sure of its answers wavers too.
    let hot = |seed| Sampling { temperature: 3.0, seed: Some(seed), ..Sampling::default() };
    let prompts: Vec<_> = ["Hello!", "My name is Ada. What is my name?", "Make a list.", "Who runs the library?"]
        .iter()
        .cycle()
        .take(12)
        .map(|question| ask(question))
        .collect();
    let begin = |(seed, prompt): (u64, &Vec<u32>)| start(&model, prompt.clone(), hot(seed), 60);
    let alone: Vec<_> = (0..).zip(&prompts).map(|request| begin(request).end().0).collect();
    let company: Vec<_> = (0..).zip(&prompts).map(begin).collect();
    for (alone, together) in alone.iter().zip(company) {
        assert_eq!(*alone, together.end().0);
    }
    assert_ne!(alone[0], alone[4], "another seed should say something else");
}

/// `cargo test --release --lib generate::golden::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a test"]
fn speed_through_the_queue() {
    let clock = Instant::now();
    let model = load();
    println!("load: {:.1} ms", clock.elapsed().as_secs_f64() * 1e3);
    let prompt = |length: u32| (0..length).map(|index| 10 + index * 7 % 4000).collect::<Vec<_>>();
    for (name, sampling) in [
        ("greedy", Sampling::default()),
        ("temperature 0.6", Sampling { temperature: 0.6, seed: Some(1), ..Sampling::default() }),
        ("top_p 0.9", Sampling { temperature: 0.6, top_p: 0.9, seed: Some(1), ..Sampling::default() }),
        ("top_k 40", Sampling { temperature: 0.6, top_k: Some(40), seed: Some(1), ..Sampling::default() }),
    ] {
        for streams in [1, 8] {
            let clock = Instant::now();
            let all: Vec<_> =
                (0..streams).map(|stream| start(&model, prompt(20 + stream), sampling.clone(), 300)).collect();
            let tokens: usize = all.into_iter().map(|running| running.end().1.completion_tokens).sum();
            println!("{name}, {streams} streams: {:.0} tokens/s", tokens as f64 / clock.elapsed().as_secs_f64());
        }
    }
    let clock = Instant::now();
    let finish = start(&model, prompt(2000), Sampling::default(), 1).end().1;
    let rate = finish.prompt_tokens as f64 / clock.elapsed().as_secs_f64();
    println!(
        "prompt of {}: {rate:.0} tokens/s, first token after {:.1} ms",
        finish.prompt_tokens, finish.first_token_ms
    );
}
