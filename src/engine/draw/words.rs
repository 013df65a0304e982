//! What a prompt says that can be drawn.

/// A colour: red, green, blue from 0 to 1.
pub type Colour = [f32; 3];

const COLOURS: [(&str, Colour); 18] = [
    ("red", [0.85, 0.16, 0.15]),
    ("orange", [0.95, 0.55, 0.12]),
    ("yellow", [0.97, 0.85, 0.2]),
    ("golden", [0.9, 0.72, 0.2]),
    ("gold", [0.9, 0.72, 0.2]),
    ("green", [0.2, 0.6, 0.25]),
    ("blue", [0.16, 0.36, 0.8]),
    ("purple", [0.5, 0.22, 0.65]),
    ("violet", [0.5, 0.22, 0.65]),
    ("pink", [0.95, 0.55, 0.7]),
    ("brown", [0.45, 0.28, 0.16]),
    ("black", [0.08, 0.08, 0.1]),
    ("white", [0.96, 0.96, 0.95]),
    ("gray", [0.5, 0.5, 0.52]),
    ("grey", [0.5, 0.5, 0.52]),
    ("silver", [0.72, 0.73, 0.76]),
    ("turquoise", [0.2, 0.75, 0.75]),
    ("teal", [0.1, 0.5, 0.5]),
];

/// What has a shape of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    Sun,
    Moon,
    Star,
    Cloud,
    Mountain,
    Tree,
    House,
    Tower,
    Flower,
    Ball,
    Fruit,
    Banana,
    Box,
    Cup,
    Cat,
    Dog,
    Bird,
    Fish,
    Person,
    Car,
    Boat,
    Umbrella,
}

const NOUNS: [(&str, Noun); 52] = [
    ("sun", Noun::Sun),
    ("moon", Noun::Moon),
    ("star", Noun::Star),
    ("cloud", Noun::Cloud),
    ("mountain", Noun::Mountain),
    ("hill", Noun::Mountain),
    ("volcano", Noun::Mountain),
    ("pyramid", Noun::Mountain),
    ("tree", Noun::Tree),
    ("forest", Noun::Tree),
    ("palm", Noun::Tree),
    ("house", Noun::House),
    ("home", Noun::House),
    ("cabin", Noun::House),
    ("cottage", Noun::House),
    ("barn", Noun::House),
    ("tower", Noun::Tower),
    ("lighthouse", Noun::Tower),
    ("castle", Noun::Tower),
    ("skyscraper", Noun::Tower),
    ("city", Noun::Tower),
    ("flower", Noun::Flower),
    ("rose", Noun::Flower),
    ("tulip", Noun::Flower),
    ("daisy", Noun::Flower),
    ("ball", Noun::Ball),
    ("balloon", Noun::Ball),
    ("planet", Noun::Ball),
    ("apple", Noun::Fruit),
    ("tomato", Noun::Fruit),
    ("cherry", Noun::Fruit),
    ("banana", Noun::Banana),
    ("box", Noun::Box),
    ("cube", Noun::Box),
    ("robot", Noun::Box),
    ("book", Noun::Box),
    ("cup", Noun::Cup),
    ("mug", Noun::Cup),
    ("coffee", Noun::Cup),
    ("cat", Noun::Cat),
    ("kitten", Noun::Cat),
    ("dog", Noun::Dog),
    ("puppy", Noun::Dog),
    ("bird", Noun::Bird),
    ("fish", Noun::Fish),
    ("person", Noun::Person),
    ("man", Noun::Person),
    ("woman", Noun::Person),
    ("astronaut", Noun::Person),
    ("car", Noun::Car),
    ("boat", Noun::Boat),
    ("umbrella", Noun::Umbrella),
];

/// Where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Day,
    Sunset,
    Night,
    Sea,
    Snow,
    Desert,
    Plain,
}

const PLACES: [(&str, Place); 20] = [
    ("night", Place::Night),
    ("space", Place::Night),
    ("galaxy", Place::Night),
    ("dark", Place::Night),
    ("neon", Place::Night),
    ("sunset", Place::Sunset),
    ("sunrise", Place::Sunset),
    ("dawn", Place::Sunset),
    ("evening", Place::Sunset),
    ("sea", Place::Sea),
    ("ocean", Place::Sea),
    ("beach", Place::Sea),
    ("lake", Place::Sea),
    ("river", Place::Sea),
    ("snow", Place::Snow),
    ("winter", Place::Snow),
    ("desert", Place::Desert),
    ("sand", Place::Desert),
    ("landscape", Place::Day),
    ("meadow", Place::Day),
];

/// A thing that is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    pub noun: Noun,
    /// Said of it, else its own.
    pub colour: Option<Colour>,
    /// 1 to [`MOST`].
    pub count: usize,
}

/// Most of one thing, and most things.
pub const MOST: usize = 12;

/// What was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    pub things: Vec<Asked>,
    pub place: Option<Place>,
    /// Colours of nothing in particular.
    pub colours: Vec<Colour>,
}

pub fn understand(prompt: &str, negative: &str) -> Understood {
    let unwanted: Vec<Noun> = words(negative).filter_map(|word| find(&NOUNS, &word)).collect();
    let mut found = Understood { things: Vec::new(), place: None, colours: Vec::new() };
    let (mut colour, mut count) = (None, 1);
    for word in words(prompt) {
        if let Some(noun) = find(&NOUNS, &word) {
            let is_new = found.things.iter().all(|thing| thing.noun != noun);
            if is_new && !unwanted.contains(&noun) && found.things.len() < MOST {
                let plural = word.ends_with('s') && !word.ends_with("ss") && count == 1;
                found.things.push(Asked { noun, colour: colour.take(), count: if plural { 3 } else { count } });
            }
            (colour, count) = (None, 1);
        } else if let Some(said) = find(&COLOURS, &word) {
            found.colours.push(said);
            colour = Some(said);
        } else if let Some(said) = number(&word) {
            count = said;
        }
        found.place = found.place.or_else(|| find(&PLACES, &word));
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// By the word, or by its singular.
fn find<T: Copy>(known: &[(&str, T)], word: &str) -> Option<T> {
    let singular = word.strip_suffix("es").filter(|stem| stem.ends_with(['x', 'h', 's']));
    let forms = [Some(word), word.strip_suffix('s'), singular];
    known.iter().find(|(name, _)| forms.iter().flatten().any(|form| form == name)).map(|(_, meaning)| *meaning)
}

fn number(word: &str) -> Option<usize> {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let spelled = NUMBERS.iter().position(|number| *number == word).map(|place| place + 1);
    spelled.or_else(|| word.parse().ok()).filter(|number| (1..=MOST).contains(number))
}
