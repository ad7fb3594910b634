//! Programs that say what they are.

/// Parts of the names of programs behind which nobody sits, in lower case. Common knowledge and not measured: programs
/// change their names, and many scanners give a browser's, so this catches the honest ones only. Mautic #16263 tells
/// that `SafeLinks`, Mimecast, Proofpoint and Barracuda are missed elsewhere. Left out, since a person may sit behind
/// it: Outlook ("ms-office"), the browsers inside Facebook, Instagram and `LinkedIn`.
const MACHINES: &[&str] = &[
    // Scanners of mail.
    "safelinks",
    "bingpreview",
    "mimecast",
    "proofpoint",
    "barracuda",
    "symantec",
    "messagelabs",
    "trend micro",
    "trendmicro",
    // Mail programs' proxies for pictures. They may come when somebody opens the message and may come before: what
    // comes through them is no evidence.
    "googleimageproxy",
    "yahoomailproxy",
    // Previews in chats. Most others end in "bot".
    "slackbot",
    "slack-imgproxy",
    "facebookexternalhit",
    "skypeuripreview",
    // Tools and libraries.
    "curl/",
    "wget/",
    "python-requests",
    "python-urllib",
    "aiohttp/",
    "go-http-client",
    "apache-httpclient",
    "libwww-perl",
    "headlesschrome",
    "phantomjs",
    // What searches the web.
    "crawler",
    "spider",
    "slurp",
];

/// Whether a program names itself as one that nobody sits behind.
pub(super) fn is_machine(user_agent: &str) -> bool {
    let name = user_agent.to_ascii_lowercase();
    MACHINES.iter().any(|machine| name.contains(machine)) || is_bot(&name)
}

/// Whether it loads pictures as Apple's Mail Privacy Protection does: as a browser without a name or version.
pub(super) fn is_privacy_protection(user_agent: &str) -> bool {
    user_agent.trim() == "Mozilla/5.0"
}

/// Whether a word of the name ends in "bot" or "bots", as in "Googlebot/2.1". Cubot is a maker of telephones.
fn is_bot(name: &str) -> bool {
    name.match_indices("bot").any(|(start, bot)| {
        let before = name.get(..start).unwrap_or_default();
        let after = name.get(start + bot.len()..).unwrap_or_default();
        let after = after.strip_prefix('s').unwrap_or(after);
        !before.ends_with("cu") && !after.starts_with(|next: char| next.is_ascii_alphabetic())
    })
}
