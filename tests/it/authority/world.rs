//! One thing of every kind in the first organization, so that every `{parameter}` of a route has an id that is there; and a
//! body that every form can read, so that a refusal is about the thing and not about the form.

use std::collections::HashMap;

use bytes::Bytes;
use reqwest::Method;
use waymark::domains::consent::links::{Link, Opens};
use waymark::platform::crypto::ContentKey;
use waymark::platform::storage::StorageKey;
use waymark::platform::web::RouteInfo;

use crate::support::client::Client;
use crate::support::portal::Portal;

/// Ids by the name of the parameter.
pub struct World(HashMap<&'static str, String>);

impl World {
    /// Puts the things in.
    pub async fn of(portal: &Portal) -> Self {
        let fresh = || uuid::Uuid::now_v7().to_string();
        let mut ids: HashMap<&'static str, String> = HashMap::from([
            ("channel", portal.channel("Depot north").to_string()),
            (
                "context",
                portal.look("SELECT id FROM contexts WHERE name = 'Depot north'"),
            ),
            (
                "message",
                portal.look("SELECT id FROM messages WHERE body LIKE 'Thanks!%'"),
            ),
            ("member", portal.member("member").to_string()),
        ]);
        for kind in [
            "attachment",
            "broadcast",
            "export",
            "report",
            "invitation",
            "token",
            "filter",
            "session",
            "event",
            "mail",
            "worksite",
            "assignment",
            "leave",
            "point",
            "tag",
            "import",
            "field",
            "kept",
            "bulk",
            "merge",
            "note",
            "task",
            "case",
            "office",
            "opening",
            "request",
            "intent",
            "item",
            "comment",
            "entry",
            "attached",
            "feed",
            "bulk",
            "suppression",
            "segment",
            "template",
            "campaign",
            "delivery",
            "provider",
            "webhook",
            "notice",
            "device",
            "image",
            "enrolment",
            "lesson",
            "lesson_note",
            "cohort",
            "submission",
            "journey",
            "node",
            "asset",
            "quiz",
            "folder",
            "upload",
            "media",
            "certificate",
            "key",
            "document",
            "suggestion",
            "arrival",
        ] {
            ids.insert(kind, fresh());
        }
        ids.insert("category", "job_offers".to_owned());
        ids.insert("version", "1".to_owned());
        ids.insert("variant", "b".to_owned());
        ids.insert("list", "0".to_owned());
        ids.insert("organization", portal.organization("local").to_string());
        let link = Link {
            org: portal.organization("local"),
            member: portal.member("member"),
            opens: Opens::Preferences,
        };
        ids.insert("link", link.written(&portal.app.keys, portal.app.clock().now()));
        let world = Self(ids);
        portal.force(&world.rows(portal));
        let (key, content) = (world.file(portal), Bytes::from_static(b"hello"));
        portal.app.storage.put(&key, content, "text/plain").await.unwrap();
        world
    }

    /// Where the attachment's file is.
    fn file(&self, portal: &Portal) -> StorageKey {
        let id = self.id("attachment").parse().unwrap();
        StorageKey::new(portal.organization("local").0, "attachments", id).unwrap()
    }

    /// An id of this kind.
    pub fn id(&self, kind: &str) -> &str {
        &self.0[kind]
    }

    /// A published journey of one lesson, and a member who learns it.
    fn learning(&self, portal: &Portal) -> String {
        let (org, member, coach) = (
            portal.organization("local"),
            portal.member("member"),
            portal.member("coach"),
        );
        let [journey, enrolment, lesson, cohort] =
            ["journey", "enrolment", "lesson", "cohort"].map(|kind| self.id(kind));
        let (milestone, version) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
        let signing = waymark::domains::journeys::certificates::signing::fresh(&portal.app.keys).unwrap();
        // The version was published long ago: what keeps it from changing looks away.
        format!(
            "SET session_replication_role = replica; \
             INSERT INTO journey_versions (org_id, id, journey_id, number, title, published_at, published_by) VALUES ('{org}', '{version}', '{journey}', 2, 'First steps', now(), '{coach}'); \
             INSERT INTO journey_nodes (org_id, version_id, key, position, title) VALUES ('{org}', '{version}', '{milestone}', 0, 'Begin'); \
             INSERT INTO journey_nodes (org_id, version_id, key, parent, position, title, kind, goal) VALUES ('{org}', '{version}', '{lesson}', '{milestone}', 0, 'Read', 'text', 'marked'); \
             RESET session_replication_role; \
             INSERT INTO cohort_journeys (org_id, id, context_id, journey_id, starts_on, zone, created_at) SELECT '{org}', '{cohort}', id, '{journey}', now()::date - 1, 'UTC', now() FROM contexts WHERE name = 'Steward school'; \
             INSERT INTO journey_enrolments (org_id, id, member_id, journey_id, version_id, cohort_id, zone, enrolled_by, enrolled_at, required) \
               VALUES ('{org}', '{enrolment}', '{member}', '{journey}', '{version}', '{cohort}', 'UTC', '{coach}', now() - interval '1 hour', 1); \
             INSERT INTO lesson_notes (org_id, id, enrolment_id, lesson, body, written_at) VALUES ('{org}', '{}', '{enrolment}', '{lesson}', 'Mine', now()); \
             INSERT INTO lesson_submissions (org_id, id, enrolment_id, lesson, number, body, submitted_at) VALUES ('{org}', '{}', '{enrolment}', '{lesson}', 1, 'Done', now()); \
             INSERT INTO journey_suggestions (org_id, id, enrolment_id, reason, facts, proposed_message, rule_message, expires_at, created_at, updated_at) \
               VALUES ('{org}', '{suggestion}', '{enrolment}', 'stalled', '{{0 of 1 lessons done.}}', 'Hi', 'Hi', now() + interval '1 day', now(), now()); \
             INSERT INTO certificate_keys (org_id, id, sealed, point, slots, created_at) VALUES ('{org}', '{key}', '\\x{sealed}', '\\x{point}', 1, now()); \
             INSERT INTO journey_awards (org_id, journey_id, is_on, title, criteria, signatory, changed_by, changed_at) VALUES ('{org}', '{journey}', true, 'Certificate', 'Read.', '', '{coach}', now()); \
             INSERT INTO journey_certificates (org_id, id, public_id, journey_id, enrolment_id, key_id, slot, number, name, organization, journey, title, criteria, signatory, zone, issued_at) \
               VALUES ('{org}', '{certificate}', gen_random_uuid(), '{journey}', '{enrolment}', '{key}', 0, '2026-X', 'Tom Reyes', 'Local', 'First steps', 'Certificate', 'Read.', '', 'UTC', now());",
            self.id("lesson_note"),
            self.id("submission"),
            key = self.id("key"),
            certificate = self.id("certificate"),
            suggestion = self.id("suggestion"),
            sealed = hex::encode(&signing.sealed),
            point = hex::encode(&signing.point)
        )
    }

    fn rows(&self, portal: &Portal) -> String {
        let org = portal.organization("local");
        let [member, admin, comms, steward] =
            ["member", "admin", "comms", "steward"].map(|key| portal.member(key).to_string());
        let channel = self.id("channel");
        let mut sql = format!(
            "INSERT INTO attachments (org_id, id, channel_id, seq, uploaded_by, kind, name, mime, size_bytes, storage_key) \
               VALUES ('{org}', '{}', '{channel}', 2, '{member}', 'file', 'notes.txt', 'text/plain', 5, '{}');",
            self.id("attachment"),
            self.file(portal)
        );
        sql += &format!(
            "INSERT INTO broadcasts (org_id, id, author_id, author_role, title, body, body_html, body_text, audience_kind, audience_label, requires_ack, state, send_at, cancellable_until, sent_at, recipient_count) \
               VALUES ('{org}', '{0}', '{comms}', 'communicator', 'Read this', 'x', '<p>x</p>', 'x', 'everyone', 'Everyone', true, 'sent', now(), now(), now(), 1); \
             INSERT INTO broadcast_recipients (org_id, broadcast_id, member_id) VALUES ('{org}', '{0}', '{member}');",
            self.id("broadcast")
        );
        sql += &format!(
            "INSERT INTO jobs (org_id, id, kind, state, created_by) VALUES ('{org}', '{}', 'channels.export', 'available', '{member}');",
            self.id("export")
        );
        sql += &format!(
            "INSERT INTO suppressions (org_id, id, channel, address_hash, reason, created_at) VALUES ('{org}', '{}', 'email', sha256('x'), 'asked', now()); \
             INSERT INTO message_categories (org_id, key, name_en, name_fr) VALUES ('{org}', 'job_offers', 'Job offers', 'Emplois');",
            self.id("suppression")
        );
        sql += &format!(
            "INSERT INTO segments (org_id, id, name, rule, created_by, created_at, changed_at) \
               VALUES ('{org}', '{}', 'Has a login', '{{\"leaf\": \"has_login\"}}', '{comms}', now(), now());",
            self.id("segment")
        );
        sql += &format!(
            "INSERT INTO message_templates (org_id, id, name, channel, purpose, category, current_version, created_by, created_at, changed_at) \
               VALUES ('{org}', '{0}', 'Reminder', 'sms', 'informational', 'alerts', 1, '{comms}', now(), now()); \
             INSERT INTO template_versions (org_id, id, template_id, version, purpose, draft, digest, made_by, made_at) \
               VALUES ('{org}', '{0}', '{0}', 1, 'informational', '{{\"source\": \"Tomorrow at nine.\"}}', sha256('x'), '{comms}', now());",
            self.id("template")
        );
        // A draft, so that its steps can be opened, with what one that was sent off has.
        sql += &format!(
            "INSERT INTO campaigns (org_id, id, name, channel, template_id, version_id, created_by, created_at, changed_at, launched_at) \
               VALUES ('{org}', '{0}', 'Reminder', 'sms', '{1}', '{1}', '{comms}', now(), now(), now()); \
             INSERT INTO deliveries (org_id, bucket, id, campaign_id, member_id, channel, address_hash, made_at, due_at) \
               VALUES ('{org}', date_trunc('month', now() AT TIME ZONE 'UTC')::date, '{2}', '{0}', '{member}', 'sms', sha256('x'), now(), now()); \
             INSERT INTO message_providers (org_id, id, kind, name, settings, from_address, created_by, created_at, changed_at) \
               VALUES ('{org}', '{3}', 'smtp', 'Relay', '{{\"host\": \"127.0.0.1\", \"port\": 9, \"security\": \"plain\"}}', 'news@local.example', '{admin}', now(), now());",
            self.id("campaign"),
            self.id("template"),
            self.id("delivery"),
            self.id("provider")
        );
        sql += &format!(
            "INSERT INTO campaign_images (org_id, id, token, name, alt, decorates, mime, size_bytes, width, height, storage_key, thumb_key, uploaded_by, created_at) \
               VALUES ('{org}', '{0}', uuid_send('{0}'), 'Banner', '', true, 'image/png', 5, 9, 9, '{1}', '{1}', '{comms}', now());",
            self.id("image"),
            self.file(portal)
        );
        // A draft with one lesson, and the version it was begun as.
        sql += &format!(
            "INSERT INTO journeys (org_id, id, title, created_by, created_at, changed_at) VALUES ('{org}', '{0}', 'First steps', '{admin}', now(), now()); \
             INSERT INTO journey_versions (org_id, id, journey_id, title) VALUES ('{org}', '{0}', '{0}', 'First steps'); \
             INSERT INTO journey_nodes (org_id, version_id, key, position, title) VALUES ('{org}', '{0}', '{0}', 0, 'Begin'); \
             INSERT INTO journey_nodes (org_id, version_id, key, parent, position, title, kind, goal) VALUES ('{org}', '{0}', '{1}', '{0}', 0, 'Read', 'text', 'marked'); \
             INSERT INTO journey_versions (org_id, id, journey_id, number, title, published_at, published_by) \
               VALUES ('{org}', '{1}', '{0}', 1, 'First steps', now(), '{admin}');",
            self.id("journey"),
            self.id("node")
        );
        // A video that can be played, and one on its way in.
        sql += &format!(
            "INSERT INTO asset_folders (org_id, id, name, created_by, created_at) VALUES ('{org}', '{0}', 'Safety', '{coach}', now()); \
             INSERT INTO library_assets (org_id, id, kind, title, words, created_by, created_at, changed_at) \
               VALUES ('{org}', '{1}', 'video', 'How to listen', 'how to listen', '{coach}', now(), now()); \
             INSERT INTO asset_media (org_id, id, asset_id, state, name, mime, size_bytes, storage_key, created_by, created_at, changed_at) \
               VALUES ('{org}', '{2}', '{1}', 'ready', 'talk.mp4', 'video/mp4', 5, '{4}', '{coach}', now(), now()), \
                 ('{org}', '{3}', '{1}', 'queued_for_upload', 'next.mp4', '', 5, NULL, '{coach}', now(), now()); \
             INSERT INTO asset_versions (org_id, asset_id, version, media_id, made_by, made_at) VALUES ('{org}', '{1}', 1, '{2}', '{coach}', now()); \
             INSERT INTO library_assets (org_id, id, kind, title, words, created_by, created_at, changed_at) \
               VALUES ('{org}', '{5}', 'quiz', 'What would you do?', '', '{coach}', now(), now()); \
             INSERT INTO asset_versions (org_id, asset_id, version, parts, made_by, made_at) \
               VALUES ('{org}', '{5}', 1, '{{\"kind\":\"quiz\",\"questions\":[]}}', '{coach}', now());",
            self.id("folder"),
            self.id("asset"),
            self.id("media"),
            self.id("upload"),
            self.file(portal),
            self.id("quiz"),
            coach = portal.member("coach")
        );
        sql += &format!(
            "INSERT INTO jobs (org_id, id, kind, state, created_by) VALUES ('{org}', '{0}', 'journeys.bring_in', 'available', '{coach}'); \
             INSERT INTO journey_imports (org_id, id, title, file_name, job_id, made_by, made_at) \
               VALUES ('{org}', '{0}', '', 'journey.zip', '{0}', '{coach}', now());",
            self.id("arrival"),
            coach = portal.member("coach")
        );
        sql += &format!(
            "INSERT INTO knowledge_documents (org_id, id, kind, title, language, file_name, size_bytes, storage_key, state, words, added_by, added_at, changed_at) \
               VALUES ('{org}', '{0}', 'pdf', 'Hard moments', 'en', 'hard.pdf', 5, '{1}', 'ready', 'hard moments', '{coach}', now(), now()); \
             INSERT INTO knowledge_passages (org_id, document_id, number, text, language, search) \
               VALUES ('{org}', '{0}', 1, 'Breathe.', 'en', app.knowledge_vector('en', '', '', 'Breathe.'));",
            self.id("document"),
            self.file(portal),
            coach = portal.member("coach")
        );
        sql += &format!(
            "INSERT INTO webhooks (org_id, id, name, url, kinds, created_by, created_at, changed_at) \
               VALUES ('{org}', '{0}', 'Mirror', 'https://192.0.2.1/', '{{campaign.sent}}', '{admin}', now(), now()); \
             INSERT INTO webhook_notices (org_id, id, webhook_id, kind, body, state, give_up_at, created_at, finished_at) \
               VALUES ('{org}', '{1}', '{0}', 'webhook.test', '{{}}', 'delivered', now(), now(), now());",
            self.id("webhook"),
            self.id("notice")
        );
        sql += &format!(
            "INSERT INTO push_tokens (org_id, id, member_id, platform, token) VALUES ('{org}', '{}', '{member}', 'expo', 'ExponentPushToken[x]');",
            self.id("device")
        );
        sql += &format!(
            "INSERT INTO message_reports (org_id, id, channel_id, seq, reporter_id, reason) VALUES ('{org}', '{}', '{channel}', 2, '{steward}', 'spam');",
            self.id("report")
        );
        sql += &format!(
            "INSERT INTO invitations (org_id, id, token_hash, email, roles, invited_by, expires_at) \
               VALUES ('{org}', '{}', 'x', 'new@example.org', '{{member}}', '{admin}', now() + interval '1 day');",
            self.id("invitation")
        );
        sql += &format!(
            "INSERT INTO api_tokens (org_id, id, member_id, token_hash, name, scopes) VALUES ('{org}', '{}', '{member}', 'y', 'program', '{{channels:read}}');",
            self.id("token")
        );
        sql += &format!(
            "INSERT INTO people_filters (org_id, id, name, shared_with, rule, created_by) VALUES ('{org}', '{}', 'Stewards', 'communicator', '{{}}', '{comms}');",
            self.id("filter")
        );
        sql += &format!(
            "INSERT INTO sessions (id, key_hash, user_id, state, expires_at, ends_at) \
               SELECT '{}', 'z', user_id, '{{}}', now() + interval '1 day', now() + interval '1 day' FROM members WHERE id = '{member}';",
            self.id("session")
        );
        sql += &format!(
            "INSERT INTO events (org_id, id, event_type, source_module, occurred_at, payload, correlation_id, dispatched_at) \
               VALUES ('{org}', '{0}', 'tenancy.member.joined', 'tenancy', now(), '{{}}', '{0}', now()); \
             INSERT INTO event_deliveries (org_id, event_id, subscriber, state) VALUES ('{org}', '{0}', 'nobody.listens', 'dead');",
            self.id("event")
        );
        sql += &format!(
            "INSERT INTO outbox_mails (id, recipient, subject, mime) VALUES ('{}', 'new@example.org', 'Hello', 'Subject: Hello');",
            self.id("mail")
        );
        sql += &format!(
            "INSERT INTO worksites (org_id, id, name) VALUES ('{org}', '{0}', 'General hospital'); \
             INSERT INTO steward_assignments (org_id, id, steward_id, kind, member_id, effective_from) \
               VALUES ('{org}', '{1}', '{steward}', 'primary', '{member}', now() - interval '1 day'); \
             INSERT INTO steward_leaves (org_id, id, steward_id, starts_at, ends_at) \
               VALUES ('{org}', '{2}', '{steward}', now() + interval '1 day', now() + interval '9 days'); \
             INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{org}', '{3}', '{member}', 'phone', '+16135550142'); \
             INSERT INTO tags (org_id, id, name) VALUES ('{org}', '{4}', 'Committee'); \
             INSERT INTO member_tags (org_id, member_id, tag_id) VALUES ('{org}', '{member}', '{4}');",
            self.id("worksite"),
            self.id("assignment"),
            self.id("leave"),
            self.id("point"),
            self.id("tag")
        );
        sql += &format!(
            "INSERT INTO people_imports (org_id, id, file_name, made_by, made_at, encoding, delimiter, header, sample, total) \
               VALUES ('{org}', '{0}', 'people.csv', '{admin}', now(), 'UTF-8', ',', '{{Name}}', '[[\"Ada\"]]', 1);",
            self.id("import")
        );
        sql += &format!(
            "INSERT INTO custom_fields (org_id, id, name, kind) VALUES ('{org}', '{0}', 'Licence class', 'text'); \
             INSERT INTO member_filters (org_id, id, name, rule, owner_id, shared_with) VALUES ('{org}', '{1}', 'Nobody''s', '{{\"alone\": \"yes\"}}', '{steward}', 'steward'); \
             INSERT INTO bulk_changes (org_id, id, kind, made_by, made_at, words, affected, skipped) VALUES ('{org}', '{2}', 'tag', '{steward}', now(), 'Tagged', 1, 0);",
            self.id("field"),
            self.id("kept"),
            self.id("bulk")
        );
        sql += &format!(
            "INSERT INTO members (org_id, id, display_name, handle, state) VALUES ('{org}', '{0}', 'Thomas Reyes', 'thomas.reyes', 'left'); \
             INSERT INTO member_merges (org_id, id, kept_id, given_up_id, merged_by, merged_at, before, after, moved, given_up_state) \
               VALUES ('{org}', '{0}', '{member}', '{0}', '{admin}', now(), '{{}}', '{{}}', '{{}}', 'active');",
            self.id("merge")
        );
        let key = ContentKey::fresh().unwrap();
        let note: uuid::Uuid = self.id("note").parse().unwrap();
        let sealed = key
            .seal(note.as_bytes(), br#"{"said":"Wants the schedule earlier."}"#)
            .unwrap();
        sql += &format!(
            "INSERT INTO subject_keys (org_id, member_id, wrapped) VALUES ('{org}', '{member}', '\\x{0}'); \
             INSERT INTO field_notes (org_id, id, member_id, author_id, kind, visibility, occurred_at, received_at, sealed) \
               VALUES ('{org}', '{note}', '{member}', '{steward}', 'contact', 'team', now(), now(), '\\x{1}'); \
             INSERT INTO tasks (org_id, id, title, assignee_id, created_by, created_at, changed_at, member_id) \
               VALUES ('{org}', '{2}', 'Call back', '{steward}', '{steward}', now(), now(), '{member}');",
            hex::encode(key.wrapped(&portal.app.keys).unwrap()),
            hex::encode(sealed),
            self.id("task")
        );
        sql += &format!(
            "INSERT INTO cases (org_id, id, member_id, reference, title, opened_by, opened_at) \
               VALUES ('{org}', '{0}', '{member}', '2026-001', 'Overtime', '{steward}', now()); \
             INSERT INTO case_team (org_id, case_id, member_id, joined_at) VALUES ('{org}', '{0}', '{steward}', now()); \
             INSERT INTO officers (org_id, id, member_id, office, effective_from, appointed_by) \
               VALUES ('{org}', '{1}', '{comms}', 'President', now() - interval '1 day', '{admin}');",
            self.id("case"),
            self.id("office")
        );
        let privacy = portal.member("privacy");
        sql += &format!(
            "INSERT INTO sight_openings (org_id, id, officer_id, member_id, basis, reason, opened_at, expires_at, closed_at) \
               VALUES ('{org}', '{0}', '{privacy}', '{member}', 'break_glass', 'A threat was reported.', now(), now() + interval '1 hour', now()); \
             INSERT INTO subject_requests (org_id, id, member_id, state, asked_on, due_on, noted_by, noted_at, reviewer_id) \
               VALUES ('{org}', '{1}', '{member}', 'review', '2026-11-01', '2026-12-01', '{steward}', now(), '{privacy}'); \
             INSERT INTO subject_request_items (org_id, request_id, position, member_id, sealed) \
               VALUES ('{org}', '{1}', 1, '{member}', '\\x{2}');",
            self.id("opening"),
            self.id("request"),
            hex::encode(
                key.seal(
                    self.id("request").parse::<uuid::Uuid>().unwrap().as_bytes(),
                    br#"{"title":"Name","when":"","by":"","text":"Tom Reyes","note":null,"needs_review":false}"#
                )
                .unwrap()
            )
        );
        let away = portal
            .app
            .keys
            .seal("field-unplaced", br#"{"name":"Tommy","kind":"contact"}"#);
        sql += &format!(
            "INSERT INTO unplaced_notes (org_id, id, author_id, occurred_at, received_at, sealed) VALUES ('{org}', '{note}', '{steward}', now(), now(), '\\x{}');",
            hex::encode(away.unwrap())
        );
        sql += &format!(
            "INSERT INTO task_items (org_id, id, task_id, position, title) VALUES ('{org}', '{1}', '{0}', 1, 'Find the number'); \
             INSERT INTO task_comments (org_id, id, task_id, author_id, body, created_at) VALUES ('{org}', '{2}', '{0}', '{steward}', 'Tried at noon', now()); \
             INSERT INTO task_time_entries (org_id, id, task_id, member_id, worked_on, minutes, created_at) \
               VALUES ('{org}', '{3}', '{0}', '{steward}', current_date, 10, now()); \
             INSERT INTO task_files (org_id, id, task_id, uploaded_by, name, mime, size_bytes, storage_key, created_at) \
               VALUES ('{org}', '{6}', '{0}', '{steward}', 'leave.txt', 'text/plain', 5, '{7}', now()); \
             INSERT INTO task_feeds (org_id, id, member_id, token_hash, name, created_at) VALUES ('{org}', '{4}', '{steward}', 'w', 'phone', now()); \
             INSERT INTO task_bulk_changes (org_id, id, made_by, made_at) VALUES ('{org}', '{5}', '{steward}', now());",
            self.id("task"),
            self.id("item"),
            self.id("comment"),
            self.id("entry"),
            self.id("feed"),
            self.id("bulk"),
            self.id("attached"),
            self.file(portal)
        );
        sql += &self.learning(portal);
        sql
    }

    /// The path of a route, about the things that are here.
    pub fn path(&self, route: &RouteInfo) -> String {
        filled(route, |name| match name {
            "topic" => "channels".to_owned(),
            "step" => "invite".to_owned(),
            "position" | "number" => "1".to_owned(),
            "picture" => "no-such-picture".to_owned(),
            "token" if !route.path.starts_with("/me") => "no-such-link".to_owned(),
            name => self.0.get(name).cloned().unwrap_or_else(|| name.to_owned()),
        })
    }
}

/// The path of a route, about things that nobody has.
pub fn imagined(route: &RouteInfo) -> String {
    filled(route, |_| uuid::Uuid::now_v7().to_string())
}

fn filled(route: &RouteInfo, value: impl Fn(&str) -> String) -> String {
    let mut path = route.path.to_owned();
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        let filling = value(&path[from + 1..to]);
        path.replace_range(from..=to, &filling);
    }
    if path.ends_with("/since") {
        format!("{path}?rev=0")
    } else {
        path
    }
}

/// What is sent along.
#[derive(Clone, Copy)]
pub enum Body {
    /// Nothing: a form that is refused for what it lacks, by those who may send it.
    Empty,
    /// Something in every field there is.
    Full,
}

const FIELDS: &str = "seq=1&body=x&emoji=%F0%9F%91%8D&reason=spam&title=x&name=x&role=member&roles=member&notify=all&mute=none&length=1h\
    &days=30&keep=30&kind=team&outcome=dismissed&person=&handles=rosa&handle=rosa&theme=dark&subscriber=nobody.listens&alt_text=x&description=x\
    &confirm=yes&lead=yes&join_rule=context&post_policy=everyone&history_rule=everything&version=1&mark=1&held=yes&reply_to=&display_name=Somebody+Else\
    &email=x%40example.org&time_zone=America%2FToronto&locale=en&upto=1&scopes=channels%3Aread";
/// Exactly the fields of each document: programs are told about fields that do not exist.
fn document(path: &str) -> &'static str {
    match path.rsplit('/').next() {
        Some("messages") => r#"{"body":"x"}"#,
        Some("broadcast") => r#"{"title":"x","body":"x"}"#,
        Some("mark-seen") => r#"{"everything":true}"#,
        Some("push-tokens") => r#"{"token":"x","platform":"expo"}"#,
        Some("comments") => r#"{"body":"x"}"#,
        Some("tasks") => r#"{"title":"x"}"#,
        Some("schedule") => r#"{"version":1}"#,
        Some("variants") => r#"{"version":1,"variants":[]}"#,
        Some("winner") => r#"{"letter":"B"}"#,
        Some("rejection") => r#"{"why":"x"}"#,
        _ if path.starts_with("/api/tasks/") => r#"{"version":1}"#,
        _ if path.starts_with("/api/messaging/campaigns/") => r#"{"version":1}"#,
        _ => "{}",
    }
}

/// A form with a file, as the composer sends it.
const UPLOAD: &str = "--line\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--line--\r\n";

/// Sends a request as a page would, or a program; answers the status.
pub async fn ask(client: &Client, route: &RouteInfo, path: &str, token: Option<&str>, body: Body) -> u16 {
    let method: Method = route.method.parse().unwrap();
    let is_program = path.starts_with("/api");
    let mut headers = vec![("Sec-Fetch-Site", "same-origin"), ("Accept", "text/html")];
    if let Some(token) = token {
        headers.push(("X-CSRF-Token", token));
    }
    let is_upload = route.path.ends_with("/attachments");
    // What was written on a device carries no token: its origin stands for it.
    let is_deferred = route.method == "PUT" && !is_program;
    let origin = client.base().origin().ascii_serialization();
    if is_deferred && token.is_some() {
        headers.push(("Origin", &origin));
    }
    let (kind, content) = match (body, is_program) {
        (Body::Empty, true) => ("application/json", "{}"),
        _ if is_deferred => ("application/json", "{}"),
        (Body::Full, true) => ("application/json", document(path)),
        (Body::Full, false) if is_upload => ("multipart/form-data; boundary=line", UPLOAD),
        (Body::Full, false) => ("application/x-www-form-urlencoded", FIELDS),
        (Body::Empty, false) => ("application/x-www-form-urlencoded", ""),
    };
    headers.push(("Content-Type", kind));
    let content = if route.method == "GET" { "" } else { content };
    client.raw(method, path, &headers, content).await.status.as_u16()
}

/// The token of someone's pages.
pub async fn token_of(client: &Client) -> String {
    let page = client.get("/help").await;
    let meta = page.one("meta[name=csrf]");
    meta.attr("content").unwrap_or_default().to_owned()
}
