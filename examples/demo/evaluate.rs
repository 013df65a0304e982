//! The held-out questions: is the right document found, is the answer in the answer, is "not told" admitted.

use std::{fs, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    documents::stem,
    problem::{Problem, Result},
    render::{self, Screen, print_line},
    retrieval::Retrieval,
};

/// Ways of saying that the documents do not tell.
const REFUSALS: [&str; 9] = [
    "not tell",
    "not say",
    "not mention",
    "not state",
    "not contain",
    "not provide",
    "no information",
    "not know",
    "n't ",
];

#[derive(Clone, Debug, Deserialize)]
pub struct Question {
    pub question: String,
    /// The stem of the file that has the answer; none when no document tells.
    pub document: Option<String>,
    /// What a right answer must contain.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Asked when the demo runs without a question.
    #[serde(default)]
    pub sample: bool,
}

impl Question {
    fn is_hit(&self, answer: &str) -> bool {
        let answer = answer.to_lowercase();
        self.keywords.iter().all(|keyword| answer.contains(&keyword.to_lowercase()))
    }
}

fn is_refusal(answer: &str) -> bool {
    let answer = answer.to_lowercase();
    REFUSALS.iter().any(|refusal| answer.contains(refusal))
}

pub fn read_questions(file: &Path) -> Result<Vec<Question>> {
    let content = fs::read_to_string(file).map_err(|error| {
        Problem::new(format!("cannot read `{}`: {error}", file.display())).hint("name it with `--questions`")
    })?;
    let lines = content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| Problem::new(format!("line {} of `{}`: {error}", number + 1, file.display())))
        })
        .collect()
}

/// What a run has counted.
#[derive(Default)]
struct Tally {
    answerable: usize,
    first: usize,
    among_three: usize,
    keywords: usize,
    wrong_refusals: usize,
    unanswerable: usize,
    refusals: usize,
}

/// Runs every question and prints the figures, for people and, in the last line, for machines.
pub async fn evaluate(
    retrieval: &Retrieval,
    screen: &Screen,
    questions: &[Question],
    teacher: &Path,
    top_k: usize,
    answers: bool,
) -> Result<()> {
    let mut tally = Tally::default();
    let mut checkpoint = None;
    let bar = render::progress(questions.len(), "asking");
    for question in questions {
        let found = retrieval.find(&question.question, top_k.max(3)).await?;
        let answer = match answers {
            true => Some(retrieval.answer(&question.question, &found[..found.len().min(top_k)], |_| ()).await?),
            false => None,
        };
        let text = answer.as_ref().map(|answer| answer.text.trim());
        checkpoint = answer.as_ref().and_then(|answer| answer.checkpoint.clone()).or(checkpoint);

        let mut misses = Vec::new();
        if let Some(document) = &question.document {
            let place = found.iter().position(|hit| stem(&hit.metadata.path) == document);
            tally.answerable += 1;
            tally.first += usize::from(place == Some(0));
            tally.among_three += usize::from(place.is_some_and(|place| place < 3));
            if place != Some(0) {
                let instead = found.first().map_or("nothing", |hit| stem(&hit.metadata.path));
                misses.push(format!("`{document}` expected, `{instead}` found"));
            }
            if let Some(text) = text {
                tally.keywords += usize::from(question.is_hit(text));
                tally.wrong_refusals += usize::from(is_refusal(text) && !question.is_hit(text));
                if !question.is_hit(text) {
                    misses.push(format!("answered: {text}"));
                }
            }
        } else {
            tally.unanswerable += 1;
            if let Some(text) = text {
                tally.refusals += usize::from(is_refusal(text));
                if !is_refusal(text) {
                    misses.push(format!("no document tells, answered: {text}"));
                }
            }
        }
        for miss in misses {
            bar.suspend(|| print_line(&screen.dim(&format!("{}\n    {miss}", question.question))));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    print_summary(&tally, screen, teacher, answers);
    let figures = json!({
        "embedding_model": retrieval.embedding_model, "model": retrieval.model, "checkpoint": checkpoint,
        "questions": tally.answerable, "top1": share(tally.first, tally.answerable),
        "top3": share(tally.among_three, tally.answerable),
        "answers": answers.then(|| share(tally.keywords, tally.answerable)),
        "wrong_refusals": answers.then_some(tally.wrong_refusals),
        "unanswerable": tally.unanswerable, "refusals": answers.then_some(tally.refusals),
    });
    print_line(&figures.to_string());
    Ok(())
}

fn print_summary(tally: &Tally, screen: &Screen, teacher: &Path, answers: bool) {
    let line = |what: &str, part: usize, whole: usize| {
        let percent = screen.bold(&format!("{:5.1} %", 100.0 * share(part, whole)));
        print_line(&format!("{what:<36} {percent}  {part} of {whole}"));
    };
    line("right document first", tally.first, tally.answerable);
    line("right document among the first three", tally.among_three, tally.answerable);
    // Written by models/recipes/eval_docs.py for the repository's own questions.
    if let Some(teacher) = fs::read(teacher).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
        let percent = |key: &str| 100.0 * teacher[key].as_f64().unwrap_or_default();
        let figures = format!("{:.1} % and {:.1} %", percent("top1"), percent("top3"));
        print_line(
            &screen.dim(&format!("  the teacher, {}: {figures}", teacher["model"].as_str().unwrap_or_default())),
        );
    }
    if answers {
        line("answer has its keywords", tally.keywords, tally.answerable);
        line("answerable, but refused", tally.wrong_refusals, tally.answerable);
        line("unanswerable, and refused", tally.refusals, tally.unanswerable);
    }
}

/// A part of a whole, to four digits.
fn share(part: usize, whole: usize) -> f64 {
    (part as f64 / whole.max(1) as f64 * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::read_folder;

    #[test]
    fn hits_and_refusals() {
        let question = Question {
            question: String::new(),
            document: Some("a".into()),
            keywords: vec!["Tuesdays".into(), "FRIDAYS".into()],
            sample: false,
        };
        assert!(question.is_hit("It is held on tuesdays and Fridays."));
        assert!(!question.is_hit("It is held on Tuesdays."));
        assert!(is_refusal("The documents do not tell."));
        assert!(is_refusal("That isn't in the documents."));
        assert!(!is_refusal("Nothing is certain, but the library opens at ten."));
    }

    #[test]
    fn every_answer_stands_in_its_document() {
        let documents = read_folder(Path::new("fixtures/docs")).unwrap();
        let mut asked_for = 0;
        for line in fs::read_to_string("fixtures/questions.jsonl").unwrap().lines() {
            let question: Question = serde_json::from_str(line).unwrap();
            let Some(name) = &question.document else { continue };
            let answer = serde_json::from_str::<Value>(line).unwrap()["answer"].as_str().unwrap().to_owned();
            let document = documents.iter().find(|document| stem(&document.path) == name).unwrap();
            assert!(document.passages.iter().any(|passage| passage.contains(&answer)), "{line}");
            assert!(!question.keywords.is_empty() && question.is_hit(&answer), "{line}");
            assert!(!question.is_hit(&question.question), "the question gives the answer away: {line}");
            asked_for += 1;
        }
        assert!(asked_for >= 60, "{asked_for} answerable questions");

        // The teacher's figure is for these passages and questions; if not: models/recipes/eval_docs.py --record
        let teacher: Value = serde_json::from_slice(&fs::read("fixtures/teacher.json").unwrap()).unwrap();
        let passages: usize = documents.iter().map(|document| document.passages.len()).sum();
        assert_eq!((&teacher["passages"], &teacher["questions"]), (&json!(passages), &json!(asked_for)));
    }
}
