//! A text with some of its variables filled in, to be looked at and never to be sent.

/// Puts what is `known` in place of plain variables such as `{{ vars.headline }}`. Everything else in braces stays as it was written.
pub fn filled_in(text: &str, known: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((inner, next)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        match known(inner.trim()) {
            Some(value) => filled.push_str(&value),
            None => {
                filled.push_str("{{");
                filled.push_str(inner);
                filled.push_str("}}");
            }
        }
        rest = next;
    }
    filled.push_str(rest);
    filled
}
