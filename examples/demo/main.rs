//! Questions about a folder of documents, answered by a running Candleflare through HTTP like any client's:
//! embed the documents, store them in Vectorize, find the passages for a question, and stream a grounded answer.

mod client;
mod documents;
mod evaluate;
mod problem;
mod render;
mod retrieval;
mod sse;

use std::{
    collections::HashSet,
    io::{self, IsTerminal},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;

use client::Client;
use documents::{Document, stem};
use evaluate::Question;
use problem::Result;
use render::{Screen, print_line, print_now};
use retrieval::Retrieval;

/// Answers questions over a folder of documents with Workers AI and Vectorize, as Candleflare serves them.
#[derive(Parser)]
#[command(name = "demo")]
struct Args {
    /// Where the server listens
    #[arg(long, env = "CANDLEFLARE_URL", default_value = "http://127.0.0.1:8786")]
    url: String,
    /// A folder of Markdown or text files
    #[arg(long, default_value = "fixtures/docs")]
    docs: PathBuf,
    /// One question; without it a few samples and, on a terminal, yours
    #[arg(long, value_name = "QUESTION")]
    ask: Option<String>,
    /// How many passages to find and show
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20))]
    top_k: u8,
    /// How many of them the answer reads; the bundled model does best with one, a larger one with all
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=20))]
    context: u8,
    /// The chat model
    #[arg(long, default_value = "@cf/meta/llama-3.2-1b-instruct")]
    model: String,
    /// The embedding model
    #[arg(long, default_value = "@cf/baai/bge-small-en-v1.5")]
    embedding_model: String,
    /// Runs the held-out questions and prints figures; the last line is JSON
    #[arg(long, conflicts_with = "ask")]
    evaluate: bool,
    /// With `--evaluate`: retrieval only, no answers
    #[arg(long, requires = "evaluate")]
    no_answers: bool,
    /// The held-out questions
    #[arg(long, default_value = "fixtures/questions.jsonl")]
    questions: PathBuf,
    /// Seconds to wait for the server
    #[arg(long, default_value_t = 3)]
    wait: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<()> {
    let documents = documents::read_folder(&args.docs)?;
    let client = Client::new(&args.url)?;
    client.wait_until_healthy(Duration::from_secs(args.wait)).await?;

    let screen = Screen::new();
    let (embedding_model, model) = (args.embedding_model, args.model);
    let retrieval = Retrieval { client, embedding_model, model, context: usize::from(args.context) };
    retrieval.load(&documents).await?;

    let top_k = usize::from(args.top_k);
    if args.evaluate {
        let questions = evaluate::read_questions(&args.questions)?;
        let teacher = args.questions.with_file_name("teacher.json");
        return evaluate::evaluate(&retrieval, &screen, &questions, &teacher, top_k, !args.no_answers).await;
    }
    if let Some(question) = &args.ask {
        return answer(&retrieval, &screen, question, top_k).await;
    }
    // Questions about other documents than these would only be refused.
    let questions = evaluate::read_questions(&args.questions).unwrap_or_default();
    for Question { question, .. } in samples(&questions, &documents) {
        print_line(&format!("\n{}", screen.bold(question)));
        answer(&retrieval, &screen, question, top_k).await?;
    }
    if io::stdin().is_terminal() {
        return converse(&retrieval, &screen, top_k).await;
    }
    eprintln!("hint: ask your own with `--ask \"...\"`");
    Ok(())
}

/// Finds, shows what was found, and streams the answer.
async fn answer(retrieval: &Retrieval, screen: &Screen, question: &str, top_k: usize) -> Result<()> {
    let passages = retrieval.find(question, top_k).await?;
    print_now(&screen.table(&passages));
    print_now("\n");
    let answer = retrieval.answer(question, &passages, print_now).await;
    // Also after a stream that broke off, so that the error starts on a line of its own.
    print_now("\n");
    print_line(&screen.figures(&answer?));
    Ok(())
}

/// Reads questions until an empty line or the end; a refused question does not end it.
async fn converse(retrieval: &Retrieval, screen: &Screen, top_k: usize) -> Result<()> {
    print_line(&format!("\n{}", screen.dim("your question (an empty line ends the demo)")));
    loop {
        print_now(&screen.bold("> "));
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).unwrap_or_default();
        let question = line.trim();
        if read == 0 || question.is_empty() {
            return Ok(());
        }
        if let Err(problem) = answer(retrieval, screen, question, top_k).await {
            eprintln!("error: {problem}");
        }
    }
}

/// The sample questions, when these are the documents that they are about.
fn samples<'a>(questions: &'a [Question], documents: &[Document]) -> Vec<&'a Question> {
    let stems: HashSet<&str> = documents.iter().map(|document| stem(&document.path)).collect();
    let samples: Vec<&Question> = questions.iter().filter(|question| question.sample).collect();
    let told = |question: &&Question| question.document.as_deref().is_none_or(|document| stems.contains(document));
    if samples.iter().all(told) { samples } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn six_samples_and_none_for_other_documents() {
        let questions = evaluate::read_questions("fixtures/questions.jsonl".as_ref()).unwrap();
        let documents = documents::read_folder("fixtures/docs".as_ref()).unwrap();
        assert_eq!(samples(&questions, &documents).len(), 6);
        assert!(samples(&questions, &[]).is_empty());
    }
}
