//! "Did you mean …?": the nearest of the names that would have been right.

/// The name among `known` that `typed` was probably meant to be, if one is near enough.
#[must_use]
pub fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let allowed = (typed.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The help beside an unknown name: the nearest one, else all there are.
#[must_use]
pub fn help<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().filter(|name| !name.is_empty()).collect();
    match nearest(typed, known.iter().copied()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if known.is_empty() => None,
        None => Some(format!("known: {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_another_word_does_not() {
        let known = ["weight", "email", "members"];
        assert_eq!(nearest("wieght", known), Some("weight"));
        assert_eq!(nearest("e_mail", known), Some("email"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(
            help("colour", known).as_deref(),
            Some("known: weight, email, members")
        );
        assert_eq!(help("colour", []), None);
    }
}
