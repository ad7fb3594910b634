use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::draft::{Draft, figure};
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

#[tokio::test]
async fn a_broadcast_waits_a_minute_and_then_reaches_everyone_but_its_author() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let path = Draft::to_everyone("General meeting").send(&admin).await;

    portal.settle().await;
    member.get(&path).await.expect_status(404);
    admin
        .get(&path)
        .await
        .expect_ok()
        .expect_text("This will be sent at")
        .expect_text("to about 8 people");
    assert_eq!(portal.look("SELECT count(*) FROM broadcast_recipients"), "0");

    portal.pass(TimeDelta::seconds(61));
    portal.settle().await;
    member
        .get(&path)
        .await
        .expect_ok()
        .expect_text("General meeting")
        .expect_element(".broadcast__body strong");
    assert_eq!(figure(&admin.get(&path).await.expect_ok(), "Delivered"), "8");
    let mine = format!(
        "SELECT count(*) FROM broadcast_recipients WHERE member_id = '{}'",
        portal.member("admin")
    );
    assert_eq!(portal.look(&mine), "0", "authors do not send to themselves");
    assert_eq!(
        portal.look("SELECT string_agg(action, ' ' ORDER BY id) FROM broadcast_log"),
        "created sent"
    );
    let told = "SELECT string_agg(event_type, ' ' ORDER BY seq) FROM events WHERE event_type LIKE 'channels.broadcast.%'";
    assert_eq!(
        portal.look(told),
        "channels.broadcast.scheduled channels.broadcast.sent"
    );
}

#[tokio::test]
async fn a_broadcast_to_a_channel_is_also_a_message_in_it() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);
    let before = portal.look("SELECT rev FROM channels WHERE title = 'Depot north'");
    let path = Draft::to_channel(&portal, "Line 12 <b>stops</b>", "Depot north")
        .deliver(&portal, &leader)
        .await;

    let channel = format!("/channels/{}", portal.channel("Depot north"));
    let page = member
        .get(&channel)
        .await
        .expect_ok()
        .expect_text("Line 12 <b>stops</b>")
        .expect_text("Owen Clarke");
    page.expect_no_element(".message__body b");
    member.get(&path).await.expect_ok();
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE broadcast_id IS NOT NULL AND id = broadcast_id"),
        "1"
    );
    assert_ne!(
        portal.look("SELECT rev FROM channels WHERE title = 'Depot north'"),
        before,
        "open pages hear of it"
    );
}

#[tokio::test]
async fn a_job_that_is_run_again_sends_nothing_again() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    Draft::to_channel(&portal, "Once", "Depot north")
        .deliver(&portal, &leader)
        .await;

    portal.force("UPDATE jobs SET state = 'available', attempts = 0, finished_at = NULL WHERE kind = 'channels.send_broadcast'");
    portal.settle().await;
    assert_eq!(portal.look("SELECT count(*) FROM broadcast_recipients"), "7");
    assert_eq!(
        portal.look("SELECT count(*) FROM broadcast_log WHERE action = 'sent'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE broadcast_id IS NOT NULL"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM jobs WHERE state = 'discarded'"),
        "0"
    );
}

#[tokio::test]
async fn two_workers_with_the_same_broadcast_send_it_once() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    Draft::to_channel(&portal, "Once", "Depot north")
        .send(&leader)
        .await;
    let copies = "INSERT INTO jobs (org_id, id, kind, args, run_at) SELECT org_id, gen_random_uuid(), kind, args, run_at FROM jobs, generate_series(1, 7) WHERE kind = 'channels.send_broadcast'";
    portal.force(copies);

    portal.pass(TimeDelta::seconds(61));
    tokio::join!(portal.settle(), portal.settle(), portal.settle());
    portal.settle().await;
    assert_eq!(portal.look("SELECT count(*) FROM broadcast_recipients"), "7");
    assert_eq!(
        portal.look("SELECT count(*) FROM broadcast_log WHERE action = 'sent'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE broadcast_id IS NOT NULL"),
        "1"
    );
}

#[tokio::test]
async fn what_is_cancelled_in_time_reaches_nobody() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let path = Draft::to_everyone("Too early").send(&admin).await;
    let page = admin.get(&path).await.expect_ok();
    let cancelled = page
        .form(".countdown form")
        .submit(&admin)
        .await
        .expect_see_other(&path)
        .follow(&admin)
        .await;
    cancelled
        .expect_text("Nobody received it")
        .expect_no_element(".countdown");

    portal.pass(TimeDelta::minutes(5));
    portal.settle().await;
    member.get(&path).await.expect_status(404);
    assert_eq!(portal.look("SELECT count(*) FROM broadcast_recipients"), "0");
    assert_eq!(
        portal.look("SELECT count(*) FROM jobs WHERE state IN ('available', 'executing', 'discarded')"),
        "0"
    );
}

#[tokio::test]
async fn what_was_sent_can_not_be_cancelled() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let path = Draft::to_everyone("Gone out").send(&admin).await;
    let open_page = admin.get(&path).await.expect_ok();
    portal.pass(TimeDelta::seconds(61));
    portal.settle().await;

    let late = open_page
        .form(".countdown form")
        .submit(&admin)
        .await
        .expect_see_other(&path)
        .follow(&admin)
        .await;
    late.expect_text("has already been sent");
    assert_eq!(portal.look("SELECT state FROM broadcasts"), "sent");
}

#[tokio::test]
async fn cancelling_and_sending_at_once_does_exactly_one_of_them() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let mut open_pages = Vec::new();
    for round in 0..5 {
        let path = Draft::to_everyone(&format!("Race {round}")).send(&admin).await;
        open_pages.push(admin.get(&path).await.expect_ok());
    }
    portal.pass(TimeDelta::seconds(61));
    // Holds the rows until both stand before one of them, then lets them race.
    let mut holder = PgConnection::establish(&portal.owner_url()).unwrap();
    holder
        .batch_execute("BEGIN; SELECT 1 FROM broadcasts FOR UPDATE")
        .unwrap();
    let first = open_pages[0].form(".countdown form");
    let release = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("both to queue", async || {
            (portal.look(waiting) == "2").then_some(())
        })
        .await;
        holder.batch_execute("COMMIT").unwrap();
        for page in open_pages.iter().skip(1).rev() {
            page.form(".countdown form").submit(&admin).await;
        }
    };
    tokio::join!(portal.settle(), first.submit(&admin), release);
    portal.settle().await;

    let torn = "SELECT count(*) FROM broadcasts b WHERE state = 'scheduled' \
                OR (state = 'sent') <> (sent_at IS NOT NULL) OR (state = 'cancelled') <> (cancelled_at IS NOT NULL) \
                OR (state = 'sent') <> EXISTS (SELECT 1 FROM broadcast_recipients r WHERE r.broadcast_id = b.id) \
                OR (SELECT count(*) FROM broadcast_log l WHERE l.broadcast_id = b.id AND l.action IN ('sent', 'cancelled')) <> 1";
    assert_eq!(portal.look(torn), "0");
}

#[tokio::test]
async fn five_thousand_people_get_it_each_once() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let crowd = "INSERT INTO members (org_id, id, display_name, handle) SELECT o.id, gen_random_uuid(), 'Rider ' || n, 'rider' || n \
                 FROM organizations o, generate_series(1, 5000) AS n WHERE o.slug = 'local'";
    portal.force(crowd);
    let preview = Draft::to_everyone("To all")
        .preview(&admin)
        .await
        .expect_ok()
        .expect_text("5,008");
    let form = preview.form("main form");
    form.submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Type 5008 to confirm");
    let wrong = form
        .clone()
        .set("confirm", "5000")
        .submit(&admin)
        .await
        .expect_status(422);
    wrong.expect_text("It goes to 5008 now");
    assert_eq!(portal.look("SELECT count(*) FROM broadcasts"), "0");
    wrong
        .form("main form")
        .set("confirm", "5,008")
        .submit(&admin)
        .await
        .expect_see_other("/broadcasts/");

    portal.force("UPDATE members SET state = 'suspended' WHERE handle = 'rider1'");
    portal.pass(TimeDelta::seconds(61));
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT recipient_count FROM broadcasts"),
        "5007",
        "who is active is decided when it is sent"
    );
    assert_eq!(portal.look("SELECT count(*) FROM broadcast_recipients"), "5007");
}

#[tokio::test]
async fn it_is_called_off_when_its_sender_no_longer_leads_the_audience() {
    let portal = Portal::start().await;
    let (leader, admin) = (portal.person("leader").await, portal.person("admin").await);
    let path = Draft::to_channel(&portal, "From before", "Depot north")
        .send(&leader)
        .await;
    portal.force(&format!(
        "UPDATE context_members SET is_leader = false WHERE member_id = '{}'",
        portal.member("leader")
    ));

    portal.pass(TimeDelta::seconds(61));
    portal.settle().await;
    admin
        .get(&path)
        .await
        .expect_ok()
        .expect_text("You can broadcast only to the teams and groups you lead")
        .expect_text("Nobody received it");
    assert_eq!(portal.look("SELECT state FROM broadcasts"), "cancelled");
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE broadcast_id IS NOT NULL"),
        "0"
    );
}
