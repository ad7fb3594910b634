//! Finding messages again.

use crate::support::portal::{Actor, Portal};

async fn say(who: &Actor, portal: &Portal, channel: &str, body: &str) {
    let path = format!("/channels/{}", portal.channel(channel));
    who.get(&path)
        .await
        .expect_ok()
        .form("form[data-composer]")
        .set("body", body)
        .submit(who)
        .await
        .expect_see_other(&path);
}

/// The texts that a search finds, in order.
async fn found(who: &Actor, query: &str) -> Vec<String> {
    let page = who
        .get("/search")
        .await
        .expect_ok()
        .form("form[role=search]")
        .set("q", query)
        .submit(who)
        .await
        .expect_ok();
    page.select(".inbox-item__text")
        .into_iter()
        .map(|text| text.text)
        .collect()
}

#[tokio::test]
async fn words_phrases_beginnings_and_exclusions_find_what_they_say() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    for body in [
        "The pay rise is late",
        "Rise early, pay later",
        "Überstunden am Montag",
        "会議は明日です",
    ] {
        say(&member, &portal, "Night shift", body).await;
    }
    assert_eq!(
        found(&member, "pay rise").await,
        ["Rise early, pay later", "The pay rise is late"]
    );
    assert_eq!(found(&member, "\"pay rise\"").await, ["The pay rise is late"]);
    assert_eq!(found(&member, "pay -late").await, ["Rise early, pay later"]);
    assert_eq!(
        found(&member, "uberstund").await,
        ["Überstunden am Montag"],
        "the last word may be a beginning, accents make no difference"
    );
    assert_eq!(found(&member, "明日").await, ["会議は明日です"]);
    assert!(found(&member, "!!!").await.is_empty());
}

#[tokio::test]
async fn filters_say_who_where_and_what_and_are_shown_as_text() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    say(
        &member,
        &portal,
        "Night shift",
        "keys at https://example.org/keys",
    )
    .await;
    say(&steward, &portal, "Night shift", "keys on the table").await;
    say(&steward, &portal, "Steward school", "keys to chapter two").await;
    assert_eq!(found(&member, "keys from:@steward").await.len(), 2);
    assert_eq!(found(&member, "keys in:\"night shift\"").await.len(), 2);
    assert_eq!(found(&member, "has:link").await.len(), 1);
    assert!(found(&member, "keys after:2099-01-01").await.is_empty());
    let form = member
        .get("/search")
        .await
        .form("form[role=search]")
        .set("q", "keys")
        .set("from", "@steward")
        .set("in", "Night shift");
    let page = form
        .submit(&member)
        .await
        .expect_ok()
        .expect_text("from:@steward in:\"Night shift\" keys");
    assert_eq!(page.select(".inbox-item").len(), 1);
    assert_eq!(
        page.one("input[name=q]").attr("value"),
        Some("keys"),
        "filters stand in their fields"
    );
    let here = member
        .get(&format!(
            "/search?in=/channels/{}&q=keys",
            portal.channel("Steward school")
        ))
        .await
        .expect_ok()
        .expect_text("Only in Steward school");
    assert_eq!(here.select(".inbox-item").len(), 1);
}

#[tokio::test]
async fn only_what_one_may_read_is_found() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    say(&member, &portal, "Night shift", "zebra one").await;
    say(&member, &portal, "Night shift", "zebra two").await;
    for outsider in [
        portal.person("admin").await,
        portal.person("sponsor").await,
        portal.neighbour("stranger").await,
    ] {
        assert!(found(&outsider, "zebra").await.is_empty());
        outsider
            .get(&format!(
                "/search?q=zebra&in=/channels/{}",
                portal.channel("Night shift")
            ))
            .await
            .expect_text("You are not in that channel")
            .expect_no_text("zebra one");
    }
    portal.force("INSERT INTO hidden_messages (org_id, member_id, channel_id, seq) SELECT m.org_id, p.id, m.channel_id, m.seq FROM messages m JOIN members p ON p.org_id = m.org_id AND p.handle = 'steward' WHERE m.body = 'zebra one'");
    assert_eq!(found(&steward, "zebra").await, ["zebra two"]);
    portal.force("UPDATE channel_memberships SET visible_from_seq = 3 WHERE member_id IN (SELECT id FROM members WHERE handle = 'steward')");
    assert!(found(&steward, "zebra").await.is_empty());
    portal.force("UPDATE messages SET deleted_at = now() WHERE body = 'zebra two'");
    assert_eq!(found(&member, "zebra").await, ["zebra one"]);
}

#[tokio::test]
async fn hits_are_marked_and_never_become_markup() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    say(
        &member,
        &portal,
        "Night shift",
        &format!("{} look at `<b>needle</b>` & more", "word ".repeat(80)),
    )
    .await;
    let page = member.get("/search?q=needle").await.expect_ok();
    assert_eq!(page.one(".inbox-item__text mark").text, "needle");
    page.expect_no_element(".inbox-item__text b")
        .expect_text("<b>needle</b> & more")
        .expect_text("… word");
    assert!(
        page.one(".inbox-item__title")
            .attr("href")
            .unwrap()
            .contains("?at=1#m-")
    );
}

#[tokio::test]
async fn what_cannot_be_understood_is_said_beside_its_field() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member
        .get("/search?q=has:gold")
        .await
        .expect_ok()
        .expect_text("“has:gold” is not understood");
    assert_eq!(page.one("input[name=q]").attr("value"), Some("has:gold"));
    member
        .get("/search?before=tomorrow")
        .await
        .expect_ok()
        .expect_text("wants a day such as 2026-10-01");
    member.get("/search?q=x&older=nonsense").await.expect_status(400);
    portal
        .anyone()
        .get("/search?q=x")
        .await
        .expect_see_other("/sign-in");
}

#[tokio::test]
async fn many_hits_come_in_pages_and_miss_nothing() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    for number in 0..25 {
        say(&member, &portal, "Night shift", &format!("apple {number}")).await;
    }
    let first = member.get("/search?q=apple").await;
    let second = first.click(&member, "Older").await.expect_ok();
    let mut seen: Vec<String> = first
        .select(".inbox-item__text")
        .into_iter()
        .chain(second.select(".inbox-item__text"))
        .map(|text| text.text)
        .collect();
    seen.sort();
    seen.dedup();
    assert_eq!((first.select(".inbox-item").len(), seen.len()), (20, 25));
}

#[tokio::test]
async fn the_searcher_is_me_and_conversations_are_found_by_their_people() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    say(&member, &portal, "Night shift", "Lunch at noon").await;
    say(&steward, &portal, "Night shift", "Lunch at one").await;
    assert_eq!(found(&member, "lunch from:me").await, ["Lunch at noon"]);
    assert_eq!(found(&steward, "lunch from:me").await, ["Lunch at one"]);

    let begun = member
        .get("/direct/new")
        .await
        .form("main form")
        .set("handles", "@steward")
        .press("Begin the conversation")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    let path = begun.location().unwrap().path().to_owned();
    member
        .get(&path)
        .await
        .form("form[data-composer]")
        .set("body", "Lunch, just us")
        .submit(&member)
        .await
        .expect_see_other(&path);
    for place in ["in:@steward", "in:steward", "in:\"Rosa Delgado\""] {
        assert_eq!(
            found(&member, &format!("lunch {place}")).await,
            ["Lunch, just us"],
            "{place}"
        );
    }
    assert!(found(&member, "lunch in:@member").await.is_empty());
    let outsider = portal.person("other").await;
    assert!(found(&outsider, "lunch in:@steward").await.is_empty());
}

#[tokio::test]
async fn names_that_nobody_has_are_said_and_hyphens_may_stand_for_spaces() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    say(&member, &portal, "Night shift", "lamps").await;
    assert_eq!(found(&member, "lamps in:night-shift").await, ["lamps"]);
    assert_eq!(found(&member, "lamps in:#Night-Shift").await, ["lamps"]);
    let page = member.get("/search?q=lamps+from:@nobody-x").await.expect_ok();
    page.expect_text("Nobody here is called @nobody-x.");
    assert_eq!(
        page.one("input[name=q]").attr("value"),
        Some("lamps from:@nobody-x")
    );
    member
        .get("/search?q=lamps+in:day-shift")
        .await
        .expect_ok()
        .expect_text("You are in no channel called “day-shift”");
    // Who has left is still found by what they wrote.
    let steward = portal.person("steward").await;
    say(&steward, &portal, "Night shift", "lamps too").await;
    portal.force("UPDATE members SET state = 'left' WHERE handle = 'steward'");
    assert_eq!(found(&member, "lamps from:@steward").await, ["lamps too"]);
}

/// Two years of messages in a channel the searcher is in and in one they are not, with words of every frequency, bursts of one
/// moment, and gaps of months: the newest first, page by page, exactly those that hold the word.
#[tokio::test]
async fn years_of_messages_are_searched_in_steps_that_miss_nothing() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let mine = portal.channel("Night shift");
    let theirs = portal.look(
        "SELECT c.id FROM channels c JOIN organizations o ON o.id = c.org_id AND o.slug = 'local' WHERE NOT EXISTS (
           SELECT FROM channel_memberships p JOIN members m ON m.id = p.member_id WHERE p.channel_id = c.id AND m.handle = 'member') LIMIT 1",
    );
    portal.force(&format!(
        "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text, created_at)
         SELECT c.org_id, c.id, c.last_seq + n, gen_random_uuid(), (SELECT id FROM members WHERE org_id = c.org_id AND handle = 'steward'),
                c.rev + n, body, body, body,
                now() - CASE WHEN n < 500 THEN interval '1 minute' WHEN n < 1500 THEN n * interval '1 hour' ELSE n * interval '6 hours' END
         FROM channels c, generate_series(1, 3000) n,
              LATERAL (SELECT concat_ws(' ', 'everywhere', CASE WHEN n % 7 = 0 THEN 'oftentimes' END, CASE WHEN n % 90 = 0 THEN 'seldomly' END,
                                        CASE WHEN n IN (4, 1400, 2950) THEN 'scarcely' END, CASE WHEN n % 50 = 0 THEN 'xy' || n END, 'no' || n) AS body) said
         WHERE c.id IN ('{mine}', '{theirs}')"
    ));
    for (query, condition) in [
        ("everywhere", "body_text LIKE '%everywhere%'"),
        ("oftentimes", "body_text LIKE '%oftentimes%'"),
        ("often", "body_text LIKE '%oftentimes%'"),
        ("seldom", "body_text LIKE '%seldomly%'"),
        ("seldomly xy", "body_text LIKE '%seldomly xy%'"),
        (
            "\"oftentimes seldomly\"",
            "body_text LIKE '%oftentimes seldomly%'",
        ),
        ("scarce", "body_text LIKE '%scarcely%'"),
        ("xy", "body_text LIKE '%xy%'"),
        (
            "xy -seldomly",
            "body_text LIKE '%xy%' AND body_text NOT LIKE '%seldomly%'",
        ),
        ("nowhere", "false"),
    ] {
        let expected = portal.look(&format!(
            "SELECT coalesce(string_agg(body_text, '|' ORDER BY created_at DESC, id DESC), '') FROM messages
             WHERE channel_id = '{mine}' AND {condition}"
        ));
        let mut page = member
            .get(&format!("/search?q={}", query.replace(' ', "+")))
            .await
            .expect_ok();
        let mut seen: Vec<String> = Vec::new();
        // As many pages as reach from the newest burst beyond the last step by days.
        for _ in 0..8 {
            seen.extend(page.select(".inbox-item__text").into_iter().map(|text| text.text));
            if page.select("a[href*='older=']").is_empty() {
                break;
            }
            page = page.click(&member, "Older").await.expect_ok();
        }
        let wanted: Vec<&str> = expected.split('|').filter(|text| !text.is_empty()).collect();
        let compared = wanted.len().min(160);
        assert_eq!(seen.len(), compared, "{query}");
        assert_eq!(seen, wanted[..compared], "{query}");
    }
}
