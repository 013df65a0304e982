//! Numbers as words, in English and Spanish.

const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const SPANISH: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const DECENAS: [&str; 10] =
    ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const CENTENAS: [&str; 10] = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
];

/// Up to a million millions; what is above is said digit by digit.
pub const MOST: u64 = 999_999_999_999;

/// A number's words, apart by spaces.
pub fn english(number: u64) -> String {
    let scale = |unit: u64, name: &str| {
        let rest = number % unit;
        let head = format!("{} {name}", english(number / unit));
        if rest == 0 { head } else { format!("{head} {}", english(rest)) }
    };
    match number {
        0..20 => ENGLISH[number as usize].to_owned(),
        20..100 if number.is_multiple_of(10) => TENS[number as usize / 10].to_owned(),
        20..100 => format!("{} {}", TENS[number as usize / 10], ENGLISH[number as usize % 10]),
        100..1000 => scale(100, "hundred"),
        1000..1_000_000 => scale(1000, "thousand"),
        1_000_000..1_000_000_000 => scale(1_000_000, "million"),
        _ => scale(1_000_000_000, "billion"),
    }
}

/// The same in Spanish.
pub fn spanish(number: u64) -> String {
    let with = |head: String, rest: u64| if rest == 0 { head } else { format!("{head} {}", spanish(rest)) };
    // `uno` is shorter before what it counts.
    let count = |number: u64| match spanish(number) {
        words if words == "uno" => "un".to_owned(),
        words => words.strip_suffix(" uno").map(|head| format!("{head} un")).unwrap_or(words),
    };
    match number {
        0..30 => SPANISH[number as usize].to_owned(),
        30..100 if number.is_multiple_of(10) => DECENAS[number as usize / 10].to_owned(),
        30..100 => format!("{} y {}", DECENAS[number as usize / 10], SPANISH[number as usize % 10]),
        100 => "cien".to_owned(),
        101..1000 => with(CENTENAS[number as usize / 100].to_owned(), number % 100),
        1000..2000 => with("mil".to_owned(), number % 1000),
        2000..1_000_000 => with(format!("{} mil", count(number / 1000)), number % 1000),
        1_000_000..2_000_000 => with("un millón".to_owned(), number % 1_000_000),
        _ => with(format!("{} millones", count(number / 1_000_000)), number % 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_worded() {
        assert_eq!(english(0), "zero");
        assert_eq!(english(1_942_017), "one million nine hundred forty two thousand seventeen");
        assert_eq!(spanish(1121), "mil ciento veintiuno");
        assert_eq!(spanish(31_500), "treinta y un mil quinientos");
        assert_eq!((spanish(100), spanish(2_000_000)), ("cien".to_owned(), "dos millones".to_owned()));
        assert!(english(MOST).starts_with("nine hundred ninety nine billion"));
        assert!(spanish(MOST).ends_with("noventa y nueve"));
    }
}
