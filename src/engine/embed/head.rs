//! What follows the pooling: the dense modules of sentence-transformers, or a classification head.

use serde::Deserialize;

use super::sentence::{self, Architecture};
use crate::engine::backend::{EncoderOutput, EncoderSpec, Failure};
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::kernels::{Activation, Isa, LayerNorm, Linear, l2_normalize};

/// Steps that turn a pooled state into a row of the answer.
pub struct Head {
    steps: Vec<Step>,
    output: EncoderOutput,
}

enum Step {
    Linear(Linear, Function),
    Norm(LayerNorm),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    None,
    Tanh,
    Relu,
    Gelu,
}

/// `config.json` of a dense module.
#[derive(Deserialize)]
struct Dense {
    in_features: usize,
    out_features: usize,
    #[serde(default = "yes")]
    bias: bool,
    #[serde(default)]
    activation_function: Option<String>,
    #[serde(default)]
    use_residual: bool,
}

fn yes() -> bool {
    true
}

/// ModernBERT's own part of `config.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ModernHead {
    norm_eps: Option<f32>,
    classifier_activation: Option<String>,
}

impl Head {
    /// What the checkpoint has behind the pooling, with `spec` changed to what comes out of it.
    pub fn load(checkpoint: &Checkpoint, tensors: &Tensors, spec: &mut EncoderSpec, isa: Isa) -> Result<Self, Failure> {
        let architecture = Architecture::read(checkpoint)?;
        let hidden = spec.dimensions;
        let steps = match architecture.is_classifier() {
            true => classifier(checkpoint, tensors, architecture.model_type.as_deref(), hidden, isa)?,
            false => dense(checkpoint, hidden, isa)?,
        };
        if architecture.is_classifier() {
            spec.output = EncoderOutput::Logits;
        }
        if let Some(Step::Linear(last, _)) = steps.iter().rfind(|step| matches!(step, Step::Linear(..))) {
            spec.dimensions = last.outputs();
        }
        Ok(Self { steps, output: spec.output })
    }

    /// `vector` takes the row of the answer that `pooled` leads to.
    pub fn apply(&self, pooled: &[f32], vector: &mut [f32]) {
        match self.steps.is_empty() {
            true => vector.copy_from_slice(pooled),
            false => {
                let mut state = pooled.to_vec();
                for step in &self.steps {
                    state = step.apply(state);
                }
                vector.copy_from_slice(&state);
            }
        }
        if self.output == EncoderOutput::Vector {
            l2_normalize(vector);
        }
    }
}

impl Step {
    fn apply(&self, mut state: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Norm(norm) => {
                norm.normalize(&mut state);
                state
            }
            Self::Linear(linear, function) => {
                let mut result = vec![0.0; linear.outputs()];
                let inside = if *function == Function::Gelu { Activation::Gelu } else { Activation::None };
                linear.forward(&state, inside, &mut result);
                match function {
                    Function::Tanh => result.iter_mut().for_each(|x| *x = x.tanh()),
                    Function::Relu => result.iter_mut().for_each(|x| *x = x.max(0.0)),
                    Function::Gelu | Function::None => {}
                }
                result
            }
        }
    }
}

/// A matrix of `inputs` columns and however many rows it has, and its bias where it has one.
fn linear(tensors: &Tensors, name: &str, inputs: usize, outputs: Option<usize>, isa: Isa) -> Result<Linear, Failure> {
    let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
    let outputs = match outputs {
        Some(outputs) => outputs,
        None => tensors.f32(&weight)?.0.first().copied().unwrap_or(0),
    };
    let weight = tensors.f32_shaped(&weight, &[outputs, inputs])?;
    let bias = match tensors.contains(&bias) {
        true => tensors.f32_shaped(&bias, &[outputs])?,
        false => vec![0.0; outputs],
    };
    Ok(Linear::new(isa, &weight, &bias, inputs))
}

fn dense(checkpoint: &Checkpoint, hidden: usize, isa: Isa) -> Result<Vec<Step>, Failure> {
    let mut width = hidden;
    let mut steps = Vec::new();
    for folder in sentence::dense_modules(checkpoint)? {
        let file = format!("{folder}/config.json");
        let config: Dense = checkpoint.json(&file)?;
        let refuse = |reason: String| Err(checkpoint.failure(&file, reason));
        if config.in_features != width {
            return refuse(format!("`in_features` is {}, what comes in has {width}", config.in_features));
        }
        if config.out_features == 0 || config.out_features > 1 << 20 || config.use_residual {
            return refuse("only a plain linear layer is supported".to_owned());
        }
        let name = config.activation_function.as_deref().unwrap_or("Tanh");
        let function = match name.rsplit('.').next() {
            Some("Identity") => Function::None,
            Some("Tanh") => Function::Tanh,
            Some("ReLU") => Function::Relu,
            Some("GELU") => Function::Gelu,
            _ => {
                return refuse(format!(
                    "`activation_function` is `{name}`; Identity, Tanh, ReLU and GELU are supported"
                ));
            }
        };
        let weights = format!("{folder}/model.safetensors");
        let tensors = checkpoint.tensors_of(&[&weights])?;
        if config.bias != tensors.contains("linear.bias") {
            return refuse("`bias` does not say what the weights have".to_owned());
        }
        steps.push(Step::Linear(linear(&tensors, "linear", width, Some(config.out_features), isa)?, function));
        width = config.out_features;
    }
    Ok(steps)
}

fn classifier(
    checkpoint: &Checkpoint,
    tensors: &Tensors,
    model_type: Option<&str>,
    hidden: usize,
    isa: Isa,
) -> Result<Vec<Step>, Failure> {
    let step = |name: &str, outputs: Option<usize>, function| {
        linear(tensors, name, hidden, outputs, isa).map(|linear| Step::Linear(linear, function))
    };
    Ok(match model_type {
        None | Some("bert") => {
            vec![step("bert.pooler.dense", Some(hidden), Function::Tanh)?, step("classifier", None, Function::None)?]
        }
        Some("roberta" | "xlm-roberta" | "camembert") => vec![
            step("classifier.dense", Some(hidden), Function::Tanh)?,
            step("classifier.out_proj", None, Function::None)?,
        ],
        Some("distilbert") => {
            vec![step("pre_classifier", Some(hidden), Function::Relu)?, step("classifier", None, Function::None)?]
        }
        Some("modernbert") => {
            let config: ModernHead = checkpoint.json(sentence::CONFIG)?;
            if let Some(other) = config.classifier_activation.filter(|name| name != "gelu") {
                let reason = format!("`classifier_activation` is `{other}`; supported is `gelu`");
                return Err(checkpoint.failure(sentence::CONFIG, reason));
            }
            let scale = tensors.f32_shaped("head.norm.weight", &[hidden])?;
            let shift = match tensors.contains("head.norm.bias") {
                true => tensors.f32_shaped("head.norm.bias", &[hidden])?,
                false => vec![0.0; hidden],
            };
            let norm = LayerNorm { isa, scale, shift, eps: config.norm_eps.unwrap_or(1e-5) };
            vec![
                step("head.dense", Some(hidden), Function::Gelu)?,
                Step::Norm(norm),
                step("classifier", None, Function::None)?,
            ]
        }
        Some(other) => {
            let reason = format!("a classification head of `{other}` is not supported");
            return Err(checkpoint.failure(sentence::CONFIG, reason));
        }
    })
}
