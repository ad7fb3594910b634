//! What people answer to texts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may fall"
)]

use std::sync::LazyLock;

use proptest::prelude::*;
use waymark::domains::consent::rules::{Meaning, Reply, Rules, read_reply};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::built_in().unwrap());

const LISTEN: Reply = Reply::Other { mentions_stop: true };
const TALK: Reply = Reply::Other { mentions_stop: false };

fn all_read(texts: &[&str], expected: Reply) {
    for text in texts {
        assert_eq!(read_reply(text, None, &RULES), expected, "{text:?}");
    }
}

#[test]
fn the_words_that_law_and_carriers_name_stop() {
    // 47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe; CTIA; Twilio defaults.
    all_read(
        &[
            "STOP",
            "stop",
            "Quit",
            "END",
            "revoke",
            "opt out",
            "OPT-OUT",
            "OPTOUT",
            "cancel",
            "Unsubscribe",
            "STOPALL",
            "STOP ALL",
        ],
        Reply::Stop,
    );
}

#[test]
fn french_and_spanish_words_stop_with_and_without_accents() {
    // Twilio: ARRET, ARRETE, ARRETT; AWS: ARRET.
    all_read(
        &[
            "ARRET",
            "Arrêt",
            "arrete",
            "ARRÊTEZ",
            "ARRETT",
            "arrêter",
            "désabonner",
            "Me désabonner svp",
            "Désinscription",
            "FIN",
            "ALTO",
            "baja",
        ],
        Reply::Stop,
    );
}

#[test]
fn courtesy_punctuation_and_repetition_change_nothing() {
    all_read(
        &[
            "stop!",
            "  Stop. ",
            "please stop",
            "Stop please!!",
            "STOP STOP STOP",
            "Stop, thank you",
            "stop texting me",
            "Please stop sending me messages",
            "S.T.O.P.",
            "\"STOP\"",
            "stop\u{200b}",
            "ＳＴＯＰ",
            "Stop 🙏",
            "please cancel",
            "unsubscribe me",
            "Stop these texts now",
            "svp arrêtez",
            "arrêtez de m'écrire",
            "Arrêt s'il vous plaît",
            "Stop\n\nSent from my iPhone",
            "ARRÊT\nEnvoyé de mon iPad",
        ],
        Reply::Stop,
    );
}

#[test]
fn asking_in_whole_sentences_stops() {
    // 47 CFR 64.1200(a)(10): any reasonable means.
    all_read(
        &[
            "Take me off your list",
            "remove me from this list please",
            "Do not text me again",
            "don’t text me",
            "leave me alone!",
            "I want to unsubscribe",
            "No more texts",
            "je ne veux plus recevoir vos messages",
            "Retirez-moi de la liste",
            "no me escriban",
        ],
        Reply::Stop,
    );
}

#[test]
fn a_denial_or_other_talk_of_stopping_goes_to_a_person() {
    all_read(
        &[
            "don't stop the picket",
            "Don’t stop!",
            "do not stop",
            "stop the picket",
            "We can't stop now",
            "When will they stop hiring scabs?",
            "ne pas arrêter",
            "n'arrêtez pas la grève",
            "the bus stop at Main",
            "this is not the end",
            "Can you cancel my shift Friday",
            "I unsubscribed twice already!",
            "stop by my house",
            "quit his job",
            "unstop stop",
            "Stop. Also who is my steward?",
        ],
        LISTEN,
    );
}

#[test]
fn other_talk_is_other_talk() {
    all_read(
        &[
            "",
            "👍",
            "See you at the picket",
            "On se voit à 8 h",
            "What about help for my cousin",
            "yes I will be there",
            "Nonstop?",
        ],
        TALK,
    );
}

#[test]
fn start_and_help_are_read_too() {
    // Twilio: START, UNSTOP, YES; CTIA: HELP, INFO.
    all_read(
        &[
            "START",
            "unstop",
            "Yes",
            "yes please",
            "oui",
            "DÉBUT",
            "Start please",
        ],
        Reply::Start,
    );
    all_read(
        &[
            "HELP",
            "info",
            "Help!",
            "AIDE",
            "Aide svp",
            "ayuda",
            "help me",
            "who is this?",
            "please help",
        ],
        Reply::Help,
    );
}

#[test]
fn coming_back_takes_a_clear_word() {
    all_read(
        &[
            "start texting the list",
            "I start to text",
            "yes to this",
            "resume work",
        ],
        TALK,
    );
}

#[test]
fn what_the_carrier_has_read_comes_first() {
    assert_eq!(read_reply("salut", Some(Meaning::Stop), &RULES), Reply::Stop);
    assert_eq!(read_reply("STOP", Some(Meaning::Help), &RULES), Reply::Help);
}

proptest! {
    #[test]
    fn every_stop_word_stops_however_it_is_typed(at in any::<prop::sample::Index>(), shout in any::<bool>(), end in "[ .!?,\n]{0,4}") {
        let words: Vec<&String> = RULES.keyword.iter().filter(|row| row.meaning == Meaning::Stop).flat_map(|row| &row.words).collect();
        let word = at.get(&words);
        let typed = if shout { word.to_uppercase() } else { (*word).clone() };
        prop_assert_eq!(read_reply(&format!("{end}{typed}{end}"), None, &RULES), Reply::Stop);
    }

    #[test]
    fn a_denial_before_a_stop_word_never_stops(denial in prop::sample::select(vec!["don't", "never", "do not", "not", "ne pas", "no", "can't"]), word in prop::sample::select(vec!["stop", "unsubscribe", "cancel", "arrêter", "quit"])) {
        prop_assert_eq!(read_reply(&format!("{denial} {word}"), None, &RULES), LISTEN);
    }

    #[test]
    fn nothing_makes_it_fall(text in "\\PC{0,400}") {
        let _ = read_reply(&text, None, &RULES);
    }
}
