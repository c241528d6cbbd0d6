//! What people write of themselves while they are away, whichever chat they write it in.

/// Of holidays, illness and leave, in lower case.
const WORDS: [&str; 24] = [
    "vacation",
    "out of office",
    "out of the office",
    "ooo",
    "out sick",
    "sick",
    "on leave",
    "parental leave",
    "holiday",
    "day off",
    "away",
    "urlaub",
    "krank",
    "abwesend",
    "elternzeit",
    "izinli",
    "izinde",
    "raporlu",
    "tatilde",
    "vacaciones",
    "congé",
    "vacances",
    "malade",
    "concediu",
];

/// Whether a status says that somebody is away, in the languages that forms know.
pub(super) fn says_away(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|char: char| !char.is_alphanumeric()).collect();
    let is_it =
        |one: &str, word: &str| one == word || one.starts_with("vacation") && word == "vacation";
    WORDS.iter().any(|word| match word.contains(' ') {
        true => lower.contains(word),
        false => words.iter().any(|one| is_it(one, word)),
    })
}
