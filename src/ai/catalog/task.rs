//! The twelve tasks of Workers AI.

use serde::Deserialize;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    TextGeneration,
    TextEmbeddings,
    TextClassification,
    Translation,
    Summarization,
    ImageToText,
    ImageClassification,
    ObjectDetection,
    TextToImage,
    AutomaticSpeechRecognition,
    VoiceActivityDetection,
    TextToSpeech,
}

/// What holds for a task's models unless a model says otherwise.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskDefaults {
    /// The bundled checkpoint of last resort.
    pub stand_in: Option<String>,
    /// Small open checkpoints that can stand for any model of the task, nearest first.
    pub siblings: Vec<String>,
}

impl Task {
    pub const ALL: [Self; 12] = [
        Self::TextGeneration,
        Self::TextEmbeddings,
        Self::TextClassification,
        Self::Translation,
        Self::Summarization,
        Self::ImageToText,
        Self::ImageClassification,
        Self::ObjectDetection,
        Self::TextToImage,
        Self::AutomaticSpeechRecognition,
        Self::VoiceActivityDetection,
        Self::TextToSpeech,
    ];

    /// Production's UUID (Cloudflare's model files).
    pub fn id(self) -> &'static str {
        match self {
            Self::TextGeneration => "c329a1f9-323d-4e91-b2aa-582dd4188d34",
            Self::TextEmbeddings => "0137cdcf-162a-4108-94f2-1ca59e8c65ee",
            Self::TextClassification => "19606750-23ed-4371-aab2-c20349b53a60",
            Self::Translation => "f57d07cb-9087-487a-bbbf-bc3e17fecc4b",
            Self::Summarization => "6f4e65d8-da0f-40d2-9aa4-db582a5a04fd",
            Self::ImageToText => "882a91d1-c331-4eec-bdad-834c919942a8",
            Self::ImageClassification => "00cd182b-bf30-4fc4-8481-84a3ab349657",
            Self::ObjectDetection => "9c178979-90d9-49d8-9e2c-0f1cf01815d4",
            Self::TextToImage => "3d6e1f35-341b-4915-a6c8-9a7142a9033a",
            Self::AutomaticSpeechRecognition => "dfce1c48-2a81-462e-a7fd-de97ce985207",
            Self::VoiceActivityDetection => "ccb1ca5a-043d-41a7-8a3b-61017b2796fd",
            Self::TextToSpeech => "b52660a1-9a95-4ab2-8b1d-f232be34604a",
        }
    }

    /// Production's name, as `models/search` shows it and its `task` filter takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TextGeneration => "Text Generation",
            Self::TextEmbeddings => "Text Embeddings",
            Self::TextClassification => "Text Classification",
            Self::Translation => "Translation",
            Self::Summarization => "Summarization",
            Self::ImageToText => "Image-to-Text",
            Self::ImageClassification => "Image Classification",
            Self::ObjectDetection => "Object Detection",
            Self::TextToImage => "Text-to-Image",
            Self::AutomaticSpeechRecognition => "Automatic Speech Recognition",
            Self::VoiceActivityDetection => "Voice Activity Detection",
            Self::TextToSpeech => "Text-to-Speech",
        }
    }

    /// Whether a call may be the file itself, as a picture or a sound, instead of JSON.
    pub fn takes_file(self) -> bool {
        match self {
            Self::ImageToText
            | Self::ImageClassification
            | Self::ObjectDetection
            | Self::AutomaticSpeechRecognition
            | Self::VoiceActivityDetection => true,
            Self::TextGeneration
            | Self::TextEmbeddings
            | Self::TextClassification
            | Self::Translation
            | Self::Summarization
            | Self::TextToImage
            | Self::TextToSpeech => false,
        }
    }

    /// One sentence in our words.
    pub fn description(self) -> &'static str {
        match self {
            Self::TextGeneration => "Writes text: answers, chats, code, calls of tools.",
            Self::TextEmbeddings => "Turns text into vectors whose distance tells how alike the texts are.",
            Self::TextClassification => "Puts labels or scores on texts.",
            Self::Translation => "Carries text from one language to another.",
            Self::Summarization => "Shortens a text to what matters.",
            Self::ImageToText => "Describes pictures and answers questions about them.",
            Self::ImageClassification => "Names what a picture shows.",
            Self::ObjectDetection => "Finds the things in a picture and where they are.",
            Self::TextToImage => "Draws pictures from a description.",
            Self::AutomaticSpeechRecognition => "Writes down what is said in a recording.",
            Self::VoiceActivityDetection => "Hears whether someone speaks, and whether they have finished.",
            Self::TextToSpeech => "Reads text aloud.",
        }
    }

    /// The name in `catalog.toml` and in URLs.
    pub fn slug(self) -> String {
        self.name().to_lowercase().replace(' ', "-")
    }

    /// The task of this name, id or slug; case does not matter.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| {
            task.name().eq_ignore_ascii_case(text)
                || task.id().eq_ignore_ascii_case(text)
                || task.slug().eq_ignore_ascii_case(text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_found_by_name_id_and_slug() {
        for task in Task::ALL {
            assert_eq!(Task::find(task.name()), Some(task));
            assert_eq!(Task::find(task.id()), Some(task));
            assert_eq!(Task::find(&task.slug()), Some(task));
        }
        assert_eq!(Task::find("text generation"), Some(Task::TextGeneration));
        assert_eq!(Task::find(""), None);
    }
}
