//! What a message offers: to whom, and how it is asked for without scripts.

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Posts through the composer; answers the channel's and the message's address.
async fn posted(portal: &Portal, who: &Actor, body: &str) -> (String, String) {
    let channel = format!("/channels/{}", portal.channel("Depot north"));
    let page = who.get(&channel).await.expect_ok();
    page.form("form[data-composer]")
        .set("body", body)
        .submit(who)
        .await
        .expect_see_other(&channel);
    let page = who.get(&format!("{channel}?latest")).await;
    let more = page
        .select("[data-more]")
        .last()
        .unwrap()
        .attr("href")
        .unwrap()
        .to_owned();
    (channel, more)
}

/// What stands in the menu page, in the order of the product's words.
fn offered(page: &Page) -> Vec<&'static str> {
    let words = [
        "Reply",
        "Link to message",
        "Pin",
        "Unpin",
        "Mark unread from here",
        "Edit",
        "Hide for me",
        "Report",
        "Delete",
        "Remove",
    ];
    let items: Vec<String> = page
        .select(".menu__item")
        .into_iter()
        .map(|item| item.text.trim().to_owned())
        .collect();
    words
        .into_iter()
        .filter(|word| items.iter().any(|item| item == word))
        .collect()
}

#[tokio::test]
async fn everyone_is_offered_what_they_may_do_and_the_list_says_the_same() {
    let portal = Portal::start().await;
    let (member, other, leader) = (
        portal.person("member").await,
        portal.person("other").await,
        portal.person("leader").await,
    );
    let (channel, message) = posted(&portal, &member, "Who has the key?").await;

    let own = member
        .get(&message)
        .await
        .expect_ok()
        .expect_text("Who has the key?");
    assert_eq!(
        offered(&own),
        [
            "Reply",
            "Link to message",
            "Mark unread from here",
            "Edit",
            "Delete"
        ]
    );
    let theirs = other.get(&message).await.expect_ok();
    assert_eq!(
        offered(&theirs),
        [
            "Reply",
            "Link to message",
            "Mark unread from here",
            "Hide for me",
            "Report"
        ]
    );
    let led = leader.get(&message).await.expect_ok();
    assert_eq!(
        offered(&led),
        [
            "Reply",
            "Link to message",
            "Pin",
            "Mark unread from here",
            "Hide for me",
            "Report",
            "Remove"
        ]
    );

    for (who, offers) in [
        (&member, "react edit delete"),
        (&other, "react hide"),
        (&leader, "react pin hide remove"),
    ] {
        let page = who.get(&format!("{channel}?latest")).await;
        assert_eq!(
            page.one(&format!("[href='{message}']")).attr("data-more"),
            Some(offers)
        );
    }
}

#[tokio::test]
async fn every_item_of_the_page_leads_where_it_says() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let (channel, message) = posted(&portal, &portal.person("member").await, "The new gate code").await;
    let page = leader.get(&message).await;

    page.click(&leader, "Reply")
        .await
        .expect_ok()
        .expect_text("Replying to");
    page.click(&leader, "Report").await.expect_ok();
    page.click(&leader, "Remove")
        .await
        .expect_ok()
        .expect_text("Remove this message?");
    let reacted = page
        .form("#feed-form")
        .press("React with 🎉")
        .submit(&leader)
        .await;
    reacted
        .expect_see_other(&channel)
        .follow(&leader)
        .await
        .expect_element(".reaction[value='🎉']");
    let page = leader.get(&message).await;
    let pinned = page.form("#feed-form").press("Pin").submit(&leader).await;
    pinned.expect_see_other(&channel);
    assert!(offered(&leader.get(&message).await).contains(&"Unpin"));
}

#[tokio::test]
async fn there_is_no_menu_of_what_is_gone_or_not_theirs() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (channel, message) = posted(&portal, &member, "Soon gone").await;
    portal
        .person("sponsor")
        .await
        .get(&message)
        .await
        .expect_status(404);
    let elsewhere = message.replace(&channel, &format!("/channels/{}", portal.channel("Night shift")));
    member.get(&elsewhere).await.expect_status(404);

    let page = member.get(&format!("{message}/deletion")).await;
    page.form("main form")
        .submit(&member)
        .await
        .expect_see_other(&channel);
    member.get(&message).await.expect_status(404);
}
