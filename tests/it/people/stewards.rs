use chrono::{TimeDelta, Utc};
use chrono_tz::America::Toronto;

use crate::support::portal::Portal;

fn day(days: i64) -> String {
    // Days are days of the sender's zone.
    let there = (Utc::now() + TimeDelta::days(days)).with_timezone(&Toronto);
    there.date_naive().to_string()
}

#[tokio::test]
async fn somebody_has_one_steward_at_a_time_and_knows_who_it_is() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let member = portal.member("member");
    let assign = async |steward: &str, kind: &str| {
        admin
            .get(&format!("/people/{member}/stewards/new"))
            .await
            .form("main form")
            .set("steward", &portal.member(steward).to_string())
            .set("kind", kind)
            .submit(&admin)
            .await
    };

    assign("steward", "primary").await.expect_see_other("/people/");
    assign("coach", "primary")
        .await
        .expect_status(422)
        .expect_text("There is a steward on those dates already.");
    assign("coach", "backup").await.expect_see_other("/people/");

    let me = portal.person("member").await;
    me.get(&format!("/people/{member}"))
        .await
        .expect_ok()
        .expect_text("Your steward: Rosa Delgado");
}

#[tokio::test]
async fn only_stewards_and_coaches_can_be_given_people() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let member = portal.member("member");

    let form = admin
        .get(&format!("/people/{member}/stewards/new"))
        .await
        .form("main form");
    form.without("steward")
        .forge("steward", &portal.member("leader").to_string())
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Choose somebody who is a steward or coach.");
}

#[tokio::test]
async fn while_a_steward_is_away_people_fall_to_the_backup_and_come_back() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    super::give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    coach.get("/my-people").await.expect_no_text("Tom Reyes");
    coach.get("/my-people?tab=backup").await.expect_text("Tom Reyes");

    let own = format!("/stewards/{}", portal.member("steward"));
    steward
        .get(&own)
        .await
        .form("form[action$='/leaves']")
        .set("first", &day(2))
        .set("last", &day(4))
        .submit(&steward)
        .await
        .expect_see_other(&own)
        .follow(&steward)
        .await
        .expect_text("Everyone has somebody on those days.");
    coach.get("/my-people").await.expect_no_text("Tom Reyes");

    portal.pass(TimeDelta::days(3));
    let page = coach.get("/my-people").await;
    page.expect_text("Tom Reyes").expect_text("Standing in");
    portal
        .person("member")
        .await
        .get(&format!("/people/{}", portal.member("member")))
        .await
        .expect_text("Your steward: Maya Okafor");

    portal.pass(TimeDelta::days(3));
    coach.get("/my-people").await.expect_no_text("Tom Reyes");
    steward.get("/my-people").await.expect_text("Tom Reyes");
}

#[tokio::test]
async fn a_stand_in_gets_the_people_nobody_backs_up_and_loses_them_when_the_leave_is_taken_back() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "General hospital", &["member", "other"]);
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
         VALUES ('{}', gen_random_uuid(), '{}', 'primary', '{worksite}', now() - interval '1 day')",
        portal.organization("local"),
        portal.member("steward")
    ));
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let own = format!("/stewards/{}", portal.member("steward"));
    let page = steward
        .get(&own)
        .await
        .expect_text("2 people have no backup today.")
        .form("form[action$='/leaves']")
        .set("first", &day(0))
        .set("last", &day(4))
        .set("stand_in", &portal.member("coach").to_string())
        .submit(&steward)
        .await
        .expect_see_other(&own)
        .follow(&steward)
        .await
        .expect_text("Everyone has somebody on those days.");
    portal.pass(TimeDelta::minutes(1));
    coach
        .get("/my-people")
        .await
        .expect_text("Tom Reyes")
        .expect_text("Nadia Haddad");

    page.form("form[action^='/leaves/']")
        .submit(&steward)
        .await
        .expect_see_other(&own);
    portal.pass(TimeDelta::minutes(1));
    coach.get("/my-people").await.expect_no_text("Tom Reyes");
    steward.get("/my-people").await.expect_text("Tom Reyes");
}

#[tokio::test]
async fn days_in_the_wrong_order_are_said_at_the_field() {
    let portal = Portal::start().await;
    let steward = portal.person("steward").await;
    let own = format!("/stewards/{}", portal.member("steward"));

    let page = steward
        .get(&own)
        .await
        .form("form[action$='/leaves']")
        .set("first", &day(4))
        .set("last", &day(2))
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("The last day must not be over, nor come before the first.");
    assert_eq!(
        page.form("form[action$='/leaves']").value("first"),
        Some(day(4).as_str())
    );
    portal.person("member").await.get(&own).await.expect_status(404);
}

#[tokio::test]
async fn ending_an_assignment_asks_first_and_takes_sight_away_at_once() {
    let portal = Portal::start().await;
    let assignment = super::give(&portal, "steward", "primary", "member");
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let record = format!("/people/{}/record", portal.member("member"));
    steward.get(&record).await.expect_ok();

    admin
        .get(&format!("/assignments/{assignment}/end"))
        .await
        .expect_text("Rosa Delgado no longer looks after them")
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other(&record);

    steward.get(&record).await.expect_status(404);
    steward
        .post(&format!("/assignments/{assignment}/end"), &[])
        .await
        .expect_status(403);
}

#[tokio::test]
async fn a_shift_of_another_organization_is_no_choice() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "General hospital", &[]);
    let shift = uuid::Uuid::now_v7();
    portal.force(&format!(
        "INSERT INTO shifts (org_id, id, name) VALUES ('{}', '{shift}', 'Nights')",
        portal.organization("neighbour")
    ));
    let admin = portal.person("admin").await;

    admin
        .get(&format!("/worksites/{worksite}/stewards/new"))
        .await
        .form("main form")
        .set("steward", &portal.member("steward").to_string())
        .without("shift")
        .forge("shift", &shift.to_string())
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Choose a shift from the list.");
}
