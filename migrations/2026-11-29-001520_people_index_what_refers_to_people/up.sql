-- Before a record is removed or given up, the database asks every table that may refer to it. Without these it read the whole of the
-- large ones, for each person: taking an import of some thousand people back took hours where many assignments are.
CREATE INDEX steward_assignments_refer_given_by ON steward_assignments (org_id, given_by) WHERE given_by IS NOT NULL;
CREATE INDEX steward_assignments_refer_ended_by ON steward_assignments (org_id, ended_by) WHERE ended_by IS NOT NULL;
CREATE INDEX member_tags_refer_added_by ON member_tags (org_id, added_by) WHERE added_by IS NOT NULL;
CREATE INDEX bulk_items_refer_member_id ON bulk_items (org_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX tasks_refer_completed_by ON tasks (org_id, completed_by) WHERE completed_by IS NOT NULL;
CREATE INDEX task_changes_refer_made_by ON task_changes (org_id, made_by) WHERE made_by IS NOT NULL;
CREATE INDEX task_comments_refer_author_id ON task_comments (org_id, author_id) WHERE author_id IS NOT NULL;
CREATE INDEX task_items_refer_done_by ON task_items (org_id, done_by) WHERE done_by IS NOT NULL;
CREATE INDEX task_time_entries_refer_member_id ON task_time_entries (org_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX task_mentions_refer_member_id ON task_mentions (org_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX reactions_refer_member_id ON reactions (org_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX attachments_refer_uploaded_by ON attachments (org_id, uploaded_by) WHERE uploaded_by IS NOT NULL;
CREATE INDEX message_edits_refer_edited_by ON message_edits (org_id, edited_by) WHERE edited_by IS NOT NULL;
CREATE INDEX note_reads_refer_reader_id ON note_reads (org_id, reader_id) WHERE reader_id IS NOT NULL;
CREATE INDEX note_reads_refer_member_id ON note_reads (org_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX note_revisions_refer_replaced_by ON note_revisions (org_id, replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX note_receipts_refer_author_id ON note_receipts (org_id, author_id) WHERE author_id IS NOT NULL;
CREATE INDEX note_readers_refer_member_id ON note_readers (org_id, member_id) WHERE member_id IS NOT NULL;
